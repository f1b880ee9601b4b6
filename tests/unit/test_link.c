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

Test(link, every_header_leads_to_ip)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_decoder t;
        struct rgs_test_buf b = rgs_test_hex(rows[i].frame);

        rgs_test_decoder_init(&t, false);
        struct rgs_packet p = {.number = 1,
                               .linktype = rows[i].linktype,
                               .wire_len = (uint32_t)b.n,
                               .data = rgs_bytes(b.p, b.n)};
        rgs_decoder_packet(t.dec, &p);
        const struct rgs_dissect *d = rgs_decoder_dissect(t.dec);
        cr_expect_eq(d->layer_count[RGS_LAYER_IP], rows[i].ip, "%s", rows[i].name);
        cr_expect_eq(d->layer_count[RGS_LAYER_IPV6], rows[i].ipv6, "%s", rows[i].name);
        for (unsigned a = 0; a < RGS_A_COUNT; a++)
            cr_expect_eq(d->anomaly_count[a], 0, "%s: %s", rows[i].name, rgs_anomaly_name(a));
        rgs_test_decoder_fini(&t);
        rgs_test_buf_free(&b);
    }
}

Test(link, ladders)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i].frame);
        cr_expect_gt(rgs_test_ladder(rgs_link_layer(rows[i].linktype), rgs_bytes(b.p, b.n)), b.n,
                     "%s", rows[i].name);
        rgs_test_buf_free(&b);
    }
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
