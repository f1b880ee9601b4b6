/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/udp_out.h"

enum { PROTOCOL_UDP = 17, HEADER = 8, CHECKSUM_AT = 6 };

void rgs_udp_data(struct rgs_frames *f, int64_t ts, struct rgs_udp_end from, struct rgs_udp_end to,
                  struct rgs_bytes data)
{
    struct rgs_wire *w = rgs_frame_open(f, from.ip, to.ip, PROTOCOL_UDP);

    rgs_put16(w, from.port);
    rgs_put16(w, to.port);
    rgs_put16(w, (unsigned)(HEADER + data.n));
    rgs_put16(w, 0); /* checksum, later */
    rgs_put_bytes(w, data);
    if (rgs_wire_ok(w)) {
        struct rgs_bytes udp = rgs_bytes(w->p + RGS_FRAME_PAYLOAD_AT, w->n - RGS_FRAME_PAYLOAD_AT);
        uint16_t sum =
            rgs_inet_checksum(rgs_inet_pseudo_sum(from.ip, to.ip, PROTOCOL_UDP, udp.n), udp);
        rgs_set16(w->p + RGS_FRAME_PAYLOAD_AT + CHECKSUM_AT, sum ? sum : 0xffff); /* 0: none */
    }
    rgs_frame_close(f, ts);
}
