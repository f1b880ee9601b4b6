/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pcapng file, written: one section, one Ethernet interface, nanosecond timestamps, the same
 * bytes every time. */
#ifndef RGS_SIMULATE_PCAPNG_OUT_H
#define RGS_SIMULATE_PCAPNG_OUT_H

#include "base/bytes.h"

struct rgs_pcapng_out {
    int fd; /* [borrow] */
    int error;
    size_t used;
    uint8_t buf[1 << 18];
};

/* Writes the section and interface headers (draft-ietf-opsawg-pcapng 4.1, 4.2). */
void rgs_pcapng_open(struct rgs_pcapng_out *o, int fd);
/* An enhanced packet block (4.3); ts in ns since the epoch. 0, or the negative errno of a failed
 * write, latched. */
int rgs_pcapng_packet(struct rgs_pcapng_out *o, int64_t ts, struct rgs_bytes frame);
/* Writes what is buffered; the file stays open. */
int rgs_pcapng_flush(struct rgs_pcapng_out *o);

#endif
