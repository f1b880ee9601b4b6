/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP (RFC 768). */
#include "event/dissect.h"
#include "xport/flow.h"
#include "xport/ports.h"

enum rgs_outcome rgs_udp(struct rgs_dissect *d, struct rgs_bytes datagram)
{
    struct rgs_reader r = rgs_reader(datagram);

    RGS_SET(&d->op, SRC_PORT, src_port, rgs_be16(&r));
    RGS_SET(&d->op, DST_PORT, dst_port, rgs_be16(&r));
    size_t length = rgs_be16(&r);
    rgs_skip(&r, 2); /* checksum */
    struct rgs_bytes payload = rgs_rest(&r);
    if (!rgs_reader_ok(&r) || (length && length < 8)) {
        rgs_anomaly(d, RGS_A_UDP_BAD);
        return RGS_BAD;
    }
    if (length) { /* 0: a jumbogram (RFC 2675), or left to the interface */
        if (length - 8 > payload.n + d->cut)
            rgs_anomaly(d, RGS_A_UDP_BAD);
        payload = rgs_bytes_upto(payload, length - 8);
    }
    enum rgs_layer layer = rgs_udp_layer(d, d->op.src_port, d->op.dst_port, payload);
    if (layer == RGS_LAYER_NONE)
        return RGS_UNSUPPORTED;
    struct rgs_flow_key key = rgs_flow_key_of(d, &d->dir);
    d->flow = rgs_flow_id(&key, 17, 0);
    return rgs_hand_on(d, layer, payload);
}
