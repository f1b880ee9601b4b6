/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP datagrams out of their fragments (RFC 791 3.2, RFC 8200 4.5). */
#ifndef RGS_XPORT_FRAGMENT_H
#define RGS_XPORT_FRAGMENT_H

#include "event/dissect.h"

struct rgs_fragment {
    uint32_t id;
    uint8_t protocol; /* IPv4 only: part of what tells datagrams apart */
    bool ipv6;
    bool more;
    uint32_t offset; /* bytes */
    struct rgs_bytes data;
};

/*
 * Adds a fragment between the addresses of the operation under construction. True when it completes
 * its datagram, whose payload then lives until the frame ends.
 */
bool rgs_fragment_add(struct rgs_dissect *d, const struct rgs_fragment *f,
                      struct rgs_bytes *payload);

#endif
