/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline.h"

#include <stdio.h>
#include <stdlib.h>

#include "classify/classify.h"
#include "event/token.h"
#include "services.h"
#include "sink/record.h"
#include "track/track.h"

/*
 * Made once: they hold no state that a finding depends on (the tracker does, but takes too long to
 * make for every input; a finding in it may need the inputs before it).
 */
static struct rgs_classifier *classifier;
static struct rgs_tracker *tracker;
static struct rgs_token_key *key;
static FILE *nowhere;

static void give_up(const char *what)
{
    fprintf(stderr, "%s\n", what);
    abort();
}

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    (void)ctx;
    (void)o;
}

static const struct rgs_catalogue *make_catalogue(void)
{
    size_t n;
    const struct rgs_conf_file *files = rgs_fuzz_services(&n);
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    const struct rgs_catalogue *c =
        rgs_catalogue_new(files, n, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    if (!c)
        give_up(diag.text ? diag.text : "out of memory");
    rgs_diag_fini(&diag);
    return c;
}

static void make_once(void)
{
    static const uint8_t secret[RGS_TOKEN_KEY_BYTES] = {1, 2, 3};
    static const struct rgs_hash_key code_key = {1, 2};
    struct rgs_tracker_conf conf = rgs_tracker_conf_default;

    conf.subscribers = conf.messages = conf.pairs = 64;
    conf.dialogues = conf.names = conf.held = 16;
    classifier = rgs_classifier_new(make_catalogue(), &code_key, &rgs_alloc_libc);
    tracker = rgs_tracker_new(&conf, on_obs, NULL, &rgs_alloc_libc);
    key = rgs_token_key_new(secret, &rgs_alloc_libc);
    nowhere = fopen("/dev/null", "we");
    if (!classifier || !tracker || !key || !nowhere)
        give_up("out of memory");
}

void rgs_fuzz_operation(struct rgs_concat *c, struct rgs_dissect *d, struct rgs_op *op)
{
    struct rgs_verdict verdict;
    struct rgs_bytes whole = {0};
    bool judged = false;

    if (!classifier)
        make_once();
    const struct rgs_show_conf masked = {.key = key}, clear = {.key = key, .clear = true};
    rgs_sms_decode(d, op);
    rgs_record_json(nowhere, &clear, "f", d, op);
    rgs_record_json(nowhere, &masked, "f", d, op);
    rgs_record_text(nowhere, &masked, op);
    if (RGS_HAS(op, TEXT)) {
        enum rgs_concat_result r = rgs_concat_add(c, op, &whole);
        if (r == RGS_CONCAT_SINGLE)
            whole = op->text;
        judged = r == RGS_CONCAT_SINGLE || r == RGS_CONCAT_COMPLETE;
    }
    if (judged) {
        struct rgs_message m = {.sender = RGS_HAS(op, OA) ? rgs_bytes(op->oa.s, op->oa.n)
                                                          : (struct rgs_bytes){0},
                                .text = whole,
                                .dcs = RGS_HAS(op, DCS) ? op->dcs : -1};
        rgs_classify(classifier, &m, &verdict);
        if (verdict.code_len &&
            (verdict.code_at > whole.n || verdict.code_len > whole.n - verdict.code_at))
            give_up("the code lies outside of the text");
    }
    rgs_tracker_op(tracker, op, judged ? &verdict : NULL);
}

static void emit(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct rgs_fuzz *f = ctx;
    rgs_fuzz_operation(f->concat, d, op);
}

void rgs_fuzz_init(struct rgs_fuzz *f)
{
    const struct rgs_capacity tiny = {.ip_fragments = 4,
                                      .tcp_flows = 4,
                                      .tcp_buffer = 64 * 1024,
                                      .sctp_flows = 4,
                                      .sctp_messages = 4,
                                      .sccp_segments = 4,
                                      .dialogues = 8,
                                      .sessions = 4,
                                      .ip_held = 256 * 1024,
                                      .sctp_held = 256 * 1024,
                                      .http2_held = 256 * 1024,
                                      .tcp_held = 256 * 1024,
                                      .timeout_ns = INT64_C(60) * 1000000000};
    const struct rgs_concat_conf concat = {.messages = 4, .timeout_ns = INT64_C(60) * 1000000000};

    *f = (struct rgs_fuzz){.ts = INT64_C(1700000000) * 1000000000};
    f->decoder = rgs_decoder_new(&tiny, emit, f, &rgs_alloc_libc);
    f->concat = rgs_concat_new(&concat, &rgs_alloc_libc);
    if (!f->decoder || !f->concat)
        give_up("out of memory");
}

void rgs_fuzz_fini(struct rgs_fuzz *f)
{
    rgs_decoder_flush(f->decoder);
    rgs_decoder_del(f->decoder);
    rgs_concat_del(f->concat);
}

void rgs_fuzz_feed(struct rgs_fuzz *f, enum rgs_layer layer, struct rgs_bytes b)
{
    uint8_t *copy = malloc(b.n ? b.n : 1);
    if (!copy)
        give_up("out of memory");
    if (b.n)
        memcpy(copy, b.p, b.n);
    f->ts += 1000000;
    const struct rgs_packet packet = {.ts = f->ts,
                                      .number = ++f->packets,
                                      .wire_len = (uint32_t)b.n,
                                      .data = rgs_bytes(copy, b.n)};
    rgs_decoder_layer(f->decoder, layer, &packet);
    free(copy);
}

bool rgs_fuzz_piece(struct rgs_bytes *input, struct rgs_bytes *piece)
{
    if (input->n < 2)
        return false;
    size_t n = (size_t)input->p[0] << 8 | input->p[1];
    *piece = rgs_bytes_upto(rgs_bytes_from(*input, 2), n);
    *input = rgs_bytes_from(*input, 2 + piece->n);
    return true;
}

void rgs_fuzz_put_piece(uint8_t *out, struct rgs_bytes piece)
{
    out[0] = (uint8_t)(piece.n >> 8);
    out[1] = (uint8_t)piece.n;
    memcpy(out + 2, piece.p, piece.n);
}
