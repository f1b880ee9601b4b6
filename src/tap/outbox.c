/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/outbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/ring.h"
#include "store/clock.h"
#include "tap/log.h"

enum {
    BOX = 256,
    LOOK_MS = 50,          /* of the thread that empties the ring */
    FIRST_WAIT_MS = 500,   /* after a failure; then twice as long each time */
    LAST_ATTEMPT_MS = 100, /* an end may come while a receiver waits for a better time */
};

struct lane {
    struct rgs_outbox *box;
    struct rgs_receiver r;
    int reader; /* of the backlog */
    pthread_t thread;
    bool running;
    _Atomic bool reopen;
    uint64_t delivered, failed; /* under the lock */
};

struct rgs_outbox {
    struct rgs_ring *ring;
    struct rgs_backlog *backlog; /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t news;
    pthread_t mover;
    bool moving, ending; /* ending: the ring is empty for good; under the lock */
    _Atomic bool stop;
    rgs_give_up give_up;
    char ruleset[65];
    _Atomic uint64_t dropped;
    size_t n;
    struct lane lane[RGS_RECEIVERS];
};

/* A receiver is known by what it is and where: a name of fixed length, and no secret of an address
 * in the spool. */
static void name_of(const struct rgs_receiver *r, char out[RGS_BACKLOG_NAME])
{
    static const struct rgs_hash_key key = {0x7265636569766572u, 0x206f6620616c6572u};
    snprintf(out, RGS_BACKLOG_NAME, "%s-%016llx", r->kind,
             (unsigned long long)rgs_hash(&key, r->target, strlen(r->target)));
}

static bool add_lanes(struct rgs_outbox *o, const struct rgs_receiver *r, size_t n)
{
    char name[RGS_BACKLOG_NAME];

    for (size_t i = 0; i < n; i++) {
        name_of(&r[i], name);
        o->lane[i] =
            (struct lane){.box = o, .r = r[i], .reader = rgs_backlog_reader(o->backlog, name)};
        if (o->lane[i].reader < 0)
            return false;
    }
    return true;
}

