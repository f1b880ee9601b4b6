/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCCP: addresses, segments in any order, connections. Bytes laid by hand. */
#include <criterion/criterion.h>

#include "sig/sccp_addr.h"
#include "support/support.h"

static const char xudt_1[] =
    "11810f040f1a3d0b12080012044477000910320b1208001104149700000001236267480400a1b2c46b1e281c"
    "060700118605010101a011600f80020780a109060704001004c20a0b0c00";
static const char xudt_2[] =
    "11810f040f1a3d0b12080012044477000910320b12080011041497000000012300010019036c3fa13d020101"
    "02012c3035800822081132547698f084079114970000001004410a0b0c00";
static const char xudt_3[] =
    "11810f040f1a3d0b12080012044477000910320b120800110414970000000123f104200409d04279d84d0600"
    "005211210200000010d9775d0e1abfc9651d28269bd16a1004400a0b0c00";
static const char ludt_1[] =
    "13810f070011001b0050000b12080012044477000910320b120800110414970000000135006267480400a1b2"
    "c46b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c30"
    "35801004c10a0b0c00";
static const char ludt_2[] =
    "13810f070011001b004f000b12080012044477000910320b1208001104149700000001340008220811325476"
    "98f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd1"
    "6a1004400a0b0c00";
static const char ludt_whole[] =
    "13810f070011001b0000000b12080012044477000910320b120800110414970000000169006267480400a1b2"
    "c46b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c30"
    "35800822081132547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e"
    "1abfc9651d28269bd16a";
static const char udt_whole[] =
    "0981030e190b12080012044477000910320b1208001104149700000001696267480400a1b2c46b1e281c0607"
    "00118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c3035800822081132"
    "547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d2826"
    "9bd16a";
static const char cr[] =
    "010000110202040242080f696267480400a1b2c46b1e281c060700118605010101a011600f80020780a10906"
    "07040000010019036c3fa13d02010102012c3035800822081132547698f08407911497000000f104200409d0"
    "4279d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a00";
static const char cc[] = "020000110000220200";
static const char dt1_more[] =
    "060000220101346267480400a1b2c46b1e281c060700118605010101a011600f80020780a109060704000001"
    "0019036c3fa13d02010102012c3035";
static const char dt1_last[] =
    "06000022000135800822081132547698f08407911497000000f104200409d04279d84d060000521121020000"
    "0010d9775d0e1abfc9651d28269bd16a";
static const char dt1_whole[] =
    "060000220001696267480400a1b2c46b1e281c060700118605010101a011600f80020780a109060704000001"
    "0019036c3fa13d02010102012c3035800822081132547698f08407911497000000f104200409d04279d84d06"
    "00005211210200000010d9775d0e1abfc9651d28269bd16a";
static const char dt2_more[] =
    "07000022000101346267480400a1b2c46b1e281c060700118605010101a011600f80020780a1090607040000"
    "010019036c3fa13d02010102012c3035";
static const char dt2_last[] =
    "0700002200000135800822081132547698f08407911497000000f104200409d04279d84d0600005211210200"
    "000010d9775d0e1abfc9651d28269bd16a";
static const char rlsd[] = "040000220000110300";
static const char rlc[] = "05000011000022";

/* All messages here carry the same mt-forwardSM. */
static void is_delivery(const struct rgs_test_op *o, const char *path)
{
    cr_assert_str_eq(o->op.op, "mt-forwardSM");
    cr_assert_str_eq(rgs_test_digits(&o->op.imsi), "228011234567890");
    cr_assert_eq(o->op.sm.n, 32);
    cr_assert_str_eq(o->path, path);
}

Test(sccp, segments_in_any_order)
{
    static const struct {
        const char *parts[4];
        size_t ops;
    } rows[] = {
        {{xudt_1, xudt_2, xudt_3}, 1},
        {{xudt_3, xudt_2, xudt_1}, 1},
        {{xudt_2, xudt_1, xudt_3}, 1},
        {{xudt_1, xudt_1, xudt_2, xudt_3}, 1}, /* one was sent twice */
        {{xudt_1, xudt_2, xudt_3, xudt_3}, 1},
        {{xudt_1, xudt_3}, 0},
        {{ludt_1, ludt_2}, 1},
        {{ludt_2, ludt_1}, 1},
        {{ludt_whole}, 1},
        {{udt_whole}, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_decoder t;
        rgs_test_decoder_init(&t, false);
        for (size_t k = 0; k < 4 && rows[i].parts[k]; k++)
            rgs_test_feed_hex(&t, RGS_LAYER_SCCP, rows[i].parts[k]);
        cr_assert_eq(t.ops.n, rows[i].ops, "row %zu: %zu", i, t.ops.n);
        if (t.ops.n)
            is_delivery(&t.ops.at[0], "sccp:tcap:map");
        cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SCCP_SEGMENT), 0, "row %zu", i);
        rgs_test_decoder_fini(&t);
    }
}

Test(sccp, a_reference_that_comes_again_is_another_message)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    for (unsigned i = 0; i < 2; i++) {
        rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ludt_1);
        rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ludt_2);
        rgs_test_feed_hex(&t, RGS_LAYER_SCCP, xudt_1);
        rgs_test_feed_hex(&t, RGS_LAYER_SCCP, xudt_2);
        rgs_test_feed_hex(&t, RGS_LAYER_SCCP, xudt_3);
    }
    cr_assert_eq(t.ops.n, 4, "%zu", t.ops.n);
    rgs_test_decoder_fini(&t);
}

