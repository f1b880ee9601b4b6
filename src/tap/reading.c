/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A worker's thread: packets in, judged operations into its line. */
#include <sched.h>

#include "base/wipe.h"
#include "tap/inside.h"

enum {
    SETTLE_MS = 200,      /* after a stop: blocks that the kernel still fills are handed over */
    DRAIN_MOST_MS = 2000, /* then what the kernel's rings hold, as far as this allows */
    FOLLOW_SLEEP_MS = 50,
    SAVE_MS = 1000, /* what a crash can make a restart read again */
};

static void publish(struct rgs_tap_worker *w)
{
    struct rgs_totals totals;
    struct rgs_live_state port[RGS_MAX_INTERFACES];
    struct rgs_follow_state follow = {0};
    size_t ports = w->live ? rgs_live_count(w->live) : 0;
    const struct rgs_dissect *d = rgs_worker_dissect(w->worker);

    rgs_worker_totals(w->worker, &totals);
    for (size_t i = 0; i < ports; i++)
        rgs_live_state(w->live, i, &port[i]);
    if (w->tap->conf.follow)
        rgs_follow_state(w->tap->conf.follow, &follow);
    atomic_store_explicit(&w->lived, rgs_clock_ns(CLOCK_MONOTONIC), memory_order_relaxed);
    pthread_mutex_lock(&w->lock);
    w->status.totals = totals;
    memcpy(w->status.pdus, d->layer_count, sizeof(w->status.pdus));
    memcpy(w->status.port, port, sizeof(port[0]) * ports);
    w->tap->follow = follow;
    pthread_mutex_unlock(&w->lock);
}

/* After a stop: how much longer to read. */
static bool is_over(const struct rgs_tap_worker *w, enum rgs_live_got got,
                    const struct rgs_packet *p, bool *drain)
{
    struct rgs_tap *t = w->tap;
    int64_t stop_at = atomic_load_explicit(&t->stop_at, memory_order_relaxed);
    if (!stop_at)
        return false;
    int64_t since = (rgs_clock_ns(CLOCK_MONOTONIC) - stop_at) / 1000000;
    if (since > SETTLE_MS + DRAIN_MOST_MS)
        return true;
    if (got == RGS_LIVE_PACKET)
        return p->ts > atomic_load_explicit(&t->stop_ts, memory_order_relaxed) &&
               rgs_live_count(w->live) == 1;
    bool was_drained = *drain;
    *drain = since > SETTLE_MS;
    return was_drained;
}

static void take(struct rgs_tap_worker *w, const struct rgs_packet *packet)
{
    struct rgs_packet p = *packet;

    /* What the kernel stamps is this machine's time. */
    if (!w->live && !rgs_steady_time(&w->clock, &p.ts))
        rgs_worker_wrong_time(w->worker);
    w->line.at = p.ts;
    rgs_worker_packet(w->worker, &p);
    if (w->tap->n > 1)
        rgs_line_seen(&w->line, p.ts);
}

static void finish(struct rgs_tap_worker *w)
{
    rgs_worker_finish(w->worker);
    publish(w);
    atomic_store_explicit(&w->lived, INT64_MAX, memory_order_relaxed);
    rgs_line_seen(&w->line, INT64_MAX);
    atomic_fetch_sub_explicit(&w->tap->reading, 1, memory_order_release);
}

static void pin(const struct rgs_tap_worker *w)
{
    cpu_set_t set;

    if (!w->tap->conf.cpus)
        return;
    CPU_ZERO(&set);
    CPU_SET((unsigned)w->tap->conf.cpus[w->index], &set);
    sched_setaffinity(0, sizeof(set), &set);
}

void *rgs_tap_read_live(void *arg)
{
    struct rgs_tap_worker *w = arg;
    struct rgs_packet packet = {0};
    int64_t published = 0, upto;
    uint64_t n = 0;
    bool drain = false;

    pin(w);
    for (;;) {
        enum rgs_live_got got = rgs_live_next(w->live, &packet, drain, &upto);
        if (got == RGS_LIVE_GONE || is_over(w, got, &packet, &drain))
            break;
        if (got == RGS_LIVE_PACKET) {
            take(w, &packet);
            if (++n % RGS_TAP_LOOK_EVERY != 0)
                continue;
        } else {
            rgs_line_seen(&w->line, upto);
        }
        int64_t now = rgs_clock_ns(CLOCK_MONOTONIC);
        if (now - published > INT64_C(1000000) * RGS_TAP_PUBLISH_MS) {
            publish(w);
            published = now;
        }
    }
    finish(w);
    return NULL;
}

static bool is_held(struct rgs_tap *t)
{
    bool hold = atomic_load_explicit(&t->hold, memory_order_acquire);

    atomic_store_explicit(&t->held, hold, memory_order_release);
    if (hold)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return hold;
}

/* Files wait for whoever reads them: nothing is shed, and a stop ends between two packets. */
void *rgs_tap_read_follow(void *arg)
{
    struct rgs_tap_worker *w = arg;
    struct rgs_tap *t = w->tap;
    struct rgs_packet packet = {0};
    int64_t published = 0, saved = 0;
    uint64_t n = 0;

    pin(w);
    while (!atomic_load_explicit(&t->stop_at, memory_order_relaxed)) {
        if (is_held(t))
            continue;
        bool got = rgs_follow_next(t->conf.follow, &packet);
        if (got) {
            take(w, &packet);
        } else {
            rgs_wipe_stack_deep();
            nanosleep(&(struct timespec){.tv_nsec = INT64_C(1000000) * FOLLOW_SLEEP_MS}, NULL);
        }
        if (got && ++n % RGS_TAP_LOOK_EVERY != 0)
            continue;
        int64_t now = rgs_clock_ns(CLOCK_MONOTONIC);
        if (got && now - saved > INT64_C(1000000) * SAVE_MS) {
            rgs_follow_save(t->conf.follow);
            saved = now;
        }
        if (now - published > INT64_C(1000000) * RGS_TAP_PUBLISH_MS) {
            publish(w);
            published = now;
        }
    }
    rgs_follow_save(t->conf.follow);
    finish(w);
    return NULL;
}
