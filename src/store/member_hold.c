/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an engine holds: its leases of shards, and what it commits for them. */
#include "store/member_parts.h"

#include <errno.h>
#include <stdlib.h>

#include "store/clock.h"

enum { LEASE_PARTS = 3 }; /* renewals in the time of a lease */

void rgs_member_drop(struct rgs_member *m, unsigned shard)
{
    struct rgs_member_shard *h = &m->held[shard];

    rgs_lines_del(h->lines);
    h->lines = NULL;
    h->mine = false;
    h->epoch = 0;
}

bool rgs_member_renewal_due(const struct rgs_member *m)
{
    return rgs_clock_ms() - m->leased_at >= m->conf.site.lease_ms / LEASE_PARTS;
}

unsigned rgs_member_holding(const struct rgs_member *m)
{
    unsigned n = 0;
    for (unsigned k = 0; k < m->n; k++)
        n += m->held[k].mine;
    return n;
}

void rgs_member_stand_back(struct rgs_member *m, unsigned shard, const char *why)
{
    rgs_member_drop(m, shard);
    m->status.fenced++;
    m->leased_at = 0;
    rgs_member_say_shard(m, "fenced", shard, why);
}

/* False when what is committed does not fit what this engine knows. */
static bool renew(struct rgs_member *m, unsigned shard, unsigned quota)
{
    struct rgs_member_shard *h = &m->held[shard];
    struct rgs_lease l;

    if (rgs_site_lease(m->site, shard, rgs_member_holding(m) < quota, &l) < 0) {
        rgs_member_drop(m, shard); /* nobody knows */
        return true;
    }
    if (h->mine && (!l.mine || l.epoch != h->epoch))
        rgs_member_stand_back(m, shard, "another engine has had the lease");
    if (l.mine && !h->mine) {
        h->anew = true;
        rgs_member_say_shard(m, "leased", shard, "the lease is taken");
    }
    h->mine = l.mine;
    h->epoch = l.epoch;
    bool lost = l.position.upto < h->committed.upto;
    h->committed = l.position;
    return !lost && (!m->answer || l.position.upto >= rgs_answer_told(m->answer)->settled);
}

int rgs_member_see_to_leases(struct rgs_member *m)
{
    unsigned engines = 1, place = 0;
    int64_t least = INT64_MAX;
    bool fits = true;

    m->leased_at = rgs_clock_ms();
    if (rgs_site_engines(m->site, &engines, &place) < 0)
        engines = 1;
    m->status.engines = engines;
    unsigned quota = m->n / engines + (place < m->n % engines);
    for (unsigned k = 0; k < m->n; k++) {
        fits = renew(m, k, quota) && fits;
        int64_t upto = m->held[k].committed.upto;
        least = upto < least ? upto : least;
    }
    for (unsigned k = m->n; k-- > 0 && rgs_member_holding(m) > quota;) {
        if (m->held[k].mine) {
            rgs_site_release(m->site, k);
            rgs_member_drop(m, k);
            rgs_member_say_shard(m, "given", k, "another engine has fewer");
        }
    }
    if (m->answer && fits)
        rgs_told_settle(rgs_answer_told(m->answer), least);
    /* A state that was kept knows no less than this engine does. */
    return fits || !m->answer ? 0 : rgs_member_begin(m, "the site lost what was committed", false);
}

/* ---- commits ----------------------------------------------------------------------------------
 */

static bool scores_due(const struct rgs_member *m, unsigned shard, int64_t upto, bool idle)
{
    const struct rgs_member_shard *h = &m->held[shard];
    return (h->anew || h->scored < upto) &&
           (idle || rgs_clock_ms() - m->scored_at >= m->conf.scores_ms);
}

