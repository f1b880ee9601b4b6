/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is true about the traffic, and whose numbers they are: the two files beside a simulated
 * capture. */
#ifndef RGS_SIMULATE_LABELS_H
#define RGS_SIMULATE_LABELS_H

#include "simulate/simulate.h"
#include "simulate/world.h"

/* Writes both; 0 or what a writer gave. */
int rgs_sim_labels(const struct rgs_sim_world *w, const struct rgs_simulate_conf *conf);

#endif
