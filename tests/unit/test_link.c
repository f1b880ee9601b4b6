/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "link/link.h"
#include "support/support.h"

/* An IPv4 datagram (192.0.2.1 to 198.51.100.2) of protocol 253 (RFC 3692: for experiments), and the
 * same in IPv6. */
#define IP4 "450000180001000040fd0000c0000201c6336402deadbeef"
#define IP6                                                                                        \
    "6000000000043d4020010db8000000000000000000000001"                                             \
    "20010db8000000000000000000000002deadbeef"
#define MAC "020000000001020000000002"

struct row {
    const char *name;
    uint32_t linktype;
    const char *frame;
    unsigned ip, ipv6;
};

static const struct row rows[] = {
    {"ethernet", 1, MAC "0800" IP4, 1, 0},
    {"ethernet with padding", 1, MAC "0800" IP4 "000000000000000000000000000000000000000000", 1, 0},
    {"ethernet IPv6", 1, MAC "86dd" IP6, 0, 1},
    {"802.1Q", 1, MAC "81000064 0800" IP4, 1, 0},
    {"QinQ", 1, MAC "88a80064 81000065 0800" IP4, 1, 0},
    {"QinQ before 802.1ad", 1, MAC "91000064 81000065 86dd" IP6, 0, 1},
    {"802.3 with LLC and SNAP", 1, MAC "0020 aaaa03 000000 0800" IP4, 1, 0},
    {"802.3 with LLC of something else", 1, MAC "0003 424203", 0, 0},
    {"cooked", 113, "00000001000602000000000100000800" IP4, 1, 0},
    {"cooked IPv6", 113, "0004fffe0000000000000000000086dd" IP6, 0, 1},
    {"cooked 802.2", 113, "00000001000602000000000100000004 aaaa03 000000 0800" IP4, 1, 0},
    {"cooked v2", 276, "0800000000000002000100060200000000010000" IP4, 1, 0},
    {"cooked v2 with a tag", 276, "8100000000000002000100060200000000010000 0064 86dd" IP6, 0, 1},
    {"raw", 101, IP4, 1, 0},
    {"raw IPv6", 101, IP6, 0, 1},
    {"raw, number of most systems", 12, IP4, 1, 0},
    {"raw, number of OpenBSD", 14, IP6, 0, 1},
    {"IPv4", 228, IP4, 1, 0},
    {"IPv6", 229, IP6, 0, 1},
    {"null, little-endian", 0, "02000000" IP4, 1, 0},
    {"null, big-endian", 0, "00000002" IP4, 1, 0},
    {"null, IPv6 of macOS", 0, "1e000000" IP6, 0, 1},
    {"null, IPv6 of FreeBSD", 0, "0000001c" IP6, 0, 1},
    {"loop", 108, "00000002" IP4, 1, 0},
};

static void check(const struct row *row, size_t count)
{
    for (const struct row *end = row + count; row < end; row++) {
        struct rgs_test_decoder t;
        struct rgs_test_buf b = rgs_test_hex(row->frame);

        rgs_test_decoder_init(&t, false);
        struct rgs_packet p = {.number = 1,
                               .linktype = row->linktype,
                               .wire_len = (uint32_t)b.n,
                               .data = rgs_bytes(b.p, b.n)};
        rgs_decoder_packet(t.dec, &p);
        const struct rgs_dissect *d = rgs_decoder_dissect(t.dec);
        cr_expect_eq(d->layer_count[RGS_LAYER_IP], row->ip, "%s: %d", row->name,
                     (int)d->layer_count[RGS_LAYER_IP]);
        cr_expect_eq(d->layer_count[RGS_LAYER_IPV6], row->ipv6, "%s: %d", row->name,
                     (int)d->layer_count[RGS_LAYER_IPV6]);
        for (unsigned a = 0; a < RGS_A_COUNT; a++)
            cr_expect_eq(d->anomaly_count[a], 0, "%s: %s", row->name, rgs_anomaly_name(a));
        rgs_test_decoder_fini(&t);
        cr_expect_gt(rgs_test_ladder(rgs_link_layer(row->linktype), rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
    }
}

Test(link, every_header_leads_to_ip)
{
    check(rows, sizeof(rows) / sizeof(rows[0]));
}

Test(link, a_cut_header_is_named)
{
    struct rgs_test_decoder t;
    struct rgs_test_buf b = rgs_test_hex(MAC "81000064 08");

    rgs_test_decoder_init(&t, false);
    rgs_test_feed(&t, RGS_LAYER_ETHERNET, rgs_bytes(b.p, b.n));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_LINK_SHORT), 1);
    rgs_test_feed(&t, RGS_LAYER_ETHERNET, rgs_bytes(b.p, 5));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_LINK_SHORT), 2);
    struct rgs_packet p = {.number = 3, .linktype = 9999, .data = rgs_bytes(b.p, b.n)};
    rgs_decoder_packet(t.dec, &p);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_LINK_UNSUPPORTED), 1);
    rgs_test_decoder_fini(&t);
    rgs_test_buf_free(&b);
}

