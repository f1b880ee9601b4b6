/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SCTP association (RFC 9260) between two hosts, both ends of it. */
#ifndef RGS_SIMULATE_SCTP_OUT_H
#define RGS_SIMULATE_SCTP_OUT_H

#include "simulate/frames.h"

enum { RGS_SCTP_STREAMS = 16 };

struct rgs_sctp_end {
    uint32_t ip;
    uint16_t port;
    uint32_t tag;  /* what the peer must put into the verification tag */
    uint32_t tsn;  /* the next one to send */
    uint32_t seen; /* the last TSN received: nothing is lost here */
    unsigned unacknowledged;
    uint16_t ssn[RGS_SCTP_STREAMS];
};

struct rgs_sctp {
    struct rgs_sctp_end end[2];
};

/* Draws tags and TSNs, and writes INIT, INIT ACK, COOKIE ECHO, COOKIE ACK; end 0 begins. */
void rgs_sctp_open(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, uint64_t *random);
/*
 * A user message in one DATA chunk from end `from`, a SACK in front when one is due. Every second
 * packet is acknowledged at once (6.2); true: it was the first, the caller calls rgs_sctp_sack()
 * 200 ms later.
 */
bool rgs_sctp_data(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, unsigned from,
                   unsigned stream, uint32_t ppid, struct rgs_bytes message);
/* The delayed acknowledgement by end `from`, unless it has gone out already. */
void rgs_sctp_sack(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, unsigned from);
/* HEARTBEAT from end `from`, and its HEARTBEAT ACK. */
void rgs_sctp_heartbeat(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, unsigned from);

#endif
