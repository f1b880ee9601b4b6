/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/tap.h"

#include <errno.h>

#include "tap/inside.h"

uint64_t rgs_tap_lost(const struct rgs_tap_status *s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s->ports; i++)
        n += s->port[i].kernel_dropped + s->port[i].adapter_dropped;
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
        n += s->shed[k];
    return n;
}

/* This run's and those before it. */
static struct rgs_tap_lost lost_in_all(const struct rgs_tap *t, const struct rgs_tap_status *s)
{
    struct rgs_tap_lost all = t->lost_before;

    for (size_t i = 0; i < s->ports; i++) {
        all.adapter += s->port[i].adapter_dropped;
        all.kernel += s->port[i].kernel_dropped;
    }
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
        all.shed[k] += s->shed[k];
    return all;
}

static uint64_t lost_sum(const struct rgs_tap_lost *l)
{
    uint64_t n = l->adapter + l->kernel;
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++)
        n += l->shed[k];
    return n;
}

/* Entries that full tables gave up, since the state began. */
static uint64_t evicted(struct rgs_tap *t, const struct rgs_totals *totals)
{
    struct rgs_scorer *scorer = rgs_evaluator_scorer(t->evaluator);
    struct rgs_census c = {0};
    uint64_t n = 0;

    for (unsigned x = 0; x < RGS_EVICTED_COUNT; x++)
        n += totals->evicted[x];
    for (unsigned i = RGS_DROPPED_SUBSCRIBERS; i < RGS_TRACKER_COUNTERS; i++)
        n += rgs_tracker_count(rgs_evaluator_tracker(t->evaluator), (enum rgs_tracker_counter)i);
    if (scorer)
        rgs_scorer_census(scorer, &c);
    return n + c.numbers_evicted + c.facts_dropped + c.entities_evicted + c.sketches_missing;
}

void rgs_tap_note_losses(struct rgs_tap *t)
{
    struct rgs_tap_status s;
    int64_t now = rgs_clock_ns(CLOCK_REALTIME);

    rgs_tap_status(t, &s);
    t->lost_all = lost_in_all(t, &s);
    rgs_losses_note(&t->losses, now, lost_sum(&t->lost_all));
    rgs_losses_note(&t->evictions, now, evicted(t, &s.totals));
}

/* Nothing that a score stands on is older. */
static int64_t window_start(const struct rgs_tap *t)
{
    return rgs_clock_ns(CLOCK_REALTIME) -
           rgs_ruleset_retention(rgs_evaluator_ruleset(t->evaluator));
}

static void on_alert(void *ctx, const struct rgs_result_alert *a)
{
    struct rgs_tap *t = ctx;

    atomic_fetch_add_explicit(&t->alerts[a->level], 1, memory_order_relaxed);
    if (t->conf.outbox) {
        rgs_tap_note_losses(t);
        const struct rgs_out_lack lack = {rgs_losses_since(&t->losses, window_start(t)),
                                          rgs_losses_since(&t->evictions, window_start(t))};
        rgs_outbox_put(t->conf.outbox, a, &lack);
    }
}

/* ---- memory -----------------------------------------------------------------------------------
 */
struct counting {
    const struct rgs_alloc *alloc;
    size_t bytes;
};

static void *count_alloc(void *ctx, size_t n)
{
    struct counting *c = ctx;
    c->bytes += n;
    return rgs_new(c->alloc, n);
}

static void count_free(void *ctx, void *p)
{
    struct counting *c = ctx;
    rgs_free(c->alloc, p);
}