Test(sccp, segments_do_not_wait_for_ever)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ludt_1);
    t.ts += INT64_C(3600) * 1000000000;
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ludt_2);
    cr_assert_eq(t.ops.n, 0);
    rgs_test_decoder_fini(&t);
}

Test(sccp, connections_carry_and_join)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, cr);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, cc);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, dt1_more);
    cr_assert_eq(t.ops.n, 1, "the connect request carries a message of its own");
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, dt1_last);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, dt1_whole);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, dt2_more);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, dt2_last);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, rlsd);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, rlc);
    cr_assert_eq(t.ops.n, 4);
    for (size_t i = 0; i < t.ops.n; i++) {
        is_delivery(&t.ops.at[i], "sccp:tcap:map");
        cr_assert(RGS_HAS(&t.ops.at[i].op, CALLED_SSN), "message %zu", i);
        cr_assert_eq(t.ops.at[i].op.called_ssn, 8, "the subsystem of the connect request");
    }
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, dt1_whole);
    cr_assert_eq(t.ops.n, 5);
    cr_assert(!RGS_HAS(&t.ops.at[4].op, CALLED_SSN), "the connection was released");
    rgs_test_decoder_fini(&t);
}

/* Address indicator, then what it announces. */
static const struct {
    const char *hex, *gt;
    int ssn;
    uint32_t pc;
    bool ok;
} addresses[] = {
    {"4206", NULL, 6, 0, true},
    {"43020108", NULL, 8, 0x102, true},
    {"0608042143", "1234", 8, 0, true},       /* GTI 1, even */
    {"0608842103", "123", 8, 0, true},        /* GTI 1, odd */
    {"0a0800214305", "123450", 8, 0, true},   /* GTI 2: no count of digits */
    {"0e080012214305", "123450", 8, 0, true}, /* GTI 3, even */
    {"0e080011214305", "12345", 8, 0, true},  /* GTI 3, odd */
    {"120800110421430f", "1234", 8, 0, true}, /* GTI 4, filler */
    {"1208001204214365", "123456", 8, 0, true},
    {"13341206001104214305", "12345", 6, 0x1234, true},
    {"120800120421b365", "123#56", 8, 0, true}, /* code 11 */
    {"85060011214305", "12345", 6, 0, true},    /* ANSI, GTI 1 */
    {"890600214365", "123456", 6, 0, true},     /* ANSI, GTI 2 */
    {"c306010203", NULL, 6, 0x030201, true},    /* ANSI, routed on SSN */
    {"4301020308", NULL, 8, 0x030201, true},    /* China: 24 bits, by the length */
    {"", NULL, -1, 0, false},
    {"43", NULL, -1, 0, false},
    {"1208", NULL, 8, 0, false},
    {"3a0800214305", NULL, 8, 0, false}, /* GTI 14 is nobody's */
};

Test(sccp, addresses)
{
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(addresses[i].hex);
        struct rgs_sccp_addr a;
        cr_assert_eq(rgs_sccp_addr(rgs_bytes(b.p, b.n), 0, &a), addresses[i].ok, "%s",
                     addresses[i].hex);
        cr_assert_eq(a.has_gt, addresses[i].gt != NULL, "%s", addresses[i].hex);
        if (a.has_gt)
            cr_assert_str_eq(rgs_test_digits(&a.gt), addresses[i].gt, "%s", addresses[i].hex);
        cr_assert_eq(a.has_ssn ? a.ssn : -1, addresses[i].ssn, "%s", addresses[i].hex);
        cr_assert_eq(a.has_pc ? a.pc : 0, addresses[i].pc, "%s", addresses[i].hex);
        rgs_test_buf_free(&b);
    }
}

/* With a global title behind it, only the label tells how wide a point code is. */
Test(sccp, national_point_codes_with_a_title)
{
    static const struct {
        const char *hex;
        uint32_t label, pc;
    } national[] = {
        {"13341206001104214305", 0x101, 0x1234},
        {"1334d206001104214305", 0x101, 0x1234},
        {"1334d206001104214305", 0xd001, 0xd234},
        {"133412d006001104214305", 0x123456, 0xd01234},
    };
    for (size_t i = 0; i < sizeof(national) / sizeof(national[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(national[i].hex);
        struct rgs_sccp_addr a;
        cr_assert(rgs_sccp_addr(rgs_bytes(b.p, b.n), national[i].label, &a), "%s", national[i].hex);
        cr_assert_eq(a.pc, national[i].pc, "%s: %x", national[i].hex, a.pc);
        cr_assert_eq(a.ssn, 6, "%s", national[i].hex);
        cr_assert_str_eq(rgs_test_digits(&a.gt), "12345", "%s", national[i].hex);
        rgs_test_buf_free(&b);
    }
}

Test(sccp, ladders)
{
    static const char *const good[] = {xudt_1,   ludt_1,   ludt_whole, cr, cc,
                                       dt1_more, dt2_last, rlsd,       rlc};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        rgs_test_ladder_hex(RGS_LAYER_SCCP, good[i]);
}
