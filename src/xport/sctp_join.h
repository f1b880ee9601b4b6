/* SPDX-License-Identifier: GPL-3.0-or-later */
/* User messages of SCTP out of their fragments (RFC 9260 6.9, RFC 8260 2.2.2), in any order. */
#ifndef RGS_XPORT_SCTP_JOIN_H
#define RGS_XPORT_SCTP_JOIN_H

#include "event/dissect.h"

struct rgs_sctp_join;

/*
 * A fragment. Fragments of one message lie in one space (a direction of an association with stream
 * and message number) and are numbered one after the other: by TSN in DATA, by FSN in I-DATA.
 */
struct rgs_sctp_part {
    uint64_t direction;
    uint64_t space;
    uint32_t index;
    uint32_t ppid; /* of the message; meaningful on the first part */
    bool first, last;
    struct rgs_bytes bytes;
};

struct rgs_sctp_join *rgs_sctp_join_new(const struct rgs_capacity *capacity,
                                        const struct rgs_alloc *alloc);
void rgs_sctp_join_del(struct rgs_sctp_join *j);

/* Keeps a copy of the part. True when it completes its message, which then lives until the frame
 * ends. */
bool rgs_sctp_join_add(struct rgs_sctp_join *j, struct rgs_dissect *d,
                       const struct rgs_sctp_part *part, struct rgs_bytes *message, uint32_t *ppid);

#endif
