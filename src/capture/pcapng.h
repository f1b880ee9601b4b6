/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads pcapng (draft-ietf-opsawg-pcapng) block by block. libpcap refuses a file whose interfaces
 * differ in link type, which is what a signalling probe writes; hence this reader.
 */
#ifndef RGS_CAPTURE_PCAPNG_H
#define RGS_CAPTURE_PCAPNG_H

#include "capture/reader.h"

struct rgs_pcapng;

bool rgs_pcapng_is(struct rgs_bytes head);
struct rgs_pcapng *rgs_pcapng_new(struct rgs_input *in); /* [borrow] */
void rgs_pcapng_del(struct rgs_pcapng *p);
/* As rgs_reader_next(), but for the packet's number. */
enum rgs_read rgs_pcapng_next(struct rgs_pcapng *p, struct rgs_packet *packet, char *err,
                              size_t err_size);

#endif