static bool new_worker(struct rgs_tap *t, unsigned i)
{
    struct rgs_tap_worker *w = &t->worker[i];

    w->tap = t;
    w->index = i;
    w->live = t->conf.live ? t->conf.live[i] : NULL;
    t->line[i] = &w->line;
    pthread_mutex_init(&w->lock, NULL);
    bool ok = rgs_line_init(&w->line, t->conf.ring_slots, t->conf.follow != NULL, t->alloc);
    w->worker = rgs_worker_new(t->conf.analyzer, rgs_line_put, &w->line, t->alloc);
    if (ok)
        t->memory.rings += rgs_ring_memory(w->line.ring);
    for (size_t p = 0; w->live && p < rgs_live_count(w->live); p++)
        rgs_live_state(w->live, p, &w->status.port[p]);
    t->n++;
    return ok && w->worker;
}

static bool start(struct rgs_tap *t)
{
    t->evaluator = rgs_evaluator_new(t->conf.analyzer, t->alloc);
    bool ok = t->evaluator != NULL;
    for (unsigned i = 0; ok && i < t->conf.workers; i++)
        ok = new_worker(t, i);
    return ok;
}

/* How much each part takes, by building them once more beside the tap, with an allocator that
 * counts; what is not touched costs nothing. */
static void measure(struct rgs_tap *t)
{
    struct counting c = {.alloc = t->alloc};
    const struct rgs_alloc counting = {count_alloc, count_free, &c};
    struct rgs_worker *w = rgs_worker_new(t->conf.analyzer, rgs_line_put, NULL, &counting);

    t->memory.decoding = c.bytes * t->n;
    rgs_worker_del(w);
    t->memory.tracking = rgs_tracker_memory(rgs_evaluator_tracker(t->evaluator));
    c.bytes = 0;
    struct rgs_evaluator *e = rgs_evaluator_new(t->conf.analyzer, &counting);
    t->memory.scoring = c.bytes - t->memory.tracking;
    rgs_evaluator_del(e);
}

void rgs_tap_memory(const struct rgs_tap *t, struct rgs_tap_memory *m)
{
    *m = t->memory;
}

struct rgs_tap *rgs_tap_new(const struct rgs_tap_conf *conf, const struct rgs_alloc *alloc)
{
    struct rgs_tap *t = rgs_new(alloc, sizeof(*t));
    pthread_condattr_t attr;

    if (!t)
        return NULL;
    t->conf = *conf;
    t->alloc = alloc;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&t->asked, &attr);
    pthread_condattr_destroy(&attr);
    if (!start(t)) {
        rgs_tap_del(t);
        return NULL;
    }
    measure(t);
    if (rgs_evaluator_scorer(t->evaluator))
        rgs_scorer_on_alert(rgs_evaluator_scorer(t->evaluator), on_alert, t);
    return t;
}

void rgs_tap_del(struct rgs_tap *t)
{
    if (!t)
        return;
    for (unsigned i = 0; i < t->n; i++) {
        rgs_worker_del(t->worker[i].worker);
        rgs_line_fini(&t->worker[i].line);
        pthread_mutex_destroy(&t->worker[i].lock);
    }
    rgs_evaluator_del(t->evaluator);
    pthread_cond_destroy(&t->asked);
    pthread_mutex_destroy(&t->lock);
    rgs_free(t->alloc, t);
}

/* ---- its threads ------------------------------------------------------------------------------
 */
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
    atomic_store(&t->reading, t->n);
    atomic_store(&t->lived, rgs_clock_ns(CLOCK_MONOTONIC));
    for (unsigned i = 0; i < t->n; i++)
        atomic_store(&t->worker[i].lived, atomic_load(&t->lived));
    int status = pthread_create(&t->judge, NULL, rgs_tap_judge, t);
    if (status)
        return -status;
    t->judging = true;
    for (unsigned i = 0; i < t->n; i++) {
        struct rgs_tap_worker *w = &t->worker[i];
        status =
            pthread_create(&w->thread, NULL, w->live ? rgs_tap_read_live : rgs_tap_read_follow, w);
        if (status) {
            rgs_tap_stop(t);
            for (unsigned k = i; k < t->n; k++)
                rgs_line_seen(&t->worker[k].line, INT64_MAX);
            atomic_fetch_sub(&t->reading, t->n - i);
            return -status;
        }
        w->running = true;
    }
    return 0;
}

