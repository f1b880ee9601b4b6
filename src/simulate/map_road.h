/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the dialogues of MAP share: heads of TCAP messages, titles, and the way out. */
#ifndef RGS_SIMULATE_MAP_ROAD_H
#define RGS_SIMULATE_MAP_ROAD_H

#include "simulate/map_out.h"
#include "simulate/ss7_out.h"
#include "simulate/world.h"

/* A TCAP message between an element and the world; the answer may take the other STP. */
void rgs_sim_send_tcap(struct rgs_sim_world *w, int64_t ts, unsigned element, bool outward,
                       const struct rgs_gt *called, const struct rgs_gt *calling, unsigned sls,
                       struct rgs_bytes tcap);
/* An answer mostly comes back on the link of its request; its sender chooses, though (Q.704 2.3.5).
 */
unsigned rgs_sim_answer_sls(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d);

struct rgs_gt rgs_sim_gt(struct rgs_digits digits, uint8_t ssn);
/* E.214: the IMSI's MCC and MNC give way to country and network codes, as the HLR's own title
 * begins. */
struct rgs_gt rgs_sim_mobile_gt(const struct rgs_sim_world *w, const struct rgs_digits *imsi);

uint32_t rgs_sim_transaction(struct rgs_sim_world *w);
/* The head of the message that opens a dialogue, and of the one that ends it; first: nothing came
 * back before. */
struct rgs_sim_tcap rgs_sim_tcap_begin(struct rgs_sim_world *w, struct rgs_sim_dialogue *d,
                                       enum rgs_map_context context);
struct rgs_sim_tcap rgs_sim_tcap_end(const struct rgs_sim_dialogue *d, enum rgs_map_context context,
                                     bool first);

/* The next message of a delivery; false: it was the last. */
bool rgs_sim_map_deliver(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);

#endif
