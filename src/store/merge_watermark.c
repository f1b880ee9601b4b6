/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seals that whoever leads a site may write. */
#include "store/merge_parts.h"

/* What is known of a session, for the seal that may be written. */
struct knowledge {
    int64_t sealed, newest, least, ended; /* least: INT64_MAX, or of those that are waited for */
    bool live;
};

static void know(struct rgs_source *s, struct knowledge *k, int64_t now_ms, int silent_ms,
                 struct rgs_watermark *w)
{
    k->newest = rgs_merge_later(k->newest, rgs_merge_later(s->newest, s->now));
    k->ended = rgs_merge_later(k->ended, s->end_ts);
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
        k.sealed = rgs_merge_later(k.sealed, m->sealed[i]);
    if (m->n == 0 || m->counts.sessions < sessions)
        return;
    for (unsigned i = 0; i < m->n; i++) {
        struct rgs_source *s = m->source[i];
        if (!s->has_next)
            rgs_merge_advance(m, s);
        if (s->has_next && s->now < first)
            first = s->now;
        know(s, &k, now_ms, silent_ms, w);
    }
    bool all_ended = !k.live && m->told_ended != m->known_ended;
    int64_t upto = k.live && k.least != INT64_MAX
                       ? (k.least == RGS_NEVER ? RGS_NEVER : k.least - 1)
                       : rgs_merge_later(k.newest, k.live ? RGS_NEVER : k.ended);
    /* Only what is late waits, and nobody is waited for. */
    if (upto <= k.sealed && (!k.live || k.least == INT64_MAX))
        upto = k.sealed + 1;
    if (upto <= k.sealed || (first > upto && !all_ended))
        return;
    w->upto = upto;
    w->ended = all_ended ? k.ended : RGS_NEVER;
}

void rgs_merge_repeat_end(struct rgs_merge *m)
{
    m->told_ended = 0;
}
