/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCTP (RFC 9260): the chunks of a packet and the user messages in them. */
#include "event/dissect.h"
#include "xport/ports.h"

enum {
    CHUNK_DATA = 0,
    DATA_END = 1, /* flags, RFC 9260 3.3.1 */
    DATA_BEGIN = 2,
};

static enum rgs_outcome data_chunk(struct rgs_dissect *d, uint8_t flags, struct rgs_bytes body)
{
    struct rgs_reader r = rgs_reader(body);

    rgs_skip(&r, 8); /* TSN, stream identifier, stream sequence number */
    uint32_t ppid = rgs_be32(&r);
    if (!rgs_reader_ok(&r) || (flags & (DATA_BEGIN | DATA_END)) != (DATA_BEGIN | DATA_END))
        return RGS_UNSUPPORTED;
    struct rgs_bytes message = rgs_rest(&r);
    enum rgs_layer layer = rgs_sctp_layer(d, ppid, d->op.src_port, d->op.dst_port, message);
    return layer == RGS_LAYER_NONE ? RGS_UNSUPPORTED : rgs_hand_on(d, layer, message);
}

enum rgs_outcome rgs_sctp(struct rgs_dissect *d, struct rgs_bytes packet)
{
    struct rgs_reader r = rgs_reader(packet);

    RGS_SET(&d->op, SRC_PORT, src_port, rgs_be16(&r));
    RGS_SET(&d->op, DST_PORT, dst_port, rgs_be16(&r));
    rgs_skip(&r, 8); /* verification tag, checksum */
    while (rgs_left(&r) >= 4) {
        uint8_t type = rgs_u8(&r), flags = rgs_u8(&r);
        uint16_t length = rgs_be16(&r);
        if (length < 4) {
            rgs_anomaly(d, RGS_A_SCTP_BAD);
            return RGS_BAD;
        }
        size_t here = length - 4u;
        if (here > rgs_left(&r)) {
            rgs_anomaly(d, RGS_A_SCTP_SHORT);
            here = rgs_left(&r);
        }
        struct rgs_bytes body = rgs_take(&r, here);
        if (type == CHUNK_DATA)
            data_chunk(d, flags, body);
        size_t padding = -(size_t)length & 3u; /* RFC 9260 3.2 */
        rgs_skip(&r, padding < rgs_left(&r) ? padding : rgs_left(&r));
    }
    return rgs_reader_ok(&r) ? RGS_OK : RGS_SHORT;
}
