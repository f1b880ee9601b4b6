/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link types of capture cards and of the kernel's packet log: ERF, NFLOG. */
#include "link/link.h"

/*
 * Channels of E1 and T1 carry HDLC of any kind: SS7 is known by its length indicator, which counts
 * what lies before the check sequence (Q.703 2.2; the record may be padded behind that to a
 * multiple of eight).
 */
static bool is_mtp2(struct rgs_bytes b)
{
    enum { HEADER = 3, MESSAGE = 3, CEILING = 63, CHECK_AND_PADDING = 4 + 7 };

    if (b.n < HEADER + MESSAGE || (b.p[0] == 0xff && b.p[1] == 0x03))
        return false;
    size_t li = b.p[2], rest = b.n - HEADER; /* two spare bits are zero */
    return li == CEILING
               ? rest >= li
               : li >= MESSAGE && li < CEILING && rest >= li && rest <= li + CHECK_AND_PADDING;
}

/* Endace's record: time stamp, type, flags, lengths; then extension headers as long as the top bit
 * says. */
enum rgs_outcome rgs_erf(struct rgs_dissect *d, struct rgs_bytes record)
{
    struct rgs_reader r = rgs_reader(record);
    struct rgs_bytes hdlc;

    rgs_skip(&r, 8);
    uint8_t type = rgs_u8(&r);
    rgs_skip(&r, 7); /* flags, record length, loss counter or colour, wire length */
    for (uint8_t more = type; (more & 0x80) && rgs_reader_ok(&r);) {
        more = rgs_u8(&r);
        rgs_skip(&r, 7);
    }
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    switch (type & 0x7f) { /* ERF types of the Endace programmer's guide */
    case 5:                /* HDLC of a channel, the number of it in front */
    case 17:               /* with a colour */
        rgs_skip(&r, 4);
        if (!rgs_reader_ok(&r))
            return rgs_link_short(d);
        hdlc = rgs_rest(&r);
        return rgs_hand_on(d, is_mtp2(hdlc) ? RGS_LAYER_MTP2 : RGS_LAYER_PPP, hdlc);
    case 1: /* HDLC, packet over SONET: PPP or Cisco HDLC */
        return rgs_hand_on(d, RGS_LAYER_PPP, rgs_rest(&r));
    case 2:  /* Ethernet */
    case 11: /* with a colour, a hash, or both of the filter card */
    case 16:
    case 20:
        rgs_skip(&r, 2); /* offset and padding */
        return rgs_hand_on(d, RGS_LAYER_ETHERNET, rgs_rest(&r));
    case 22:
        return rgs_hand_on(d, RGS_LAYER_IP, rgs_rest(&r));
    case 23:
        return rgs_hand_on(d, RGS_LAYER_IPV6, rgs_rest(&r));
    default:
        return RGS_UNSUPPORTED;
    }
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html: lengths and types are in the byte order of
 * the machine that captured; a length that fits in one order cannot fit in the other. */
enum rgs_outcome rgs_nflog(struct rgs_dissect *d, struct rgs_bytes frame)
{
    enum { NFULA_PAYLOAD_ = 9, TYPE_MASK = 0x7fff };
    struct rgs_reader r = rgs_reader(frame);

    rgs_skip(&r, 4); /* family, version, resource */
    while (rgs_left(&r) >= 4) {
        unsigned length = rgs_le16(&r), type = rgs_le16(&r);
        if (length < 4 || length - 4 > rgs_left(&r)) {
            length = __builtin_bswap16((uint16_t)length);
            type = __builtin_bswap16((uint16_t)type);
        }
        if (length < 4)
            return rgs_link_bad(d);
        if (length - 4 > rgs_left(&r))
            length = (unsigned)rgs_left(&r) + 4; /* cut by the capture */
        struct rgs_bytes value = rgs_take(&r, length - 4);
        if ((type & TYPE_MASK) == NFULA_PAYLOAD_)
            return rgs_ip_by_version(d, value);
        size_t padding = -(size_t)length & 3u;
        rgs_skip(&r, padding < rgs_left(&r) ? padding : rgs_left(&r));
    }
    return rgs_reader_ok(&r) ? RGS_OK : rgs_link_short(d);
}
