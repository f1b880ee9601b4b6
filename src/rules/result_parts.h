/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes up a result: for result.c and the files of its parts. */
#ifndef RGS_RULES_RESULT_PARTS_H
#define RGS_RULES_RESULT_PARTS_H

#include "rules/scorer.h"

struct rgs_result_line {
    struct rgs_scored *e;
    const char *id, *name;
    double score; /* rounded as it is shown, so that the order is the shown one */
    enum rgs_status status;
    int cluster; /* the typology in whose scope the line's numbers are; -1: all of them */
    const struct rgs_stored_alert *of_part; /* that it was first told of by; NULL: by its own */
};

/* ---- result_owner.c ---------------------------------------------------------------------------
 */
/* Zeroed memory that lives as long as the result; NULL when there is none. */
void *rgs_result_take(struct rgs_result_owner *o, size_t n);

/* ---- result_pick.c ----------------------------------------------------------------------------
 */
/* How many lines there can be. */
size_t rgs_lines_most(const struct rgs_scorer *s);
/* The lines in their order, without of_part. False when memory is short. */
bool rgs_lines_collect(struct rgs_scorer *s, struct rgs_result_owner *o,
                       struct rgs_result_line *lines, size_t *n);
/* The entity's own line (cluster -1), or that of a cluster of its; NULL: it has none. */
const struct rgs_result_line *rgs_line_of(const struct rgs_result_line *lines, size_t n,
                                          const struct rgs_scored *e, int cluster);
/*
 * The line of the cluster that a device, cell or account is a part of: the same trade under the
 * same reseller, at no higher level; NULL: none. One thing has one line.
 */
const struct rgs_result_line *rgs_line_cluster_of(const struct rgs_scorer *s,
                                                  const struct rgs_result_line *lines, size_t n,
                                                  const struct rgs_scored *e);

/* ---- result_line.c ----------------------------------------------------------------------------
 */
/* False when memory is short. */
bool rgs_line_say(struct rgs_scorer *s, struct rgs_result_owner *o, const struct rgs_result_line *l,
                  struct rgs_result_reseller *out);

/* ---- result_alerts.c --------------------------------------------------------------------------
 */
/*
 * Where a reseller (or block) is told of as a whole, a part or a cluster of his that has no line
 * any more may have been told of before: the first such alert, if it came before his own.
 */
const struct rgs_stored_alert *rgs_line_told_of_part(const struct rgs_scorer *s,
                                                     const struct rgs_result_line *lines, size_t n,
                                                     const struct rgs_result_line *l);
/* All that were told, into the result. False when memory is short. */
bool rgs_result_alerts(struct rgs_scorer *s, struct rgs_result_owner *o,
                       const struct rgs_result_line *lines, size_t n);

#endif
