/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Neighbouring parts form runs. Only the two ends of a run know how far it reaches and how much it
 * holds, so a part is put in its place in constant time whatever the order of arrival; all parts
 * are visited once, when the run has the message's beginning and its end.
 */
#include "xport/sctp_join.h"

#include "base/pool.h"
#include "base/table.h"

struct key {
    uint64_t direction;
    uint64_t space;
    uint64_t index;
};

struct piece {
    uint8_t *bytes;
    uint32_t n;
    uint32_t ppid;
    bool first, last;
    uint32_t other_end; /* index; valid at the ends of a run */
    uint32_t run_bytes; /* the same */
};

struct rgs_sctp_join {
    const struct rgs_alloc *alloc;
    struct rgs_pool *pool;
    struct rgs_table *pieces;
    size_t held, most; /* bytes */
    int64_t timeout_ns;
};

static void gone(void *ctx, const void *key, void *value, bool evicted)
{
    struct rgs_sctp_join *j = ctx;
    struct piece *p = value;

    j->held -= p->n;
    rgs_pool_give(j->pool, p->bytes);
}

struct rgs_sctp_join *rgs_sctp_join_new(const struct rgs_capacity *capacity,
                                        const struct rgs_alloc *alloc)
{
    struct rgs_sctp_join *j = rgs_new(alloc, sizeof(*j));
    if (!j)
        return NULL;
    j->alloc = alloc;
    j->pool = rgs_pool_new((size_t)capacity->sctp_held * 2, alloc);
    j->most = capacity->sctp_held;
    j->timeout_ns = capacity->timeout_ns;
    j->pieces = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct key),
                                                       .value_size = sizeof(struct piece),
                                                       .cap = capacity->sctp_messages,
                                                       .hash_key = capacity->hash_key,
                                                       .gone = gone,
                                                       .ctx = j},
                              alloc);
    if (!j->pieces || !j->pool) {
        rgs_sctp_join_del(j);
        return NULL;
    }
    return j;
}

void rgs_sctp_join_del(struct rgs_sctp_join *j)
{
    if (!j)
        return;
    rgs_table_del(j->pieces);
    rgs_pool_del(j->pool);
    rgs_free(j->alloc, j);
}

static struct piece *peek(const struct rgs_sctp_join *j, const struct key *near, uint32_t index)
{
    struct key key = *near;
    key.index = index;
    return rgs_table_peek(j->pieces, &key);
}

static void remove_run(struct rgs_sctp_join *j, const struct key *near, uint32_t low, uint32_t high)
{
    struct key key = *near;
    for (uint32_t i = low;; i++) {
        key.index = i;
        if (!rgs_table_remove(j->pieces, &key) || i == high)
            return;
    }
}

/* The longest unused go until n bytes fit; *lost counts them. NULL: that many never do. */
static uint8_t *room_for(struct rgs_sctp_join *j, size_t n, size_t *lost)
{
    uint8_t *p = NULL;

    while (j->held + n > j->most || !(p = rgs_pool_take(j->pool, n))) {
        if (!rgs_table_expire(j->pieces, INT64_MAX, 1)) {
            ++*lost;
            return NULL;
        }
        ++*lost;
    }
    return p;
}

/* Makes room and copies the part in; NULL when it was here already or memory is short. */
static struct piece *keep(struct rgs_sctp_join *j, struct rgs_dissect *d, const struct key *key,
                          const struct rgs_sctp_part *part)
{
    size_t lost = rgs_table_expire(j->pieces, d->ts - j->timeout_ns, 64);

    uint8_t *copy = rgs_table_peek(j->pieces, key) ? NULL : room_for(j, part->bytes.n, &lost);
    rgs_count(d, RGS_A_SCTP_INCOMPLETE, lost);
    if (!copy)
        return NULL;
    uint64_t evictions = rgs_table_evictions(j->pieces);
    bool created;
    struct piece *p = rgs_table_get(j->pieces, key, d->ts, &created);
    if (rgs_table_evictions(j->pieces) != evictions)
        rgs_count(d, RGS_A_SCTP_INCOMPLETE, 1);
    memcpy(copy, part->bytes.p, part->bytes.n);
    *p = (struct piece){.bytes = copy,
                        .n = (uint32_t)part->bytes.n,
                        .ppid = part->ppid,
                        .first = part->first,
                        .last = part->last,
                        .other_end = part->index,
                        .run_bytes = (uint32_t)part->bytes.n};
    j->held += part->bytes.n;
    return p;
}

/* All of a run, joined; false when the frame's memory is used up or a part was evicted from the
 * middle. */
static bool collect(struct rgs_sctp_join *j, struct rgs_dissect *d, const struct key *near,
                    uint32_t low, uint32_t high, size_t total, struct rgs_bytes *message)
{
    uint8_t *out = rgs_frame_alloc(d, total);
    size_t at = 0;

    for (uint32_t i = low; out; i++) {
        const struct piece *p = peek(j, near, i);
        if (!p || p->n > total - at) {
            rgs_anomaly(d, RGS_A_SCTP_INCOMPLETE);
            return false;
        }
        memcpy(out + at, p->bytes, p->n);
        at += p->n;
        if (i == high)
            break;
    }
    *message = rgs_bytes(out, at);
    return out != NULL;
}

bool rgs_sctp_join_add(struct rgs_sctp_join *j, struct rgs_dissect *d,
                       const struct rgs_sctp_part *part, struct rgs_bytes *message, uint32_t *ppid)
{
    struct key key = {.direction = part->direction, .space = part->space, .index = part->index};
    struct piece *p = keep(j, d, &key, part);
    if (!p)
        return false;

    uint32_t low = part->index, high = part->index;
    size_t total = part->bytes.n;
    struct piece *left = part->first ? NULL : peek(j, &key, low - 1);
    struct piece *right = part->last ? NULL : peek(j, &key, high + 1);
    if (left && !left->last) {
        low = left->other_end;
        total += left->run_bytes;
    }
    if (right && !right->first) {
        high = right->other_end;
        total += right->run_bytes;
    }
    struct piece *begin = peek(j, &key, low), *end = peek(j, &key, high);
    if (!begin || !end || total > RGS_MAX_DATAGRAM) {
        rgs_anomaly(d, RGS_A_SCTP_INCOMPLETE);
        remove_run(j, &key, low, high);
        return false;
    }
    begin->other_end = high;
    end->other_end = low;
    begin->run_bytes = end->run_bytes = (uint32_t)total;
    if (!begin->first || !end->last)
        return false;
    *ppid = begin->ppid;
    bool whole = collect(j, d, &key, low, high, total, message);
    remove_run(j, &key, low, high);
    return whole;
}
