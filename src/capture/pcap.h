/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads pcap (draft-ietf-opsawg-pcap) record by record, in place: with micro- and nanoseconds, in
 * both byte orders. libpcap ends at the first record that is damaged; this reader goes on behind
 * it.
 */
#ifndef RGS_CAPTURE_PCAP_H
#define RGS_CAPTURE_PCAP_H

#include "capture/reader.h"

struct rgs_pcap;

bool rgs_pcap_is(struct rgs_bytes head);
struct rgs_pcap *rgs_pcap_new(struct rgs_input *in); /* [borrow] */
void rgs_pcap_del(struct rgs_pcap *p);
/* As rgs_reader_next(), but for the packet's number. */
enum rgs_read rgs_pcap_next(struct rgs_pcap *p, struct rgs_packet *packet, char *err,
                            size_t err_size);

#endif
