/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/member.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "regsentry/regsentry.h"
#include "store/checkpoint.h"
#include "store/picture.h"

enum {
    STATE_VERSION = 3, /* grows when what a state says means something else */
    RETRY_MS = 300,
    LEASE_PARTS = 3,      /* renewals in the time of a lease */
    STEP_ENTRIES = 64,    /* that are read at once, of all shards */
    STEP_OBS = 20000,     /* that are evaluated before the lease is thought of */
    SEAL_MS = 10,         /* between two seals */
    SEAL_AGAIN_MS = 2000, /* a seal that has not come back was lost with its server */
    PAUSE_MS = 20,        /* between two looks at logs where nothing is new */
    POISONED = 16,        /* blocks of one step that are kept aside */
    LATENCIES = 1024,
    KEEP_MS = 3600000,   /* between two puttings-off of what expires */
    WRITING_MS = 600000, /* a state that takes longer to be written is given up */
};

struct held {
    bool mine, anew; /* anew: all its lines are to be written */
    uint64_t epoch;
    struct rgs_position committed;
    int64_t scored; /* up to where its lines are committed */
    struct rgs_lines *lines;
};

struct aside {
    struct rgs_place place;
    uint8_t *p;
    size_t n;
};

struct rgs_member {
    struct rgs_member_conf conf;
    struct rgs_sealer *sealer;
    struct rgs_site *site;
    struct rgs_timetable *timetable;
    const struct rgs_ruleset *ruleset; /* that was in force a step ago */
    long rules;                        /* lines of the log of rules that the seals told of */
    int64_t kept_at;
    struct rgs_answer *answer;
    unsigned n;
    struct held held[RGS_SHARDS_MAX];
    struct rgs_place place[RGS_SHARDS_MAX];
    int64_t leased_at, retry_at, scored_at, sealed_at; /* monotonic ms */
    int64_t issued, issued_end;                        /* the seal that is on its way */
    uint64_t losses;
    bool away, more;
    struct aside poisoned[POISONED];
    unsigned n_poisoned;
    struct rgs_picture picture;
    pid_t self;
    int64_t state_at;    /* monotonic ms */
    uint64_t state_upto; /* observations that the last one had, and one */
    const char *unfit;   /* why a state cannot be gone on with */
    struct rgs_member_status status;
    uint32_t latency[LATENCIES];
    uint64_t latencies;
};

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t now_ms(void)
{
    return now_us() / 1000;
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * INT64_C(1000000)}, NULL);
}

static void say(struct rgs_member *m, const char *event, const char *text)
{
    if (m->conf.say)
        m->conf.say(m->conf.ctx, event, text);
}

