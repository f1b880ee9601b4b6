/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datagrams of UDP (RFC 768). */
#ifndef RGS_SIMULATE_UDP_OUT_H
#define RGS_SIMULATE_UDP_OUT_H

#include "simulate/frames.h"

struct rgs_udp_end {
    uint32_t ip;
    uint16_t port;
};

void rgs_udp_data(struct rgs_frames *f, int64_t ts, struct rgs_udp_end from, struct rgs_udp_end to,
                  struct rgs_bytes data);

#endif
