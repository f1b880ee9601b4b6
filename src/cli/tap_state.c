/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tap_state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "tap/log.h"

enum { HOLD_MS = 2000, PATIENCE_MS = 2000 };

static void move(void *tap, struct rgs_image *im)
{
    rgs_tap_image(tap, im);
}

/* Follows from the rule set in force, too. */
static uint64_t shape_of(struct rgs_tap *t)
{
    struct rgs_image im = {.mode = RGS_IMAGE_SHAPE};

    rgs_tap_image(t, &im);
    return im.shape;
}

static struct rgs_state_for whose(const struct rgs_tap_state *s)
{
    return (struct rgs_state_for){shape_of(s->tap), s->services, s->rules->facts->ruleset_sha256,
                                  rgs_tap_rules_text(s->rules)};
}

/* Nothing runs yet. False: there is no memory for it. */
static bool under(struct rgs_tap_state *s, const struct rgs_ruleset *ruleset)
{
    return rgs_evaluator_reload(rgs_tap_evaluator(s->tap), ruleset, rgs_tap_inventory(s->rules)) ==
           0;
}

/* The set that the state was made under: not owned when it is the one in force. NULL with a reason.
 */
static struct rgs_ruleset *former_rules(const struct rgs_tap_state *s,
                                        const struct rgs_state_found *f, const char **reason)
{
    struct rgs_ruleset *rs =
        f->rules.n ? rgs_pack_bundle(f->rules, s->rules->pack->catalogue) : NULL;

    *reason = f->rules.n ? "is of another rule set, which this program does not understand"
                         : "is of another rule set, and does not hold it";
    return rs;
}

/* NULL, or why it cannot be gone on with; *spoilt: and it was begun with. */
static const char *take_up(struct rgs_tap_state *s, const struct rgs_state_found *f, bool *spoilt)
{
    const struct rgs_ruleset *now = rgs_tap_ruleset(s->rules);
    bool same = strcmp(f->ruleset_sha256, rgs_ruleset_sha256(now)) == 0;
    const char *reason = NULL;

    if (f->services != s->services)
        return "knows other services";
    struct rgs_ruleset *former = same ? NULL : former_rules(s, f, &reason);
    if (!same && !former)
        return reason;
    *spoilt = former && !under(s, former);
    if (!*spoilt && f->shape != shape_of(s->tap)) {
        reason = "is of another build, or of other capacities";
        *spoilt = former && !under(s, now);
    } else if (!*spoilt) {
        *spoilt = !rgs_state_load(s->state, move, s->tap) || (former && !under(s, now));
        reason = *spoilt ? "does not fit this program" : NULL;
    }
    rgs_ruleset_del(former);
    s->begun = former ? "adopted" : "resumed";
    return *spoilt && !reason ? "needs more memory than there is" : reason;
}

static bool set_aside(struct rgs_tap_state *s, const struct rgs_args *args, const char *dir,
                      const char *why, bool spoilt)
{
    char name[PATH_MAX + 32], quoted[2][256];
    int status = rgs_state_set_aside(s->state, name, sizeof(name));

    if (status < 0) {
        rgs_failed(args, "%s/state: %s, and cannot be moved away: %s", dir, why, strerror(-status));
        return false;
    }
    s->told.refused = true;
    s->begun = "refused";
    rgs_log(RGS_LOG_ERROR, "state-refused", "reason=%s kept=%s", rgs_log_quote(why, quoted[0]),
            rgs_log_quote(name, quoted[1]));
    if (spoilt)
        rgs_failed(args, "%s/state: %s: it is moved away, start again", dir, why);
    return !spoilt;
}