int64_t rgs_tap_silent_ms(struct rgs_tap *t)
{
    int64_t oldest = atomic_load_explicit(&t->lived, memory_order_relaxed);

    for (unsigned i = 0; i < t->n; i++) {
        int64_t lived = atomic_load_explicit(&t->worker[i].lived, memory_order_relaxed);
        oldest = lived < oldest ? lived : oldest;
    }
    return (rgs_clock_ns(CLOCK_MONOTONIC) - oldest) / 1000000;
}

void rgs_tap_stop(struct rgs_tap *t)
{
    if (atomic_load(&t->stop_at))
        return;
    atomic_store(&t->stop_ts, rgs_clock_ns(CLOCK_REALTIME));
    atomic_store(&t->stop_at, rgs_clock_ns(CLOCK_MONOTONIC));
}

bool rgs_tap_done(struct rgs_tap *t)
{
    return atomic_load_explicit(&t->evaluated, memory_order_acquire);
}

void rgs_tap_join(struct rgs_tap *t)
{
    for (unsigned i = 0; i < t->n; i++) {
        if (t->worker[i].running)
            pthread_join(t->worker[i].thread, NULL);
        t->worker[i].running = false;
    }
    if (t->judging)
        pthread_join(t->judge, NULL);
    t->judging = false;
}

bool rgs_tap_ask(struct rgs_tap *t, void (*fn)(void *ctx, struct rgs_evaluator *e), void *ctx,
                 int patience_ms)
{
    int64_t until = rgs_clock_ns(CLOCK_MONOTONIC) + INT64_C(1000000) * patience_ms;
    struct timespec at = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};

    if (rgs_tap_done(t))
        return false;
    pthread_mutex_lock(&t->lock);
    t->ask_fn = fn;
    t->ask_ctx = ctx;
    t->ask = RGS_ASK_WAITS;
    while (t->ask != RGS_ASK_DONE) {
        /* What it has begun is waited for: it works on what is the caller's. */
        bool late = pthread_cond_timedwait(&t->asked, &t->lock, &at) == ETIMEDOUT;
        if (late && t->ask == RGS_ASK_WAITS)
            break;
        if (late)
            at.tv_sec++;
    }
    bool done = t->ask == RGS_ASK_DONE;
    t->ask = RGS_ASK_NONE;
    pthread_mutex_unlock(&t->lock);
    return done;
}

