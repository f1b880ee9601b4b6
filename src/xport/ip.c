/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 (RFC 791) and IPv6 (RFC 8200): addresses, options, extension headers, the end of the
 * payload. */
#include "event/dissect.h"
#include "xport/fragment.h"

static enum rgs_outcome bad(struct rgs_dissect *d)
{
    rgs_anomaly(d, RGS_A_IP_BAD);
    return RGS_BAD;
}

static enum rgs_outcome cut(struct rgs_dissect *d)
{
    rgs_anomaly(d, RGS_A_IP_SHORT);
    return RGS_SHORT;
}

/* Cuts what follows the datagram (Ethernet padding, trailers) and notes what is missing of it. */
static struct rgs_bytes to_length(struct rgs_dissect *d, struct rgs_bytes b, size_t length)
{
    d->cut = length > b.n ? length - b.n : 0;
    if (d->cut)
        rgs_anomaly(d, RGS_A_IP_SHORT);
    return rgs_bytes_upto(b, length);
}

/* A fragment that the capture cut cannot be told from one that is too short: it is left out. */
static bool join(struct rgs_dissect *d, const struct rgs_fragment *f, struct rgs_bytes *payload)
{
    if (d->cut || !rgs_fragment_add(d, f, payload))
        return false;
    d->from_reassembly = true;
    return true;
}

static struct rgs_ip mapped(const uint8_t *v4)
{
    struct rgs_ip ip = {.b = {[10] = 0xff, [11] = 0xff}}; /* RFC 4291 2.5.5.2 */
    memcpy(ip.b + 12, v4, 4);
    return ip;
}

static struct rgs_ip plain(const uint8_t *v6)
{
    struct rgs_ip ip;
    memcpy(ip.b, v6, sizeof(ip.b));
    return ip;
}

/* https://www.iana.org/assignments/protocol-numbers; nearly all traffic meets one of the first
 * three. */
static enum rgs_layer layer_of(uint8_t protocol)
{
    static const struct {
        uint8_t protocol;
        enum rgs_layer layer;
    } rows[] = {
        {132, RGS_LAYER_SCTP},   /* RFC 9260 */
        {6, RGS_LAYER_TCP},      /* RFC 9293 */
        {17, RGS_LAYER_UDP},     /* RFC 768 */
        {4, RGS_LAYER_IP},       /* IPv4 in IP, RFC 2003 */
        {41, RGS_LAYER_IPV6},    /* IPv6 in IP, RFC 2473, RFC 4213 */
        {47, RGS_LAYER_GRE},     /* RFC 2784 */
        {97, RGS_LAYER_ETHERIP}, /* RFC 3378 */
        {137, RGS_LAYER_MPLS},   /* RFC 4023 */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].protocol == protocol)
            return rows[i].layer;
    }
    return RGS_LAYER_NONE;
}

/* Hands on what an IP protocol number announces, behind extension headers and AH if there are any.
 */
static enum rgs_outcome hand_on_payload(struct rgs_dissect *d, uint8_t protocol,
                                        struct rgs_bytes payload)
{
    for (;;) {
        const uint8_t *p = payload.p;
        size_t length;

        switch (protocol) {
        case 0:   /* hop-by-hop options, RFC 8200 4.3 */
        case 43:  /* routing, 4.4 */
        case 60:  /* destination options, 4.6 */
        case 135: /* mobility, RFC 6275 6.1 */
        case 139: /* host identity, RFC 7401 5.1 */
        case 140: /* shim6, RFC 5533 5.1 */
            if (payload.n < 2)
                return cut(d);
            length = ((size_t)p[1] + 1) * 8;
            break;
        case 51: /* authentication header: in units of 4, less 2 (RFC 4302 2.2) */
            if (payload.n < 2)
                return cut(d);
            length = ((size_t)p[1] + 2) * 4;
            break;
        case 44: { /* fragment, RFC 8200 4.5 */
            if (payload.n < 8)
                return cut(d);
            unsigned offset_flags = (unsigned)p[2] << 8 | p[3];
            struct rgs_fragment f = {.id = (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 |
                                           (uint32_t)p[6] << 8 | p[7],
                                     .ipv6 = true,
                                     .more = offset_flags & 1,
                                     .offset = offset_flags & 0xfff8,
                                     .data = rgs_bytes_from(payload, 8)};
            protocol = p[0];
            payload = f.data;
            if ((f.more || f.offset) && !join(d, &f, &payload))
                return RGS_OK;
            continue;
        }
        default: {
            enum rgs_layer layer = layer_of(protocol);
            return layer == RGS_LAYER_NONE ? RGS_UNSUPPORTED : rgs_hand_on(d, layer, payload);
        }
        }
        if (payload.n < length)
            return cut(d);
        protocol = p[0];
        payload = rgs_bytes_from(payload, length);
    }
}

enum rgs_outcome rgs_ipv4(struct rgs_dissect *d, struct rgs_bytes packet)
{
    const uint8_t *h = packet.p;

    if (packet.n < 20)
        return cut(d);
    size_t header = (size_t)(h[0] & 15u) * 4, total = (size_t)h[2] << 8 | h[3];
    if (h[0] >> 4 != 4 || header < 20)
        return bad(d);
    if (total == 0) /* segmentation was left to the interface, the length is not filled in yet */
        total = packet.n;
    if (total < header)
        return bad(d);
    if (packet.n < header)
        return cut(d);
    RGS_SET(&d->op, SRC_IP, src_ip, mapped(h + 12));
    RGS_SET(&d->op, DST_IP, dst_ip, mapped(h + 16));
    struct rgs_bytes payload = to_length(d, rgs_bytes_from(packet, header), total - header);
    unsigned flags_offset = (unsigned)h[6] << 8 | h[7];
    if (flags_offset & 0x3fff) { /* more fragments, or an offset */
        struct rgs_fragment f = {.id = (uint32_t)h[4] << 8 | h[5],
                                 .protocol = h[9],
                                 .more = flags_offset & 0x2000,
                                 .offset = (flags_offset & 0x1fff) * 8,
                                 .data = payload};
        if (!join(d, &f, &payload))
            return RGS_OK;
    }
    return hand_on_payload(d, h[9], payload);
}

enum rgs_outcome rgs_ipv6(struct rgs_dissect *d, struct rgs_bytes packet)
{
    const uint8_t *h = packet.p;

    if (packet.n < 40)
        return cut(d);
    if (h[0] >> 4 != 6)
        return bad(d);
    size_t length = (size_t)h[4] << 8 | h[5];
    struct rgs_bytes payload = rgs_bytes_from(packet, 40);
    if (length == 0) /* a jumbogram (RFC 2675), or left to the interface */
        length = payload.n;
    RGS_SET(&d->op, SRC_IP, src_ip, plain(h + 8));
    RGS_SET(&d->op, DST_IP, dst_ip, plain(h + 24));
    return hand_on_payload(d, h[6], to_length(d, payload, length));
}
