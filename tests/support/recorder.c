/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/recorder.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static long rg_length(struct rgs_bytes head)
{
    if (head.n >= 2 && memcmp(head.p, "RG", 2) != 0)
        return -1;
    if (head.n < 4)
        return 0;
    long n = (long)head.p[2] << 8 | head.p[3];
    return n < 4 ? -1 : n;
}

static enum rgs_probe rg_probe(struct rgs_bytes head)
{
    size_t n = head.n < 2 ? head.n : 2;
    if (n == 0 || memcmp(head.p, "RG", n) != 0)
        return n ? RGS_PROBE_NO : RGS_PROBE_MORE;
    return n < 2 ? RGS_PROBE_MORE : RGS_PROBE_YES;
}

static const struct rgs_stream_proto rg = {RGS_LAYER_RAW, rg_length, rg_probe, .datagrams = false};

static enum rgs_outcome record(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_test_recorder *r = d->emit_ctx;

    if (r->n == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 8;
        r->at = realloc(r->at, r->cap * sizeof(*r->at));
    }
    struct rgs_test_pdu *p = &r->at[r->n++];
    p->n = b.n < sizeof(p->bytes) ? b.n : sizeof(p->bytes);
    if (p->n)
        memcpy(p->bytes, b.p, p->n);
    p->frame = d->frame;
    p->flow = d->flow;
    p->flow_offset = d->flow_offset;
    p->dir = d->dir;
    p->joined = d->from_reassembly;
    p->op = d->op;
    return RGS_OK;
}

void rgs_test_recorder_init(struct rgs_test_recorder *r, const enum rgs_layer *keep)
{
    memset(r, 0, sizeof(*r));
    rgs_test_decoder_init(&r->t, false);
    struct rgs_dissect *d = rgs_decoder_dissect(r->t.dec);
    memcpy(r->layers, d->layers, sizeof(r->layers));
    for (unsigned i = 1; i < RGS_LAYER_COUNT; i++)
        r->layers[i].fn = record;
    for (; *keep; keep++)
        r->layers[*keep].fn = d->layers[*keep].fn;
    d->layers = r->layers;
    d->streams = &rg;
    d->stream_count = 1;
    d->emit_ctx = r;
}

void rgs_test_recorder_fini(struct rgs_test_recorder *r)
{
    rgs_test_decoder_fini(&r->t);
    free(r->at);
}

size_t rgs_test_pdu(uint8_t *out, size_t n, uint8_t number)
{
    cr_assert(n >= 4 && n <= 65535);
    out[0] = 'R';
    out[1] = 'G';
    out[2] = (uint8_t)(n >> 8);
    out[3] = (uint8_t)n;
    for (size_t i = 4; i < n; i++) /* no capital letters: nothing in it looks like a beginning */
        out[i] = (uint8_t)(0x80 | ((number + i * 7) & 0x7f));
    return n;
}
