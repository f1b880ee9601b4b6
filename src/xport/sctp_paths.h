/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multi-homed ends of SCTP (RFC 9260 5.1.2): the addresses that an end lists when it sets an
 * association up all stand for the one that it set it up from, so that a chunk which is repeated on
 * another path is known for what it is.
 */
#ifndef RGS_XPORT_SCTP_PATHS_H
#define RGS_XPORT_SCTP_PATHS_H

#include "xport/flow.h"

struct rgs_sctp_paths;

struct rgs_sctp_paths *rgs_sctp_paths_new(const struct rgs_capacity *capacity,
                                          const struct rgs_alloc *alloc);
void rgs_sctp_paths_del(struct rgs_sctp_paths *p, const struct rgs_alloc *alloc);

/* Learns from the body of an INIT or INIT ACK that the packet's source sent. */
void rgs_sctp_paths_learn(struct rgs_sctp_paths *p, struct rgs_dissect *d, struct rgs_bytes body);

/* The ends of the packet under way stand for these. */
void rgs_sctp_paths_join(struct rgs_sctp_paths *p, struct rgs_dissect *d, const struct rgs_ip *src,
                         const struct rgs_ip *dst);

/* The key with each end's address replaced by the one that it stands for; false when both stand for
 * themselves. *flipped: the lower end has become the higher one. */
bool rgs_sctp_paths_map(struct rgs_sctp_paths *p, struct rgs_flow_key *key, bool *flipped,
                        int64_t now);

#endif
