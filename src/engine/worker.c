/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/worker.h"

#include "sms/sms.h"

struct rgs_worker {
    struct rgs_analyzer_conf conf;
    const struct rgs_alloc *alloc;
    struct rgs_decoder *decoder;
    struct rgs_concat *concat;
    struct rgs_classifier *classifier;
    rgs_judged_fn *out;
    void *out_ctx;
    void (*on_unknown)(void *ctx, const struct rgs_op *op);
    void *unknown_ctx;
    uint64_t packets, bytes, operations;
    int64_t first_ts, last_ts;
};

/* Characters of a text; what the message's length means without reading it. */
static size_t characters(struct rgs_bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

/* Type of number to what a sender is (TS 23.040 9.1.2.5; SMPP 3.4 5.2.5 uses the same values). */
static enum rgs_sender_type sender_type(const struct rgs_op *op)
{
    if (!RGS_HAS(op, OA_TON))
        return 0;
    return op->oa_ton == 5   ? RGS_SENDER_ALPHANUMERIC
           : op->oa_ton == 1 ? RGS_SENDER_INTERNATIONAL
                             : 0;
}

static void classify(struct rgs_worker *w, const struct rgs_op *op, struct rgs_bytes text,
                     struct rgs_verdict *v)
{
    struct rgs_bytes sender =
        RGS_HAS(op, OA) ? rgs_bytes(op->oa.s, op->oa.n) : (struct rgs_bytes){0};
    int dcs = RGS_HAS(op, DCS) ? op->dcs : -1;

    if (w->conf.blind) {
        struct rgs_envelope e = {sender, sender_type(op), dcs, characters(text)};
        rgs_classify_blind(w->conf.catalogue, &e, v);
    } else {
        struct rgs_message m = {sender, sender_type(op), text, dcs};
        rgs_classify(w->classifier, &m, v);
        if (!v->code)
            v->content = rgs_content_of(&w->conf.code_key, text);
    }
    if (w->on_unknown && v->otp && !v->service && RGS_HAS(op, OA))
        w->on_unknown(w->unknown_ctx, op);
}

static void on_op(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct rgs_worker *w = ctx;
    struct rgs_verdict verdict;
    struct rgs_bytes whole = {0};
    bool judged = false;

    w->operations++;
    rgs_sms_decode(d, op);
    if (RGS_HAS(op, TEXT)) {
        switch (rgs_concat_add(w->concat, op, &whole)) {
        case RGS_CONCAT_SINGLE:
            whole = op->text;
            judged = true;
            break;
        case RGS_CONCAT_COMPLETE:
            judged = true;
            break;
        case RGS_CONCAT_WAITING:
        case RGS_CONCAT_REPEATED:
        case RGS_CONCAT_BAD:
            break;
        }
    }
    if (judged)
        classify(w, op, whole, &verdict);
    const uint64_t has = op->has;
    RGS_CLEAR(op, TEXT); /* content ends here */
    RGS_CLEAR(op, SM);
    w->out(w->out_ctx, op, judged ? &verdict : NULL);
    op->has = has; /* its layer may have the same message for other destinations */
}

static bool start(struct rgs_worker *w)
{
    const struct rgs_analyzer_conf *conf = &w->conf;
    struct rgs_capacity capacity = conf->capacity;

    capacity.hash_key = conf->hash_key;
    w->decoder = rgs_decoder_new(&capacity, on_op, w, w->alloc);
    w->concat = rgs_concat_new(&(struct rgs_concat_conf){.messages = conf->concat_messages,
                                                         .timeout_ns = INT64_C(600) * 1000000000,
                                                         .hash_key = conf->hash_key},
                               w->alloc);
    w->classifier = rgs_classifier_new(conf->catalogue, &conf->code_key, w->alloc);
    return w->decoder && w->concat && w->classifier;
}

struct rgs_worker *rgs_worker_new(const struct rgs_analyzer_conf *conf, rgs_judged_fn *out,
                                  void *ctx, const struct rgs_alloc *alloc)
{
    struct rgs_worker *w = rgs_new(alloc, sizeof(*w));

    if (!w)
        return NULL;
    w->conf = *conf;
    w->alloc = alloc;
    w->out = out;
    w->out_ctx = ctx;
    if (!start(w)) {
        rgs_worker_del(w);
        return NULL;
    }
    return w;
}

void rgs_worker_del(struct rgs_worker *w)
{
    if (!w)
        return;
    rgs_classifier_del(w->classifier);
    if (w->concat)
        rgs_concat_del(w->concat);
    rgs_decoder_del(w->decoder);
    rgs_free(w->alloc, w);
}

void rgs_worker_packet(struct rgs_worker *w, const struct rgs_packet *packet)
{
    if (w->packets++ == 0)
        w->first_ts = w->last_ts = packet->ts;
    if (packet->ts < w->first_ts)
        w->first_ts = packet->ts;
    if (packet->ts > w->last_ts)
        w->last_ts = packet->ts;
    w->bytes += packet->wire_len;
    rgs_decoder_packet(w->decoder, packet);
}

void rgs_worker_wrong_time(struct rgs_worker *w)
{
    rgs_count(rgs_decoder_dissect(w->decoder), RGS_A_FRAME_TIME, 1);
}

void rgs_worker_finish(struct rgs_worker *w)
{
    rgs_decoder_flush(w->decoder);
}

void rgs_worker_totals(const struct rgs_worker *w, struct rgs_totals *out)
{
    *out = (struct rgs_totals){.packets = w->packets,
                               .bytes = w->bytes,
                               .operations = w->operations,
                               .first_ts = w->first_ts,
                               .last_ts = w->last_ts};
    const struct rgs_dissect *d = rgs_decoder_dissect(w->decoder);
    memcpy(out->anomalies, d->anomaly_count, sizeof(out->anomalies));
    memcpy(out->evicted, d->evicted, sizeof(out->evicted));
    out->evicted[RGS_EVICTED_SMS_PARTS] += rgs_concat_evictions(w->concat);
}

void rgs_totals_add(struct rgs_totals *sum, const struct rgs_totals *t)
{
    if (!t->packets)
        return;
    if (!sum->packets || t->first_ts < sum->first_ts)
        sum->first_ts = t->first_ts;
    if (!sum->packets || t->last_ts > sum->last_ts)
        sum->last_ts = t->last_ts;
    sum->packets += t->packets;
    sum->bytes += t->bytes;
    sum->operations += t->operations;
    for (unsigned x = 0; x < RGS_A_COUNT; x++)
        sum->anomalies[x] += t->anomalies[x];
    for (unsigned x = 0; x < RGS_EVICTED_COUNT; x++)
        sum->evicted[x] += t->evicted[x];
}

void rgs_worker_on_unknown(struct rgs_worker *w, void (*fn)(void *ctx, const struct rgs_op *op),
                           void *ctx)
{
    w->on_unknown = fn;
    w->unknown_ctx = ctx;
}

struct rgs_dissect *rgs_worker_dissect(struct rgs_worker *w)
{
    return rgs_decoder_dissect(w->decoder);
}
