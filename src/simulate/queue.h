/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens next: a heap of events by time, then by the order in which they were added. */
#ifndef RGS_SIMULATE_QUEUE_H
#define RGS_SIMULATE_QUEUE_H

#include "base/alloc.h"
#include "base/bytes.h"

struct rgs_sim_event {
    int64_t ts;
    uint32_t order;
    uint32_t what; /* type of the event in the low byte, an argument above it */
    uint32_t who;
};

struct rgs_sim_queue {
    const struct rgs_alloc *alloc;
    struct rgs_sim_event *heap;
    size_t n, cap;
    uint32_t order;
    bool failed; /* memory was short once */
};

void rgs_sim_queue_init(struct rgs_sim_queue *q, const struct rgs_alloc *alloc);
void rgs_sim_queue_fini(struct rgs_sim_queue *q);
void rgs_sim_queue_add(struct rgs_sim_queue *q, int64_t ts, uint32_t what, uint32_t who);
/* False when nothing is left. */
bool rgs_sim_queue_next(struct rgs_sim_queue *q, struct rgs_sim_event *out);

#endif
