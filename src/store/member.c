/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/member_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "store/clock.h"

enum {
    RETRY_MS = 300,
    STEP_ENTRIES = 64,    /* that are read at once, of all shards */
    STEP_OBS = 20000,     /* that are evaluated before the lease is thought of */
    SEAL_MS = 10,         /* between two seals */
    SEAL_AGAIN_MS = 2000, /* a seal that has not come back was lost with its server */
    PAUSE_MS = 20,        /* between two looks at logs where nothing is new */
    KEEP_MS = 3600000,    /* between two puttings-off of what expires */
};

void rgs_member_say(struct rgs_member *m, const char *event, const char *text)
{
    if (m->conf.say)
        m->conf.say(m->conf.ctx, event, text);
}

void rgs_member_say_shard(struct rgs_member *m, const char *event, unsigned shard, const char *text)
{
    char line[300];
    snprintf(line, sizeof(line), "%u: %.250s", shard, text);
    rgs_member_say(m, event, line);
}

struct rgs_member *rgs_member_new(const struct rgs_member_conf *conf,
                                  const struct rgs_token_key *key)
{
    struct rgs_member *m = calloc(1, sizeof(*m));

    if (!m)
        return NULL;
    m->conf = *conf;
    m->sealer = rgs_sealer_new(key, &rgs_alloc_libc);
    const struct rgs_timetable_conf rules = {
        .url = conf->site.url,
        .site = conf->site.name,
        .catalogue = conf->answer.catalogue,
        .say = conf->say,
        .ctx = conf->ctx,
    };
    m->timetable = rgs_timetable_new(&rules);
    if (!m->sealer || !m->timetable) {
        rgs_member_del(m);
        return NULL;
    }
    return m;
}

void rgs_member_del(struct rgs_member *m)
{
    if (!m)
        return;
    rgs_picture_drop(&m->picture);
    for (unsigned k = 0; k < m->n; k++)
        rgs_member_drop(m, k);
    for (unsigned i = 0; i < m->n_poisoned; i++)
        free(m->poisoned[i].p);
    rgs_answer_del(m->answer);
    rgs_timetable_del(m->timetable);
    rgs_site_close(m->site);
    rgs_sealer_del(m->sealer);
    free(m);
}

/* ---- the logs ---------------------------------------------------------------------------------
 */

static size_t fetch(void *ctx, const struct rgs_place *place, uint8_t *out)
{
    struct rgs_member *m = ctx;
    return m->site ? rgs_site_fetch(m->site, place, out) : 0;
}

bool rgs_member_anew(struct rgs_member *m)
{
    struct rgs_answer_conf conf = m->conf.answer;

    rgs_answer_del(m->answer);
    conf.shards = m->n;
    conf.fetch = fetch;
    conf.timetable = m->timetable;
    conf.ctx = m;
    m->answer = rgs_answer_new(&conf, m->sealer);
    for (unsigned k = 0; k < m->n; k++) {
        m->place[k] = (struct rgs_place){k, "0-0"};
        rgs_trail_init(&m->trail[k], k);
        m->held[k].scored = RGS_NEVER;
        m->held[k].anew = true;
        rgs_lines_del(m->held[k].lines);
        m->held[k].lines = NULL;
    }
    m->issued = RGS_NEVER;
    m->more = false;
    m->ruleset = NULL;
    m->state_upto = 0;
    return m->answer != NULL;
}

int rgs_member_begin(struct rgs_member *m, const char *why, bool with_state)
{
    if (m->answer)
        rgs_member_say(m, "anew", why);
    int status = !rgs_member_anew(m)              ? -ENOMEM
                 : with_state && m->conf.state_ms ? rgs_member_resume(m)
                                                  : 1;
    if (status < 0) {
        rgs_answer_del(m->answer);
        m->answer = NULL;
    }
    return status < 0 ? status : 0;
}

