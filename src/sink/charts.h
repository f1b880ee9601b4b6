/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the charts of a report show beside the result: when codes came, which parts of a block are
 * active, how numbers gather on devices. Filled from observations, after the result is known, for
 * the lines that it names in review and alert; never for one below the minimum support.
 *
 * No chart leads to one number. A block is shown as cells of 25 numbers in a row, and only with
 * RGS_CHART_LEAST active numbers in it; devices are counted by how many numbers they carry.
 */
#ifndef RGS_SINK_CHARTS_H
#define RGS_SINK_CHARTS_H

#include "rules/rules.h"

enum {
    RGS_CHART_STEPS = 60,
    RGS_CHART_SERVICES = 12, /* by name; all others together behind them */
    RGS_CHART_CELL = 25,     /* numbers in one cell */
    RGS_CHART_CELLS = 10000 / RGS_CHART_CELL,
    RGS_CHART_BLOCKS = 4,
    RGS_CHART_TIERS = 6,
    RGS_CHART_LEAST = 20, /* active numbers in a block that is drawn */
    RGS_CHARTS_MOST = 200,
};

struct rgs_chart_block {
    uint64_t prefix; /* E.164 without its last four digits */
    uint32_t numbers;
    uint8_t cell[RGS_CHART_CELLS]; /* active numbers */
};

struct rgs_chart {
    const struct rgs_result_reseller *of;
    int64_t from, step; /* ns */
    unsigned n_steps;
    unsigned n_services; /* named ones */
    const char *service[RGS_CHART_SERVICES];
    uint32_t codes[RGS_CHART_SERVICES + 1][RGS_CHART_STEPS]; /* the last row is all others */
    struct rgs_chart_block block[RGS_CHART_BLOCKS];          /* most active first */
    unsigned n_blocks;
    uint32_t other_blocks, other_numbers; /* that are not drawn */
    uint32_t devices[RGS_CHART_TIERS];    /* that carry so many numbers */
    uint32_t on_devices[RGS_CHART_TIERS]; /* numbers on them */
};
extern const char *const rgs_chart_tiers[RGS_CHART_TIERS]; /* "2 to 4" */

struct rgs_charts;

/* [borrow] The result and the rules that made it (NULL: clusters get no chart); names are those
 * that its lines were named by. NULL: no memory. */
struct rgs_charts *rgs_charts_new(const struct rgs_result *r, const struct rgs_ruleset *rules,
                                  const struct rgs_scorer_names *names);
void rgs_charts_del(struct rgs_charts *c);
/* An rgs_obs_fn: ctx is the charts. */
void rgs_charts_observe(void *ctx, const struct rgs_obs *o);
/* After the last observation. */
void rgs_charts_finish(struct rgs_charts *c);
/* The chart of the result's line i, or NULL. */
const struct rgs_chart *rgs_charts_of(const struct rgs_charts *c, size_t i);

#endif
