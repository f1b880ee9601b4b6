/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/analyzer.h"

#include "sms/sms.h"
#include <errno.h>
#include <stdio.h>

enum {
    MAX_DROPPED = RGS_TRACKER_COUNTERS + 16,
};

const struct rgs_analyzer_conf rgs_analyzer_conf_default = {
    .capacity = RGS_CAPACITY_DEFAULT,
    .concat_messages = 8192,
};

struct rgs_analyzer {
    struct rgs_analyzer_conf conf;
    const struct rgs_alloc *alloc;
    struct rgs_decoder *decoder;
    struct rgs_concat *concat;
    struct rgs_classifier *classifier;
    struct rgs_tracker *tracker;
    struct rgs_scorer *scorer;
    rgs_obs_fn *on_obs;
    void *obs_ctx;
    void (*on_unknown)(void *ctx, const struct rgs_name *sender);
    void *unknown_ctx;
    uint64_t packets, bytes, operations, verifications;
    int64_t first_ts, last_ts;
    struct rgs_result_named anomalies[RGS_A_COUNT];
    struct rgs_result_named dropped[MAX_DROPPED];
    char token[9];
};

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct rgs_analyzer *a = ctx;

    a->verifications += RGS_OBS_HAS(o, KIND) && o->kind == RGS_OBS_VERIFICATION;
    if (a->on_obs)
        a->on_obs(a->obs_ctx, o);
    if (a->scorer)
        rgs_scorer_observe(a->scorer, o);
}

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

static void classify(struct rgs_analyzer *a, const struct rgs_op *op, struct rgs_bytes text,
                     struct rgs_verdict *v)
{
    struct rgs_bytes sender =
        RGS_HAS(op, OA) ? rgs_bytes(op->oa.s, op->oa.n) : (struct rgs_bytes){0};
    int dcs = RGS_HAS(op, DCS) ? op->dcs : -1;

    if (a->conf.blind) {
        struct rgs_envelope e = {sender, sender_type(op), dcs, characters(text)};
        rgs_classify_blind(a->conf.catalogue, &e, v);
    } else {
        struct rgs_message m = {sender, sender_type(op), text, dcs};
        rgs_classify(a->classifier, &m, v);
    }
    if (a->on_unknown && v->otp && !v->service && RGS_HAS(op, OA))
        a->on_unknown(a->unknown_ctx, &op->oa);
}