static bool dial(struct rgs_member *m)
{
    char err[256];

    if (m->site)
        return true;
    if (rgs_clock_ms() < m->retry_at)
        return false;
    m->site = rgs_site_open(&m->conf.site, err, sizeof(err));
    if (!m->site) {
        if (!m->away)
            rgs_member_say(m, "away", err);
        m->away = true;
        m->retry_at = rgs_clock_ms() + RETRY_MS;
        return false;
    }
    m->n = rgs_site_shard_count(m->site);
    if (m->conf.site.shards && m->conf.site.shards != m->n) {
        snprintf(err, sizeof(err), "the site has %u, not %u", m->n, m->conf.site.shards);
        rgs_member_say(m, "shards", err);
    }
    for (unsigned k = 0; k < m->n; k++)
        m->held[k].committed.upto = RGS_NEVER;
    return true;
}

static void set_aside(struct rgs_member *m, const struct rgs_entry *e)
{
    struct rgs_member_aside *a = &m->poisoned[m->n_poisoned];

    rgs_member_say_shard(m, "poisoned", e->place.shard, e->place.id);
    if (m->n_poisoned == RGS_MEMBER_POISONED || !m->held[e->place.shard].mine)
        return;
    *a = (struct rgs_member_aside){.place = e->place, .p = malloc(e->block.n + 1), .n = e->block.n};
    if (!a->p)
        return;
    if (a->n)
        memcpy(a->p, e->block.p, a->n);
    m->n_poisoned++;
}

static int on_entry(void *ctx, const struct rgs_entry *e)
{
    struct rgs_member *m = ctx;
    struct rgs_merge *merge = rgs_answer_merge(m->answer);

    if (e->rules > m->rules)
        m->rules = e->rules;
    if (e->seal != RGS_NEVER)
        return rgs_merge_seal(merge, e->place.shard, e->seal, e->ended);
    int status = rgs_merge_block(merge, &e->place, e->block, rgs_clock_ms());
    if (status == 1)
        set_aside(m, e);
    return status < 0 ? status : 0;
}

/* After answers were under way no more. */
static void keep_aside(struct rgs_member *m)
{
    for (unsigned i = 0; i < m->n_poisoned; i++) {
        const struct rgs_member_aside *a = &m->poisoned[i];
        const struct rgs_entry e = {.place = a->place, .block = rgs_bytes(a->p, a->n)};
        rgs_site_aside(m->site, &e);
        free(a->p);
    }
    m->n_poisoned = 0;
}

/* Connections were lost: the logs may have lost their ends, or what is still to be read. */
static int check(struct rgs_member *m)
{
    uint64_t losses = rgs_site_losses(m->site);

    if (losses == m->losses)
        return 0;
    for (unsigned k = 0; k < m->n; k++) {
        int status = rgs_trail_check(&m->trail[k], m->site, &m->place[k]);
        if (status == -ESTALE)
            return rgs_member_begin(m, "the log was cut off while this engine was away", true);
        if (status < 0)
            return 0; /* later */
    }
    m->losses = losses;
    m->doubt = true;
    return 0;
}

static void seal(struct rgs_member *m)
{
    struct rgs_merge *merge = rgs_answer_merge(m->answer);
    struct rgs_watermark w;
    int64_t now = rgs_clock_ms();
    char name[40];

    if (!m->held[0].mine || m->more || now - m->sealed_at < SEAL_MS)
        return;
    if (m->issued != RGS_NEVER && rgs_merge_upto(merge) < m->issued) {
        if (now - m->sealed_at < SEAL_AGAIN_MS)
            return;
    } else {
        /* Others may wait for a seal that only this engine has read. */
        if (m->doubt)
            rgs_merge_repeat_end(merge);
        m->doubt = false;
        rgs_merge_watermark(merge, m->conf.sessions, now, m->conf.silent_ms, &w);
        if (w.fell_silent) {
            snprintf(name, sizeof(name), "%016" PRIx64 ":%016" PRIx64, w.probe, w.session);
            rgs_member_say(m, "silent", name);
        }
        if (w.upto == RGS_NEVER)
            return;
        m->issued = w.upto;
        m->issued_end = w.ended;
    }
    m->sealed_at = now;
    if (rgs_site_seal(m->site, m->issued, m->issued_end) != -ESTALE)
        return;
    /* Another engine seals; or one did, and a master was lost that alone knew of its lease: then
     * epochs begin again below those that the other shards know, and must pass them. */
    rgs_member_stand_back(m, 0, rgs_site_trouble(m->site));
    rgs_site_release(m->site, 0);
    m->sealed_at = 0;
}

