/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The running tap: workers (packets, decoding, judging), each with a ring, and an evaluating thread
 * (tracking, rules) that merges what they put. The caller's thread looks on, asks, and says when it
 * is over.
 */
#ifndef RGS_TAP_TAP_H
#define RGS_TAP_TAP_H

#include "capture/follow.h"
#include "capture/live.h"
#include "engine/evaluator.h"
#include "engine/worker.h"
#include "tap/line.h"
#include "tap/outbox.h"

enum { RGS_MAX_WORKERS = 32 };

struct rgs_tap_conf {
    const struct rgs_analyzer_conf *analyzer; /* [borrow] */
    struct rgs_live *const *live;             /* [borrow] one for each worker */
    unsigned workers;                         /* one, with `follow` */
    struct rgs_follow *follow;                /* [borrow] instead of live */
    struct rgs_outbox *outbox;                /* [borrow] NULL: none */
    uint32_t ring_slots;                      /* of each worker */
    const int *cpus;                          /* [borrow] a core for each worker; NULL: any */
};

struct rgs_tap;

/* Everything is allocated here and nothing later. NULL when memory is short. */
struct rgs_tap *rgs_tap_new(const struct rgs_tap_conf *conf, const struct rgs_alloc *alloc);
void rgs_tap_del(struct rgs_tap *t);

/* Bytes that were taken. */
struct rgs_tap_memory {
    size_t decoding; /* of all workers: flows, reassembly, dialogues, recognition */
    size_t rings;
    size_t tracking, scoring;
};
void rgs_tap_memory(const struct rgs_tap *t, struct rgs_tap_memory *m);

/* 0, or -errno when a thread cannot be started. */
int rgs_tap_start(struct rgs_tap *t);
/* For how long the thread that is silent for longest has given no sign of life; all give some every
 * fraction of a second, unless they read files and wait for a server. */
int64_t rgs_tap_silent_ms(struct rgs_tap *t);
/* No more packets than have come by now. May be called twice. */
void rgs_tap_stop(struct rgs_tap *t);
/* All that was read is evaluated: after a stop, or when there is nothing left to read from. */
bool rgs_tap_done(struct rgs_tap *t);
/* Waits for the threads, after rgs_tap_done(). */
void rgs_tap_join(struct rgs_tap *t);
/* For whoever listens to its observations, before rgs_tap_start(). */
struct rgs_evaluator *rgs_tap_evaluator(struct rgs_tap *t);
/* About once a second, in the evaluating thread: nothing older than event_ts follows. */
void rgs_tap_on_tick(struct rgs_tap *t, void (*tick)(void *ctx, int64_t event_ts), void *ctx);
/*
 * Has the evaluating thread call fn between two operations, and waits for it; one caller at a time.
 * False: it had no time for it in so many ms, or has ended.
 */
bool rgs_tap_ask(struct rgs_tap *t, void (*fn)(void *ctx, struct rgs_evaluator *e), void *ctx,
                 int patience_ms);
/* Files are read no further until the release, and all that was read of them is evaluated; live
 * traffic goes on. False: not in so many ms, and nothing is held. */
bool rgs_tap_hold(struct rgs_tap *t, int patience_ms);
void rgs_tap_release(struct rgs_tap *t);
/* Moves what was counted, all that tracking and scoring know, and how far files were read: before
 * the start, in the evaluating thread, or after rgs_tap_join(). */
void rgs_tap_image(struct rgs_tap *t, struct rgs_image *im);
/* The result; after rgs_tap_join(). */
int rgs_tap_result(struct rgs_tap *t, struct rgs_result_owner *owner);

struct rgs_tap_worker_status {
    struct rgs_totals totals;
    uint64_t pdus[RGS_LAYER_COUNT];
    struct rgs_live_state port[RGS_MAX_INTERFACES];
    uint64_t shed[RGS_SHED_KINDS];
    uint32_t ring_used;
};

/* A picture of the running tap, at most about a quarter of a second old; sums over its workers. */
struct rgs_tap_status {
    struct rgs_totals totals;
    uint64_t pdus[RGS_LAYER_COUNT];
    struct rgs_live_state port[RGS_MAX_INTERFACES]; /* failed: for some worker */
    size_t ports;
    bool failed; /* nothing is left to read from */
    struct rgs_follow_state follow;
    uint64_t alerts[RGS_STATUS_ALERT + 1]; /* by level */
    uint64_t shed[RGS_SHED_KINDS];
    uint32_t ring_used, ring_slots;
    uint64_t evaluated, verifications, numbers;
    uint64_t unordered;   /* operations that were not waited for in the merge */
    int64_t evaluated_ts; /* event time of the last operation; 0: none */
    uint64_t tracked[RGS_TRACKER_COUNTERS];
    unsigned workers;
};
void rgs_tap_status(struct rgs_tap *t, struct rgs_tap_status *out);
/* Of worker i on its own. */
void rgs_tap_worker_status(struct rgs_tap *t, unsigned i, struct rgs_tap_worker_status *out);
/* Packets and operations that never reached the evaluator. */
uint64_t rgs_tap_lost(const struct rgs_tap_status *s);

#endif
