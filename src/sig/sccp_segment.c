/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reassembly of segmented XUDT and LUDT, Q.714 4.1.1.3, in any order of arrival. */
#include "sig/sccp.h"

enum {
    SEGMENTS = 16,           /* the count of remaining segments has four bits (Q.713 3.17) */
    MAX_DATA = 3952,         /* the largest user data, Q.713 3.16 */
    BUFFER = MAX_DATA + 144, /* room for one segment too many before it is refused */
    FIRST = 0x80,
    REMAINING = 0x0f,
    NOT_YET = 0xffff,
};

struct key {
    uint8_t n;
    uint8_t calling[27]; /* the calling party as on the wire, cut: enough for any global title */
    uint32_t reference;
};

struct value {
    int64_t since;
    uint16_t used;
    uint8_t total; /* 0: the first segment is not here yet */
    bool done;
    /* By the number of segments that remain after this one. */
    uint16_t at[SEGMENTS], len[SEGMENTS];
    uint8_t data[BUFFER];
};

static bool is_done(void *ctx, const void *value, int64_t now)
{
    return ((const struct value *)value)->done;
}

struct rgs_table *rgs_sccp_segments_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    return rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct key),
                                                  .value_size = sizeof(struct value),
                                                  .cap = c->sccp_segments,
                                                  .hash_key = c->hash_key,
                                                  .lasts = c->timeout_ns,
                                                  .over = is_done},
                         alloc);
}

static void restart(struct value *v, int64_t now)
{
    v->since = now;
    v->used = 0;
    v->total = 0;
    v->done = false;
    for (unsigned i = 0; i < SEGMENTS; i++)
        v->at[i] = NOT_YET;
}

static bool same(const struct value *v, unsigned i, struct rgs_bytes data)
{
    return rgs_bytes_equal(rgs_bytes(v->data + v->at[i], v->len[i]), data);
}

/* Octets of the whole message, or 0 while segments are missing. */
static size_t complete(const struct value *v)
{
    size_t n = 0;

    for (unsigned i = 0; i < v->total; i++) {
        if (v->at[i] == NOT_YET)
            return 0;
        n += v->len[i];
    }
    return n;
}

static enum rgs_outcome whole(struct rgs_dissect *d, const struct value *v, size_t n)
{
    uint8_t *out = rgs_frame_alloc(d, n);
    size_t at = 0;

    if (!out)
        return RGS_BAD;
    for (unsigned i = v->total; i-- > 0;) {
        memcpy(out + at, v->data + v->at[i], v->len[i]);
        at += v->len[i];
    }
    d->from_reassembly = true;
    return rgs_sccp_user(d, rgs_bytes(out, n));
}

enum rgs_outcome rgs_sccp_segment(struct rgs_dissect *d, struct rgs_bytes calling,
                                  struct rgs_bytes segmentation, struct rgs_bytes data)
{
    struct rgs_sccp *s = d->state[RGS_LAYER_SCCP];
    struct rgs_reader r = rgs_reader(segmentation);
    uint8_t flags = rgs_u8(&r);
    struct key k = {.reference = rgs_be24(&r)};
    unsigned remaining = flags & REMAINING;
    bool first = flags & FIRST, created;

    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_SCCP_SEGMENT);
        return RGS_SHORT;
    }
    if (first && remaining == 0)
        return rgs_sccp_user(d, data);
    if (data.n == 0 || data.n > MAX_DATA) {
        rgs_anomaly(d, RGS_A_SCCP_SEGMENT);
        return RGS_BAD;
    }
    k.n = (uint8_t)(calling.n < sizeof(k.calling) ? calling.n : sizeof(k.calling));
    if (k.n)
        memcpy(k.calling, calling.p, k.n);

    struct value *v = rgs_remember(d, RGS_EVICTED_SCCP_SEGMENTS, s->segments, &k, &created);
    if (created || d->ts - v->since > s->timeout)
        restart(v, d->ts);
    if (v->at[remaining] != NOT_YET) {
        if (same(v, remaining, data))
            return RGS_OK; /* sent twice, or seen twice */
        /* The reference is in use again, for another message. */
        if (!v->done)
            rgs_anomaly(d, RGS_A_SCCP_SEGMENT);
        restart(v, d->ts);
    } else if (v->done || (first && v->total)) {
        restart(v, d->ts);
    }
    if (v->used + data.n > BUFFER || (v->total && remaining >= v->total)) {
        rgs_anomaly(d, RGS_A_SCCP_SEGMENT);
        restart(v, d->ts);
        return RGS_BAD;
    }
    v->at[remaining] = v->used;
    v->len[remaining] = (uint16_t)data.n;
    memcpy(v->data + v->used, data.p, data.n);
    v->used = (uint16_t)(v->used + data.n);
    if (first)
        v->total = (uint8_t)(remaining + 1);
    size_t n = complete(v);
    if (n == 0)
        return RGS_OK;
    v->done = true;
    return whole(d, v, n);
}
