/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SIMULATE_CHECKSUM_H
#define RGS_SIMULATE_CHECKSUM_H

#include "base/bytes.h"

/* Tables for eight bytes a step; filled by _init, since a simulation keeps no globals. */
struct rgs_crc32c {
    uint32_t t[8][256];
};
void rgs_crc32c_init(struct rgs_crc32c *c);
/* CRC32c as SCTP uses it (RFC 9260 Appendix A); store the value with its lowest byte first. */
uint32_t rgs_crc32c(const struct rgs_crc32c *c, struct rgs_bytes b);

/* The Internet checksum of RFC 1071, beginning with `sum` (of a pseudo-header, or 0). */
uint16_t rgs_inet_checksum(uint32_t sum, struct rgs_bytes b);

/* What the pseudo-header of TCP and UDP over IPv4 adds up to (RFC 9293 3.1, RFC 768). */
uint32_t rgs_inet_pseudo_sum(uint32_t src_ip, uint32_t dst_ip, uint8_t protocol, size_t n);

#endif