static void note_latency(struct rgs_member *m, int64_t us)
{
    m->latency[m->latencies++ % RGS_MEMBER_LATENCIES] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void commit(struct rgs_member *m, unsigned shard, const struct rgs_commit *c, bool scores)
{
    struct rgs_member_shard *h = &m->held[shard];
    struct rgs_merge_counts counts;
    struct rgs_commit_head head = {.from = h->committed,
                                   .event_ts = rgs_answer_event_ts(m->answer),
                                   .ruleset = rgs_ruleset_sha256(rgs_answer_ruleset(m->answer)),
                                   .anew = scores && h->anew};
    uint64_t alerts = rgs_commit_alerts(c);

    rgs_merge_counts(rgs_answer_merge(m->answer), &counts);
    head.to = (struct rgs_shard_position){.upto = rgs_merge_upto(rgs_answer_merge(m->answer)),
                                          .observations = counts.observations,
                                          .alerts = h->committed.alerts + alerts};
    int64_t begun = rgs_clock_ns(CLOCK_MONOTONIC);
    int status = rgs_site_commit(m->site, shard, &head, c);
    note_latency(m, (rgs_clock_ns(CLOCK_MONOTONIC) - begun) / 1000);
    if (status == 0) {
        m->status.commits++;
        m->status.alerts += alerts;
        h->committed = head.to;
        if (scores) {
            h->anew = false;
            h->scored = head.to.upto;
        }
        return;
    }
    h->anew = h->anew || scores;
    if (status == -ESTALE) {
        rgs_member_stand_back(m, shard, rgs_site_trouble(m->site));
    } else if (status != -EAGAIN) {
        /* Nobody knows whether it was done: the server is asked. */
        rgs_member_drop(m, shard);
        m->leased_at = 0;
    }
}

int rgs_member_commit(struct rgs_member *m, bool idle)
{
    int64_t upto = rgs_merge_upto(rgs_answer_merge(m->answer));
    struct rgs_commit *c[RGS_SHARDS_MAX] = {NULL}, *scored[RGS_SHARDS_MAX] = {NULL};
    struct rgs_lines *lines[RGS_SHARDS_MAX];
    bool any = false, ok = true;

    if (upto == RGS_NEVER)
        return 0;
    for (unsigned k = 0; k < m->n; k++) {
        struct rgs_member_shard *h = &m->held[k];
        lines[k] = NULL;
        /* Whoever has just come may have to catch up first. */
        if (!h->mine || upto < h->committed.upto)
            continue;
        bool scores = scores_due(m, k, upto, idle);
        if (!scores && !rgs_told_any(rgs_answer_told(m->answer), k, h->committed.upto))
            continue;
        c[k] = rgs_commit_new();
        ok = ok && c[k] &&
             rgs_told_commit(rgs_answer_told(m->answer), k, h->committed.upto, upto, c[k]);
        if (scores) {
            scored[k] = c[k];
            any = true;
            if (h->anew) {
                rgs_lines_del(h->lines);
                h->lines = NULL;
            }
            lines[k] = h->lines;
            h->lines = NULL;
        }
    }
    if (ok && any) {
        ok = rgs_answer_scores(m->answer, scored, lines);
        m->scored_at = rgs_clock_ms();
    }
    for (unsigned k = 0; k < m->n; k++) {
        if (scored[k])
            m->held[k].lines = lines[k];
        if (c[k] && ok)
            commit(m, k, c[k], scored[k] != NULL);
        rgs_commit_del(c[k]);
    }
    return ok ? 0 : -ENOMEM;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void rgs_member_latency(const struct rgs_member *m, uint64_t out[2])
{
    static _Thread_local uint32_t v[RGS_MEMBER_LATENCIES];
    size_t n = m->latencies < RGS_MEMBER_LATENCIES ? (size_t)m->latencies : RGS_MEMBER_LATENCIES;

    memcpy(v, m->latency, n * sizeof(v[0]));
    qsort(v, n, sizeof(v[0]), by_size);
    out[0] = n ? v[n / 2] : 0;
    out[1] = n ? v[n * 99 / 100] : 0;
}
