/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tap_state.h"

#include <errno.h>
#include <string.h>

#include "tap/log.h"

enum { HOLD_MS = 2000, PATIENCE_MS = 2000 };

static void move(void *tap, struct rgs_image *im)
{
    rgs_tap_image(tap, im);
}

static struct rgs_state_for whose(const struct rgs_tap_state *s)
{
    return (struct rgs_state_for){s->shape, s->services, s->rules->facts->ruleset_sha256};
}

bool rgs_tap_state_open(struct rgs_tap_state *s, const struct rgs_args *args, const char *dir,
                        unsigned every_s, const struct rgs_token_key *key,
                        const struct rgs_tap_rules *rules)
{
    struct rgs_image im = {.mode = RGS_IMAGE_SHAPE};
    char err[512];

    s->state = rgs_state_new(dir, key, err, sizeof(err));
    s->tap = rules->tap;
    s->rules = rules;
    s->every_ms = (int64_t)every_s * 1000;
    if (s->state) {
        rgs_tap_image(s->tap, &im);
        s->shape = im.shape;
        s->services = rgs_catalogue_mark(rules->catalogue);
        struct rgs_state_for w = whose(s);
        int status = rgs_state_read(s->state, &w, move, s->tap, err, sizeof(err));
        if (status == 0)
            rgs_log(RGS_LOG_INFO, "resumed", "ruleset=%.12s", w.ruleset_sha256);
        if (status >= 0)
            return true;
    }
    rgs_failed(args, "%s", err);
    return false;
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

static void reap(struct rgs_tap_state *s, bool wait)
{
    char quoted[256];
    int reason;

    if (!rgs_picture_done(&s->picture, wait, &reason))
        return;
    if (reason)
        rgs_log(RGS_LOG_ERROR, "checkpoint-failed", "reason=%s",
                rgs_log_quote(strerror(reason), quoted));
    else
        rgs_log(RGS_LOG_INFO, "checkpoint", "%s", "");
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
    if (reason)
        rgs_log(RGS_LOG_WARNING, "checkpoint-failed", "reason=%s", rgs_log_quote(reason, quoted));
}

void rgs_tap_state_finish(struct rgs_tap_state *s)
{
    char quoted[256];

    if (!s->state)
        return;
    reap(s, true);
    int status = write_state(s);
    if (status < 0)
        rgs_log(RGS_LOG_ERROR, "checkpoint-failed", "reason=%s",
                rgs_log_quote(strerror(-status), quoted));
    else
        rgs_log(RGS_LOG_INFO, "checkpoint", "%s", "last=yes");
}

void rgs_tap_state_close(struct rgs_tap_state *s)
{
    reap(s, true);
    rgs_state_del(s->state);
}
