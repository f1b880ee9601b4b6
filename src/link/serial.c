/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Point-to-point links: PPP, PPP over Ethernet, Cisco HDLC, Frame Relay. */
#include "link/link.h"

static enum rgs_outcome ppp_protocol(struct rgs_dissect *d, struct rgs_reader *r)
{
    uint16_t protocol = rgs_u8(r);

    if (!(protocol &
          1)) /* RFC 1661 2: the low octet alone is odd, so an even one is the high octet */
        protocol = (uint16_t)(protocol << 8 | rgs_u8(r));
    if (!rgs_reader_ok(r))
        return rgs_link_short(d);
    switch (protocol) { /* https://www.iana.org/assignments/ppp-numbers */
    case 0x0021:
        return rgs_hand_on(d, RGS_LAYER_IP, rgs_rest(r));
    case 0x0057:
        return rgs_hand_on(d, RGS_LAYER_IPV6, rgs_rest(r));
    case 0x0281:
    case 0x0283:
        return rgs_hand_on(d, RGS_LAYER_MPLS, rgs_rest(r));
    default:
        return RGS_UNSUPPORTED;
    }
}

/* RFC 1662 3.1, with the address and control octets or without; also the direction octet that pppd
 * writes in place of the address, or LINKTYPE_PPP_WITH_DIR before it, and Cisco HDLC, which shares
 * LINKTYPE_PPP_HDLC. */
enum rgs_outcome rgs_ppp(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);

    if (frame.n >= 2 && (frame.p[0] == 0x0f || frame.p[0] == 0x8f) && frame.p[1] == 0)
        return rgs_hand_on(d, RGS_LAYER_CHDLC, frame);
    if (frame.n >= 3 && frame.p[0] <= 1 && frame.p[1] == 0xff && frame.p[2] == 0x03)
        rgs_skip(&r, 3);
    else if (frame.n >= 2 && frame.p[1] == 0x03 && (frame.p[0] == 0xff || frame.p[0] <= 1))
        rgs_skip(&r, 2);
    return ppp_protocol(d, &r);
}

/* RFC 2516 4; only the session stage carries payload. */
enum rgs_outcome rgs_pppoe(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);
    uint8_t version_type = rgs_u8(&r), code = rgs_u8(&r);

    rgs_skip(&r, 2); /* session */
    uint16_t length = rgs_be16(&r);
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    if (version_type != 0x11)
        return rgs_link_bad(d);
    if (code != 0)
        return RGS_UNSUPPORTED;
    struct rgs_reader inner = rgs_reader(rgs_bytes_upto(rgs_rest(&r), length));
    return ppp_protocol(d, &inner);
}

/* RFC 1547 4.3.1: address, control, Ethertype. */
enum rgs_outcome rgs_chdlc(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);

    rgs_skip(&r, 2);
    uint16_t type = rgs_be16(&r);
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return type < 0x600 ? RGS_UNSUPPORTED : rgs_ethertype(d, type, rgs_rest(&r));
}

/* RFC 2427 3: Q.922 address, UI control, NLPID; Cisco puts an Ethertype behind the address. */
enum rgs_outcome rgs_frame_relay(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);
    unsigned octets = 0;
    uint8_t octet;

    do
        octet = rgs_u8(&r);
    while (rgs_reader_ok(&r) && !(octet & 1) && ++octets < 4); /* Q.922 3.3.1: extension bit */
    if (!rgs_reader_ok(&r) || rgs_left(&r) < 2)
        return rgs_link_short(d);
    if (rgs_peek_u8(&r) != 0x03) {
        uint16_t type = rgs_be16(&r);
        return type < 0x600 ? RGS_UNSUPPORTED : rgs_ethertype(d, type, rgs_rest(&r));
    }
    rgs_skip(&r, 1);
    uint8_t nlpid = rgs_u8(&r);
    if (nlpid == 0) /* a pad that aligns what follows */
        nlpid = rgs_u8(&r);
    switch (nlpid) { /* ISO/IEC TR 9577 */
    case 0xcc:
        return rgs_hand_on(d, RGS_LAYER_IP, rgs_rest(&r));
    case 0x8e:
        return rgs_hand_on(d, RGS_LAYER_IPV6, rgs_rest(&r));
    case 0xcf:
        return rgs_hand_on(d, RGS_LAYER_PPP, rgs_rest(&r));
    case 0x80: { /* SNAP */
        uint32_t organisation = rgs_be24(&r);
        uint16_t type = rgs_be16(&r);
        if (!rgs_reader_ok(&r))
            return rgs_link_short(d);
        if (organisation == 0x0080c2 &&
            (type == 1 || type == 7)) { /* bridged 802.3, RFC 2427 4.2 */
            rgs_skip(&r, type == 1 ? 1 : 0);
            return rgs_hand_on(d, RGS_LAYER_ETHERNET, rgs_rest(&r));
        }
        return organisation || type < 0x600 ? RGS_UNSUPPORTED
                                            : rgs_ethertype(d, type, rgs_rest(&r));
    }
    default:
        return RGS_UNSUPPORTED;
    }
}
