/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a tap, shared by its threads. */
#ifndef RGS_TAP_INSIDE_H
#define RGS_TAP_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "engine/steady.h"
#include "store/clock.h"
#include "tap/losses.h"
#include "tap/tap.h"

enum {
    RGS_TAP_PUBLISH_MS = 200,
    RGS_TAP_LOOK_EVERY = 256, /* packets or operations between two looks at the clock */
};

struct rgs_tap_worker {
    struct rgs_tap *tap;
    unsigned index;
    struct rgs_live *live; /* NULL: files */
    struct rgs_worker *worker;
    struct rgs_line line;
    struct rgs_steady_clock clock; /* of files */
    pthread_t thread;
    bool running;
    _Atomic int64_t lived; /* ns of the monotonic clock when it last looked up; INT64_MAX: ended */
    pthread_mutex_t lock;  /* of status */
    struct rgs_tap_worker_status status;
};

enum rgs_ask_state { RGS_ASK_NONE, RGS_ASK_WAITS, RGS_ASK_RUNS, RGS_ASK_DONE };

struct rgs_tap {
    struct rgs_tap_conf conf;
    const struct rgs_alloc *alloc;
    struct rgs_tap_memory memory;
    struct rgs_tap_worker worker[RGS_MAX_WORKERS];
    struct rgs_line *line[RGS_MAX_WORKERS];
    unsigned n;
    struct rgs_evaluator *evaluator;
    void (*tick)(void *ctx, int64_t event_ts);
    void *tick_ctx;
    pthread_t judge;
    bool judging;
    _Atomic int64_t lived;    /* of the evaluating thread, as a worker's */
    _Atomic int64_t stop_at;  /* ns of the monotonic clock; 0: go on */
    _Atomic int64_t stop_ts;  /* the same moment as packets are stamped */
    _Atomic unsigned reading; /* workers that have not ended */
    _Atomic bool evaluated;
    _Atomic bool hold, held; /* the reader of files: asked for, and done */
    struct rgs_totals base;  /* of the runs before this one */
    _Atomic uint64_t alerts[RGS_STATUS_ALERT + 1];
    /* The evaluating thread's. */
    struct rgs_losses losses, evictions;
    struct rgs_tap_lost {
        uint64_t adapter, kernel, shed[RGS_SHED_KINDS];
    } lost_before;                /* in the runs before this one */
    struct rgs_tap_lost lost_all; /* as of the last note: a checkpoint takes no lock */
    pthread_mutex_t lock;         /* of what follows */
    pthread_cond_t asked;
    enum rgs_ask_state ask;
    void (*ask_fn)(void *ctx, struct rgs_evaluator *e);
    void *ask_ctx;
    struct rgs_tap_status status; /* the evaluating thread's part */
    struct rgs_follow_state follow;
    struct rgs_result_named lost[RGS_SHED_KINDS + 3]; /* of the result */
};

/* Writes down what is lost by now; the evaluating thread. */
void rgs_tap_note_losses(struct rgs_tap *t);
/* Of all workers, and the runs before; exact where they do not run. */
void rgs_tap_totals(struct rgs_tap *t, struct rgs_totals *sum);

/* The threads; arg is a worker, or the tap. */
void *rgs_tap_read_live(void *arg);
void *rgs_tap_read_follow(void *arg);
void *rgs_tap_judge(void *arg);

#endif
