/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A flow: two (address, port) ends, the lower one first, so that both directions have one key. */
#ifndef RGS_XPORT_FLOW_H
#define RGS_XPORT_FLOW_H

#include "event/dissect.h"

struct rgs_flow_key {
    struct rgs_ip ip[2];
    uint16_t port[2];
};
_Static_assert(sizeof(struct rgs_flow_key) == 36, "compared and hashed as bytes: no padding");

/* From the addresses and ports of the operation under construction; *dir is 0 from the lower end to
 * the higher, 1 back. */
struct rgs_flow_key rgs_flow_key_of(const struct rgs_dissect *d, unsigned *dir);

/* The id of the nth flow between these ends: the same in every run, never 0. */
uint64_t rgs_flow_id(const struct rgs_flow_key *key, uint8_t protocol, uint32_t nth);

#endif
