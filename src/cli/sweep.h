/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much a result hangs on single thresholds: each is moved alone, and the rules run again. */
#ifndef RGS_CLI_SWEEP_H
#define RGS_CLI_SWEEP_H

#include <stdio.h>

#include "engine/tape.h"
#include "rules/ruleset.h"

enum { RGS_SWEEP_STEPS = 5 }; /* -20 % -10 % as written +10 % +20 % */

struct rgs_sweep_row {
    char name[96]; /* "U01 >= 4", "roaming_bank alert" */
    double at;     /* the threshold as written */
    unsigned alerts[RGS_SWEEP_STEPS];
    double moved[RGS_SWEEP_STEPS]; /* of a score, at most, in points */
};

struct rgs_sweep {
    struct rgs_sweep_row *row;
    size_t n;
};

/*
 * The rule set is changed for each run and is again what it was at the end. stop may end it early.
 * 0, or -ENOMEM.
 */
int rgs_sweep_run(struct rgs_sweep *s, struct rgs_ruleset *rs, const struct rgs_scorer_names *names,
                  const struct rgs_hash_key *key, const struct rgs_tape *tape, int64_t last_ts,
                  bool (*stop)(void));
void rgs_sweep_fini(struct rgs_sweep *s);

void rgs_sweep_table(FILE *out, const struct rgs_sweep *s);
/* A drawing of its own, light and dark: alerts over the levels, and what each threshold moves. */
void rgs_sweep_svg(FILE *out, const struct rgs_sweep *s);

#endif
