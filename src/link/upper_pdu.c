/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LINKTYPE_WIRESHARK_UPPER_PDU: a PDU of some upper layer behind tags that name its dissector and
 * the addresses below it (Wireshark's epan/exported_pdu.h). Layers here have Wireshark's names.
 */
#include "link/link.h"

enum {
    TAG_END = 0,
    TAG_DISSECTOR_NAME = 12,
    TAG_IPV4_SRC = 20,
    TAG_IPV4_DST = 21,
    TAG_IPV6_SRC = 22,
    TAG_IPV6_DST = 23,
    TAG_SRC_PORT = 25,
    TAG_DST_PORT = 26,
    TAG_SS7_OPC = 28,
    TAG_SS7_DPC = 29,
};

/* Where one of our layers answers to several dissectors. */
static const struct {
    const char *dissector, *layer;
} aliases[] = {
    {"eth_maybefcs", "eth"}, {"eth_withfcs", "eth"}, {"eth_withoutfcs", "eth"},
    {"gsm_map", "map"},      {"gsm_old_map", "map"}, {"sip.tcp", "sip"},
    {"ppp_hdlc", "ppp"},     {"mtp3mg", "mtp3"},     {"gsm_sms_ud", "gsm_sms"},
};

static bool is(struct rgs_bytes name, const char *s)
{
    return name.n == strlen(s) && memcmp(name.p, s, name.n) == 0;
}

static enum rgs_layer layer_named(const struct rgs_dissect *d, struct rgs_bytes name)
{
    while (name.n && name.p[name.n - 1] == 0) /* padded to four octets */
        name.n--;
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (is(name, aliases[i].dissector)) {
            name = rgs_bytes(aliases[i].layer, strlen(aliases[i].layer));
            break;
        }
    }
    for (unsigned i = 1; i < RGS_LAYER_COUNT; i++) {
        if (is(name, d->layers[i].name))
            return (enum rgs_layer)i;
    }
    return RGS_LAYER_NONE;
}

static struct rgs_ip address(struct rgs_bytes v)
{
    struct rgs_ip ip = {.b = {0}};

    if (v.n >= 16) {
        memcpy(ip.b, v.p, 16);
    } else {
        ip.b[10] = ip.b[11] = 0xff; /* RFC 4291 2.5.5.2 */
        memcpy(ip.b + 12, v.p, 4);
    }
    return ip;
}

static void take_tag(struct rgs_dissect *d, unsigned tag, struct rgs_bytes v)
{
    struct rgs_op *op = &d->op;

    if (v.n < 4)
        return;
    uint32_t word =
        (uint32_t)v.p[0] << 24 | (uint32_t)v.p[1] << 16 | (uint32_t)v.p[2] << 8 | v.p[3];
    bool whole = tag < TAG_IPV6_SRC || v.n >= 16;
    switch (tag) {
    case TAG_IPV4_SRC:
    case TAG_IPV6_SRC:
        if (whole)
            RGS_SET(op, SRC_IP, src_ip, address(v));
        break;
    case TAG_IPV4_DST:
    case TAG_IPV6_DST:
        if (whole)
            RGS_SET(op, DST_IP, dst_ip, address(v));
        break;
    case TAG_SRC_PORT:
        RGS_SET(op, SRC_PORT, src_port, (uint16_t)word);
        break;
    case TAG_DST_PORT:
        RGS_SET(op, DST_PORT, dst_port, (uint16_t)word);
        break;
    case TAG_SS7_OPC:
        RGS_SET(op, OPC, opc, word);
        break;
    case TAG_SS7_DPC:
        RGS_SET(op, DPC, dpc, word);
        break;
    default:
        break;
    }
}

enum rgs_outcome rgs_upper_pdu(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);
    enum rgs_layer layer = RGS_LAYER_NONE;

    for (;;) {
        unsigned tag = rgs_be16(&r);
        struct rgs_bytes value = rgs_take(&r, rgs_be16(&r));
        if (!rgs_reader_ok(&r))
            return rgs_link_short(d);
        if (tag == TAG_END)
            break;
        if (tag == TAG_DISSECTOR_NAME)
            layer = layer_named(d, value);
        else
            take_tag(d, tag, value);
    }
    return layer == RGS_LAYER_NONE ? RGS_UNSUPPORTED : rgs_hand_on(d, layer, rgs_rest(&r));
}
