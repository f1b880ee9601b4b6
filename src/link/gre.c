/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tunnels directly over IP: GRE with what it carries for mirror ports, and EtherIP. */
#include "link/link.h"

enum {
    /* RFC 1701, RFC 2784 2.1, RFC 2890 2, RFC 2637 4.1 */
    FLAG_CHECKSUM = 0x8000,
    FLAG_ROUTING = 0x4000,
    FLAG_KEY = 0x2000,
    FLAG_SEQUENCE = 0x1000,
    FLAG_ACKNOWLEDGEMENT = 0x0080,
    VERSION = 0x0007,
    TYPE_ERSPAN = 0x88be,
    TYPE_ERSPAN_III = 0x22eb,
    TYPE_PPP = 0x880b,
    TYPE_EOIP = 0x6400, /* RouterOS, with a length in place of half the key */
};

/* The source routes of RFC 1701: family, offset, length, address; an empty one ends them. */
static void skip_routes(struct rgs_reader *r)
{
    for (;;) {
        uint16_t family = rgs_be16(r);
        rgs_skip(r, 1);
        uint8_t length = rgs_u8(r);
        if (!rgs_reader_ok(r) || (family == 0 && length == 0))
            return;
        rgs_skip(r, length);
    }
}

/* Version 1, RFC 2637 4.1. */
static enum rgs_outcome enhanced(struct rgs_dissect *d, unsigned flags, uint16_t type,
                                 struct rgs_reader *r)
{
    uint16_t length = rgs_be16(r);

    rgs_skip(r, 2); /* call or tunnel */
    if (type == TYPE_EOIP) {
        if (!rgs_reader_ok(r))
            return rgs_link_short(d);
        return length ? rgs_hand_on(d, RGS_LAYER_ETHERNET, rgs_bytes_upto(rgs_rest(r), length))
                      : RGS_OK;
    }
    if (flags & FLAG_SEQUENCE)
        rgs_skip(r, 4);
    if (flags & FLAG_ACKNOWLEDGEMENT)
        rgs_skip(r, 4);
    if (!rgs_reader_ok(r))
        return rgs_link_short(d);
    if (type != TYPE_PPP || !(flags & FLAG_SEQUENCE)) /* an acknowledgement alone carries nothing */
        return RGS_UNSUPPORTED;
    return rgs_hand_on(d, RGS_LAYER_PPP, rgs_bytes_upto(rgs_rest(r), length));
}

enum rgs_outcome rgs_gre(struct rgs_dissect *d, struct rgs_bytes packet)
{
    struct rgs_reader r = rgs_reader(packet);
    unsigned flags = rgs_be16(&r);
    uint16_t type = rgs_be16(&r);

    if ((flags & VERSION) == 1)
        return enhanced(d, flags, type, &r);
    if (flags & VERSION)
        return rgs_link_bad(d);
    if (flags & (FLAG_CHECKSUM | FLAG_ROUTING))
        rgs_skip(&r, 4);
    if (flags & FLAG_KEY)
        rgs_skip(&r, 4);
    if (flags & FLAG_SEQUENCE)
        rgs_skip(&r, 4);
    if (flags & FLAG_ROUTING)
        skip_routes(&r);
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (type == TYPE_ERSPAN_III)
        return rgs_hand_on(d, RGS_LAYER_ERSPAN, rgs_rest(&r));
    if (type == TYPE_ERSPAN) /* type I has no header of its own, and no sequence number either */
        return rgs_hand_on(d, flags & FLAG_SEQUENCE ? RGS_LAYER_ERSPAN : RGS_LAYER_ETHERNET,
                           rgs_rest(&r));
    return type < 0x600 ? RGS_UNSUPPORTED : rgs_ethertype(d, type, rgs_rest(&r));
}

/* draft-foschiano-erspan-03 4.2 and 4.3. */
enum rgs_outcome rgs_erspan(struct rgs_dissect *d, struct rgs_bytes payload)
{
    enum { TYPE_II = 1, TYPE_III = 2, FRAME_ETHERNET = 0, FRAME_IP = 2 };
    struct rgs_reader r = rgs_reader(payload);
    uint8_t version = rgs_u8(&r) >> 4;
    unsigned frame_type = FRAME_ETHERNET;

    if (version == TYPE_II) {
        rgs_skip(&r, 7);
    } else if (version == TYPE_III) {
        rgs_skip(&r, 9);
        unsigned word = rgs_be16(&r);
        frame_type = word >> 10 & 31;
        if (word & 1) /* a platform's own subheader */
            rgs_skip(&r, 8);
    } else if (rgs_reader_ok(&r)) {
        return rgs_link_bad(d);
    }
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (frame_type == FRAME_IP)
        return rgs_ip_by_version(d, rgs_rest(&r));
    return frame_type == FRAME_ETHERNET ? rgs_hand_on(d, RGS_LAYER_ETHERNET, rgs_rest(&r))
                                        : RGS_UNSUPPORTED;
}

/* RFC 3378 3. */
enum rgs_outcome rgs_etherip(struct rgs_dissect *d, struct rgs_bytes packet)
{
    struct rgs_reader r = rgs_reader(packet);
    uint16_t version = rgs_be16(&r) >> 12;

    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return version == 3 ? rgs_hand_on(d, RGS_LAYER_ETHERNET, rgs_rest(&r)) : rgs_link_bad(d);
}
