/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
    PUBLISH_MS = 200,
    LOOK_EVERY = 256,     /* packets or operations between two looks at the clock */
    SETTLE_MS = 200,      /* after a stop: blocks that the kernel still fills are handed over */
    DRAIN_MOST_MS = 2000, /* then what the kernel's rings hold, as far as this allows */
    FOLLOW_SLEEP_MS = 50,
    SAVE_MS = 1000, /* what a crash can make a restart read again */
    TICK_MS = 1000,
    LATE_MS = 2000, /* what reassembly and the rings may hold back */
    SLEEP_LEAST_US = 50,
    SLEEP_MOST_US = 2000,
    MAX_LOST = RGS_SHED_KINDS + 2,
};

struct rgs_tap {
    struct rgs_tap_conf conf;
    const struct rgs_alloc *alloc;
    struct rgs_worker *worker;
    struct rgs_evaluator *evaluator;
    struct rgs_line line;
    void (*tick)(void *ctx, int64_t event_ts);
    void *tick_ctx;
    pthread_t reader, judge;
    bool reading, judging;
    _Atomic int64_t stop_at; /* ns of the monotonic clock; 0: go on */
    _Atomic int64_t stop_ts; /* the same moment as packets are stamped */
    _Atomic bool read, evaluated;
    _Atomic uint64_t alerts[RGS_STATUS_ALERT + 1];
    pthread_mutex_t lock; /* of status */
    struct rgs_tap_status status;
    struct rgs_result_named lost[MAX_LOST];
};

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t lost(const struct rgs_tap_status *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->ports; i++)
        n += s->port[i].kernel_dropped + s->port[i].adapter_dropped;
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
        n += s->shed[k];
    return n;
}

static void on_alert(void *ctx, const struct rgs_result_alert *a)
{
    struct rgs_tap *t = ctx;
    struct rgs_tap_status s;

    atomic_fetch_add_explicit(&t->alerts[a->level], 1, memory_order_relaxed);
    if (t->conf.outbox) {
        rgs_tap_status(t, &s);
        rgs_outbox_put(t->conf.outbox, a, lost(&s));
    }
}

struct rgs_tap *rgs_tap_new(const struct rgs_tap_conf *conf, const struct rgs_alloc *alloc)
{
    struct rgs_tap *t = rgs_new(alloc, sizeof(*t));

    if (!t)
        return NULL;
    t->conf = *conf;
    t->alloc = alloc;
    pthread_mutex_init(&t->lock, NULL);
    bool ok = rgs_line_init(&t->line, conf->ring_slots, conf->follow != NULL, alloc);
    t->worker = rgs_worker_new(conf->analyzer, rgs_line_put, &t->line, alloc);
    t->evaluator = rgs_evaluator_new(conf->analyzer, alloc);
    if (!ok || !t->worker || !t->evaluator) {
        rgs_tap_del(t);
        return NULL;
    }
    if (rgs_evaluator_scorer(t->evaluator))
        rgs_scorer_on_alert(rgs_evaluator_scorer(t->evaluator), on_alert, t);
    return t;
}

void rgs_tap_del(struct rgs_tap *t)
{
    if (!t)
        return;
    rgs_worker_del(t->worker);
    rgs_evaluator_del(t->evaluator);
    rgs_line_fini(&t->line);
    pthread_mutex_destroy(&t->lock);
    rgs_free(t->alloc, t);
}

static void publish_reader(struct rgs_tap *t)
{
    struct rgs_totals totals;
    struct rgs_live_state port[RGS_MAX_INTERFACES];
    struct rgs_follow_state follow = {0};
    size_t ports = t->conf.live ? rgs_live_count(t->conf.live) : 0;
    const struct rgs_dissect *d = rgs_worker_dissect(t->worker);

    rgs_worker_totals(t->worker, &totals);
    for (size_t i = 0; i < ports; i++)
        rgs_live_state(t->conf.live, i, &port[i]);
    if (t->conf.follow)
        rgs_follow_state(t->conf.follow, &follow);
    pthread_mutex_lock(&t->lock);
    t->status.totals = totals;
    memcpy(t->status.pdus, d->layer_count, sizeof(t->status.pdus));
    memcpy(t->status.port, port, sizeof(port[0]) * ports);
    t->status.ports = ports;
    t->status.follow = follow;
    pthread_mutex_unlock(&t->lock);
}