bool rgs_tap_hold(struct rgs_tap *t, int patience_ms)
{
    int64_t until = rgs_clock_ns(CLOCK_MONOTONIC) + INT64_C(1000000) * patience_ms;

    if (!t->conf.follow)
        return true;
    atomic_store_explicit(&t->hold, true, memory_order_release);
    while (!atomic_load_explicit(&t->held, memory_order_acquire) ||
           rgs_ring_used(t->line[0]->ring)) {
        if (rgs_clock_ns(CLOCK_MONOTONIC) > until || rgs_tap_done(t)) {
            rgs_tap_release(t);
            return false;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return true;
}

void rgs_tap_release(struct rgs_tap *t)
{
    atomic_store_explicit(&t->hold, false, memory_order_release);
    atomic_store_explicit(&t->held, false, memory_order_release);
}

void rgs_tap_image(struct rgs_tap *t, struct rgs_image *im)
{
    struct rgs_totals totals;

    rgs_image_same(im, sizeof(totals));
    rgs_image_same(im, t->conf.follow != NULL);
    rgs_tap_totals(t, &totals);
    RGS_IMAGE(im, totals);
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        t->base = totals;
    rgs_image_same(im, sizeof(t->losses));
    RGS_IMAGE(im, t->losses);
    RGS_IMAGE(im, t->evictions);
    struct rgs_tap_lost lost = t->lost_all;
    RGS_IMAGE(im, lost);
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        t->lost_before = t->lost_all = lost;
    rgs_evaluator_image(t->evaluator, im);
    if (t->conf.follow)
        rgs_follow_image(t->conf.follow, im);
}

/* ---- what it says -----------------------------------------------------------------------------
 */
void rgs_tap_totals(struct rgs_tap *t, struct rgs_totals *sum)
{
    struct rgs_totals one;

    *sum = t->base;
    for (unsigned i = 0; i < t->n; i++) {
        rgs_worker_totals(t->worker[i].worker, &one);
        rgs_totals_add(sum, &one);
    }
}

void rgs_tap_worker_status(struct rgs_tap *t, unsigned i, struct rgs_tap_worker_status *out)
{
    struct rgs_tap_worker *w = &t->worker[i];

    pthread_mutex_lock(&w->lock);
    *out = w->status;
    pthread_mutex_unlock(&w->lock);
    for (unsigned s = 0; s < RGS_SHED_KINDS; s++)
        out->shed[s] = atomic_load_explicit(&w->line.shed[s], memory_order_relaxed);
    out->ring_used = rgs_ring_used(w->line.ring);
}

static void add_port(struct rgs_live_state *sum, const struct rgs_live_state *p)
{
    sum->name = p->name;
    if (p->failed && !sum->failed)
        sum->reason = p->reason;
    sum->failed = sum->failed || p->failed;
    sum->packets += p->packets;
    sum->kernel_dropped += p->kernel_dropped;
    /* Of the interface, whoever asks. */
    if (p->adapter_dropped > sum->adapter_dropped)
        sum->adapter_dropped = p->adapter_dropped;
}

void rgs_tap_status(struct rgs_tap *t, struct rgs_tap_status *out)
{
    struct rgs_tap_worker_status one;

    pthread_mutex_lock(&t->lock);
    *out = t->status;
    pthread_mutex_unlock(&t->lock);
    out->workers = t->n;
    out->ports = t->conf.live ? rgs_live_count(t->conf.live[0]) : 0;
    out->totals = t->base;
    for (unsigned i = 0; i < t->n; i++) {
        rgs_tap_worker_status(t, i, &one);
        rgs_totals_add(&out->totals, &one.totals);
        for (unsigned l = 0; l < RGS_LAYER_COUNT; l++)
            out->pdus[l] += one.pdus[l];
        for (size_t p = 0; p < out->ports; p++)
            add_port(&out->port[p], &one.port[p]);
        for (unsigned s = 0; s < RGS_SHED_KINDS; s++)
            out->shed[s] += one.shed[s];
        out->ring_used += one.ring_used;
        out->ring_slots += rgs_ring_slots(t->worker[i].line.ring);
    }
    if (t->conf.follow) {
        pthread_mutex_lock(&t->worker[0].lock);
        out->follow = t->follow;
        pthread_mutex_unlock(&t->worker[0].lock);
    }
    out->failed = atomic_load(&t->reading) == 0 && !atomic_load(&t->stop_at);
    for (unsigned l = 0; l <= RGS_STATUS_ALERT; l++)
        out->alerts[l] = atomic_load_explicit(&t->alerts[l], memory_order_relaxed);
}

int rgs_tap_result(struct rgs_tap *t, struct rgs_result_owner *owner)
{
    struct rgs_tap_status s;
    struct rgs_totals totals;
    size_t n = 0;

    rgs_tap_status(t, &s);
    rgs_tap_totals(t, &totals);
    const struct rgs_tap_lost all = lost_in_all(t, &s);
    if (all.adapter)
        t->lost[n++] = (struct rgs_result_named){"interface", all.adapter};
    if (all.kernel)
        t->lost[n++] = (struct rgs_result_named){"kernel", all.kernel};
    for (unsigned k = 0; k < RGS_SHED_KINDS; k++) {
        if (all.shed[k])
            t->lost[n++] = (struct rgs_result_named){rgs_shed_name((enum rgs_shed)k), all.shed[k]};
    }
    return rgs_evaluator_result(t->evaluator, &totals, t->lost, n, owner);
}
