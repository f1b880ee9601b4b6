/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The second half of the pipeline: judged operations in, a result out. It owns subscribers,
 * entities and rules. One thread; operations of several workers come in the order of their time.
 */
#ifndef RGS_ENGINE_EVALUATOR_H
#define RGS_ENGINE_EVALUATOR_H

#include "engine/conf.h"
#include "track/track.h"

struct rgs_evaluator;

/* NULL when memory is short. */
struct rgs_evaluator *rgs_evaluator_new(const struct rgs_analyzer_conf *conf,
                                        const struct rgs_alloc *alloc);
void rgs_evaluator_del(struct rgs_evaluator *e);
void rgs_evaluator_op(struct rgs_evaluator *e, const struct rgs_op *op,
                      const struct rgs_verdict *v);
/* No more operations; event time went on to last_ts. */
void rgs_evaluator_finish(struct rgs_evaluator *e, bool any, int64_t last_ts);

/* Observations as they arise, beside scoring. NULL: none. */
void rgs_evaluator_on_obs(struct rgs_evaluator *e, rgs_obs_fn *fn, void *ctx);
/* The same for the probe of a site, which may be there beside it. */
void rgs_evaluator_to_site(struct rgs_evaluator *e, rgs_obs_fn *fn, void *ctx);

/*
 * The result as of now. `lost` says what never reached this evaluator, and stands first in
 * `dropped`; its names are constants. The owner must not outlive the evaluator. 0, or -ENOMEM.
 */
int rgs_evaluator_result(struct rgs_evaluator *e, const struct rgs_totals *totals,
                         const struct rgs_result_named *lost, size_t n_lost,
                         struct rgs_result_owner *owner);

/*
 * Goes on under another rule set, compiled with the same catalogue, and another inventory (both
 * [borrow]; the former ones are not used any more), with what is known so far. 0; -ENOMEM: all
 * stays as it was.
 */
int rgs_evaluator_reload(struct rgs_evaluator *e, const struct rgs_ruleset *ruleset,
                         const struct rgs_inventory *inventory);

/* Moves all that tracking and scoring know. */
void rgs_evaluator_image(struct rgs_evaluator *e, struct rgs_image *im);

/* How ids become the words of the result. */
void rgs_evaluator_names(struct rgs_evaluator *e, struct rgs_scorer_names *names);
/* Of its tables. */
const struct rgs_hash_key *rgs_evaluator_key(const struct rgs_evaluator *e);
/* What stands for a device or a cell in what leaves the process. */
void rgs_entity_token(const struct rgs_hash_key *key, enum rgs_grain grain, uint64_t id,
                      char out[9]);
uint64_t rgs_evaluator_verifications(const struct rgs_evaluator *e);
struct rgs_tracker *rgs_evaluator_tracker(struct rgs_evaluator *e);
struct rgs_scorer *rgs_evaluator_scorer(struct rgs_evaluator *e);
/* The one in force; NULL: none. */
const struct rgs_ruleset *rgs_evaluator_ruleset(const struct rgs_evaluator *e);

#endif
