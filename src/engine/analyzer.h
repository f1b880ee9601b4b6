/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The analyzer of the public face, and what the shells of this program need of it beside that. A
 * worker calls the evaluator directly, unless the caller takes the judged operations and brings
 * them to it in a thread of their own.
 */
#ifndef RGS_ENGINE_ANALYZER_H
#define RGS_ENGINE_ANALYZER_H

#include "engine/evaluator.h"
#include "engine/worker.h"
#include "regsentry/analyzer.h"

/*
 * Two threads: judged operations go to `out`, in the thread of rgs_analyzer_packet(), and come back
 * in the same order by rgs_analyzer_judged(), in another. rgs_analyzer_drain() gives out what is
 * held back; when all of that came back, too, rgs_analyzer_finish() is called as ever.
 */
void rgs_analyzer_divert(struct rgs_analyzer *a, rgs_judged_fn *out, void *ctx);
void rgs_analyzer_judged(struct rgs_analyzer *a, const struct rgs_op *op,
                         const struct rgs_verdict *v);
void rgs_analyzer_drain(struct rgs_analyzer *a);

/* Verification messages of senders that no service is known for; for filling the catalogue. */
void rgs_analyzer_on_unknown(struct rgs_analyzer *a, void (*fn)(void *ctx, const struct rgs_op *op),
                             void *ctx);

/* How ids become the words of the result, for whoever scores or draws beside the analyzer. */
void rgs_analyzer_names(const struct rgs_analyzer *a, struct rgs_scorer_names *names);

struct rgs_evaluator *rgs_analyzer_evaluator(const struct rgs_analyzer *a);

#endif
