/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which values an entry of a number's log concerns, and the sums over the entries. */
#ifndef RGS_RULES_CONCERN_H
#define RGS_RULES_CONCERN_H

#include "rules/scorer.h"

/* What a window of the log holds, as one value. */
struct rgs_tally {
    unsigned total, hits, distinct, oldest, newest;
};

static inline uint16_t rgs_entry_age(int64_t pane, uint16_t stamp)
{
    return (uint16_t)((uint16_t)pane - stamp);
}

static inline bool rgs_entry_counts(const struct rgs_per_value *v, const struct rgs_log_entry *e,
                                    int64_t pane)
{
    return e->track == v->track && (e->mask & v->mask) == v->mask &&
           rgs_entry_age(pane, e->stamp) < v->panes;
}

/* The concern of an entry: one that is remembered, else *late, filled in. */
const struct rgs_concern *rgs_concern_of(struct rgs_scorer *s, const struct rgs_log_entry *x,
                                         struct rgs_concern *late);
/* Adds an entry of age `a` to the sums that it is part of, under the first of each group; the hits
 * are each value's own. */
void rgs_sum_up(const struct rgs_per_value *per, const struct rgs_concern *c,
                const struct rgs_log_entry *e, unsigned a, struct rgs_tally *tally);

#endif
