/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tap_ctl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap/log.h"

enum { TOP_MOST = 50, TOP_USUAL = 10, PATIENCE_MS = 3000 };

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const char *status(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    struct rgs_tap_status s;
    int64_t now = now_ns();

    rgs_tap_status(c->rules->tap, &s);
    fprintf(out, "ruleset %s\n", c->rules->facts->ruleset_sha256);
    fprintf(out, "up_seconds %lld\n", (long long)((now - c->rules->facts->started) / 1000000000));
    fprintf(out, "reloads %u\n", c->rules->loads);
    if (c->state->state)
        fprintf(out, "state %s checkpoints %llu failed %llu\n", c->state->begun,
                (unsigned long long)atomic_load(&c->state->told.written),
                (unsigned long long)atomic_load(&c->state->told.failed));
    if (c->rules->facts->probe) {
        struct rgs_probe_counts site;
        rgs_probe_counts(c->rules->facts->probe, &site);
        fprintf(out, "site %s observations %llu dropped %llu spooled %llu\n",
                site.away ? "away" : "up", (unsigned long long)site.observations,
                (unsigned long long)site.dropped, (unsigned long long)site.spooled);
    }
    for (size_t i = 0; i < s.ports; i++)
        fprintf(out, "interface %s %s packets %llu dropped %llu\n", s.port[i].name,
                s.port[i].failed ? "failed" : "up", (unsigned long long)s.port[i].packets,
                (unsigned long long)(s.port[i].kernel_dropped + s.port[i].adapter_dropped));
    fprintf(out, "workers %u\n", s.workers);
    fprintf(out, "packets %llu\n", (unsigned long long)s.totals.packets);
    fprintf(out, "operations %llu\n", (unsigned long long)s.totals.operations);
    fprintf(out, "evaluated %llu\n", (unsigned long long)s.evaluated);
    fprintf(out, "verifications %llu\n", (unsigned long long)s.verifications);
    fprintf(out, "numbers %llu\n", (unsigned long long)s.numbers);
    fprintf(out, "ring %u of %u\n", s.ring_used, s.ring_slots);
    fprintf(out, "lost %llu\n", (unsigned long long)rgs_tap_lost(&s));
    fprintf(out, "alerts %llu review %llu\n", (unsigned long long)s.alerts[RGS_STATUS_ALERT],
            (unsigned long long)s.alerts[RGS_STATUS_REVIEW]);
    if (s.evaluated_ts)
        fprintf(out, "event_time_lag_seconds %.3f\n", (double)(now - s.evaluated_ts) / 1e9);
    return NULL;
}

static const char *workers(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    struct rgs_tap_status s;
    struct rgs_tap_worker_status w;

    rgs_tap_status(c->rules->tap, &s);
    for (unsigned i = 0; i < s.workers; i++) {
        uint64_t kernel = 0;
        rgs_tap_worker_status(c->rules->tap, i, &w);
        for (size_t p = 0; p < s.ports; p++)
            kernel += w.port[p].kernel_dropped;
        fprintf(out, "worker %u packets %llu operations %llu kernel_dropped %llu ring %u", i,
                (unsigned long long)w.totals.packets, (unsigned long long)w.totals.operations,
                (unsigned long long)kernel, w.ring_used);
        for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
            fprintf(out, " %s %llu", rgs_shed_name((enum rgs_shed)k),
                    (unsigned long long)w.shed[k]);
        fputc('\n', out);
    }
    return NULL;
}

static const char *counters(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    struct rgs_tap_status s;

    rgs_tap_status(c->rules->tap, &s);
    rgs_metrics_write(out, &s, c->rules->facts, now_ns());
    return NULL;
}

struct top {
    struct rgs_top_line line[TOP_MOST];
    size_t cap, n;
};

static void look(void *ctx, struct rgs_evaluator *e)
{
    struct top *t = ctx;
    t->n = rgs_scorer_top(rgs_evaluator_scorer(e), t->line, t->cap);
}

static const char *top(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    struct top t = {.cap = TOP_USUAL};

    if (n > 1) {
        long asked = strtol(words[1], NULL, 10);
        t.cap = asked < 1 ? 1 : asked > TOP_MOST ? TOP_MOST : (size_t)asked;
    }
    if (!rgs_tap_ask(c->rules->tap, look, &t, PATIENCE_MS))
        return "the evaluating thread is too busy";
    for (size_t i = 0; i < t.n; i++)
        fprintf(out, "%s %.1f %s numbers %llu verifications %llu\n", t.line[i].id, t.line[i].score,
                rgs_status_word(t.line[i].status), (unsigned long long)t.line[i].numbers,
                (unsigned long long)t.line[i].verifications);
    return NULL;
}

static const char *reload(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    return rgs_tap_reload(c->rules, out);
}

static const char *checkpoint(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    return rgs_tap_state_begin(c->state);
}

static const char *log_level(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};

    for (size_t i = 0; n > 1 && i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(words[1], levels[i]) == 0) {
            rgs_log_threshold((enum rgs_log_level)i);
            return NULL;
        }
    }
    return "a level is error, warning, info or debug";
}

static const struct {
    const char *word;
    const char *(*fn)(struct rgs_tap_control *c, char *const *words, size_t n, FILE *out);
} questions[] = {{"status", status}, {"workers", workers}, {"counters", counters},    {"top", top},
                 {"reload", reload}, {"log", log_level},   {"checkpoint", checkpoint}};

const char *rgs_tap_answer(void *ctx, char *const *words, size_t n, FILE *out)
{
    const size_t known = sizeof(questions) / sizeof(questions[0]);
    bool help = strcmp(words[0], "help") == 0;

    for (size_t i = 0; i < known; i++) {
        if (help)
            fprintf(out, "%s\n", questions[i].word);
        else if (strcmp(words[0], questions[i].word) == 0)
            return questions[i].fn(ctx, words, n, out);
    }
    return help ? NULL : "that is no question of this tap; ask 'help'";
}
