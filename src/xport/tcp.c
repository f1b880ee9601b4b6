/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP (RFC 9293): the PDUs of a segment. */
#include "event/dissect.h"
#include "xport/ports.h"

static void frame_pdus(struct rgs_dissect *d, struct rgs_bytes data)
{
    const struct rgs_stream_proto *proto;

    if (data.n == 0 || rgs_stream_probe(d, data, &proto) != RGS_PROBE_YES)
        return;
    while (data.n) {
        long n = proto->length(data);
        if (n <= 0 || (size_t)n > data.n)
            return;
        rgs_hand_on(d, proto->layer, rgs_bytes_upto(data, (size_t)n));
        data = rgs_bytes_from(data, (size_t)n);
    }
}

enum rgs_outcome rgs_tcp(struct rgs_dissect *d, struct rgs_bytes segment)
{
    struct rgs_reader r = rgs_reader(segment);

    RGS_SET(&d->op, SRC_PORT, src_port, rgs_be16(&r));
    RGS_SET(&d->op, DST_PORT, dst_port, rgs_be16(&r));
    rgs_skip(&r, 8); /* sequence and acknowledgement number */
    size_t header = (size_t)(rgs_u8(&r) >> 4) * 4;
    rgs_skip(&r, 7);
    if (!rgs_reader_ok(&r) || header < 20 || header > segment.n) {
        rgs_anomaly(d, RGS_A_TCP_BAD);
        return RGS_BAD;
    }
    frame_pdus(d, rgs_bytes_from(segment, header));
    return RGS_OK;
}
