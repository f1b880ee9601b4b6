/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One TCP connection (RFC 9293) between two hosts, both ends of it. */
#ifndef RGS_SIMULATE_TCP_OUT_H
#define RGS_SIMULATE_TCP_OUT_H

#include "simulate/frames.h"

struct rgs_tcp_end {
    uint32_t ip;
    uint16_t port;
    uint32_t seq; /* the next one to send */
    bool owes_ack;
};

struct rgs_tcp {
    struct rgs_tcp_end end[2];
};

/* The three-way handshake; end 0 connects. */
void rgs_tcp_open(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, uint64_t *random);
/* A segment that carries whole PDUs. true: nothing acknowledged it yet, the caller calls
 * rgs_tcp_ack() 40 ms later. */
bool rgs_tcp_data(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, unsigned from,
                  struct rgs_bytes data);
void rgs_tcp_ack(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, unsigned from);

#endif
