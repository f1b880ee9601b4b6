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

static void source_del(struct rgs_merge *m, struct rgs_source *s)
{
    for (unsigned k = 0; k < s->shards; k++) {
        while (s->part[k].first)
            waiting_del(take_first(m, &s->part[k]));
        close_cursor(&s->part[k]);
    }
    free(s);
}

void rgs_merge_del(struct rgs_merge *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->n; i++)
        source_del(m, m->source[i]);
    free(m);
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
    source_del(m, victim);
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

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

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

    s->now = later(s->now, w->least);
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
            s->now = later(s->now, p->first->least);
        }
    }
    return true;
}

/* The session's next observation, if it is known. */
static void advance(struct rgs_merge *m, struct rgs_source *s)
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
        s->now = later(s->now, s->part[s->at].cursor->next.ts);
}

static void give(struct rgs_merge *m, struct rgs_source *s)
{
    struct rgs_lane *p = &s->part[s->at];

    m->counts.observations++;
    m->now = s->now;
    m->conf.obs(m->conf.ctx, &p->cursor->next);
    rgs_merge_next_of(m, p);
    advance(m, s);
}

/* ---- what goes out ----------------------------------------------------------------------------
 */

/* Which source is next, and up to which time it stays so. False: none is up to this limit. */
static bool choose(struct rgs_merge *m, int64_t limit, struct rgs_source **best, int64_t *until)
{
    *best = NULL;
    *until = limit;
    for (unsigned i = 0; i < m->n; i++) {
        struct rgs_source *s = m->source[i];
        if (!s->has_next)
            advance(m, s);
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

/* What a newer block tells of its session, before it is opened. */
static void hear(struct rgs_merge *m, struct rgs_source *s, const struct rgs_block_head *h)
{
    uint64_t whole = UINT64_MAX;

    for (unsigned k = 0; k < s->shards; k++)
        whole = s->part[k].seq < whole ? s->part[k].seq : whole;
    if (whole > s->whole && whole == h->seq)
        s->newest = later(s->newest, h->ts);
    s->whole = whole;
    if (h->type == RGS_BLOCK_END) {
        m->known_ended += ++s->ended_parts == s->shards;
        s->end_ts = later(s->end_ts, h->ts);
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
    if (w.head.seq <= p->seq || p->ended)
        return 0;
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
    m->mark[m->marks++] = (struct rgs_mark){upto, ended};
    return 0;
}

/* ---- seals to be written ----------------------------------------------------------------------
 */

/* What is known of a session, for the seal that may be written. */
struct knowledge {
    int64_t sealed, newest, least, ended; /* least: INT64_MAX, or of those that are waited for */
    bool live;
};

static void know(struct rgs_source *s, struct knowledge *k, int64_t now_ms, int silent_ms,
                 struct rgs_watermark *w)
{
    k->newest = later(k->newest, later(s->newest, s->now));
    k->ended = later(k->ended, s->end_ts);
    if (s->ended_parts == s->shards)
        return;
    k->live = true;
    if (!s->silent && now_ms - s->heard_at > silent_ms) {
        s->silent = w->fell_silent = true;
        w->probe = s->probe;
        w->session = s->session;
    }
    /* Who is late already, holds nobody back. */
    if (!s->silent && (s->newest > k->sealed || s->newest == RGS_NEVER) && s->newest < k->least)
        k->least = s->newest;
}

void rgs_merge_watermark(struct rgs_merge *m, unsigned sessions, int64_t now_ms, int silent_ms,
                         struct rgs_watermark *w)
{
    struct knowledge k = {RGS_NEVER, RGS_NEVER, INT64_MAX, RGS_NEVER, false};
    int64_t first = INT64_MAX;

    *w = (struct rgs_watermark){.upto = RGS_NEVER, .ended = RGS_NEVER};
    for (unsigned i = 0; i < m->conf.shards; i++)
        k.sealed = later(k.sealed, m->sealed[i]);
    if (m->n == 0 || m->counts.sessions < sessions)
        return;
    for (unsigned i = 0; i < m->n; i++) {
        struct rgs_source *s = m->source[i];
        if (!s->has_next)
            advance(m, s);
        if (s->has_next && s->now < first)
            first = s->now;
        know(s, &k, now_ms, silent_ms, w);
    }
    bool all_ended = !k.live && m->told_ended != m->known_ended;
    int64_t upto = k.live && k.least != INT64_MAX ? (k.least == RGS_NEVER ? RGS_NEVER : k.least - 1)
                                                  : later(k.newest, k.live ? RGS_NEVER : k.ended);
    /* Only what is late waits, and nobody is waited for. */
    if (upto <= k.sealed && (!k.live || k.least == INT64_MAX))
        upto = k.sealed + 1;
    if (upto <= k.sealed || (first > upto && !all_ended))
        return;
    w->upto = upto;
    w->ended = all_ended ? k.ended : RGS_NEVER;
}

void rgs_merge_counts(const struct rgs_merge *m, struct rgs_merge_counts *c)
{
    *c = m->counts;
    c->complete = m->marks == 0 && m->n > 0 && m->told_ended == m->known_ended &&
                  m->known_ended - m->forgotten_ended == m->n;
}
