/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "store/merge_parts.h"

struct rgs_merge *rgs_merge_new(const struct rgs_merge_conf *conf, struct rgs_sealer *sealer)
{
    struct rgs_merge *m = calloc(1, sizeof(*m));

    if (!m)
        return NULL;
    m->conf = *conf;
    m->sealer = sealer;
    m->upto = m->now = RGS_NEVER;
    for (unsigned k = 0; k < RGS_BLOCK_SHARDS; k++)
        m->sealed[k] = RGS_NEVER;
    return m;
}

void rgs_merge_del(struct rgs_merge *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->n; i++)
        rgs_merge_source_del(m, m->source[i]);
    free(m);
}

/* ---- what goes out ----------------------------------------------------------------------------
 */

static void give(struct rgs_merge *m, struct rgs_source *s)
{
    struct rgs_lane *p = &s->part[s->at];

    m->counts.observations++;
    m->now = s->now;
    m->conf.obs(m->conf.ctx, &p->cursor->next);
    rgs_merge_next_of(m, p);
    rgs_merge_advance(m, s);
}

/* Which source is next, and up to which time it stays so. False: none is up to this limit. */
static bool choose(struct rgs_merge *m, int64_t limit, struct rgs_source **best, int64_t *until)
{
    *best = NULL;
    *until = limit;
    for (unsigned i = 0; i < m->n; i++) {
        struct rgs_source *s = m->source[i];
        if (!s->has_next)
            rgs_merge_advance(m, s);
        if (!s->has_next || s->now > limit)
            continue;
        if (!*best || s->now < (*best)->now) {
            /* Whom it displaced comes first again at his own time: he stands before it. */
            if (*best)
                *until = (*best)->now - 1;
            *best = s;
        } else if (s->now < *until) {
            *until = s->now;
        }
    }
    return *best != NULL;
}

/* All up to the limit; false when the allowance ran out before. */
static bool drain(struct rgs_merge *m, int64_t limit, unsigned *left)
{
    struct rgs_source *s;
    int64_t until;

    while (choose(m, limit, &s, &until)) {
        do {
            if (!*left)
                return false;
            --*left;
            give(m, s);
        } while (s->has_next && s->now <= until);
    }
    return true;
}

bool rgs_merge_release(struct rgs_merge *m, unsigned most)
{
    int64_t horizon = INT64_MAX;

    for (unsigned k = 0; k < m->conf.shards; k++)
        horizon = m->sealed[k] < horizon ? m->sealed[k] : horizon;
    while (horizon > m->upto) {
        bool marked = m->marks && m->mark[0].upto <= horizon;
        int64_t limit = marked ? m->mark[0].upto : horizon;
        if (!drain(m, limit, &most)) {
            m->upto = m->now > m->upto ? m->now - 1 : m->upto;
            return true;
        }
        m->now = m->upto = limit;
        if (marked) {
            if (m->conf.complete)
                m->conf.complete(m->conf.ctx, m->mark[0].ended);
            m->told_ended = m->counts.ended;
            memmove(m->mark, m->mark + 1, --m->marks * sizeof(m->mark[0]));
        }
    }
    return false;
}

int64_t rgs_merge_upto(const struct rgs_merge *m)
{
    return m->upto;
}

int64_t rgs_merge_now(const struct rgs_merge *m)
{
    return m->now;
}

/* ---- what comes in ----------------------------------------------------------------------------
 */

/* What a newer block tells of its session, before it is opened. */
static void hear(struct rgs_merge *m, struct rgs_source *s, const struct rgs_block_head *h)
{
    uint64_t whole = UINT64_MAX;

    for (unsigned k = 0; k < s->shards; k++)
        whole = s->part[k].seq < whole ? s->part[k].seq : whole;
    if (whole > s->whole && whole == h->seq)
        s->newest = rgs_merge_later(s->newest, h->ts);
    s->whole = whole;
    if (h->type == RGS_BLOCK_END) {
        m->known_ended += ++s->ended_parts == s->shards;
        s->end_ts = rgs_merge_later(s->end_ts, h->ts);
    }
}

int rgs_merge_block(struct rgs_merge *m, const struct rgs_place *place, struct rgs_bytes block,
                    int64_t now_ms)
{
    struct rgs_waiting w = {.place = *place};
    int64_t sealed = m->sealed[place->shard];
    int status = 1;

    m->counts.blocks++;
    if (rgs_block_open(m->sealer, block, &w.head, m->body, &w.n) != RGS_BLOCK_OK ||
        w.head.type == RGS_BLOCK_STATE) {
        m->counts.poisoned++;
        return status;
    }
    struct rgs_source *s = rgs_merge_source(m, &w.head);
    if (!s)
        return -ENOMEM;
    if (w.head.shards != s->shards) {
        m->counts.poisoned++;
        return status;
    }
    struct rgs_lane *p = &s->part[w.head.shard];
    s->heard_at = now_ms;
    s->silent = false;
    if (w.head.seq <= p->seq || p->ended) {
        rgs_merge_stands_at(p, w.head.seq, place);
        return 0;
    }
    w.least = sealed == RGS_NEVER ? RGS_NEVER : sealed + 1;
    /* The end is small, and must not be missed. */
    bool hold =
        w.head.type == RGS_BLOCK_END || !m->conf.fetch || m->held + w.n <= m->conf.held_bytes;
    status = rgs_merge_wait(m, p, &w, hold);
    if (status < 0)
        return status;
    p->seq = w.head.seq;
    p->ended = w.head.type == RGS_BLOCK_END;
    hear(m, s, &w.head);
    return 0;
}

int rgs_merge_seal(struct rgs_merge *m, unsigned shard, int64_t upto, int64_t ended)
{
    if (upto <= m->sealed[shard])
        return 0;
    m->sealed[shard] = upto;
    /* The first log speaks for all. */
    if (shard != 0 || ended == RGS_NEVER)
        return 0;
    if (m->marks == RGS_MERGE_MARKS)
        return -ENOMEM;
    m->mark[m->marks++] = (struct rgs_merge_mark){upto, ended};
    return 0;
}

void rgs_merge_counts(const struct rgs_merge *m, struct rgs_merge_counts *c)
{
    *c = m->counts;
    c->complete = m->marks == 0 && m->n > 0 && m->told_ended == m->known_ended &&
                  m->known_ended - m->forgotten_ended == m->n;
}
