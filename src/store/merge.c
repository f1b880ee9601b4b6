/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/merge.h"

#include <errno.h>
#include <stdlib.h>

struct waiting {
    struct waiting *next;
    struct rgs_place place;
    struct rgs_block_head head;
    uint8_t *p; /* NULL: to be fetched again */
    size_t n;
};

struct source {
    uint64_t probe, session, seq;
    bool ended, silent, blocking;
    int64_t frontier, end_ts; /* frontier: nothing older follows */
    bool any_frontier;
    struct waiting *first, *last;
    bool open, has_next;
    struct rgs_obs next;
    struct rgs_obs_unpacker unpacker;
    uint8_t body[RGS_BLOCK_MAX];
};

struct rgs_merge {
    struct rgs_merge_conf conf;
    struct rgs_sealer *sealer;
    struct source *source[RGS_MERGE_SESSIONS]; /* in the order of probe and session */
    unsigned n;
    size_t held;
    bool complete;
    struct rgs_merge_counts counts;
    uint8_t block[RGS_BLOCK_MAX];
};

struct rgs_merge *rgs_merge_new(const struct rgs_merge_conf *conf, struct rgs_sealer *sealer)
{
    struct rgs_merge *m = calloc(1, sizeof(*m));

    if (m) {
        m->conf = *conf;
        m->sealer = sealer;
    }
    return m;
}

static void drop_first(struct rgs_merge *m, struct source *s)
{
    struct waiting *w = s->first;
    s->first = w->next;
    if (!s->first)
        s->last = NULL;
    if (w->p)
        m->held -= w->n;
    m->counts.waiting -= w->head.count;
    free(w->p);
    free(w);
}