static void free_all(struct rgs_outbox *o)
{
    rgs_ring_del(o->ring);
    rgs_backlog_close(o->backlog);
    pthread_cond_destroy(&o->news);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

struct rgs_outbox *rgs_outbox_new(const struct rgs_receiver *r, size_t n, const char *spool,
                                  const char *ruleset_sha256, char *err, size_t err_size)
{
    struct rgs_outbox *o = calloc(1, sizeof(*o));
    pthread_condattr_t attr;

    snprintf(err, err_size, "out of memory");
    if (!o)
        return NULL;
    pthread_mutex_init(&o->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&o->news, &attr);
    pthread_condattr_destroy(&attr);
    atomic_init(&o->give_up, INT64_MAX);
    rgs_outbox_ruleset(o, ruleset_sha256);
    o->ring = rgs_ring_new(BOX, sizeof(struct rgs_out_alert), &rgs_alloc_libc);
    o->backlog = rgs_backlog_open(spool, err, err_size);
    if (!o->ring || !o->backlog || n > RGS_RECEIVERS || !add_lanes(o, r, n)) {
        free_all(o);
        return NULL;
    }
    o->n = n;
    return o;
}

/* ---- threads ----------------------------------------------------------------------------------
 */
static void *move(void *arg)
{
    struct rgs_outbox *o = arg;
    bool last = false;

    while (!last) {
        last = atomic_load(&o->stop); /* first: what was put before is seen */
        const struct rgs_out_alert *a;
        while ((a = rgs_ring_head(o->ring))) {
            struct rgs_out_alert sealed = *a;
            rgs_ring_drop(o->ring);
            rgs_out_alert_seal(&sealed);
            pthread_mutex_lock(&o->lock);
            bool kept = rgs_backlog_put(o->backlog, &sealed);
            pthread_cond_broadcast(&o->news);
            pthread_mutex_unlock(&o->lock);
            if (!kept)
                rgs_log(RGS_LOG_ERROR, "alert-spool-failed", "alert=%s", sealed.id);
        }
        if (!last)
            nanosleep(&(struct timespec){.tv_nsec = INT64_C(1000000) * LOOK_MS}, NULL);
    }
    pthread_mutex_lock(&o->lock);
    o->ending = true;
    pthread_cond_broadcast(&o->news);
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* Under the lock. */
static void wait_until(struct rgs_outbox *o, int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    pthread_cond_timedwait(&o->news, &o->lock, &t);
}

/* How long to wait after so many failures; a little more or less, so that many taps do not come at
 * once. */
static int backoff(const struct lane *l, unsigned failures, int asked)
{
    int64_t ms = asked >= 0 ? asked : (int64_t)FIRST_WAIT_MS << (failures < 20 ? failures : 20);
    if (ms > l->r.most_wait_ms)
        ms = l->r.most_wait_ms;
    uint64_t any = rgs_mix64((uint64_t)rgs_clock_ms() ^ (uint64_t)(uintptr_t)l);
    return (int)(ms + (int64_t)(any % (uint64_t)(ms / 4 + 1)));
}

static void say_failure(const struct lane *l, const char *why, int wait_ms)
{
    char quoted[256];
    rgs_log(RGS_LOG_WARNING, "alert-not-delivered", "receiver=%s retry_ms=%d reason=%s", l->r.kind,
            wait_ms, rgs_log_quote(why, quoted));
}

/* The next alert for the lane, under the lock, once there is one and it is time; NULL at the end.
 */
static const struct rgs_out_alert *next(struct lane *l, int64_t not_before)
{
    struct rgs_outbox *o = l->box;

    for (;;) {
        const struct rgs_out_alert *a = rgs_backlog_head(o->backlog, l->reader);
        int64_t now = rgs_clock_ms(), give_up = atomic_load(&o->give_up);
        if (now >= give_up || (o->ending && !a))
            return NULL;
        if (o->ending && not_before > now + LAST_ATTEMPT_MS)
            not_before = now + LAST_ATTEMPT_MS;
        if (a && now >= not_before)
            return a;
        wait_until(o, a && not_before < now + 1000 ? not_before : now + 1000);
    }
}

static void *deliver(void *arg)
{
    struct lane *l = arg;
    struct rgs_outbox *o = l->box;
    unsigned failures = 0;
    int64_t not_before = 0;
    const struct rgs_out_alert *a;

    pthread_mutex_lock(&o->lock);
    while ((a = next(l, not_before))) {
        struct rgs_out_alert copy = *a;
        char why[RGS_WHY] = "";
        pthread_mutex_unlock(&o->lock);
        if (atomic_exchange(&l->reopen, false) && l->r.reopen)
            l->r.reopen(l->r.ctx);
        int asked = l->r.deliver(l->r.ctx, &copy, &o->give_up, why);
        int wait_ms = asked ? backoff(l, failures, asked) : 0;
        if (asked)
            say_failure(l, why, wait_ms);
        else if (failures)
            rgs_log(RGS_LOG_INFO, "alerts-delivered-again", "receiver=%s attempts=%u", l->r.kind,
                    failures + 1);
        pthread_mutex_lock(&o->lock);
        failures = asked ? failures + 1 : 0;
        not_before = asked ? rgs_clock_ms() + wait_ms : 0;
        l->failed += asked != 0;
        if (asked == 0) {
            l->delivered++;
            rgs_backlog_take(o->backlog, l->reader);
        }
    }
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

int rgs_outbox_start(struct rgs_outbox *o)
{
    int status = pthread_create(&o->mover, NULL, move, o);

    o->moving = status == 0;
    for (size_t i = 0; status == 0 && i < o->n; i++) {
        status = pthread_create(&o->lane[i].thread, NULL, deliver, &o->lane[i]);
        o->lane[i].running = status == 0;
    }
    return -status;
}

/* ---- the end ----------------------------------------------------------------------------------
 */
static bool join_in_time(pthread_t thread, int64_t until_ms)
{
    struct timespec t = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    return pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &t) == 0;
}

uint64_t rgs_outbox_finish(struct rgs_outbox *o, int patience_ms)
{
    struct rgs_outbox_status s;
    uint64_t most = 0;
    int64_t give_up = rgs_clock_ms() + patience_ms;

    atomic_store(&o->give_up, give_up);
    atomic_store(&o->stop, true);
    /* One that hangs in the kernel, in a write to a dead file server, is left behind. */
    if (o->moving)
        o->moving = !join_in_time(o->mover, give_up);
    for (size_t i = 0; i < o->n; i++) {
        if (o->lane[i].running)
            o->lane[i].running = !join_in_time(o->lane[i].thread, give_up + LOOK_MS * 10);
    }
    if (o->moving) /* it may hold the lock */
        return 1;
    rgs_outbox_status(o, &s);
    for (size_t i = 0; i < s.n; i++)
        most = s.receiver[i].waiting > most ? s.receiver[i].waiting : most;
    return most;
}

void rgs_outbox_del(struct rgs_outbox *o)
{
    bool busy = false;

    if (!o)
        return;
    if (o->moving || (o->n && o->lane[0].running))
        rgs_outbox_finish(o, 0);
    for (size_t i = 0; i < o->n; i++) {
        busy = busy || o->lane[i].running;
        if (!o->lane[i].running)
            o->lane[i].r.close(o->lane[i].r.ctx);
    }
    if (!busy && !o->moving)
        free_all(o);
}

/* ---- from the tap -----------------------------------------------------------------------------
 */
void rgs_outbox_put(struct rgs_outbox *o, const struct rgs_result_alert *a,
                    const struct rgs_out_lack *lack)
{
    struct rgs_out_alert *slot = rgs_ring_room(o->ring);

    if (!slot) {
        atomic_fetch_add(&o->dropped, 1);
        return;
    }
    rgs_out_alert_fill(slot, a, o->ruleset, lack);
    rgs_ring_put(o->ring);
}

void rgs_outbox_ruleset(struct rgs_outbox *o, const char *sha256)
{
    snprintf(o->ruleset, sizeof(o->ruleset), "%s", sha256);
}

void rgs_outbox_reopen(struct rgs_outbox *o)
{
    for (size_t i = 0; i < o->n; i++)
        atomic_store(&o->lane[i].reopen, true);
}

void rgs_outbox_status(struct rgs_outbox *o, struct rgs_outbox_status *out)
{
    pthread_mutex_lock(&o->lock);
    out->n = o->n;
    out->dropped = atomic_load(&o->dropped);
    for (size_t i = 0; i < o->n; i++) {
        const struct lane *l = &o->lane[i];
        out->receiver[i] = (struct rgs_receiver_status){
            .kind = l->r.kind,
            .delivered = l->delivered,
            .failed = l->failed,
            .waiting = rgs_backlog_waiting(o->backlog, l->reader),
            .lost = rgs_backlog_lost(o->backlog, l->reader),
        };
    }
    pthread_mutex_unlock(&o->lock);
}
