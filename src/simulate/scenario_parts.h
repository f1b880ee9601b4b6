/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reads a scenario: for scenario.c, which reads the whole, and scenario_reseller.c. */
#ifndef RGS_SIMULATE_SCENARIO_PARTS_H
#define RGS_SIMULATE_SCENARIO_PARTS_H

#include "simulate/scenario.h"

struct rgs_sim_reader {
    struct rgs_sim_scenario *s;
    const struct rgs_sim_sources *in;
    struct rgs_diag *diag;
};

/* ---- scenario.c -------------------------------------------------------------------------------
 */

/* Digits without '+', of such a length; none after an error. */
struct rgs_digits rgs_sim_digits_of(struct rgs_yaml_node *n, size_t least, size_t most,
                                    struct rgs_diag *diag);
/* An error when n, which stands in `in` as `what`, is not there. */
void rgs_sim_required(struct rgs_yaml_node *in, struct rgs_yaml_node *n, const char *what,
                      struct rgs_diag *diag);

/* ---- scenario_reseller.c ----------------------------------------------------------------------
 */

/* The next reseller; ordinary: who is nobody's, and in no list of sellers. */
void rgs_sim_read_reseller(struct rgs_sim_reader *r, struct rgs_yaml_node *n, bool ordinary);

#endif
