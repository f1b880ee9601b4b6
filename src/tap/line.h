/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way from a worker to the evaluator: a ring of judged operations. The side that puts never
 * waits on live traffic: when the ring fills, it sheds, least valuable first. What is a message
 * without a code goes first, then what binds or answers for a subscriber, verification codes last.
 *
 * Several lines are merged by the time of the packets that their operations came from, so that the
 * evaluator sees one order whichever worker was faster. A line that has nothing says up to when.
 */
#ifndef RGS_TAP_LINE_H
#define RGS_TAP_LINE_H

#include "base/ring.h"
#include "classify/classify.h"
#include "event/op.h"

enum rgs_shed {
    RGS_SHED_ORDINARY,     /* messages without a code: from three quarters on */
    RGS_SHED_SIGNALLING,   /* bindings and answers: from seven eighths on */
    RGS_SHED_VERIFICATION, /* only when there is no slot left */
    RGS_SHED_KINDS,
};
/* As they stand in `dropped` of reports, and in metrics. */
const char *rgs_shed_name(enum rgs_shed s);

struct rgs_line_item {
    struct rgs_op op;
    struct rgs_verdict verdict;
    int64_t at;  /* time of the packet that was read when it came out */
    bool judged; /* verdict is meaningful */
};

struct rgs_line {
    struct rgs_ring *ring;
    bool waits;           /* on files: instead of shedding */
    int64_t at;           /* the putting thread's: time of the packet that is read now */
    _Atomic int64_t seen; /* all that came of packets up to then has been put */
    _Atomic uint64_t shed[RGS_SHED_KINDS];
};

bool rgs_line_init(struct rgs_line *l, uint32_t slots, bool waits, const struct rgs_alloc *alloc);
void rgs_line_fini(struct rgs_line *l);
/* A rgs_judged_fn; ctx is the line. */
void rgs_line_put(void *ctx, const struct rgs_op *op, const struct rgs_verdict *v);
/* What follows comes of packets after this time; INT64_MAX: nothing follows. */
void rgs_line_seen(struct rgs_line *l, int64_t ts);

/* The taking thread: where the next operation in the order of all lines is; n: none yet. With
 * `impatient` lines that say nothing are not waited for. */
size_t rgs_lines_next(struct rgs_line *const *lines, size_t n, bool impatient);

#endif