static void publish_judge(struct rgs_tap *t, uint64_t evaluated, int64_t ts)
{
    struct rgs_tap_status s = {.evaluated = evaluated, .evaluated_ts = ts};

    s.verifications = rgs_evaluator_verifications(t->evaluator);
    if (rgs_evaluator_scorer(t->evaluator))
        s.numbers = rgs_scorer_numbers(rgs_evaluator_scorer(t->evaluator));
    for (unsigned c = 0; c < RGS_TRACKER_COUNTERS; c++)
        s.tracked[c] =
            rgs_tracker_count(rgs_evaluator_tracker(t->evaluator), (enum rgs_tracker_counter)c);
    pthread_mutex_lock(&t->lock);
    t->status.evaluated = s.evaluated;
    t->status.evaluated_ts = s.evaluated_ts;
    t->status.verifications = s.verifications;
    t->status.numbers = s.numbers;
    memcpy(t->status.tracked, s.tracked, sizeof(s.tracked));
    pthread_mutex_unlock(&t->lock);
}

/* After a stop: how much longer to read. */
static bool is_over(const struct rgs_tap *t, enum rgs_live_got got, const struct rgs_packet *p,
                    bool *drain)
{
    int64_t stop_at = atomic_load_explicit(&t->stop_at, memory_order_relaxed);
    if (!stop_at)
        return false;
    int64_t since = (clock_ns(CLOCK_MONOTONIC) - stop_at) / 1000000;
    if (since > SETTLE_MS + DRAIN_MOST_MS)
        return true;
    if (got == RGS_LIVE_PACKET)
        return p->ts > atomic_load_explicit(&t->stop_ts, memory_order_relaxed) &&
               rgs_live_count(t->conf.live) == 1;
    bool was_drained = *drain;
    *drain = since > SETTLE_MS;
    return was_drained;
}

static void *read_live(void *arg)
{
    struct rgs_tap *t = arg;
    struct rgs_packet packet = {0};
    int64_t published = 0;
    uint64_t n = 0;
    bool drain = false;

    for (;;) {
        enum rgs_live_got got = rgs_live_next(t->conf.live, &packet, drain);
        if (got == RGS_LIVE_GONE || is_over(t, got, &packet, &drain))
            break;
        if (got == RGS_LIVE_PACKET) {
            rgs_worker_packet(t->worker, &packet);
            if (++n % LOOK_EVERY != 0)
                continue;
        }
        int64_t now = clock_ns(CLOCK_MONOTONIC);
        if (now - published > INT64_C(1000000) * PUBLISH_MS) {
            publish_reader(t);
            published = now;
        }
    }
    rgs_worker_finish(t->worker);
    publish_reader(t);
    atomic_store_explicit(&t->read, true, memory_order_release);
    return NULL;
}

/* Files wait for whoever reads them: nothing is shed, and a stop ends between two packets. */
static void *read_follow(void *arg)
{
    struct rgs_tap *t = arg;
    struct rgs_packet packet = {0};
    int64_t published = 0, saved = 0;
    uint64_t n = 0;

    while (!atomic_load_explicit(&t->stop_at, memory_order_relaxed)) {
        bool got = rgs_follow_next(t->conf.follow, &packet);
        if (got)
            rgs_worker_packet(t->worker, &packet);
        else
            nanosleep(&(struct timespec){.tv_nsec = INT64_C(1000000) * FOLLOW_SLEEP_MS}, NULL);
        if (got && ++n % LOOK_EVERY != 0)
            continue;
        int64_t now = clock_ns(CLOCK_MONOTONIC);
        if (got && now - saved > INT64_C(1000000) * SAVE_MS) {
            rgs_follow_save(t->conf.follow);
            saved = now;
        }
        if (now - published > INT64_C(1000000) * PUBLISH_MS) {
            publish_reader(t);
            published = now;
        }
    }
    rgs_follow_save(t->conf.follow);
    rgs_worker_finish(t->worker);
    publish_reader(t);
    atomic_store_explicit(&t->read, true, memory_order_release);
    return NULL;
}

/* On live traffic event time goes on without packets, too. */
static void tick(struct rgs_tap *t, int64_t ts)
{
    if (t->conf.live)
        ts = clock_ns(CLOCK_REALTIME) - INT64_C(1000000) * LATE_MS;
    t->tick(t->tick_ctx, ts);
}

