/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the simulated people share: hours, identities, services, lives. */
#ifndef RGS_SIMULATE_PEOPLE_H
#define RGS_SIMULATE_PEOPLE_H

#include "simulate/world.h"

void rgs_sim_hours_init(struct rgs_sim_world *w);
/* The time at which `days` of average activity have passed since ts: a Poisson process in warped
 * time. */
int64_t rgs_sim_later(const struct rgs_sim_world *w, enum rgs_sim_hours hours, int64_t ts,
                      double days);

/*
 * Numbers of a reseller: populations one behind the other; mixed ones among each other, scattered
 * ones all over the ranges. Both are dealt by a step that is prime to the room, so that no number
 * is given twice.
 */
void rgs_sim_give_numbers(struct rgs_sim_world *w, const struct rgs_sim_reseller *re);
/* The device in a slot; those of a population lie beside each other, and apart from all others. */
uint32_t rgs_sim_device_of(const struct rgs_sim_world *w, uint32_t population, uint32_t slot);

/* A service by its weight. */
uint8_t rgs_sim_pick_service(struct rgs_sim_pop *p, uint64_t *random);
/* Distinct services by weight, without replacement; fewer when the mix does not have so many. */
void rgs_sim_draw_services(struct rgs_sim_world *w, struct rgs_sim_sub *s);

#endif
