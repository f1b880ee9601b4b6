/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/shard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "store/names.h"

enum {
    RETRY_MS = 300,
    MOST_LINES = 8192,     /* of a commit of scores: the highest */
    MOST_ALERTS = 4096,    /* of one commit; then it is time for one */
    HELD_BYTES = 64 << 20, /* of blocks that wait for other probes */
    LEASE_PARTS = 3,       /* renewals in the time of a lease */
};

struct rgs_shard {
    struct rgs_shard_conf conf;
    struct rgs_sealer *sealer;
    struct rgs_site *site;
    enum rgs_shard_state state;
    uint64_t epoch;
    int64_t leased_at, retry_at, scored_at, heard_at; /* monotonic ms */

    /* What the log amounts to, up to `at`. */
    struct rgs_site_names *names;
    struct rgs_scorer *scorer;
    struct rgs_merge *merge;
    struct rgs_place at;
    int64_t event_ts;
    bool complete, dirty;

    struct rgs_position committed;
    struct rgs_commit *pending; /* alerts behind the last commit */
    uint64_t pending_alerts;
    struct rgs_shard_status status;
    bool short_of_memory;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(struct rgs_shard *s, const char *event, const char *text)
{
    if (s->conf.say)
        s->conf.say(s->conf.ctx, event, text);
}

struct rgs_shard *rgs_shard_new(const struct rgs_shard_conf *conf, const struct rgs_token_key *key)
{
    struct rgs_shard *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->conf = *conf;
    s->sealer = rgs_sealer_new(key, &rgs_alloc_libc);
    if (!s->sealer) {
        free(s);
        return NULL;
    }
    return s;
}

/* ---- evaluation -------------------------------------------------------------------------------
 */

static void forget(struct rgs_shard *s)
{
    rgs_merge_del(s->merge);
    rgs_scorer_del(s->scorer);
    rgs_site_names_del(s->names);
    rgs_commit_del(s->pending);
    s->merge = NULL;
    s->scorer = NULL;
    s->names = NULL;
    s->pending = NULL;
    s->pending_alerts = 0;
    s->complete = s->dirty = false;
    s->at = (struct rgs_place){"0-0"};
}

void rgs_shard_del(struct rgs_shard *s)
{
    if (!s)
        return;
    forget(s);
    rgs_site_close(s->site);
    rgs_sealer_del(s->sealer);
    free(s);
}

/* True when a stands behind b in the log: "milliseconds-sequence", both counted. */
static bool behind(const struct rgs_place *a, const struct rgs_place *b)
{
    uint64_t v[2][2];
    const struct rgs_place *p[2] = {a, b};

    for (int i = 0; i < 2; i++) {
        char *end;
        v[i][0] = strtoull(p[i]->id, &end, 10);
        v[i][1] = *end == '-' ? strtoull(end + 1, NULL, 10) : 0;
    }
    return v[0][0] != v[1][0] ? v[0][0] > v[1][0] : v[0][1] > v[1][1];
}

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct rgs_shard *s = ctx;

    s->complete = false;
    s->dirty = true;
    if (o->ts > s->event_ts)
        s->event_ts = o->ts;
    rgs_scorer_observe(s->scorer, o);
}

static void on_complete(void *ctx, int64_t ts)
{
    struct rgs_shard *s = ctx;

    if (ts > s->event_ts)
        s->event_ts = ts;
    rgs_scorer_advance(s->scorer, ts);
    s->complete = s->dirty = true;
}

static void on_alert(void *ctx, const struct rgs_result_alert *a)
{
    struct rgs_shard *s = ctx;
    char *text = NULL;
    size_t n = 0;

    if (s->state != RGS_SHARD_RUNNING)
        return;
    FILE *out = open_memstream(&text, &n);
    if (out) {
        s->conf.write_alert(out, a);
        fclose(out);
    }
    static const char *const levels[] = {"insufficient", "clear", "review", "alert"};
    if (!text ||
        !rgs_commit_alert(s->pending, a->id, a->typology, levels[a->level], rgs_bytes(text, n)))
        s->short_of_memory = true;
    s->pending_alerts++;
    free(text);
}

static size_t fetch(void *ctx, const struct rgs_place *place, uint8_t *out)
{
    struct rgs_shard *s = ctx;
    return s->site ? rgs_site_fetch(s->site, place, out) : 0;
}