bool rgs_tap_state_open(struct rgs_tap_state *s, const struct rgs_args *args, const char *dir,
                        unsigned every_s, const struct rgs_token_key *key,
                        const struct rgs_tap_rules *rules)
{
    struct rgs_state_found found;
    char err[512];
    bool spoilt = false;

    s->state = rgs_state_new(dir, key, err, sizeof(err));
    if (!s->state) {
        rgs_failed(args, "%s", err);
        return false;
    }
    s->tap = rules->tap;
    s->rules = rules;
    s->every_ms = (int64_t)every_s * 1000;
    s->services = rgs_catalogue_mark(rules->pack->catalogue);
    s->told.kept = true;
    s->begun = "new";
    int status = rgs_state_open(s->state, &found, err, sizeof(err));
    if (status > 0)
        return true;
    const char *why = status < 0 ? err : take_up(s, &found, &spoilt);
    rgs_state_shut(s->state);
    if (why)
        return set_aside(s, args, dir, why, spoilt);
    rgs_log(RGS_LOG_INFO, "resumed", "ruleset=%.12s%s%.12s",
            rgs_ruleset_sha256(rgs_tap_ruleset(rules)),
            strcmp(s->begun, "adopted") == 0 ? " adopted_from=" : "",
            strcmp(s->begun, "adopted") == 0 ? found.ruleset_sha256 : "");
    return true;
}

static int write_state(void *ctx)
{
    struct rgs_tap_state *s = ctx;
    struct rgs_state_for w = whose(s);
    return rgs_state_write(s->state, &w, move, s->tap);
}

static void split(void *ctx, struct rgs_evaluator *e)
{
    struct rgs_tap_state *s = ctx;
    s->refused = rgs_picture_take(&s->picture, write_state, s) < 0;
}

const char *rgs_tap_state_begin(struct rgs_tap_state *s)
{
    if (!s->state)
        return "this tap keeps no state (--state)";
    if (s->picture.child)
        return "a checkpoint is being written";
    if (!rgs_tap_hold(s->tap, HOLD_MS))
        return "the tap is too busy";
    bool asked = rgs_tap_ask(s->tap, split, s, PATIENCE_MS);
    rgs_tap_release(s->tap);
    if (asked && s->refused)
        return "there is no room for another process";
    return asked ? NULL : "the evaluating thread is too busy";
}

/* What came of a checkpoint; reason: errno, 0: it is written. */
static void tell(struct rgs_tap_state *s, int reason, const char *more)
{
    char quoted[256];
    struct timespec t;

    atomic_fetch_add(reason ? &s->told.failed : &s->told.written, 1);
    if (reason) {
        rgs_log(RGS_LOG_ERROR, "checkpoint-failed", "reason=%s",
                rgs_log_quote(strerror(reason), quoted));
        return;
    }
    clock_gettime(CLOCK_REALTIME, &t);
    atomic_store(&s->told.last, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec);
    rgs_log(RGS_LOG_INFO, "checkpoint", "%s", more);
}

static void reap(struct rgs_tap_state *s, bool wait)
{
    int reason;

    if (rgs_picture_done(&s->picture, wait, &reason))
        tell(s, reason, "");
}

void rgs_tap_state_step(struct rgs_tap_state *s, int64_t now_ms)
{
    char quoted[256];

    if (!s->state)
        return;
    reap(s, false);
    if (!s->last_ms)
        s->last_ms = now_ms;
    if (!s->every_ms || s->picture.child || now_ms - s->last_ms < s->every_ms)
        return;
    s->last_ms = now_ms;
    const char *reason = rgs_tap_state_begin(s);
    if (!reason)
        return;
    atomic_fetch_add(&s->told.failed, 1);
    rgs_log(RGS_LOG_WARNING, "checkpoint-failed", "reason=%s", rgs_log_quote(reason, quoted));
}

void rgs_tap_state_finish(struct rgs_tap_state *s)
{
    if (!s->state)
        return;
    reap(s, true);
    tell(s, -write_state(s), "last=yes");
}

void rgs_tap_state_close(struct rgs_tap_state *s)
{
    reap(s, true);
    rgs_state_del(s->state);
}
