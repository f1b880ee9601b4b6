/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "support/permute.h"
#include "support/recorder.h"

enum { UDP = 17 };

static const enum rgs_layer kept[] = {RGS_LAYER_IP, RGS_LAYER_IPV6, RGS_LAYER_NONE};

static void feed4(struct rgs_test_recorder *r, unsigned id, size_t offset, bool more,
                  const uint8_t *p, size_t n)
{
    static uint8_t b[20 + 65536];
    const size_t len = 20 + n;
    const uint8_t head[20] = {0x45,
                              0,
                              (uint8_t)(len >> 8),
                              (uint8_t)len,
                              (uint8_t)(id >> 8),
                              (uint8_t)id,
                              (uint8_t)((more ? 0x20 : 0) | offset >> 11),
                              (uint8_t)(offset >> 3),
                              64,
                              UDP,
                              0,
                              0,
                              192,
                              0,
                              2,
                              1,
                              198,
                              51,
                              100,
                              2};
    memcpy(b, head, 20);
    memcpy(b + 20, p, n);
    rgs_test_feed(&r->t, RGS_LAYER_IP, rgs_bytes(b, len));
}

static void feed6(struct rgs_test_recorder *r, unsigned id, size_t offset, bool more,
                  const uint8_t *p, size_t n)
{
    static uint8_t b[48 + 65536];
    const size_t len = 8 + n;
    const uint8_t head[48] = {0x60,
                              0,
                              0,
                              0,
                              (uint8_t)(len >> 8),
                              (uint8_t)len,
                              44,
                              64,
                              [8] = 0x20,
                              [9] = 1,
                              [10] = 0xd,
                              [11] = 0xb8,
                              [23] = 1,
                              [24] = 0x20,
                              [25] = 1,
                              [26] = 0xd,
                              [27] = 0xb8,
                              [39] = 2,
                              [40] = UDP,
                              [42] = (uint8_t)(offset >> 8),
                              [43] = (uint8_t)(offset | more),
                              [46] = (uint8_t)(id >> 8),
                              [47] = (uint8_t)id};
    memcpy(b, head, 48);
    memcpy(b + 48, p, n);
    rgs_test_feed(&r->t, RGS_LAYER_IPV6, rgs_bytes(b, 40 + len));
}

typedef void feed_fn(struct rgs_test_recorder *, unsigned, size_t, bool, const uint8_t *, size_t);
static feed_fn *const versions[] = {feed4, feed6};

static void pattern(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(i * 31 + (i >> 8));
}

/* Five fragments in all 120 orders, plain, each twice, and overlapping with the same bytes. */
Test(ip, fragments_in_any_order)
{
    static const size_t cut[] = {0, 8, 64, 200, 208, 217};
    uint8_t data[217];

    pattern(data, sizeof(data));
    for (unsigned v = 0; v < 2; v++) {
        for (unsigned how = 0; how < 3; how++) {
            unsigned order[] = {0, 1, 2, 3, 4};
            do {
                struct rgs_test_recorder r;
                rgs_test_recorder_init(&r, kept);
                for (unsigned i = 0; i < 5; i++) {
                    size_t from = cut[order[i]], to = cut[order[i] + 1];
                    if (how == 2 && from >= 8)
                        from -= 8;
                    versions[v](&r, 7, from, to != 217, data + from, to - from);
                    if (how == 1 && i < 4)
                        versions[v](&r, 7, from, to != 217, data + from, to - from);
                }
                cr_assert_eq(r.n, 1, "version %u way %u: %zu", v, how, r.n);
                cr_assert_eq(r.at[0].n, 217);
                cr_assert_eq(memcmp(r.at[0].bytes, data, 217), 0);
                cr_assert(r.at[0].joined);
                if (how != 2) /* there the first one may be contained in the second */
                    cr_assert_eq(r.at[0].frame, r.t.packets, "the packet that completed it");
                cr_assert_eq(r.at[0].op.src_ip.b[15], 1);
                for (unsigned a = 0; a < RGS_A_COUNT; a++)
                    cr_assert_eq(rgs_test_anomaly(&r.t, a), 0, "%s", rgs_anomaly_name(a));
                rgs_test_recorder_fini(&r);
            } while (rgs_test_permute(order, 5));
        }
    }
}

Test(ip, datagrams_do_not_mix)
{
    uint8_t data[64];
    struct rgs_test_recorder r;

    pattern(data, sizeof(data));
    rgs_test_recorder_init(&r, kept);
    feed4(&r, 1, 0, true, data, 32);
    feed4(&r, 2, 32, false, data + 32, 32);
    feed6(&r, 1, 32, false, data + 32, 32);
    cr_assert_eq(r.n, 0);
    feed4(&r, 2, 0, true, data, 32);
    feed4(&r, 1, 32, false, data + 32, 32);
    feed6(&r, 1, 0, true, data, 32);
    cr_assert_eq(r.n, 3);
    rgs_test_recorder_fini(&r);
}

