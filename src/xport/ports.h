/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layer a payload is for, told by payload protocol identifier, port or content. */
#ifndef RGS_XPORT_PORTS_H
#define RGS_XPORT_PORTS_H

#include "event/dissect.h"

/* The layer of a whole SCTP user message, RGS_LAYER_NONE when it is nothing that we read. */
enum rgs_layer rgs_sctp_layer(const struct rgs_dissect *d, uint32_t ppid, uint16_t src_port,
                              uint16_t dst_port, struct rgs_bytes message);

/* The layer of a UDP payload. */
enum rgs_layer rgs_udp_layer(const struct rgs_dissect *d, uint16_t src_port, uint16_t dst_port,
                             struct rgs_bytes payload);

/* The protocol over TCP whose probe says yes, or the worst news of the others. */
enum rgs_probe rgs_stream_probe(const struct rgs_dissect *d, struct rgs_bytes head,
                                const struct rgs_stream_proto **found);

#endif
