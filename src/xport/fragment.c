/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xport/fragment.h"

#include "base/pool.h"
#include "base/table.h"

/* 64 holes at once: the 45 fragments of the largest datagram on Ethernet in the worst order
 * leave 23. */
#define RANGES 64u

struct key {
    struct rgs_ip src, dst;
    uint32_t id;
    uint8_t protocol, ipv6, zero[2];
};

struct range {
    uint32_t from, to;
};

struct datagram {
    uint8_t *bytes;
    uint32_t cap;
    uint32_t total; /* 0 while the last fragment is missing */
    bool discarded; /* its further fragments are passed over */
    unsigned count;
    struct range ranges[RANGES]; /* received, ascending, never touching */
};

struct fragments {
    struct rgs_pool *pool;
    struct rgs_table *datagrams;
    int64_t timeout_ns;
};

static void gone(void *ctx, const void *key, void *value, bool evicted)
{
    struct fragments *s = ctx;
    rgs_pool_give(s->pool, ((struct datagram *)value)->bytes);
}

void *rgs_fragments_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    struct fragments *s = rgs_new(alloc, sizeof(*s));
    if (!s)
        return NULL;
    s->pool = rgs_pool_new((size_t)capacity->ip_held * 2, alloc);
    s->timeout_ns = capacity->timeout_ns;
    s->datagrams = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct key),
                                                          .value_size = sizeof(struct datagram),
                                                          .cap = capacity->ip_fragments,
                                                          .hash_key = capacity->hash_key,
                                                          .gone = gone,
                                                          .ctx = s},
                                 alloc);
    if (!s->datagrams || !s->pool) {
        rgs_fragments_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_fragments_del(void *state, const struct rgs_alloc *alloc)
{
    struct fragments *s = state;
    rgs_table_del(s->datagrams);
    rgs_pool_del(s->pool);
    rgs_free(alloc, s);
}

static void discard(struct fragments *s, struct datagram *g)
{
    rgs_pool_give(s->pool, g->bytes);
    *g = (struct datagram){.discarded = true};
}

/* The datagram that is worked on is the one used last, so it stays while older ones make room. */
static bool reserve(struct fragments *s, struct rgs_dissect *d, struct datagram *g, uint32_t n)
{
    uint32_t cap = g->cap ? g->cap : 2048;

    if (n <= g->cap)
        return true;
    while (cap < n)
        cap *= 2;
    uint8_t *bigger;
    while (!(bigger = rgs_pool_take(s->pool, cap))) {
        if (rgs_table_count(s->datagrams) < 2)
            return false;
        rgs_table_expire(s->datagrams, INT64_MAX, 1);
        rgs_count(d, RGS_A_IP_INCOMPLETE, 1);
    }
    if (g->cap)
        memcpy(bigger, g->bytes, g->cap);
    rgs_pool_give(s->pool, g->bytes);
    g->bytes = bigger;
    g->cap = cap;
    return true;
}

/* Copies what was not here yet: the first bytes for a place stay. False when others came for it. */
static bool fill(struct datagram *g, struct range r, const uint8_t *p)
{
    uint32_t at = r.from;
    bool same = true;

    for (unsigned i = 0; i < g->count && g->ranges[i].from < r.to; i++) {
        struct range have = g->ranges[i];
        if (have.to <= at)
            continue;
        if (have.from > at)
            memcpy(g->bytes + at, p + (at - r.from), have.from - at);
        uint32_t from = have.from > at ? have.from : at, to = have.to < r.to ? have.to : r.to;
        same = same && memcmp(g->bytes + from, p + (from - r.from), to - from) == 0;
        at = to;
    }
    if (at < r.to)
        memcpy(g->bytes + at, p + (at - r.from), r.to - at);
    return same;
}

/* Adds a range to the ordered list; false when there are too many holes. */
static bool merge(struct datagram *g, struct range r)
{
    unsigned first = 0, behind;

    while (first < g->count && g->ranges[first].to < r.from)
        first++;
    for (behind = first; behind < g->count && g->ranges[behind].from <= r.to; behind++) {
        if (g->ranges[behind].from < r.from)
            r.from = g->ranges[behind].from;
        if (g->ranges[behind].to > r.to)
            r.to = g->ranges[behind].to;
    }
    if (first == behind && g->count == RANGES)
        return false;
    memmove(&g->ranges[first + 1], &g->ranges[behind], (g->count - behind) * sizeof(r));
    g->count = g->count - (behind - first) + 1;
    g->ranges[first] = r;
    return true;
}

static struct datagram *datagram_of(struct fragments *s, struct rgs_dissect *d,
                                    const struct key *key)
{
    size_t lost = rgs_table_expire(s->datagrams, d->ts - s->timeout_ns, 16);
    uint64_t evictions = rgs_table_evictions(s->datagrams);
    bool created;
    struct datagram *g = rgs_table_get(s->datagrams, key, d->ts, &created);

    lost += rgs_table_evictions(s->datagrams) - evictions;
    if (lost)
        rgs_count(d, RGS_A_IP_INCOMPLETE, lost);
    return g;
}

/* RFC 791 3.2 and RFC 8200 4.5: all but the last in units of eight bytes, and none behind the end.
 */
static bool well_formed(const struct rgs_fragment *f)
{
    return f->data.n > 0 && (!f->more || f->data.n % 8 == 0) &&
           f->offset + f->data.n <= RGS_MAX_DATAGRAM;
}

bool rgs_fragment_add(struct rgs_dissect *d, const struct rgs_fragment *f,
                      struct rgs_bytes *payload)
{
    struct fragments *s = d->state[RGS_LAYER_IP];
    struct key key = {.src = d->op.src_ip,
                      .dst = d->op.dst_ip,
                      .id = f->id,
                      .protocol = f->protocol,
                      .ipv6 = f->ipv6};

    if (!well_formed(f)) {
        rgs_anomaly(d, RGS_A_IP_FRAGMENT);
        return false;
    }
    struct range r = {f->offset, f->offset + (uint32_t)f->data.n};
    struct datagram *g = datagram_of(s, d, &key);
    if (g->discarded)
        return false;
    uint32_t received = g->count ? g->ranges[g->count - 1].to : 0;
    if ((g->total && (r.to > g->total || (!f->more && r.to != g->total))) ||
        (!f->more && received > r.to)) { /* two ends */
        rgs_anomaly(d, RGS_A_IP_FRAGMENT);
        discard(s, g);
        return false;
    }
    if (!f->more)
        g->total = r.to;
    if (!reserve(s, d, g, r.to)) {
        rgs_anomaly(d, RGS_A_IP_INCOMPLETE);
        discard(s, g);
        return false;
    }
    if (!fill(g, r, f->data.p)) {
        rgs_anomaly(d, RGS_A_IP_OVERLAP);
        if (f->ipv6) { /* RFC 5722 4 */
            discard(s, g);
            return false;
        }
    }
    if (!merge(g, r)) {
        rgs_anomaly(d, RGS_A_IP_INCOMPLETE);
        discard(s, g);
        return false;
    }
    if (!g->total || g->count != 1 || g->ranges[0].from != 0 || g->ranges[0].to != g->total)
        return false;
    uint8_t *out = rgs_frame_alloc(d, g->total);
    if (out) {
        memcpy(out, g->bytes, g->total);
        *payload = rgs_bytes(out, g->total);
    }
    rgs_table_remove(s->datagrams, &key);
    return out != NULL;
}
