/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way from a worker to the evaluator: a ring of judged operations. The side that puts never
 * waits on live traffic: when the ring fills, it sheds, least valuable first. What is a message
 * without a code goes first, then what binds or answers for a subscriber, verification codes last.
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
    bool judged; /* verdict is meaningful */
};

struct rgs_line {
    struct rgs_ring *ring;
    bool waits; /* on files: instead of shedding */
    _Atomic uint64_t shed[RGS_SHED_KINDS];
};

bool rgs_line_init(struct rgs_line *l, uint32_t slots, bool waits, const struct rgs_alloc *alloc);
void rgs_line_fini(struct rgs_line *l);
/* A rgs_judged_fn; ctx is the line. */
void rgs_line_put(void *ctx, const struct rgs_op *op, const struct rgs_verdict *v);

#endif
