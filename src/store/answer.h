/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the logs of a site amount to, for one engine: the merged observations, scored, and the
 * alerts that arose on the way, each with the event time at which it did. Every engine of a site
 * works out all of it, and tells the shards that it holds the lease of: a card box, a cell or an
 * account cuts through resellers, so that no shard can be scored by itself to the same bytes.
 */
#ifndef RGS_STORE_ANSWER_H
#define RGS_STORE_ANSWER_H

#include <stdio.h>

#include "classify/classify.h"
#include "rules/rules.h"
#include "store/site.h"
#include "store/timetable.h"
#include "store/told.h"

struct rgs_answer_conf {
    const struct rgs_catalogue *catalogue; /* [borrow] with the rule set */
    const struct rgs_ruleset *ruleset;     /* before the first turn of the timetable */
    const struct rgs_timetable *timetable; /* [borrow]; it may learn more between two calls */
    struct rgs_hash_key hash_key;          /* that of the probes' tables */
    unsigned shards;
    void (*write_line)(FILE *out, const struct rgs_result_reseller *x);
    void (*write_alert)(FILE *out, const struct rgs_result_alert *a);
    size_t (*fetch)(void *ctx, const struct rgs_place *place, uint8_t *out);
    void *ctx;
};

struct rgs_answer;

/* sealer: [borrow] as long as the answer. NULL when memory is short. */
struct rgs_answer *rgs_answer_new(const struct rgs_answer_conf *conf, struct rgs_sealer *sealer);
void rgs_answer_del(struct rgs_answer *a);
/* To be fed with what the logs say. */
struct rgs_merge *rgs_answer_merge(struct rgs_answer *a);
/* Evaluates what may go, at most so many observations: 1 when there is more, 0, or -ENOMEM. */
int rgs_answer_go(struct rgs_answer *a, unsigned most);
/* What is in force. */
const struct rgs_ruleset *rgs_answer_ruleset(const struct rgs_answer *a);
/* The newest time that was seen. */
int64_t rgs_answer_event_ts(const struct rgs_answer *a);

/* The alerts that arose on the way. */
struct rgs_told *rgs_answer_told(struct rgs_answer *a);
/*
 * Moves all that it knows; reading, into a new one. Which rule set is in force is looked up in the
 * timetable, which must know as much as it did then: fails when that is another one.
 */
void rgs_answer_image(struct rgs_answer *a, struct rgs_image *im, int64_t now_ms);

/* What is committed of the scores of one shard: a line's id to a hash of its text. */
struct rgs_lines;
void rgs_lines_del(struct rgs_lines *l);
/*
 * The lines of all shards as of now: for each shard that `commit` has one for, what is new or has
 * changed since `lines` goes into it, and what is no more; then `lines` is what there is now. False
 * when memory is short.
 */
bool rgs_answer_scores(struct rgs_answer *a, struct rgs_commit **commit, struct rgs_lines **lines);

#endif
