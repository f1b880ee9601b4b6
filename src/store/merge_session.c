/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One session of the logs: its blocks as they wait, and its observations round by round. */
#include <errno.h>
#include <stdlib.h>

#include "store/merge_parts.h"

static void waiting_del(struct rgs_waiting *w)
{
    explicit_bzero(w, sizeof(*w) + (w->held ? w->n : 0)); /* numbers stand in it */
    free(w);
}

static struct rgs_waiting *take_first(struct rgs_merge *m, struct rgs_lane *p)
{
    struct rgs_waiting *w = p->first;
    p->first = w->next;
    if (!p->first)
        p->last = NULL;
    m->held -= w->held ? w->n : 0;
    m->counts.waiting -= w->head.count;
    return w;
}

static void close_cursor(struct rgs_lane *p)
{
    if (!p->cursor)
        return;
    waiting_del(p->cursor->of);
    explicit_bzero(p->cursor, sizeof(*p->cursor));
    free(p->cursor);
    p->cursor = NULL;
}

void rgs_merge_source_del(struct rgs_merge *m, struct rgs_source *s)
{
    for (unsigned k = 0; k < s->shards; k++) {
        while (s->part[k].first)
            waiting_del(take_first(m, &s->part[k]));
        close_cursor(&s->part[k]);
    }
    free(s);
}

/* ---- sessions ---------------------------------------------------------------------------------
 */