static void source_del(struct rgs_merge *m, struct source *s)
{
    while (s->first)
        drop_first(m, s);
    /* Opened bodies hold numbers. */
    explicit_bzero(s, sizeof(*s));
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

/* Where it stands, or should stand. */
static unsigned place_of(const struct rgs_merge *m, uint64_t probe, uint64_t session)
{
    unsigned low = 0, high = m->n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        const struct source *s = m->source[mid];
        if (s->probe < probe || (s->probe == probe && s->session < session))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct source *find(const struct rgs_merge *m, uint64_t probe, uint64_t session)
{
    unsigned at = place_of(m, probe, session);
    struct source *s = at < m->n ? m->source[at] : NULL;
    return s && s->probe == probe && s->session == session ? s : NULL;
}

static bool drained(const struct source *s)
{
    return s->ended && !s->first && !s->has_next && !s->open;
}

/* A place for a newcomer: sessions that are over make room, and only then. */
static void forget_drained(struct rgs_merge *m)
{
    unsigned k = 0;
    for (unsigned i = 0; i < m->n; i++) {
        if (drained(m->source[i]))
            source_del(m, m->source[i]);
        else
            m->source[k++] = m->source[i];
    }
    m->n = k;
}

static struct source *source_of(struct rgs_merge *m, uint64_t probe, uint64_t session)
{
    struct source *s = find(m, probe, session);

    if (s)
        return s;
    if (m->n == RGS_MERGE_SESSIONS)
        forget_drained(m);
    s = m->n < RGS_MERGE_SESSIONS ? calloc(1, sizeof(*s)) : NULL;
    if (!s)
        return NULL;
    s->probe = probe;
    s->session = session;
    unsigned at = place_of(m, probe, session);
    memmove(&m->source[at + 1], &m->source[at], (m->n - at) * sizeof(m->source[0]));
    m->source[at] = s;
    m->n++;
    m->counts.sessions++;
    return s;
}

/* Opens the next block of a session that brings observations; false: nothing waits. */
static bool open_next(struct rgs_merge *m, struct source *s)
{
    while (s->first) {
        struct waiting *w = s->first;
        struct rgs_bytes block = rgs_bytes(w->p, w->n);
        struct rgs_block_head head;
        size_t n;

        if (!w->p)
            block = rgs_bytes(m->block,
                              m->conf.fetch ? m->conf.fetch(m->conf.ctx, &w->place, m->block) : 0);
        bool good = rgs_block_open(m->sealer, block, &head, s->body, &n) == RGS_BLOCK_OK;
        drop_first(m, s);
        if (!good) {
            m->counts.poisoned++;
            continue;
        }
        if (head.type == RGS_BLOCK_END) {
            s->ended = true;
            s->end_ts = head.ts;
            m->counts.ended++;
            if (m->conf.end)
                m->conf.end(m->conf.ctx, rgs_bytes(s->body, n));
        } else if (head.count == 0) {
            s->frontier = head.ts;
            s->any_frontier = true;
        } else {
            rgs_obs_unpacker_init(&s->unpacker, &m->conf.names, rgs_bytes(s->body, n));
            s->open = true;
            return true;
        }
    }
    return false;
}

static void advance(struct rgs_merge *m, struct source *s)
{
    s->has_next = false;
    for (;;) {
        if (!s->open && !open_next(m, s))
            return;
        enum rgs_outcome got = rgs_obs_unpack(&s->unpacker, &s->next);
        if (got == RGS_OK) {
            s->has_next = true;
            return;
        }
        m->counts.poisoned += got != RGS_SHORT;
        s->open = false;
    }
}

static bool holds_back(const struct source *s, int64_t ts)
{
    return !s->has_next && !s->ended && !s->silent && !(s->any_frontier && ts <= s->frontier);
}

/* Gives out all that no session holds back. */
static void release(struct rgs_merge *m)
{
    if (m->counts.sessions < m->conf.sessions)
        return;
    for (;;) {
        struct source *best = NULL;
        bool held = false;
        for (unsigned i = 0; i < m->n; i++) {
            struct source *s = m->source[i];
            if (!s->has_next)
                advance(m, s);
            if (s->has_next && (!best || s->next.ts < best->next.ts))
                best = s;
        }
        for (unsigned i = 0; best && i < m->n; i++) {
            struct source *s = m->source[i];
            s->blocking = holds_back(s, best->next.ts);
            held = s->blocking || held;
        }
        if (!best || held)
            break;
        m->counts.observations++;
        m->conf.obs(m->conf.ctx, &best->next);
        advance(m, best);
    }
    int64_t ts = INT64_MIN;
    bool all = m->n > 0;
    for (unsigned i = 0; i < m->n; i++) {
        all = all && drained(m->source[i]);
        if (m->source[i]->end_ts > ts)
            ts = m->source[i]->end_ts;
    }
    if (all && !m->complete && m->conf.complete)
        m->conf.complete(m->conf.ctx, ts);
    m->complete = all;
}

int rgs_merge_block(struct rgs_merge *m, const struct rgs_place *place, struct rgs_bytes block)
{
    struct rgs_block_head head;

    m->counts.blocks++;
    if (rgs_block_head(block, &head) != RGS_BLOCK_OK) {
        m->counts.poisoned++;
        return 0;
    }
    struct source *s = source_of(m, head.probe, head.session);
    if (!s)
        return -ENOMEM;
    if (head.seq <= s->seq || s->ended)
        return 0;
    s->seq = head.seq;
    s->silent = false;
    struct waiting *w = calloc(1, sizeof(*w));
    if (!w)
        return -ENOMEM;
    w->place = *place;
    w->head = head;
    w->n = block.n;
    if (m->held + block.n <= m->conf.held_bytes || !m->conf.fetch) {
        w->p = malloc(block.n);
        if (!w->p) {
            free(w);
            return -ENOMEM;
        }
        memcpy(w->p, block.p, block.n);
        m->held += block.n;
    }
    *(s->last ? &s->last->next : &s->first) = w;
    s->last = w;
    m->counts.waiting += head.count;
    release(m);
    return 0;
}

void rgs_merge_silent(struct rgs_merge *m, uint64_t probe, uint64_t session)
{
    struct source *s = find(m, probe, session);
    if (s)
        s->silent = true;
    release(m);
}

void rgs_merge_counts(const struct rgs_merge *m, struct rgs_merge_counts *c)
{
    *c = m->counts;
}

bool rgs_merge_blocker(const struct rgs_merge *m, uint64_t *probe, uint64_t *session)
{
    for (unsigned i = 0; m->counts.waiting && i < m->n; i++) {
        const struct source *s = m->source[i];
        if (!s->blocking || s->has_next || s->ended || s->silent)
            continue;
        *probe = s->probe;
        *session = s->session;
        return true;
    }
    return false;
}