static bool begin(struct rgs_shard *s)
{
    struct rgs_scorer_capacity capacity = rgs_scorer_capacity_default;
    struct rgs_scorer_names names;
    struct rgs_merge_conf merge = {.ctx = s,
                                   .obs = on_obs,
                                   .complete = on_complete,
                                   .fetch = fetch,
                                   .sessions = s->conf.sessions,
                                   .held_bytes = HELD_BYTES};

    forget(s);
    capacity.hash_key = s->conf.hash_key;
    s->event_ts = 0;
    s->names = rgs_site_names_new(s->conf.catalogue, s->conf.hash_key);
    s->pending = rgs_commit_new();
    if (!s->names || !s->pending)
        return false;
    rgs_site_names_give(s->names, &names);
    rgs_site_names_learn(s->names, &merge.names);
    s->scorer = rgs_scorer_new(s->conf.ruleset, &names, &capacity, &rgs_alloc_libc);
    s->merge = rgs_merge_new(&merge, s->sealer);
    if (!s->scorer || !s->merge)
        return false;
    rgs_scorer_on_alert(s->scorer, on_alert, s);
    return true;
}

static void silence(struct rgs_shard *s, struct rgs_bytes session)
{
    uint64_t probe, number;
    char text[40];

    if (session.n >= sizeof(text))
        return;
    memcpy(text, session.p, session.n);
    text[session.n] = '\0';
    if (sscanf(text, "%16" SCNx64 ":%16" SCNx64, &probe, &number) == 2)
        rgs_merge_silent(s->merge, probe, number);
}

static int take(struct rgs_shard *s, const struct rgs_entry *e)
{
    int status = 0;

    if (s->state == RGS_SHARD_REPLAY && behind(&e->place, &s->committed.place)) {
        s->state = RGS_SHARD_RUNNING;
        say(s, "running", "the replay has come to the last commit");
    }
    if (e->silent.n)
        silence(s, e->silent);
    else
        status = rgs_merge_block(s->merge, &e->place, e->block);
    s->at = e->place;
    return s->short_of_memory ? -ENOMEM : status;
}

/* ---- commits ----------------------------------------------------------------------------------
 */

static bool add_scores(struct rgs_shard *s)
{
    struct rgs_result_owner owner;
    bool ok;

    rgs_result_owner_init(&owner, &rgs_alloc_libc);
    ok = rgs_scorer_result(s->scorer, &owner) == 0;
    for (size_t i = 0; ok && i < owner.result.n_resellers && i < MOST_LINES; i++) {
        const struct rgs_result_reseller *x = &owner.result.resellers[i];
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);
        if (out) {
            s->conf.write_line(out, x);
            fclose(out);
        }
        ok = text && rgs_commit_score(s->pending, x->id, x->score, rgs_bytes(text, n));
        free(text);
    }
    rgs_result_owner_fini(&owner);
    return ok;
}

static void stand_back(struct rgs_shard *s, const char *why)
{
    forget(s);
    s->state = RGS_SHARD_STANDBY;
    s->epoch = 0;
    s->status.fenced++;
    say(s, "fenced", why);
}

static void hang_up(struct rgs_shard *s, const char *why)
{
    if (s->state != RGS_SHARD_AWAY)
        say(s, "away", why);
    rgs_site_close(s->site);
    s->site = NULL;
    s->state = RGS_SHARD_AWAY;
    s->retry_at = now_ms() + RETRY_MS;
}

static int commit(struct rgs_shard *s, bool scores)
{
    struct rgs_position to = {.place = s->at, .alerts = s->committed.alerts + s->pending_alerts};
    struct rgs_merge_counts counts;

    if (scores && !add_scores(s))
        return -ENOMEM;
    rgs_merge_counts(s->merge, &counts);
    to.observations = counts.observations;
    snprintf(to.ruleset, sizeof(to.ruleset), "%s", rgs_ruleset_sha256(s->conf.ruleset));
    int status =
        rgs_site_commit(s->site, &s->committed, &to, s->event_ts / 1000000, scores, s->pending);
    if (status == -ESTALE) {
        stand_back(s, rgs_site_trouble(s->site));
        return 0;
    }
    if (status < 0) {
        /* Nobody knows whether it was done. The log is replayed from what the server says. */
        hang_up(s, rgs_site_trouble(s->site));
        forget(s);
        return 0;
    }
    s->status.commits++;
    s->status.alerts += s->pending_alerts;
    s->committed = to;
    s->pending_alerts = 0;
    s->leased_at = now_ms(); /* a commit renews */
    rgs_commit_del(s->pending);
    s->pending = rgs_commit_new();
    if (!s->pending)
        return -ENOMEM;
    if (scores) {
        s->scored_at = now_ms();
        s->dirty = false;
    }
    return 0;
}

