/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tunnels over UDP: VXLAN, Geneve, GTP-U. */
#include "link/link.h"

/* RFC 7348 5; the next protocol is that of draft-ietf-nvo3-vxlan-gpe 3.1. */
enum rgs_outcome rgs_vxlan(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);
    uint8_t flags = rgs_u8(&r);

    rgs_skip(&r, 2);
    uint8_t next = rgs_u8(&r);
    rgs_skip(&r, 4); /* network identifier */
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (!(flags & 0x04)) /* no next protocol: Ethernet */
        next = 3;
    switch (next) {
    case 1:
        return rgs_hand_on(d, RGS_LAYER_IP, rgs_rest(&r));
    case 2:
        return rgs_hand_on(d, RGS_LAYER_IPV6, rgs_rest(&r));
    case 3:
        return rgs_hand_on(d, RGS_LAYER_ETHERNET, rgs_rest(&r));
    case 5:
        return rgs_hand_on(d, RGS_LAYER_MPLS, rgs_rest(&r));
    default:
        return RGS_UNSUPPORTED;
    }
}

/* RFC 8926 3.4. */
enum rgs_outcome rgs_geneve(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);
    uint8_t version_length = rgs_u8(&r);

    rgs_skip(&r, 1);
    uint16_t type = rgs_be16(&r);
    rgs_skip(&r, 4 + (version_length & 0x3fu) * 4u); /* network identifier, options */
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (version_length >> 6)
        return rgs_link_bad(d);
    return type < 0x600 ? RGS_UNSUPPORTED : rgs_ethertype(d, type, rgs_rest(&r));
}

/* A PDU session carries IP of either version, or Ethernet (TS 29.281 4.2.1, TS 23.501 5.6.10). */
static enum rgs_outcome user_plane(struct rgs_dissect *d, struct rgs_bytes pdu)
{
    if (pdu.n >= 20 && (pdu.p[0] >> 4 == 4 || pdu.p[0] >> 4 == 6))
        return rgs_ip_by_version(d, pdu);
    if (pdu.n >= 34) {
        unsigned type = (unsigned)pdu.p[12] << 8 | pdu.p[13];
        if (type == 0x0800 || type == 0x86dd || type == 0x8100)
            return rgs_hand_on(d, RGS_LAYER_ETHERNET, pdu);
    }
    return RGS_UNSUPPORTED;
}

/* TS 29.281 5.1, and the version before it (TS 09.60 6). */
enum rgs_outcome rgs_gtpu(struct rgs_dissect *d, struct rgs_bytes message)
{
    enum { PROTOCOL_TYPE = 0x10, EXTENSION = 0x04, OPTIONAL = 0x07, T_PDU = 255 };
    struct rgs_reader r = rgs_reader(message);
    uint8_t flags = rgs_u8(&r), type = rgs_u8(&r);
    uint16_t length = rgs_be16(&r);

    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (!(flags & PROTOCOL_TYPE) || flags >> 5 > 1) /* GTP', or GTP-C of version 2 */
        return RGS_UNSUPPORTED;
    if (type != T_PDU)
        return RGS_UNSUPPORTED;
    if (flags >> 5 == 0) {
        rgs_skip(&r, 16); /* sequence, flow label, SNDCP number, tunnel */
        if (!rgs_reader_ok(&r))
            return rgs_link_short(d);
        return user_plane(d, rgs_bytes_upto(rgs_rest(&r), length));
    }
    rgs_skip(&r, 4); /* tunnel endpoint */
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    r = rgs_reader(rgs_bytes_upto(rgs_rest(&r), length)); /* the length counts from here */
    if (flags & OPTIONAL) {
        rgs_skip(&r, 3); /* sequence number, N-PDU number */
        uint8_t next = rgs_u8(&r);
        while ((flags & EXTENSION) && next &&
               rgs_reader_ok(&r)) { /* 5.2.1: in units of four octets */
            uint8_t units = rgs_u8(&r);
            if (units == 0)
                return rgs_link_bad(d);
            rgs_skip(&r, units * 4u - 2);
            next = rgs_u8(&r);
        }
    }
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return user_plane(d, rgs_rest(&r));
}