/* Tunnels: what is in them must come out at IP, once more than the outer header, or as the bytes
 * said. */
#define OUTER(proto) "45000000000100 0040" proto "0000c0000201c6336402"
#define UDP_(ports) OUTER("11") ports "00000000"
#define ETH4 MAC "0800" IP4
#define ETH6 MAC "86dd" IP6

static const struct row tunnels[] = {
    {"MPLS", 1, MAC "8847 00010140" IP4, 1, 0},
    {"MPLS, two labels, IPv6", 1, MAC "8848 00020040 00010140" IP6, 0, 1},
    {"MPLS, pseudowire with control word", 1, MAC "8847 00010140 00000000" ETH4, 1, 0},
    {"MPLS, pseudowire", 1, MAC "8847 00010140" ETH6, 0, 1},
    {"MPLS, pseudowire with PPPoE", 1, MAC "8847 00010140" MAC "8864 11000001001a 0021" IP4, 1, 0},
    {"PPPoE", 1, MAC "8864 11000001001a 0021" IP4, 1, 0},
    {"PPPoE with padding", 1, MAC "8864 11000001001a 0021" IP4 "0000000000000000", 1, 0},
    {"PPPoE, discovery", 1, MAC "8864 110900010000", 0, 0},
    {"PPPoE link type", 51, "11000001002e 0057" IP6, 0, 1},
    {"PPP", 9, "ff030021" IP4, 1, 0},
    {"PPP, compressed header", 9, "21" IP4, 1, 0},
    {"PPP, IPv6", 9, "ff030057" IP6, 0, 1},
    {"PPP, HDLC", 50, "ff030021" IP4, 1, 0},
    {"PPP, Cisco HDLC", 50, "0f000800" IP4, 1, 0},
    {"PPP, of pppd", 166, "01030021" IP4, 1, 0},
    {"PPP, direction before it", 204, "00ff030021" IP4, 1, 0},
    {"PPP, direction before it, received", 204, "01ff030057" IP6, 0, 1},
    {"PPP, LCP", 9, "ff03c021 01", 0, 0},
    {"Cisco HDLC", 104, "8f0086dd" IP6, 0, 1},
    {"Frame Relay", 107, "184103cc" IP4, 1, 0},
    {"Frame Relay, IPv6, padded", 107, "184103008e" IP6, 0, 1},
    {"Frame Relay, SNAP", 107, "184103 80 000000 0800" IP4, 1, 0},
    {"Frame Relay, bridged", 107, "184103 00 80 0080c2 0007" ETH4, 1, 0},
    {"Frame Relay of Cisco", 107, "18410800" IP4, 1, 0},
    {"Frame Relay, long address", 107, "18 40 40 4103cc" IP4, 1, 0},
    {"GRE", 228, OUTER("2f") "00000800" IP4, 2, 0},
    {"GRE, checksum, key, sequence", 228, OUTER("2f") "b00086dd 00000000 00000001 00000002" IP6, 1,
     1},
    {"GRE, routes", 228, OUTER("2f") "40000800 00000000 0800 00 04 c0000201 0000 00 00" IP4, 2, 0},
    {"GRE, bridging", 228, OUTER("2f") "20006558 00000001" ETH4, 2, 0},
    {"GRE, PPTP", 228, OUTER("2f") "3081880b 001c 0001 00000001 00000002 ff030021" IP4, 2, 0},
    {"GRE, PPTP acknowledgement", 228, OUTER("2f") "2081880b 0000 0001 00000002", 1, 0},
    {"GRE, EoIP", 228, OUTER("2f") "20016400 0026 0500" ETH4, 2, 0},
    {"ERSPAN I", 228, OUTER("2f") "000088be" ETH4, 2, 0},
    {"ERSPAN II", 228, OUTER("2f") "100088be 00000001 1000 0001 00000000" ETH4, 2, 0},
    {"ERSPAN III", 228, OUTER("2f") "100022eb 00000001 20000001 00000000 00000000" ETH4, 2, 0},
    {"ERSPAN III, platform subheader", 228,
     OUTER("2f") "100022eb 00000001 20000001 00000000 00000001 0000000000000000" ETH6, 1, 1},
    {"EtherIP", 228, OUTER("61") "3000" ETH4, 2, 0},
    {"MPLS in IP", 228, OUTER("89") "00010140" IP4, 2, 0},
    {"IP in IP", 228, OUTER("04") IP4, 2, 0},
    {"6in4", 228, OUTER("29") IP6, 1, 1},
    {"VXLAN", 228, UDP_("c00012b5") "08000000 00000100" ETH4, 2, 0},
    {"VXLAN, port of Linux", 228, UDP_("c0002118") "08000000 00000100" ETH6, 1, 1},
    {"VXLAN-GPE", 228, UDP_("c00012b6") "0c000001 00000100" IP4, 2, 0},
    {"VXLAN port, something else", 228, UDP_("c00012b5") "00000000 00000100" ETH4, 1, 0},
    {"Geneve", 228, UDP_("c00017c1") "00006558 00000100" ETH4, 2, 0},
    {"Geneve, options, IP", 228, UDP_("c00017c1") "02000800 00000100 0001000100000000" IP4, 2, 0},
    {"GTP-U", 228, UDP_("08680868") "30ff0018 00000001" IP4, 2, 0},
    {"GTP-U, IPv6", 228, UDP_("08680868") "30ff002c 00000001" IP6, 1, 1},
    {"GTP-U, sequence number", 228, UDP_("08680868") "32ff001c 00000001 00010000" IP4, 2, 0},
    {"GTP-U, PDU session container", 228,
     UDP_("08680868") "34ff0020 00000001 00000085 01100900" IP4, 2, 0},
    {"GTP-U, echo", 228, UDP_("08680868") "32010004 00000000 00010000", 1, 0},
    {"GTP version 0", 228, UDP_("0d3a0d3a") "1eff0018 0001 0000 ff ffffff 0000000000000000" IP4, 2,
     0},
    {"ERF", 197, "0000000000000000 02 00 0000 0000 0000 0000" ETH4, 1, 0},
    {"ERF, extension headers", 197,
     "0000000000000000 82 00 0000 0000 0000 8000000000000000 0500000000000000 0000" ETH6, 0, 1},
    {"ERF, IPv4", 197, "0000000000000000 16 00 0000 0000 0000" IP4, 1, 0},
    {"ERF, a channel's HDLC", 197, "0000000000000000 05 00 0000 0000 0000 00000007 ff030021" IP4, 1,
     0},
    {"ERF, a channel's HDLC of Cisco", 197,
     "0000000000000000 11 00 0000 0000 0000 00000007 0f000800" IP4, 1, 0},
    {"NFLOG, little-endian", 239, "02000000 0800010000000000 05000a0070000000 1c000900" IP4, 1, 0},
    {"NFLOG, big-endian", 239, "02000000 0008000100000000 0005000a70000000 001c0009" IP4, 1, 0},
    {"upper PDU", 252, "000c0004 69707636 00000000" IP6, 0, 1},
    {"upper PDU, padded name", 252, "000c0004 69700000 00140004 c0000201 00000000" IP4, 1, 0},
    {"upper PDU, another name for it", 252,
     "000c0010 6574685f776974686f75746663730000 00000000" ETH4, 1, 0},
    {"upper PDU, unknown", 252, "000c0004 78787878 00000000" IP4, 0, 0},
};

Test(link, every_tunnel_leads_to_ip)
{
    check(tunnels, sizeof(tunnels) / sizeof(tunnels[0]));
}

Test(link, tunnels_in_tunnels_end)
{
    char hex[20000] = "";
    struct rgs_test_decoder t;

    for (unsigned i = 0; i < 100; i++)
        strcat(hex, OUTER("04"));
    struct rgs_test_buf b = rgs_test_hex(hex);
    rgs_test_decoder_init(&t, false);
    rgs_test_feed(&t, RGS_LAYER_IP, rgs_bytes(b.p, b.n));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_DEPTH), 1);
    rgs_test_decoder_fini(&t);
    rgs_test_buf_free(&b);
}
