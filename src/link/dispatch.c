/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link types, Ethertypes and PPP protocols to layers, as sorted tables. */
#include "link/link.h"

struct row {
    uint32_t selector;
    enum rgs_layer layer;
};

/* https://www.tcpdump.org/linktypes.html */
static const struct row linktypes[] = {
    {0, RGS_LAYER_NULL},          /* LINKTYPE_NULL: BSD loopback, byte order of the writer */
    {1, RGS_LAYER_ETHERNET},      /* LINKTYPE_ETHERNET */
    {9, RGS_LAYER_PPP},           /* LINKTYPE_PPP */
    {12, RGS_LAYER_RAW},          /* DLT_RAW on most systems */
    {14, RGS_LAYER_RAW},          /* DLT_RAW on OpenBSD */
    {50, RGS_LAYER_PPP},          /* LINKTYPE_PPP_HDLC */
    {51, RGS_LAYER_PPPOE},        /* LINKTYPE_PPP_ETHER */
    {101, RGS_LAYER_RAW},         /* LINKTYPE_RAW */
    {104, RGS_LAYER_CHDLC},       /* LINKTYPE_C_HDLC */
    {107, RGS_LAYER_FRAME_RELAY}, /* LINKTYPE_FRELAY */
    {108, RGS_LAYER_NULL},        /* LINKTYPE_LOOP: the same in network byte order */
    {113, RGS_LAYER_SLL},         /* LINKTYPE_LINUX_SLL */
    {139, RGS_LAYER_MTP2_PHDR},   /* LINKTYPE_MTP2_WITH_PHDR */
    {140, RGS_LAYER_MTP2},        /* LINKTYPE_MTP2 */
    {141, RGS_LAYER_MTP3},        /* LINKTYPE_MTP3 */
    {142, RGS_LAYER_SCCP},        /* LINKTYPE_SCCP */
    {166, RGS_LAYER_PPP},         /* LINKTYPE_PPP_PPPD */
    {197, RGS_LAYER_ERF},         /* LINKTYPE_ERF */
    {204, RGS_LAYER_PPP},         /* LINKTYPE_PPP_WITH_DIR */
    {217, RGS_LAYER_GSMTAP},      /* LINKTYPE_GSMTAP_UM */
    {218, RGS_LAYER_GSMTAP},      /* LINKTYPE_GSMTAP_ABIS */
    {228, RGS_LAYER_IP},          /* LINKTYPE_IPV4 */
    {229, RGS_LAYER_IPV6},        /* LINKTYPE_IPV6 */
    {239, RGS_LAYER_NFLOG},       /* LINKTYPE_NFLOG */
    {248, RGS_LAYER_SCTP},        /* LINKTYPE_SCTP */
    {252, RGS_LAYER_UPPER_PDU},   /* LINKTYPE_WIRESHARK_UPPER_PDU */
    {276, RGS_LAYER_SLL2},        /* LINKTYPE_LINUX_SLL2 */
};

/* IEEE 802 numbers, https://www.iana.org/assignments/ieee-802-numbers */
static const struct row ethertypes[] = {
    {0x0800, RGS_LAYER_IP},       /* RFC 894 */
    {0x6558, RGS_LAYER_ETHERNET}, /* transparent Ethernet bridging, RFC 1701 */
    {0x8100, RGS_LAYER_VLAN},     /* IEEE 802.1Q C-tag */
    {0x86dd, RGS_LAYER_IPV6},     /* RFC 2464 */
    {0x880b, RGS_LAYER_PPP},      /* in GRE, RFC 2637 4.1 */
    {0x8847, RGS_LAYER_MPLS},     /* RFC 3032 5 */
    {0x8848, RGS_LAYER_MPLS},     /* with an upstream-assigned label, RFC 5332 */
    {0x8864, RGS_LAYER_PPPOE},    /* session stage, RFC 2516 4 */
    {0x88a8, RGS_LAYER_VLAN},     /* IEEE 802.1ad S-tag */
    {0x9100, RGS_LAYER_VLAN},     /* stacked tags before 802.1ad */
    {0x9200, RGS_LAYER_VLAN},
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static enum rgs_layer find(const struct row *rows, size_t n, uint32_t selector)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (rows[mid].selector < selector)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && rows[lo].selector == selector ? rows[lo].layer : RGS_LAYER_NONE;
}

enum rgs_layer rgs_link_layer(uint32_t linktype)
{
    if (linktype == 1) /* nearly all of it */
        return RGS_LAYER_ETHERNET;
    return find(linktypes, COUNT(linktypes), linktype);
}

bool rgs_ethertype_known(uint16_t type)
{
    return find(ethertypes, COUNT(ethertypes), type) != RGS_LAYER_NONE;
}

/* IEEE 802.2 with SNAP (RFC 1042): what carries IP in 802.3 frames. */
static enum rgs_outcome llc(struct rgs_dissect *d, uint16_t length, struct rgs_bytes payload)
{
    static const uint8_t snap[] = {0xaa, 0xaa, 0x03};
    struct rgs_reader r = rgs_reader(rgs_bytes_upto(payload, length));
    struct rgs_bytes head = rgs_take(&r, sizeof(snap));

    rgs_skip(&r, 3); /* organisation code */
    uint16_t type = rgs_be16(&r);
    if (!rgs_reader_ok(&r) || memcmp(head.p, snap, sizeof(snap)) != 0 || type < 0x600)
        return RGS_UNSUPPORTED;
    return rgs_ethertype(d, type, rgs_rest(&r));
}

enum rgs_outcome rgs_ethertype(struct rgs_dissect *d, uint16_t type, struct rgs_bytes payload)
{
    if (type == 0x0800) /* nearly all of it */
        return rgs_hand_on(d, RGS_LAYER_IP, payload);
    if (type < 0x600)
        return llc(d, type, payload);
    enum rgs_layer layer = find(ethertypes, COUNT(ethertypes), type);
    return layer == RGS_LAYER_NONE ? RGS_UNSUPPORTED : rgs_hand_on(d, layer, payload);
}

enum rgs_outcome rgs_ip_by_version(struct rgs_dissect *d, struct rgs_bytes packet)
{
    if (packet.n == 0)
        return rgs_link_short(d);
    switch (packet.p[0] >> 4) {
    case 4:
        return rgs_hand_on(d, RGS_LAYER_IP, packet);
    case 6:
        return rgs_hand_on(d, RGS_LAYER_IPV6, packet);
    default:
        return rgs_link_bad(d);
    }
}

enum rgs_outcome rgs_link_short(struct rgs_dissect *d)
{
    rgs_anomaly(d, RGS_A_LINK_SHORT);
    return RGS_SHORT;
}

enum rgs_outcome rgs_link_bad(struct rgs_dissect *d)
{
    rgs_anomaly(d, RGS_A_LINK_BAD);
    return RGS_BAD;
}