static void on_op(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct rgs_analyzer *a = ctx;
    struct rgs_verdict verdict;
    struct rgs_bytes whole = {0};
    bool judged = false;

    a->operations++;
    rgs_sms_decode(d, op);
    if (RGS_HAS(op, TEXT)) {
        switch (rgs_concat_add(a->concat, op, &whole)) {
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
        classify(a, op, whole, &verdict);
    RGS_CLEAR(op, TEXT); /* content ends here */
    RGS_CLEAR(op, SM);
    rgs_tracker_op(a->tracker, op, judged ? &verdict : NULL);
}

static const char *reseller_name(void *ctx, uint64_t id, const char **name, const char **parent)
{
    const struct rgs_analyzer *a = ctx;
    const struct rgs_reseller *r = rgs_inventory_reseller(a->conf.inventory, id);

    if (!r)
        return NULL;
    *name = r->name;
    *parent = r->parent;
    return r->id;
}

static const char *account_name(void *ctx, uint64_t id)
{
    const struct rgs_analyzer *a = ctx;
    return rgs_tracker_name(a->tracker, id);
}

static const struct rgs_service *service(void *ctx, uint16_t index)
{
    const struct rgs_analyzer *a = ctx;
    return rgs_catalogue_service(a->conf.catalogue, index);
}

static const char *service_id(void *ctx, uint16_t index)
{
    const struct rgs_service *s = service(ctx, index);
    return s ? s->id : NULL;
}

/*
 * An IMEI has so few possible values that an unkeyed hash of one is as good as the IMEI itself. The
 * key is derived, so that a token says nothing of the tables' own hashes.
 */
static const char *token(void *ctx, enum rgs_grain grain, uint64_t id)
{
    static const struct rgs_hash_key purpose = {0x656e746974792074u, 0x6f6b656e73202020u};
    struct rgs_analyzer *a = ctx;
    const struct rgs_hash_key key = {a->conf.hash_key.k0 ^ purpose.k0,
                                     a->conf.hash_key.k1 ^ purpose.k1};
    const uint64_t what[2] = {grain, id};

    snprintf(a->token, sizeof(a->token), "%08x",
             (unsigned)(rgs_hash(&key, what, sizeof(what)) >> 32));
    return a->token;
}

void rgs_analyzer_names(struct rgs_analyzer *a, struct rgs_scorer_names *names)
{
    *names = (struct rgs_scorer_names){.ctx = a,
                                       .reseller = reseller_name,
                                       .account = account_name,
                                       .service = service_id,
                                       .token = token};
}

static bool start(struct rgs_analyzer *a)
{
    const struct rgs_analyzer_conf *conf = &a->conf;
    struct rgs_tracker_conf track = rgs_tracker_conf_default;
    struct rgs_capacity capacity = conf->capacity;

    capacity.hash_key = track.hash_key = conf->hash_key;
    track.service = service;
    track.service_ctx = a;
    track.inventory = conf->inventory;
    track.geo = conf->geo;
    track.home = conf->home;
    if (conf->ruleset)
        track.retention_ns = rgs_ruleset_retention(conf->ruleset);
    a->decoder = rgs_decoder_new(&capacity, on_op, a, a->alloc);
    a->concat = rgs_concat_new(&(struct rgs_concat_conf){.messages = conf->concat_messages,
                                                         .timeout_ns = INT64_C(600) * 1000000000,
                                                         .hash_key = conf->hash_key},
                               a->alloc);
    a->classifier = rgs_classifier_new(conf->catalogue, &conf->code_key, a->alloc);
    a->tracker = rgs_tracker_new(&track, on_obs, a, a->alloc);
    if (conf->ruleset) {
        struct rgs_scorer_capacity score = rgs_scorer_capacity_default;
        struct rgs_scorer_names names;
        rgs_analyzer_names(a, &names);
        score.hash_key = conf->hash_key;
        a->scorer = rgs_scorer_new(conf->ruleset, &names, &score, a->alloc);
    }
    return a->decoder && a->concat && a->classifier && a->tracker && (a->scorer || !conf->ruleset);
}

struct rgs_analyzer *rgs_analyzer_new(const struct rgs_analyzer_conf *conf,
                                      const struct rgs_alloc *alloc)
{
    struct rgs_analyzer *a = rgs_new(alloc, sizeof(*a));

    if (!a)
        return NULL;
    a->conf = *conf;
    a->alloc = alloc;
    if (!start(a)) {
        rgs_analyzer_del(a);
        return NULL;
    }
    return a;
}

void rgs_analyzer_del(struct rgs_analyzer *a)
{
    if (!a)
        return;
    rgs_scorer_del(a->scorer);
    rgs_tracker_del(a->tracker);
    rgs_classifier_del(a->classifier);
    if (a->concat)
        rgs_concat_del(a->concat);
    rgs_decoder_del(a->decoder);
    rgs_free(a->alloc, a);
}

void rgs_analyzer_packet(struct rgs_analyzer *a, const struct rgs_packet *packet)
{
    if (a->packets++ == 0)
        a->first_ts = a->last_ts = packet->ts;
    if (packet->ts < a->first_ts)
        a->first_ts = packet->ts;
    if (packet->ts > a->last_ts)
        a->last_ts = packet->ts;
    a->bytes += packet->wire_len;
    rgs_decoder_packet(a->decoder, packet);
}

void rgs_analyzer_finish(struct rgs_analyzer *a)
{
    rgs_decoder_flush(a->decoder);
    rgs_tracker_flush(a->tracker);
    if (a->scorer && a->packets)
        rgs_scorer_advance(a->scorer, a->last_ts);
}

void rgs_analyzer_on_obs(struct rgs_analyzer *a, rgs_obs_fn *fn, void *ctx)
{
    a->on_obs = fn;
    a->obs_ctx = ctx;
}

void rgs_analyzer_on_unknown(struct rgs_analyzer *a,
                             void (*fn)(void *ctx, const struct rgs_name *sender), void *ctx)
{
    a->on_unknown = fn;
    a->unknown_ctx = ctx;
}

/* What the caps cost in the tracker, behind what the scorer has said of itself. */
static size_t dropped(struct rgs_analyzer *a, const struct rgs_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_dropped && n < MAX_DROPPED; i++)
        a->dropped[n++] = r->dropped[i];
    for (unsigned c = RGS_DROPPED_SUBSCRIBERS; c < RGS_TRACKER_COUNTERS && n < MAX_DROPPED; c++) {
        uint64_t count = rgs_tracker_count(a->tracker, (enum rgs_tracker_counter)c);
        if (count)
            a->dropped[n++] = (struct rgs_result_named){
                rgs_tracker_counter_name((enum rgs_tracker_counter)c), count};
    }
    return n;
}

int rgs_analyzer_result(struct rgs_analyzer *a, struct rgs_result_owner *owner)
{
    struct rgs_result *r = &owner->result;
    const struct rgs_dissect *d = rgs_decoder_dissect(a->decoder);

    if (a->scorer && rgs_scorer_result(a->scorer, owner) < 0)
        return -ENOMEM;
    r->packets = a->packets;
    r->bytes = a->bytes;
    r->operations = a->operations;
    r->verifications = a->verifications;
    r->first_ts = a->first_ts;
    r->last_ts = a->last_ts;
    r->anomalies = a->anomalies;
    r->n_anomalies = 0;
    for (unsigned x = 0; x < RGS_A_COUNT; x++) {
        if (d->anomaly_count[x])
            a->anomalies[r->n_anomalies++] = (struct rgs_result_named){
                rgs_anomaly_name((enum rgs_anomaly)x), d->anomaly_count[x]};
    }
    r->n_dropped = dropped(a, r);
    r->dropped = a->dropped;
    return 0;
}

struct rgs_tracker *rgs_analyzer_tracker(struct rgs_analyzer *a)
{
    return a->tracker;
}

struct rgs_scorer *rgs_analyzer_scorer(struct rgs_analyzer *a)
{
    return a->scorer;
}

struct rgs_dissect *rgs_analyzer_dissect(struct rgs_analyzer *a)
{
    return rgs_decoder_dissect(a->decoder);
}