static void *evaluate(void *arg)
{
    struct rgs_tap *t = arg;
    uint64_t n = 0;
    int64_t published = 0, ticked = 0, ts = 0;
    long sleep_us = SLEEP_LEAST_US;

    for (;;) {
        /* In this order: what the reader put before it ended is seen. */
        bool read = atomic_load_explicit(&t->read, memory_order_acquire);
        const struct rgs_line_item *item = rgs_ring_head(t->line.ring);
        if (item) {
            rgs_evaluator_op(t->evaluator, &item->op, item->judged ? &item->verdict : NULL);
            ts = item->op.ts;
            rgs_ring_drop(t->line.ring);
            sleep_us = SLEEP_LEAST_US;
            if (++n % LOOK_EVERY != 0)
                continue;
        } else if (read) {
            break;
        } else {
            nanosleep(&(struct timespec){.tv_nsec = sleep_us * 1000}, NULL);
            if (sleep_us < SLEEP_MOST_US)
                sleep_us *= 2;
        }
        int64_t now = clock_ns(CLOCK_MONOTONIC);
        if (now - published > INT64_C(1000000) * PUBLISH_MS) {
            publish_judge(t, n, ts);
            published = now;
        }
        if (t->tick && now - ticked > INT64_C(1000000) * TICK_MS) {
            tick(t, ts);
            ticked = now;
        }
    }
    struct rgs_totals totals;
    rgs_worker_totals(t->worker, &totals);
    rgs_evaluator_finish(t->evaluator, totals.packets > 0, totals.last_ts);
    publish_judge(t, n, ts);
    atomic_store_explicit(&t->evaluated, true, memory_order_release);
    return NULL;
}

struct rgs_evaluator *rgs_tap_evaluator(struct rgs_tap *t)
{
    return t->evaluator;
}

void rgs_tap_on_tick(struct rgs_tap *t, void (*fn)(void *ctx, int64_t event_ts), void *ctx)
{
    t->tick = fn;
    t->tick_ctx = ctx;
}

int rgs_tap_start(struct rgs_tap *t)
{
    int status = pthread_create(&t->judge, NULL, evaluate, t);
    if (status)
        return -status;
    t->judging = true;
    status = pthread_create(&t->reader, NULL, t->conf.live ? read_live : read_follow, t);
    if (status) {
        atomic_store(&t->read, true);
        return -status;
    }
    t->reading = true;
    return 0;
}

void rgs_tap_stop(struct rgs_tap *t)
{
    if (atomic_load(&t->stop_at))
        return;
    atomic_store(&t->stop_ts, clock_ns(CLOCK_REALTIME));
    atomic_store(&t->stop_at, clock_ns(CLOCK_MONOTONIC));
}

bool rgs_tap_done(struct rgs_tap *t)
{
    return atomic_load_explicit(&t->evaluated, memory_order_acquire);
}

void rgs_tap_join(struct rgs_tap *t)
{
    if (t->reading)
        pthread_join(t->reader, NULL);
    if (t->judging)
        pthread_join(t->judge, NULL);
    t->reading = t->judging = false;
}

int rgs_tap_result(struct rgs_tap *t, struct rgs_result_owner *owner)
{
    struct rgs_totals totals;
    uint64_t kernel = 0, adapter = 0;
    size_t n = 0;

    rgs_worker_totals(t->worker, &totals);
    for (size_t i = 0; i < t->status.ports; i++) {
        kernel += t->status.port[i].kernel_dropped;
        adapter += t->status.port[i].adapter_dropped;
    }
    if (adapter)
        t->lost[n++] = (struct rgs_result_named){"interface", adapter};
    if (kernel)
        t->lost[n++] = (struct rgs_result_named){"kernel", kernel};
    for (unsigned s = 0; s < RGS_SHED_KINDS; s++) {
        uint64_t shed = atomic_load(&t->line.shed[s]);
        if (shed)
            t->lost[n++] = (struct rgs_result_named){rgs_shed_name((enum rgs_shed)s), shed};
    }
    return rgs_evaluator_result(t->evaluator, &totals, t->lost, n, owner);
}

void rgs_tap_status(struct rgs_tap *t, struct rgs_tap_status *out)
{
    pthread_mutex_lock(&t->lock);
    *out = t->status;
    pthread_mutex_unlock(&t->lock);
    out->failed = atomic_load(&t->read) && !atomic_load(&t->stop_at);
    for (unsigned s = 0; s < RGS_SHED_KINDS; s++)
        out->shed[s] = atomic_load_explicit(&t->line.shed[s], memory_order_relaxed);
    for (unsigned l = 0; l <= RGS_STATUS_ALERT; l++)
        out->alerts[l] = atomic_load_explicit(&t->alerts[l], memory_order_relaxed);
    out->ring_used = rgs_ring_used(t->line.ring);
    out->ring_slots = rgs_ring_slots(t->line.ring);
}