Test(ip, overlaps_that_differ)
{
    uint8_t data[64], other[64];
    struct rgs_test_recorder r;

    pattern(data, sizeof(data));
    memset(other, 0xee, sizeof(other));
    rgs_test_recorder_init(&r, kept);
    feed4(&r, 1, 0, true, data, 32);
    feed4(&r, 1, 24, true, other, 16); /* teardrop: reaches back into the first */
    feed4(&r, 1, 40, false, data + 40, 24);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_OVERLAP), 1);
    cr_assert_eq(r.n, 1);
    cr_assert_eq(r.at[0].bytes[31], data[31], "what came first stays");
    cr_assert_eq(r.at[0].bytes[32], 0xee);
    feed6(&r, 1, 0, true, data, 32);
    feed6(&r, 1, 24, true, other, 16);
    feed6(&r, 1, 24, true, data + 24, 16);
    feed6(&r, 1, 40, false, data + 40, 24);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_OVERLAP), 2);
    cr_assert_eq(r.n, 1, "RFC 5722: all of it is discarded");
    rgs_test_recorder_fini(&r);
}

Test(ip, impossible_fragments)
{
    static uint8_t data[3000];
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    feed4(&r, 1, 0, true, data, 33);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_FRAGMENT), 1, "not a multiple of eight");
    feed4(&r, 1, 65528, false, data, 100);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_FRAGMENT), 2, "longer than a datagram");
    feed4(&r, 2, 64, false, data, 8);
    feed4(&r, 2, 96, false, data, 8);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_FRAGMENT), 3, "two ends");
    feed4(&r, 2, 0, true, data, 96);
    cr_assert_eq(r.n, 0, "discarded");
    feed4(&r, 3, 64, true, data, 8);
    feed4(&r, 3, 32, false, data, 8);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_FRAGMENT), 4, "an end before what came");
    for (size_t i = 0; i < 200; i++)
        feed4(&r, 4, i * 16, true, data, 8);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_INCOMPLETE), 1, "too many holes");
    rgs_test_recorder_fini(&r);
}

Test(ip, what_stays_incomplete_ends_with_time_or_number)
{
    uint8_t data[64] = {0};
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    feed4(&r, 1, 32, false, data, 32);
    r.t.ts += 2 * rgs_capacity_default.timeout_ns;
    feed4(&r, 1, 0, true, data, 32);
    cr_assert_eq(r.n, 0);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_INCOMPLETE), 1);
    for (unsigned id = 100; id < 300; id++)
        feed4(&r, id, 0, true, data, 32);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_IP_INCOMPLETE), 1 + 201 - 64);
    rgs_test_recorder_fini(&r);
}

Test(ip, the_largest_datagram)
{
    static uint8_t data[65515];
    struct rgs_test_recorder r;

    pattern(data, sizeof(data));
    rgs_test_recorder_init(&r, kept);
    for (size_t at = 0; at < sizeof(data); at += 1480) {
        size_t n = sizeof(data) - at < 1480 ? sizeof(data) - at : 1480;
        feed4(&r, 1, at, at + n < sizeof(data), data + at, n);
    }
    cr_assert_eq(r.n, 1);
    cr_assert_eq(r.at[0].n, sizeof(data));
    cr_assert_eq(memcmp(r.at[0].bytes, data, sizeof(data)), 0);
    rgs_test_recorder_fini(&r);
}

struct row {
    const char *name, *hex;
    enum rgs_layer layer;
    size_t n;    /* of the UDP datagram that comes out; 0 for none */
    int anomaly; /* -1 none */
};

#define A4 "c0000201c6336402"
#define A6                                                                                         \
    "20010db8000000000000000000000001"                                                             \
    "20010db8000000000000000000000002"

