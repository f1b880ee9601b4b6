/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evaluating thread: operations of all lines in one order, tracked and scored. */
#include "tap/inside.h"

enum {
    TICK_MS = 1000,
    LATE_MS = 2000,  /* what reassembly and the rings may hold back */
    MERGE_MS = 1000, /* a worker that is silent for so long holds nobody up any more */
    SLEEP_LEAST_US = 50,
    SLEEP_MOST_US = 2000,
};

struct judging {
    struct rgs_tap *t;
    uint64_t n, unordered;
    int64_t ts, published, ticked, idle_since;
    long sleep_us;
};

static void publish(struct judging *j)
{
    struct rgs_tap *t = j->t;
    struct rgs_tap_status s = {.evaluated = j->n, .evaluated_ts = j->ts, .unordered = j->unordered};

    s.verifications = rgs_evaluator_verifications(t->evaluator);
    if (rgs_evaluator_scorer(t->evaluator))
        s.numbers = rgs_scorer_numbers(rgs_evaluator_scorer(t->evaluator));
    for (unsigned c = 0; c < RGS_TRACKER_COUNTERS; c++)
        s.tracked[c] =
            rgs_tracker_count(rgs_evaluator_tracker(t->evaluator), (enum rgs_tracker_counter)c);
    atomic_store_explicit(&t->lived, rgs_clock_ns(CLOCK_MONOTONIC), memory_order_relaxed);
    rgs_tap_note_losses(t);
    pthread_mutex_lock(&t->lock);
    t->status = s;
    pthread_mutex_unlock(&t->lock);
}

/* On live traffic event time goes on without packets, too. */
static void tick(const struct judging *j)
{
    int64_t ts = j->ts;
    if (j->t->conf.live)
        ts = rgs_clock_ns(CLOCK_REALTIME) - INT64_C(1000000) * LATE_MS;
    j->t->tick(j->t->tick_ctx, ts);
}

static void answer(struct rgs_tap *t)
{
    pthread_mutex_lock(&t->lock);
    bool asked = t->ask == RGS_ASK_WAITS;
    if (asked)
        t->ask = RGS_ASK_RUNS;
    pthread_mutex_unlock(&t->lock);
    if (!asked)
        return;
    t->ask_fn(t->ask_ctx, t->evaluator);
    pthread_mutex_lock(&t->lock);
    t->ask = RGS_ASK_DONE;
    pthread_cond_broadcast(&t->asked);
    pthread_mutex_unlock(&t->lock);
}

/* What is due by the clock. */
static void look_up(struct judging *j)
{
    int64_t now = rgs_clock_ns(CLOCK_MONOTONIC);

    answer(j->t);
    if (now - j->published > INT64_C(1000000) * RGS_TAP_PUBLISH_MS) {
        publish(j);
        j->published = now;
    }
    if (j->t->tick && now - j->ticked > INT64_C(1000000) * TICK_MS) {
        tick(j);
        j->ticked = now;
    }
}

static void judge(struct judging *j, struct rgs_line *line)
{
    const struct rgs_line_item *item = rgs_ring_head(line->ring);

    rgs_evaluator_op(j->t->evaluator, &item->op, item->judged ? &item->verdict : NULL);
    j->ts = item->op.ts;
    rgs_ring_drop(line->ring);
    j->sleep_us = SLEEP_LEAST_US;
    j->idle_since = 0;
    j->n++;
}

static void pause_a_little(struct judging *j)
{
    nanosleep(&(struct timespec){.tv_nsec = j->sleep_us * 1000}, NULL);
    if (j->sleep_us < SLEEP_MOST_US)
        j->sleep_us *= 2;
    if (!j->idle_since)
        j->idle_since = rgs_clock_ns(CLOCK_MONOTONIC);
}

void *rgs_tap_judge(void *arg)
{
    struct rgs_tap *t = arg;
    struct judging j = {.t = t, .sleep_us = SLEEP_LEAST_US};

    for (;;) {
        /* In this order: what workers put before they ended is seen. */
        bool read = atomic_load_explicit(&t->reading, memory_order_acquire) == 0;
        bool impatient = j.idle_since &&
                         rgs_clock_ns(CLOCK_MONOTONIC) - j.idle_since > INT64_C(1000000) * MERGE_MS;
        size_t i = rgs_lines_next(t->line, t->n, impatient);
        if (i < t->n) {
            int64_t since = j.idle_since;
            j.unordered += impatient;
            judge(&j, t->line[i]);
            j.idle_since = impatient ? since : 0; /* until the silent one speaks */
            if (j.n % RGS_TAP_LOOK_EVERY != 0)
                continue;
        } else if (read) {
            break;
        } else {
            if (impatient)
                j.idle_since = 0;
            pause_a_little(&j);
        }
        look_up(&j);
    }
    struct rgs_totals totals;
    rgs_tap_totals(t, &totals);
    rgs_evaluator_finish(t->evaluator, totals.packets > 0, totals.last_ts);
    publish(&j);
    atomic_store_explicit(&t->evaluated, true, memory_order_release);
    answer(t);
    return NULL;
}