static void say_shard(struct rgs_member *m, const char *event, unsigned shard, const char *text)
{
    char line[300];
    snprintf(line, sizeof(line), "%u: %.250s", shard, text);
    say(m, event, line);
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

static void drop(struct rgs_member *m, unsigned shard)
{
    struct held *h = &m->held[shard];

    rgs_lines_del(h->lines);
    h->lines = NULL;
    h->mine = false;
    h->epoch = 0;
}

void rgs_member_del(struct rgs_member *m)
{
    if (!m)
        return;
    rgs_picture_drop(&m->picture);
    for (unsigned k = 0; k < m->n; k++)
        drop(m, k);
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

static bool anew(struct rgs_member *m)
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

/* ---- states -----------------------------------------------------------------------------------
 */

static bool is_same(struct rgs_member *m, struct rgs_image *im, uint64_t v, const char *unfit)
{
    bool was = im->failed;

    rgs_image_same(im, v);
    if (im->failed && !was)
        m->unfit = unfit;
    return !im->failed;
}

/* The logs must still have what the state goes on from. */
static bool logs_go_on(struct rgs_member *m)
{
    const struct rgs_merge *merge = rgs_answer_merge(m->answer);
    struct rgs_place needed;

    for (unsigned k = 0; k < m->n; k++) {
        if (rgs_site_check(m->site, &m->place[k]) < 0 ||
            (rgs_merge_needs(merge, k, &needed) && rgs_site_check(m->site, &needed) < 0))
            return false;
    }
    return true;
}

/* Both ways. */
static void state(void *ctx, struct rgs_image *im)
{
    static const char another[] = "it is of another version of this program";
    struct rgs_member *m = ctx;
    const struct rgs_catalogue *catalogue = m->conf.answer.catalogue;

    if (!is_same(m, im, STATE_VERSION, another) ||
        !is_same(m, im, rgs_id_of(rgs_version(), strlen(rgs_version())), another) ||
        !is_same(m, im, sizeof(m->place), another) ||
        !is_same(m, im, rgs_catalogue_mark(catalogue), "it knows other services") ||
        !is_same(m, im, m->n, "the site has another number of shards"))
        return;
    RGS_IMAGE(im, m->place);
    RGS_IMAGE(im, m->rules);
    if (im->mode == RGS_IMAGE_READ && !im->failed) {
        for (unsigned k = 0; k < m->n; k++) {
            m->place[k].shard = k;
            m->place[k].id[sizeof(m->place[k].id) - 1] = '\0';
        }
        m->unfit = "it is of other rules, capacities, or of a log that has been trimmed since";
        im->failed = !rgs_timetable_know(m->timetable, m->rules);
    }
    rgs_answer_image(m->answer, im, now_ms());
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        im->failed = !logs_go_on(m);
}

/* 0: goes on with the newest state that fits; 1: there is none; -EAGAIN; or -ENOMEM. */
static int resume(struct rgs_member *m)
{
    struct rgs_merge_counts counts;
    char text[160];
    int status = -EINVAL;

    for (unsigned i = 0; status < 0 && i < RGS_CHECKPOINT_STATES + 1; i++) {
        m->unfit = NULL;
        status = rgs_checkpoint_read(m->site, m->sealer, i, state, m);
        if (status >= 0 || status == -EAGAIN || status == -ENOMEM)
            break;
        say(m, "state_refused",
            status == -EBADMSG ? "a piece of it is damaged or missing"
            : m->unfit         ? m->unfit
                               : rgs_site_trouble(m->site));
        if (!anew(m))
            return -ENOMEM;
        if (status == -EACCES)
            return 1;
    }
    if (status)
        return status < 0 ? status : 1;
    rgs_merge_counts(rgs_answer_merge(m->answer), &counts);
    snprintf(text, sizeof(text), "%" PRIu64 " observations are known", counts.observations);
    say(m, "resumed", text);
    m->state_upto = counts.observations + 1;
    m->state_at = now_ms();
    return 0;
}

static int write_state(struct rgs_member *m)
{
    const struct rgs_merge *merge = rgs_answer_merge(m->answer);
    char from[RGS_SHARDS_MAX * sizeof(m->place[0].id)] = "";
    struct rgs_place needed;
    size_t n = 0;

    for (unsigned k = 0; k < m->n; k++) {
        bool waits = rgs_merge_needs(merge, k, &needed);
        n += (size_t)snprintf(from + n, sizeof(from) - n, "%s%.46s", k ? "," : "",
                              waits ? needed.id : m->place[k].id);
    }
    int status = rgs_checkpoint_write(m->site, m->sealer, rgs_merge_upto(merge), from, state, m);
    return status < 0 ? status : 0;
}

/* In the child, which goes when its parent does. */
static int write_picture(void *ctx)
{
    struct rgs_member *m = ctx;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != m->self)
        return -ECANCELED;
    return rgs_site_reconnect(m->site) ? write_state(m) : -ENOMEM;
}

static void wrote(struct rgs_member *m, int reason)
{
    m->status.states += !reason;
    if (!reason)
        say(m, "checkpoint", "the state is kept");
    else if (reason == ESTALE) /* shards changed hands meanwhile, and the keeping with them */
        say(m, "checkpoint_left", "another engine has the lease");
    else
        say(m, "checkpoint_failed", strerror(reason));
}

/* Something new is known, and it is this engine's to keep it. */
static bool state_due(const struct rgs_member *m, struct rgs_merge_counts *counts)
{
    if (!m->conf.state_ms || !m->answer || !m->site || !m->held[0].mine || m->picture.child)
        return false;
    rgs_merge_counts(rgs_answer_merge(m->answer), counts);
    return counts->observations && counts->observations + 1 != m->state_upto;
}

static void see_to_state(struct rgs_member *m)
{
    struct rgs_merge_counts counts;
    int64_t now = now_ms();
    int reason;

    if (rgs_picture_done(&m->picture, false, &reason))
        wrote(m, reason);
    if (m->picture.child && now - m->state_at > WRITING_MS) {
        rgs_picture_drop(&m->picture);
        wrote(m, ETIMEDOUT);
    }
    if (now - m->state_at < m->conf.state_ms || !state_due(m, &counts))
        return;
    m->state_at = now;
    m->state_upto = counts.observations + 1;
    m->self = getpid();
    int status = rgs_picture_take(&m->picture, write_picture, m);
    if (status < 0)
        wrote(m, -status);
}

void rgs_member_finish(struct rgs_member *m)
{
    struct rgs_merge_counts counts;
    int reason;

    if (rgs_picture_done(&m->picture, true, &reason))
        wrote(m, reason);
    if (state_due(m, &counts))
        wrote(m, -write_state(m));
}

/* Goes on with a state where that is wanted and one is there, else from the begin of the logs. 0;
 * -EAGAIN: later; or -ENOMEM. */
static int begin(struct rgs_member *m, const char *why, bool with_state)
{
    if (m->answer)
        say(m, "anew", why);
    int status = !anew(m) ? -ENOMEM : with_state && m->conf.state_ms ? resume(m) : 1;
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
    if (now_ms() < m->retry_at)
        return false;
    m->site = rgs_site_open(&m->conf.site, err, sizeof(err));
    if (!m->site) {
        if (!m->away)
            say(m, "away", err);
        m->away = true;
        m->retry_at = now_ms() + RETRY_MS;
        return false;
    }
    m->n = rgs_site_shard_count(m->site);
    for (unsigned k = 0; k < m->n; k++)
        m->held[k].committed.upto = RGS_NEVER;
    return true;
}

static void set_aside(struct rgs_member *m, const struct rgs_entry *e)
{
    struct aside *a = &m->poisoned[m->n_poisoned];

    say_shard(m, "poisoned", e->place.shard, e->place.id);
    if (m->n_poisoned == POISONED || !m->held[e->place.shard].mine)
        return;
    *a = (struct aside){.place = e->place, .p = malloc(e->block.n + 1), .n = e->block.n};
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
    int status = rgs_merge_block(merge, &e->place, e->block, now_ms());
    if (status == 1)
        set_aside(m, e);
    return status < 0 ? status : 0;
}

/* After answers were under way no more. */
static void keep_aside(struct rgs_member *m)
{
    for (unsigned i = 0; i < m->n_poisoned; i++) {
        const struct aside *a = &m->poisoned[i];
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
        int status = rgs_site_check(m->site, &m->place[k]);
        if (status == -ESTALE)
            return begin(m, "the log was cut off while this engine was away", true);
        if (status < 0)
            return 0; /* later */
    }
    m->losses = losses;
    return 0;
}

static void seal(struct rgs_member *m)
{
    struct rgs_merge *merge = rgs_answer_merge(m->answer);
    struct rgs_watermark w;
    int64_t now = now_ms();
    char name[40];

    if (!m->held[0].mine || m->more || now - m->sealed_at < SEAL_MS)
        return;
    if (m->issued != RGS_NEVER && rgs_merge_upto(merge) < m->issued) {
        if (now - m->sealed_at < SEAL_AGAIN_MS)
            return;
    } else {
        rgs_merge_watermark(merge, m->conf.sessions, now, m->conf.silent_ms, &w);
        if (w.fell_silent) {
            snprintf(name, sizeof(name), "%016" PRIx64 ":%016" PRIx64, w.probe, w.session);
            say(m, "silent", name);
        }
        if (w.upto == RGS_NEVER)
            return;
        m->issued = w.upto;
        m->issued_end = w.ended;
    }
    m->sealed_at = now;
    rgs_site_seal(m->site, m->issued, m->issued_end);
}

/* ---- leases -----------------------------------------------------------------------------------
 */

static unsigned holding(const struct rgs_member *m)
{
    unsigned n = 0;
    for (unsigned k = 0; k < m->n; k++)
        n += m->held[k].mine;
    return n;
}

static void stand_back(struct rgs_member *m, unsigned shard, const char *why)
{
    drop(m, shard);
    m->status.fenced++;
    m->leased_at = 0;
    say_shard(m, "fenced", shard, why);
}

/* False when what is committed does not fit what this engine knows. */
static bool renew(struct rgs_member *m, unsigned shard, unsigned quota)
{
    struct held *h = &m->held[shard];
    struct rgs_lease l;

    if (rgs_site_lease(m->site, shard, holding(m) < quota, &l) < 0) {
        drop(m, shard); /* nobody knows */
        return true;
    }
    if (h->mine && (!l.mine || l.epoch != h->epoch))
        stand_back(m, shard, "another engine has had the lease");
    if (l.mine && !h->mine) {
        h->anew = true;
        say_shard(m, "leased", shard, "the lease is taken");
    }
    h->mine = l.mine;
    h->epoch = l.epoch;
    bool lost = l.position.upto < h->committed.upto;
    h->committed = l.position;
    return !lost && (!m->answer || l.position.upto >= rgs_answer_settled(m->answer));
}

/* Renews what is held, takes what is free up to an even share, and gives back what is more. */
static int see_to_leases(struct rgs_member *m)
{
    unsigned engines = 1, place = 0;
    int64_t least = INT64_MAX;
    bool fits = true;

    m->leased_at = now_ms();
    if (rgs_site_engines(m->site, &engines, &place) < 0)
        engines = 1;
    m->status.engines = engines;
    unsigned quota = m->n / engines + (place < m->n % engines);
    for (unsigned k = 0; k < m->n; k++) {
        fits = renew(m, k, quota) && fits;
        int64_t upto = m->held[k].committed.upto;
        least = upto < least ? upto : least;
    }
    for (unsigned k = m->n; k-- > 0 && holding(m) > quota;) {
        if (m->held[k].mine) {
            rgs_site_release(m->site, k);
            drop(m, k);
            say_shard(m, "given", k, "another engine has fewer");
        }
    }
    if (m->answer && fits)
        rgs_answer_settle(m->answer, least);
    /* A state that was kept knows no less than this engine does. */
    return fits || !m->answer ? 0 : begin(m, "the site lost what was committed", false);
}

/* ---- commits ----------------------------------------------------------------------------------
 */

static bool scores_due(const struct rgs_member *m, unsigned shard, int64_t upto, bool idle)
{
    const struct held *h = &m->held[shard];
    return (h->anew || h->scored < upto) && (idle || now_ms() - m->scored_at >= m->conf.scores_ms);
}

static void note_latency(struct rgs_member *m, int64_t us)
{
    m->latency[m->latencies++ % LATENCIES] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void commit(struct rgs_member *m, unsigned shard, const struct rgs_commit *c, bool scores)
{
    struct held *h = &m->held[shard];
    struct rgs_merge_counts counts;
    struct rgs_commit_head head = {.from = h->committed,
                                   .event_ts = rgs_answer_event_ts(m->answer),
                                   .ruleset = rgs_ruleset_sha256(rgs_answer_ruleset(m->answer)),
                                   .anew = scores && h->anew};
    uint64_t alerts = rgs_commit_alerts(c);

    rgs_merge_counts(rgs_answer_merge(m->answer), &counts);
    head.to = (struct rgs_position){.upto = rgs_merge_upto(rgs_answer_merge(m->answer)),
                                    .observations = counts.observations,
                                    .alerts = h->committed.alerts + alerts};
    int64_t begun = now_us();
    int status = rgs_site_commit(m->site, shard, &head, c);
    note_latency(m, now_us() - begun);
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
        stand_back(m, shard, rgs_site_trouble(m->site));
    } else if (status != -EAGAIN) {
        /* Nobody knows whether it was done: the server is asked. */
        drop(m, shard);
        m->leased_at = 0;
    }
}

static int commit_all(struct rgs_member *m, bool idle)
{
    int64_t upto = rgs_merge_upto(rgs_answer_merge(m->answer));
    struct rgs_commit *c[RGS_SHARDS_MAX] = {NULL}, *scored[RGS_SHARDS_MAX] = {NULL};
    struct rgs_lines *lines[RGS_SHARDS_MAX];
    bool any = false, ok = true;

    if (upto == RGS_NEVER)
        return 0;
    for (unsigned k = 0; k < m->n; k++) {
        struct held *h = &m->held[k];
        lines[k] = NULL;
        /* Whoever has just come may have to catch up first. */
        if (!h->mine || upto < h->committed.upto)
            continue;
        bool scores = scores_due(m, k, upto, idle);
        if (!scores && !rgs_answer_any_alert(m->answer, k, h->committed.upto))
            continue;
        c[k] = rgs_commit_new();
        ok = ok && c[k] && rgs_answer_alerts(m->answer, k, h->committed.upto, upto, c[k]);
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
        m->scored_at = now_ms();
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

/* ---- a step -----------------------------------------------------------------------------------
 */

static bool renewal_due(const struct rgs_member *m)
{
    return now_ms() - m->leased_at >= m->conf.site.lease_ms / LEASE_PARTS;
}

static void tell_whether_away(struct rgs_member *m)
{
    bool failed = rgs_site_failed(m->site);

    if (failed && !m->away)
        say(m, "away", rgs_site_trouble(m->site));
    else if (!failed && m->away)
        say(m, "back", "all shards answer");
    m->away = failed;
}

/* Nothing goes out behind a seal before the rule sets that it tells of are known. */
static bool know_rules(struct rgs_member *m)
{
    bool known = rgs_timetable_know(m->timetable, m->rules);

    rgs_site_retain(m->site, rgs_timetable_retention(m->timetable) / 1000000 * 2);
    if (known && now_ms() - m->kept_at >= KEEP_MS) {
        rgs_timetable_keep(m->timetable);
        m->kept_at = now_ms();
    }
    return known;
}

static int evaluate(struct rgs_member *m)
{
    int status = 1;

    if (!know_rules(m)) {
        pause_ms(PAUSE_MS);
        return 0;
    }
    while (status == 1 && !renewal_due(m))
        status = rgs_answer_go(m->answer, STEP_OBS);
    m->more = status == 1;
    const struct rgs_ruleset *now = rgs_answer_ruleset(m->answer);
    if (m->ruleset && now != m->ruleset)
        say(m, "rules_turned", rgs_ruleset_sha256(now));
    m->ruleset = now;
    return status < 0 ? status : 0;
}

int rgs_member_step(struct rgs_member *m, int wait_ms)
{
    unsigned count = STEP_ENTRIES / (m->n ? m->n : 1);
    int found = 0, status;

    if (!dial(m)) {
        pause_ms(wait_ms < 100 ? wait_ms : 100);
        return 0;
    }
    status = m->answer ? 0 : begin(m, "", true);
    if (!status)
        status = check(m);
    if (!status && renewal_due(m))
        status = see_to_leases(m);
    if (status == -EAGAIN)
        pause_ms(PAUSE_MS);
    if (status || !m->answer)
        return status == -EAGAIN ? 0 : status;
    if (!m->more) {
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
    status = commit_all(m, idle);
    see_to_state(m);
    tell_whether_away(m);
    if (idle || m->away)
        pause_ms(wait_ms < PAUSE_MS ? wait_ms : PAUSE_MS);
    return status;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void rgs_member_status(const struct rgs_member *m, struct rgs_member_status *out)
{
    *out = m->status;
    out->shards = m->n;
    out->held = holding(m);
    if (!m->answer)
        return;
    struct rgs_merge *merge = rgs_answer_merge(m->answer);
    rgs_merge_counts(merge, &out->merge);
    out->complete = out->merge.complete && !m->more;
    for (unsigned k = 0; k < m->n; k++) {
        const struct held *h = &m->held[k];
        int64_t upto = rgs_merge_upto(merge);
        out->complete = out->complete && h->committed.upto >= upto &&
                        (!h->mine || (!h->anew && h->scored >= upto));
    }
}

void rgs_member_latency(const struct rgs_member *m, uint64_t out[2])
{
    static _Thread_local uint32_t v[LATENCIES];
    size_t n = m->latencies < LATENCIES ? (size_t)m->latencies : LATENCIES;

    memcpy(v, m->latency, n * sizeof(v[0]));
    qsort(v, n, sizeof(v[0]), by_size);
    out[0] = n ? v[n / 2] : 0;
    out[1] = n ? v[n * 99 / 100] : 0;
}
