/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tap_state.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

static uint64_t services_of(const struct rgs_catalogue *c)
{
    uint64_t h = 0;
    for (size_t i = 1; i <= rgs_catalogue_count(c); i++) {
        const char *id = rgs_catalogue_service(c, (uint16_t)i)->id;
        h = rgs_mix64(h * 31 + rgs_id_of(id, strlen(id)));
    }
    return h;
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
        s->services = services_of(rules->catalogue);
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

static void split(void *ctx, struct rgs_evaluator *e)
{
    struct rgs_tap_state *s = ctx;
    struct rgs_state_for w = whose(s);
    pid_t child = fork();

    if (child == 0)
        _exit(-rgs_state_write(s->state, &w, move, s->tap) & 0xff);
    s->child = child;
}

const char *rgs_tap_state_begin(struct rgs_tap_state *s)
{
    if (!s->state)
        return "this tap keeps no state (--state)";
    if (s->child > 0)
        return "a checkpoint is being written";
    if (!rgs_tap_hold(s->tap, HOLD_MS))
        return "the tap is too busy";
    bool asked = rgs_tap_ask(s->tap, split, s, PATIENCE_MS);
    rgs_tap_release(s->tap);
    if (asked && s->child < 0) {
        s->child = 0;
        return "there is no room for another process";
    }
    return asked ? NULL : "the evaluating thread is too busy";
}

static void reap(struct rgs_tap_state *s, bool wait)
{
    int status = 0;

    if (s->child <= 0 || waitpid(s->child, &status, wait ? 0 : WNOHANG) != s->child)
        return;
    s->child = 0;
    char quoted[256];
    int reason = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
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
    if (!s->every_ms || s->child > 0 || now_ms - s->last_ms < s->every_ms)
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
    struct rgs_state_for w = whose(s);
    int status = rgs_state_write(s->state, &w, move, s->tap);
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