/* ---- the lease --------------------------------------------------------------------------------
 */

static bool dial(struct rgs_shard *s)
{
    char err[256];

    if (s->site)
        return true;
    if (now_ms() < s->retry_at)
        return false;
    s->site = rgs_site_open(&s->conf.site, err, sizeof(err));
    if (!s->site) {
        if (s->retry_at == 0)
            say(s, "away", err);
        s->retry_at = now_ms() + RETRY_MS;
        return false;
    }
    s->state = RGS_SHARD_STANDBY;
    s->epoch = 0;
    s->leased_at = 0;
    return true;
}

/* True while the shard is this engine's. */
static bool hold(struct rgs_shard *s)
{
    uint64_t epoch = 0;

    if (s->epoch && now_ms() - s->leased_at < s->conf.site.lease_ms / LEASE_PARTS)
        return true;
    int mine = rgs_site_lease(s->site, &epoch);
    if (mine < 0) {
        hang_up(s, rgs_site_trouble(s->site));
        forget(s);
        return false;
    }
    s->leased_at = now_ms();
    if (!mine) {
        if (s->epoch)
            stand_back(s, "another engine has the lease");
        return false;
    }
    if (epoch == s->epoch)
        return true;
    if (s->epoch) /* it was another's in between, who committed */
        stand_back(s, "another engine had the lease");
    s->epoch = epoch;
    s->state = RGS_SHARD_REPLAY;
    if (rgs_site_position(s->site, &s->committed) < 0) {
        hang_up(s, rgs_site_trouble(s->site));
        return false;
    }
    if (!begin(s)) {
        s->short_of_memory = true;
        return false;
    }
    const char *sha = rgs_ruleset_sha256(s->conf.ruleset);
    if (s->committed.ruleset[0] && strcmp(s->committed.ruleset, sha) != 0)
        say(s, "rules_changed", "the last commit was made under another rule set");
    say(s, "leased", s->committed.place.id);
    return true;
}

static void look_for_silence(struct rgs_shard *s, bool heard)
{
    uint64_t probe, session;
    char name[40];

    if (heard || !s->heard_at)
        s->heard_at = now_ms();
    if (s->state != RGS_SHARD_RUNNING || now_ms() - s->heard_at < s->conf.silent_ms ||
        !rgs_merge_blocker(s->merge, &probe, &session))
        return;
    snprintf(name, sizeof(name), "%016" PRIx64 ":%016" PRIx64, probe, session);
    if (rgs_site_silence(s->site, name) == 0)
        say(s, "silent", name);
}

int rgs_shard_step(struct rgs_shard *s, int wait_ms)
{
    struct rgs_entry entry[RGS_SITE_ENTRIES];
    int status = 0;

    if (!dial(s) || !hold(s)) {
        nanosleep(&(struct timespec){.tv_nsec = (wait_ms < 100 ? wait_ms : 100) * INT64_C(1000000)},
                  NULL);
        return s->short_of_memory ? -ENOMEM : 0;
    }
    bool unsaid = s->dirty && s->state == RGS_SHARD_RUNNING;
    int n = rgs_site_read(s->site, &s->at, unsaid && wait_ms > 20 ? 20 : wait_ms, entry);
    if (n < 0) {
        hang_up(s, rgs_site_trouble(s->site));
        forget(s);
        return 0;
    }
    for (int i = 0; i < n && status == 0; i++)
        status = take(s, &entry[i]);
    if (status < 0)
        return status;
    if (n == 0 && s->state == RGS_SHARD_REPLAY) {
        s->state = RGS_SHARD_RUNNING;
        s->dirty = true;
        say(s, "running", "the log ends where the last commit does");
    }
    look_for_silence(s, n > 0);
    if (s->state != RGS_SHARD_RUNNING)
        return 0;
    bool due = s->dirty && (n == 0 || now_ms() - s->scored_at >= s->conf.scores_ms);
    if (due || s->pending_alerts >= MOST_ALERTS || (s->pending_alerts && n < RGS_SITE_ENTRIES))
        status = commit(s, due);
    s->status.complete = s->complete && !s->dirty;
    return status;
}

void rgs_shard_status(const struct rgs_shard *s, struct rgs_shard_status *out)
{
    *out = s->status;
    out->state = s->state;
    if (s->merge)
        rgs_merge_counts(s->merge, &out->merge);
}
