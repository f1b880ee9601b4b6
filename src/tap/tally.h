/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running tap counts for its metrics beside its status: codes by service, and the census of
 * the rules' tables. It listens to the observations in the evaluating thread; others get copies.
 */
#ifndef RGS_TAP_TALLY_H
#define RGS_TAP_TALLY_H

#include "engine/evaluator.h"

struct rgs_tally;

/* Before the tap starts: asks the evaluator for its observations. [borrow] both. NULL when memory
 * is short. */
struct rgs_tally *rgs_tally_new(struct rgs_evaluator *e, const struct rgs_catalogue *catalogue);
void rgs_tally_del(struct rgs_tally *t);

/* The evaluating thread: something else than an observation has changed the tables. */
void rgs_tally_refresh(struct rgs_tally *t);

/* From any thread: a picture as of the last observations; the rule set's words are copied. */
struct rgs_tally_census {
    struct rgs_census census;
    char ruleset[64], revision[64], sha256[65];
};
void rgs_tally_census(struct rgs_tally *t, struct rgs_tally_census *out);
/* Codes for the service of this index, from 1; 0: for services that have no name. */
uint64_t rgs_tally_codes(const struct rgs_tally *t, uint16_t service);
/* The highest index, and a service's id. */
size_t rgs_tally_services(const struct rgs_tally *t);
const char *rgs_tally_service(const struct rgs_tally *t, uint16_t service);

#endif