static const struct row rows[] = {
    {"plain", "4500001c000100004011 0000" A4 "0001000200080000", RGS_LAYER_IP, 8, -1},
    {"options", "46000020000100004011 0000" A4 "94040000 0001000200080000", RGS_LAYER_IP, 8, -1},
    {"trailer", "4500001c000100004011 0000" A4 "0001000200080000 000000000000", RGS_LAYER_IP, 8,
     -1},
    {"length left to the interface", "45000000000100004011 0000" A4 "0001000200080000",
     RGS_LAYER_IP, 8, -1},
    {"authentication header",
     "45000028000100004033 0000" A4 "11010000 00000001 00000001 0001000200080000", RGS_LAYER_IP, 8,
     -1},
    {"shorter than it says", "45000030000100004011 0000" A4 "0001000200080000", RGS_LAYER_IP, 8,
     RGS_A_IP_SHORT},
    {"header below 20", "4400001c000100004011 0000" A4 "0001000200080000", RGS_LAYER_IP, 0,
     RGS_A_IP_BAD},
    {"version 5", "5500001c000100004011 0000" A4 "0001000200080000", RGS_LAYER_IP, 0, RGS_A_IP_BAD},
    {"total below the header", "45000013000100004011 0000" A4 "0001000200080000", RGS_LAYER_IP, 0,
     RGS_A_IP_BAD},
    {"header cut", "4f00001c000100004011 0000" A4 "0001000200080000", RGS_LAYER_IP, 0,
     RGS_A_IP_BAD},
    {"ESP", "4500001c000100004032 0000" A4 "0001000200080000", RGS_LAYER_IP, 0, -1},
    {"v6", "60000000 0008 11 40" A6 "0001000200080000", RGS_LAYER_IPV6, 8, -1},
    {"v6 extension headers",
     "60000000 0030 00 40" A6 "3c00010400000000"
     "2b00010400000000"
     "3300000400000000"
     "1101000000000001 00000001 0001000200080000 00000000",
     RGS_LAYER_IPV6, 12, -1},
    {"v6 atomic fragment", "60000000 0010 2c 40" A6 "1100000000000001 0001000200080000",
     RGS_LAYER_IPV6, 8, -1},
    {"v6 mobility then nothing", "60000000 0008 87 40" A6 "3b00000000000000", RGS_LAYER_IPV6, 0,
     -1},
    {"v6 extension cut", "60000000 0008 00 40" A6 "1105010400000000", RGS_LAYER_IPV6, 0,
     RGS_A_IP_SHORT},
    {"v6 trailer", "60000000 0008 11 40" A6 "0001000200080000ffff", RGS_LAYER_IPV6, 8, -1},
};

Test(ip, headers)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_recorder r;
        struct rgs_test_buf b = rgs_test_hex(rows[i].hex);
        rgs_test_recorder_init(&r, kept);
        rgs_test_feed(&r.t, rows[i].layer, rgs_bytes(b.p, b.n));
        cr_expect_eq(r.n, rows[i].n > 0, "%s: %zu", rows[i].name, r.n);
        if (r.n)
            cr_expect_eq(r.at[0].n, rows[i].n, "%s: %zu bytes", rows[i].name, r.at[0].n);
        for (int a = 0; a < (int)RGS_A_COUNT; a++)
            cr_expect_eq(rgs_test_anomaly(&r.t, (enum rgs_anomaly)a), a == rows[i].anomaly,
                         "%s: %s", rows[i].name, rgs_anomaly_name((enum rgs_anomaly)a));
        rgs_test_recorder_fini(&r);
        cr_expect_gt(rgs_test_ladder(rows[i].layer, rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
    }
}

Test(ip, addresses)
{
    static const uint8_t v4[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1};
    struct rgs_test_recorder r;
    struct rgs_test_buf b = rgs_test_hex(rows[0].hex);

    rgs_test_recorder_init(&r, kept);
    rgs_test_feed(&r.t, RGS_LAYER_IP, rgs_bytes(b.p, b.n));
    cr_assert(RGS_HAS(&r.at[0].op, SRC_IP) && RGS_HAS(&r.at[0].op, DST_IP));
    cr_assert_eq(memcmp(r.at[0].op.src_ip.b, v4, 16), 0, "IPv4-mapped");
    cr_assert_eq(r.at[0].op.dst_ip.b[15], 2);
    rgs_test_recorder_fini(&r);
    rgs_test_buf_free(&b);
}

Test(ip, random_fragments_never_break_it)
{
    static uint8_t data[2048];
    struct rgs_test_recorder r;
    uint32_t x = 99;

    pattern(data, sizeof(data));
    rgs_test_recorder_init(&r, kept);
    for (unsigned i = 0; i < 100000; i++) {
        x = x * 1664525u + 1013904223u;
        size_t from = (x >> 8) % 200 * 8, n = (x >> 17) % 40 * 8 + 8;
        versions[x >> 31](&r, x >> 28 & 7, from, (x >> 4) % 5, data + (from & 1023), n);
        r.n = r.n > 4 ? 0 : r.n;
    }
    cr_assert_gt(rgs_decoder_dissect(r.t.dec)->layer_count[RGS_LAYER_UDP], 0);
    rgs_test_recorder_fini(&r);
}
