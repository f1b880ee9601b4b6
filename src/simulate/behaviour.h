/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parameters of how numbers behave, read from YAML: one table of keys. */
#ifndef RGS_SIMULATE_BEHAVIOUR_H
#define RGS_SIMULATE_BEHAVIOUR_H

#include "simulate/scenario.h"

extern const struct rgs_sim_behaviour rgs_sim_behaviour_default;

/* Index of a word among the NULL-ended words; -1 when n is NULL, or wrong and reported. */
int rgs_sim_word(struct rgs_yaml_node *n, const char *const *words, struct rgs_diag *diag);

/* Reads the keys that n has over what *b says: first those of the behaviour named by `like`, then
 * its own. */
void rgs_sim_behaviour_read(struct rgs_yaml_node *n, const struct rgs_sim_sources *in,
                            const struct rgs_sim_scenario *s, struct rgs_sim_behaviour *b,
                            struct rgs_diag *diag);
/* Reports keys of n that are neither a behaviour's nor among `other`. */
void rgs_sim_behaviour_unknown(struct rgs_yaml_node *n, const char *const *other,
                               struct rgs_diag *diag);

#endif
