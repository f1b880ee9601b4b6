/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which chunks of one direction of an association have been seen: transmission sequence numbers in
 * a window, each with a fingerprint of its chunk. A repeated number with the same chunk is a
 * retransmission (RFC 9260 6.2: the same chunk goes out again, it is never cut anew); the same
 * number with another chunk is a new message of a sender that does not count.
 */
#ifndef RGS_XPORT_SCTP_TSN_H
#define RGS_XPORT_SCTP_TSN_H

#include "base/bytes.h"

/* More than a sender has in flight: 1024 messages of 200 bytes fill a receive window of 200 kB. */
#define RGS_TSN_WINDOW 1024u

struct rgs_tsn_window {
    uint32_t top; /* highest number seen */
    bool started;
    uint16_t prints[RGS_TSN_WINDOW]; /* 0: not seen */
};

enum rgs_tsn_news {
    RGS_TSN_NEW,
    RGS_TSN_REPEATED,
    RGS_TSN_REUSED, /* seen before with other content */
};

/* What to think of a chunk, which counts as seen from now on. */
enum rgs_tsn_news rgs_tsn_see(struct rgs_tsn_window *w, uint32_t tsn, struct rgs_bytes chunk);

/* Whether the chunk may be one of this run: within the window, and not seen with other content. */
bool rgs_tsn_fits(const struct rgs_tsn_window *w, uint32_t tsn, struct rgs_bytes chunk);

void rgs_tsn_restart(struct rgs_tsn_window *w);

#endif
