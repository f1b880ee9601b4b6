/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first half of the pipeline: packets in, judged operations out. It owns flows, reassembly,
 * concatenation and the reading of texts; no content leaves it. One thread per worker.
 */
#ifndef RGS_ENGINE_WORKER_H
#define RGS_ENGINE_WORKER_H

#include "engine/conf.h"
#include "engine/decoder.h"

/* op is valid during the call only, and free of content; v is NULL when no whole message was
 * judged. All but op's constant words is inside of the two structs: they can be copied. */
typedef void rgs_judged_fn(void *ctx, const struct rgs_op *op, const struct rgs_verdict *v);

struct rgs_worker;

/* NULL when memory is short. */
struct rgs_worker *rgs_worker_new(const struct rgs_analyzer_conf *conf, rgs_judged_fn *out,
                                  void *ctx, const struct rgs_alloc *alloc);
void rgs_worker_del(struct rgs_worker *w);
void rgs_worker_packet(struct rgs_worker *w, const struct rgs_packet *packet);
/* The packet that comes next does not have the time that it came with. */
void rgs_worker_wrong_time(struct rgs_worker *w);
/* No more packets: what is held back is given out. */
void rgs_worker_finish(struct rgs_worker *w);
void rgs_worker_totals(const struct rgs_worker *w, struct rgs_totals *out);
struct rgs_dissect *rgs_worker_dissect(struct rgs_worker *w);

/* Verification messages of senders that no service is known for. NULL: none. */
void rgs_worker_on_unknown(struct rgs_worker *w, void (*fn)(void *ctx, const struct rgs_op *op),
                           void *ctx);

#endif