/* ---- a step -----------------------------------------------------------------------------------
 */

static void tell_whether_away(struct rgs_member *m)
{
    bool failed = rgs_site_failed(m->site);

    if (failed && !m->away)
        rgs_member_say(m, "away", rgs_site_trouble(m->site));
    else if (!failed && m->away)
        rgs_member_say(m, "back", "all shards answer");
    m->away = failed;
}

/* Nothing goes out behind a seal before the rule sets that it tells of are known. */
static bool know_rules(struct rgs_member *m)
{
    bool known = rgs_timetable_know(m->timetable, m->rules);

    rgs_site_retain(m->site, rgs_timetable_retention(m->timetable) / 1000000 * 2);
    if (known && rgs_clock_ms() - m->kept_at >= KEEP_MS) {
        rgs_timetable_keep(m->timetable);
        m->kept_at = rgs_clock_ms();
    }
    return known;
}

static int evaluate(struct rgs_member *m)
{
    int status;

    if (!know_rules(m)) {
        rgs_pause_ms(PAUSE_MS);
        return 0;
    }
    /* Some of it, however long the servers took to renew the leases. */
    do {
        status = rgs_answer_go(m->answer, STEP_OBS);
    } while (status == 1 && !rgs_member_renewal_due(m));
    m->more = status == 1;
    const struct rgs_ruleset *now = rgs_answer_ruleset(m->answer);
    if (m->ruleset && now != m->ruleset)
        rgs_member_say(m, "rules_turned", rgs_ruleset_sha256(now));
    m->ruleset = now;
    return status < 0 ? status : 0;
}

int rgs_member_step(struct rgs_member *m, int wait_ms)
{
    unsigned count = STEP_ENTRIES / (m->n ? m->n : 1);
    int found = 0, status;

    if (!dial(m)) {
        rgs_pause_ms(wait_ms < 100 ? wait_ms : 100);
        return 0;
    }
    status = m->answer ? 0 : rgs_member_begin(m, "", true);
    if (!status)
        status = check(m);
    if (!status && rgs_member_renewal_due(m))
        status = rgs_member_see_to_leases(m);
    if (status == -EAGAIN)
        rgs_pause_ms(PAUSE_MS);
    if (status || !m->answer)
        return status == -EAGAIN ? 0 : status;
    /* Nothing is read over a new connection before it is known that the log goes on. */
    if (!m->more && rgs_site_losses(m->site) == m->losses) {
        const int64_t now = rgs_clock_ms();
        for (unsigned k = 0; k < m->n; k++)
            rgs_trail_note(&m->trail[k], &m->place[k], now);
        found = rgs_site_read(m->site, m->place, count > 2 ? count : 2, on_entry, m);
        if (found < 0)
            return found;
        keep_aside(m);
    }
    status = evaluate(m);
    if (status < 0)
        return status;
    bool idle = found == 0 && !m->more;
    seal(m);
    status = rgs_member_commit(m, idle);
    rgs_member_see_to_state(m);
    tell_whether_away(m);
    if (idle || m->away)
        rgs_pause_ms(wait_ms < PAUSE_MS ? wait_ms : PAUSE_MS);
    return status;
}

void rgs_member_status(const struct rgs_member *m, struct rgs_member_status *out)
{
    *out = m->status;
    out->shards = m->n;
    out->held = rgs_member_holding(m);
    if (!m->answer)
        return;
    struct rgs_merge *merge = rgs_answer_merge(m->answer);
    rgs_merge_counts(merge, &out->merge);
    out->complete = out->merge.complete && !m->more;
    for (unsigned k = 0; k < m->n; k++) {
        const struct rgs_member_shard *h = &m->held[k];
        int64_t upto = rgs_merge_upto(merge);
        out->complete = out->complete && h->committed.upto >= upto &&
                        (!h->mine || (!h->anew && h->scored >= upto));
    }
}