/* Where it stands, or should stand. */
static unsigned place_of(const struct rgs_merge *m, uint64_t probe, uint64_t session)
{
    unsigned low = 0, high = m->n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        const struct rgs_source *s = m->source[mid];
        if (s->probe < probe || (s->probe == probe && s->session < session))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool has_waiting(const struct rgs_source *s)
{
    bool any = s->has_next;
    for (unsigned k = 0; k < s->shards && !any; k++)
        any = s->part[k].first || s->part[k].cursor;
    return any;
}

/* A place for a newcomer: who has ended goes first, else who was heard of longest ago. */
static void make_place(struct rgs_merge *m)
{
    struct rgs_source *victim = NULL;

    for (unsigned i = 0; i < m->n; i++) {
        struct rgs_source *s = m->source[i];
        if (!has_waiting(s) && (!victim || (s->ended && !victim->ended) ||
                                (s->ended == victim->ended && s->heard_at < victim->heard_at)))
            victim = s;
    }
    if (!victim)
        return;
    unsigned at = place_of(m, victim->probe, victim->session);
    memmove(&m->source[at], &m->source[at + 1], (--m->n - at) * sizeof(m->source[0]));
    m->forgotten_ended += victim->ended_parts == victim->shards;
    rgs_merge_source_del(m, victim);
}

struct rgs_source *rgs_merge_source(struct rgs_merge *m, const struct rgs_block_head *h)
{
    unsigned at = place_of(m, h->probe, h->session);
    struct rgs_source *s = at < m->n ? m->source[at] : NULL;

    if (s && s->probe == h->probe && s->session == h->session)
        return s;
    if (m->n == RGS_MERGE_SESSIONS) {
        make_place(m);
        at = place_of(m, h->probe, h->session);
    }
    s = m->n < RGS_MERGE_SESSIONS ? calloc(1, sizeof(*s) + h->shards * sizeof(s->part[0])) : NULL;
    if (!s)
        return NULL;
    s->probe = h->probe;
    s->session = h->session;
    s->shards = h->shards;
    s->newest = s->now = s->end_ts = RGS_NEVER;
    memmove(&m->source[at + 1], &m->source[at], (m->n - at) * sizeof(m->source[0]));
    m->source[at] = s;
    m->n++;
    m->counts.sessions++;
    return s;
}

/* ---- rounds -----------------------------------------------------------------------------------
 */

void rgs_merge_next_of(struct rgs_merge *m, struct rgs_lane *p)
{
    enum rgs_outcome got = rgs_obs_unpack(&p->cursor->unpacker, &p->cursor->next);

    p->cursor->taken++;
    if (got == RGS_OK)
        return;
    m->counts.poisoned += got != RGS_SHORT;
    close_cursor(p);
}

/* The body of a block that was too much to be held. */
static struct rgs_waiting *fetch(struct rgs_merge *m, struct rgs_waiting *w)
{
    struct rgs_block_head head;
    size_t n = 0;
    struct rgs_bytes block =
        rgs_bytes(m->block, m->conf.fetch ? m->conf.fetch(m->conf.ctx, &w->place, m->block) : 0);
    struct rgs_waiting *full = malloc(sizeof(*w) + w->n);

    if (full && rgs_block_open(m->sealer, block, &head, m->body, &n) == RGS_BLOCK_OK && n == w->n) {
        *full = *w;
        full->held = true;
        memcpy(full->body, m->body, n);
    } else {
        m->counts.lost++;
        free(full);
        full = NULL;
    }
    waiting_del(w);
    return full;
}

bool rgs_merge_open_body(struct rgs_merge *m, struct rgs_lane *p, struct rgs_waiting *w)
{
    if (!w->held && !(w = fetch(m, w)))
        return false;
    p->cursor = malloc(sizeof(*p->cursor));
    if (!p->cursor) {
        m->counts.lost++;
        waiting_del(w);
        return false;
    }
    p->cursor->of = w;
    p->cursor->taken = 0;
    rgs_obs_unpacker_init(&p->cursor->unpacker, &m->conf.names, rgs_bytes(w->body, w->n));
    rgs_merge_next_of(m, p);
    return true;
}

static void open_block(struct rgs_merge *m, struct rgs_source *s, struct rgs_lane *p)
{
    struct rgs_waiting *w = take_first(m, p);

    s->now = rgs_merge_later(s->now, w->least);
    if (w->head.type == RGS_BLOCK_END) {
        m->counts.ended += !s->ended;
        s->ended = true;
    } else if (w->head.count) {
        rgs_merge_open_body(m, p, w);
        return;
    }
    waiting_del(w);
}

/*
 * The next round, when all of its blocks are there. A block that is missing while a later one of
 * its part is there is lost (a server that came back without it), and the round goes on without.
 */
static bool open_round(struct rgs_merge *m, struct rgs_source *s)
{
    uint64_t least = UINT64_MAX;

    if (s->ended)
        return false;
    for (unsigned k = 0; k < s->shards; k++) {
        if (!s->part[k].first)
            return false;
        uint64_t seq = s->part[k].first->head.seq;
        least = seq < least ? seq : least;
    }
    if (s->any_round && least > s->round + 1)
        m->counts.lost += (least - s->round - 1) * s->shards;
    s->any_round = true;
    s->round = least;
    for (unsigned k = 0; k < s->shards; k++) {
        struct rgs_lane *p = &s->part[k];
        if (p->first->head.seq == least) {
            open_block(m, s, p);
        } else {
            m->counts.lost++;
            s->now = rgs_merge_later(s->now, p->first->least);
        }
    }
    return true;
}

void rgs_merge_advance(struct rgs_merge *m, struct rgs_source *s)
{
    s->has_next = false;
    do {
        uint64_t least = UINT64_MAX;
        for (unsigned k = 0; k < s->shards; k++) {
            const struct rgs_cursor *c = s->part[k].cursor;
            if (c && c->unpacker.order < least) {
                least = c->unpacker.order;
                s->at = k;
                s->has_next = true;
            }
        }
    } while (!s->has_next && open_round(m, s));
    if (s->has_next)
        s->now = rgs_merge_later(s->now, s->part[s->at].cursor->next.ts);
}

/* ---- what comes in ----------------------------------------------------------------------------
 */

void rgs_merge_stands_at(struct rgs_lane *p, uint64_t seq, const struct rgs_place *place)
{
    for (struct rgs_waiting *w = p->first; w && w->head.seq <= seq; w = w->next) {
        if (w->head.seq == seq)
            w->place = *place;
    }
}

int rgs_merge_wait(struct rgs_merge *m, struct rgs_lane *p, const struct rgs_waiting *what,
                   bool hold)
{
    struct rgs_waiting *w = malloc(sizeof(*w) + (hold ? what->n : 0));

    if (!w)
        return -ENOMEM;
    *w = *what;
    w->held = hold;
    if (hold) {
        memcpy(w->body, m->body, w->n);
        m->held += w->n;
    }
    *(p->last ? &p->last->next : &p->first) = w;
    p->last = w;
    m->counts.waiting += w->head.count;
    return 0;
}
