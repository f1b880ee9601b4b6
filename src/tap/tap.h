/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The running tap: a reading thread (packets, decoding, judging), a ring, and an evaluating thread
 * (tracking, rules). The caller's thread looks on, and says when it is over.
 */
#ifndef RGS_TAP_TAP_H
#define RGS_TAP_TAP_H

#include "capture/follow.h"
#include "capture/live.h"
#include "engine/evaluator.h"
#include "engine/worker.h"
#include "tap/line.h"
#include "tap/outbox.h"

struct rgs_tap_conf {
    const struct rgs_analyzer_conf *analyzer; /* [borrow] */
    struct rgs_live *live;                    /* [borrow] one of these two */
    struct rgs_follow *follow;                /* [borrow] */
    struct rgs_outbox *outbox;                /* [borrow] NULL: none */
    uint32_t ring_slots;
};

struct rgs_tap;

/* Everything is allocated here and nothing later. NULL when memory is short. */
struct rgs_tap *rgs_tap_new(const struct rgs_tap_conf *conf, const struct rgs_alloc *alloc);
void rgs_tap_del(struct rgs_tap *t);

/* 0, or -errno when a thread cannot be started. */
int rgs_tap_start(struct rgs_tap *t);
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
/* The result; after rgs_tap_join(). */
int rgs_tap_result(struct rgs_tap *t, struct rgs_result_owner *owner);

/* A picture of the running tap, at most about a quarter of a second old. */
struct rgs_tap_status {
    struct rgs_totals totals;
    uint64_t pdus[RGS_LAYER_COUNT];
    struct rgs_live_state port[RGS_MAX_INTERFACES];
    size_t ports;
    bool failed; /* nothing is left to read from */
    struct rgs_follow_state follow;
    uint64_t alerts[RGS_STATUS_ALERT + 1]; /* by level */
    uint64_t shed[RGS_SHED_KINDS];
    uint32_t ring_used, ring_slots;
    uint64_t evaluated, verifications, numbers;
    int64_t evaluated_ts; /* event time of the last operation; 0: none */
    uint64_t tracked[RGS_TRACKER_COUNTERS];
};
void rgs_tap_status(struct rgs_tap *t, struct rgs_tap_status *out);

#endif
