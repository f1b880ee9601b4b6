/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M2PA, M2UA, M3UA, SUA, MTP2 and MTP3 with the routing labels of several nations. Bytes laid by
 * hand. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "support/support.h"

static const char m3ua[] =
    "01000101000000a80006000800000064021000970000010100000303030200050981030e190b120800120444"
    "77000910320b1208001104149700000001696267480400a1b2c46b1e281c060700118605010101a011600f80"
    "020780a1090607040000010019036c3fa13d02010102012c3035800822081132547698f08407911497000000"
    "f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a00";
static const char mtp3_itu[] =
    "83034340500981030e190b12080012044477000910320b1208001104149700000001696267480400a1b2c46b"
    "1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c303580"
    "0822081132547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abf"
    "c9651d28269bd16a";
static const char mtp3_24[] =
    "83010203040506050981030e190b12080012044477000910320b1208001104149700000001696267480400a1"
    "b2c46b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c"
    "3035800822081132547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d"
    "0e1abfc9651d28269bd16a";
static const char mtp3_16[] =
    "8334124523050981030e190b12080012044477000910320b1208001104149700000001696267480400a1b2c4"
    "6b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c3035"
    "800822081132547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1a"
    "bfc9651d28269bd16a";
static const char m2pa[] =
    "01000b010000009d00000001000000020083034340500981030e190b12080012044477000910320b12080011"
    "04149700000001696267480400a1b2c46b1e281c060700118605010101a011600f80020780a1090607040000"
    "010019036c3fa13d02010102012c3035800822081132547698f08407911497000000f104200409d04279d84d"
    "0600005211210200000010d9775d0e1abfc9651d28269bd16a";
static const char m2pa_ack[] = "01000b01000000100000000100000002";
static const char m2ua[] =
    "01000601000000a000010008000000070300009083034340500981030e190b12080012044477000910320b12"
    "08001104149700000001696267480400a1b2c46b1e281c060700118605010101a011600f80020780a1090607"
    "040000010019036c3fa13d02010102012c3035800822081132547698f08407911497000000f104200409d042"
    "79d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a";
static const char m2ua_ttc[] =
    "01000601000000a4000100080000000703010092008334124523050981030e190b1208001204447700091032"
    "0b1208001104149700000001696267480400a1b2c46b1e281c060700118605010101a011600f80020780a109"
    "0607040000010019036c3fa13d02010102012c3035800822081132547698f08407911497000000f104200409"
    "d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a0000";
static const char mtp2[] =
    "81823f83034340500981030e190b12080012044477000910320b1208001104149700000001696267480400a1"
    "b2c46b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c"
    "3035800822081132547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d"
    "0e1abfc9651d28269bd16a";
static const char mtp2_fisu[] = "818200";
static const char mtp2_phdr[] =
    "0000000181823f83034340500981030e190b12080012044477000910320b1208001104149700000001696267"
    "480400a1b2c46b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa13d0201"
    "0102012c3035800822081132547698f08407911497000000f104200409d04279d84d06000052112102000000"
    "10d9775d0e1abfc9651d28269bd16a";
static const char mtp2_phdr_a[] =
    "00010001810182018c0083034340500981030e190b12080012044477000910320b1208001104149700000001"
    "696267480400a1b2c46b1e281c060700118605010101a011600f80020780a1090607040000010019036c3fa1"
    "3d02010102012c3035800822081132547698f08407911497000000f104200409d04279d84d06000052112102"
    "00000010d9775d0e1abfc9651d28269bd16a";
static const char sua[] =
    "01000701000000d800060008000000010115000800000000010200240001000580010012000000040b000104"
    "1497000000f100008003000800000008010300240001000580010012000000040c0001044477000910320000"
    "80030008000000080116000800000000010b006d6267480400a1b2c46b1e281c060700118605010101a01160"
    "0f80020780a1090607040000010019036c3fa13d02010102012c3035800822081132547698f0840791149700"
    "0000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a000000";

/* All messages here carry the same mt-forwardSM. */
static void is_delivery(const struct rgs_test_op *o, const char *path)
{
    cr_assert_str_eq(o->op.op, "mt-forwardSM");
    cr_assert_str_eq(rgs_test_digits(&o->op.imsi), "228011234567890");
    cr_assert_eq(o->op.sm.n, 32);
    cr_assert_str_eq(o->path, path);
}

static const struct {
    enum rgs_layer layer;
    const char *hex, *path;
    uint32_t opc, dpc;
} rows[] = {
    {RGS_LAYER_M3UA, m3ua, "m3ua:sccp:tcap:map", 0x101, 0x303},
    {RGS_LAYER_MTP3, mtp3_itu, "mtp3:sccp:tcap:map", 0x101, 0x303},
    {RGS_LAYER_MTP3, mtp3_24, "mtp3:sccp:tcap:map", 0x060504, 0x030201},
    {RGS_LAYER_MTP3, mtp3_16, "mtp3:sccp:tcap:map", 0x2345, 0x1234},
    {RGS_LAYER_M2PA, m2pa, "m2pa:mtp3:sccp:tcap:map", 0x101, 0x303},
    {RGS_LAYER_M2UA, m2ua, "m2ua:mtp3:sccp:tcap:map", 0x101, 0x303},
    {RGS_LAYER_M2UA, m2ua_ttc, "m2ua:mtp3:sccp:tcap:map", 0x2345, 0x1234},
    {RGS_LAYER_MTP2, mtp2, "mtp2:mtp3:sccp:tcap:map", 0x101, 0x303},
    {RGS_LAYER_MTP2_PHDR, mtp2_phdr, "mtp2:mtp3:sccp:tcap:map", 0x101, 0x303},
    {RGS_LAYER_MTP2_PHDR, mtp2_phdr_a, "mtp2:mtp3:sccp:tcap:map", 0x101, 0x303},
};

Test(sigtran, every_way_down_to_map)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_decoder t;
        rgs_test_decoder_init(&t, false);
        rgs_test_feed_hex(&t, rows[i].layer, rows[i].hex);
        cr_assert_eq(t.ops.n, 1, "row %zu", i);
        is_delivery(&t.ops.at[0], rows[i].path);
        cr_assert_eq(t.ops.at[0].op.opc, rows[i].opc, "row %zu: %x", i, t.ops.at[0].op.opc);
        cr_assert_eq(t.ops.at[0].op.dpc, rows[i].dpc, "row %zu: %x", i, t.ops.at[0].op.dpc);
        rgs_test_decoder_fini(&t);
    }
}

/* ERF's records of HDLC channels (types 5 and 17), with a check sequence and padding behind. */
Test(sigtran, links_of_capture_cards)
{
    static const char *const heads[] = {"0000000000000000 05 00 0000 0000 0000 00000007",
                                        "0000000000000000 11 00 0000 0000 0000 00000007"};
    char hex[1024];

    for (size_t i = 0; i < 4; i++) {
        struct rgs_test_decoder t;
        rgs_test_decoder_init(&t, false);
        snprintf(hex, sizeof(hex), "%s %s %s", heads[i % 2], mtp2, i < 2 ? "" : "abcd 00000000");
        rgs_test_feed_hex(&t, RGS_LAYER_ERF, hex);
        snprintf(hex, sizeof(hex), "%s %s", heads[i % 2], mtp2_fisu);
        rgs_test_feed_hex(&t, RGS_LAYER_ERF, hex);
        cr_assert_eq(t.ops.n, 1, "row %zu", i);
        is_delivery(&t.ops.at[0], "erf:mtp2:mtp3:sccp:tcap:map");
        rgs_test_decoder_fini(&t);
    }
}

Test(sigtran, sua_has_its_own_addresses)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SUA, sua);
    cr_assert_eq(t.ops.n, 1);
    is_delivery(&t.ops.at[0], "sua:tcap:map");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.called_gt), "447700900123");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.calling_gt), "41790000001");
    cr_assert_eq(t.ops.at[0].op.called_ssn, 8);
    rgs_test_decoder_fini(&t);
}

Test(sigtran, units_without_a_message)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_M2PA, m2pa_ack);
    rgs_test_feed_hex(&t, RGS_LAYER_MTP2, mtp2_fisu);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, "0100030400000008"); /* ASP up acknowledged */
    cr_assert_eq(t.ops.n, 0);
    for (unsigned x = 0; x < RGS_A_COUNT; x++)
        cr_assert_eq(rgs_test_anomaly(&t, (enum rgs_anomaly)x), 0, "%s",
                     rgs_anomaly_name((enum rgs_anomaly)x));
    rgs_test_decoder_fini(&t);
}

Test(sigtran, damage_is_named)
{
    static const struct {
        const char *hex;
        enum rgs_anomaly anomaly;
    } bad[] = {
        {"01000101", RGS_A_ADAPTATION_SHORT},
        {"0200010100000008", RGS_A_ADAPTATION_BAD},
        {"0100010100000007", RGS_A_ADAPTATION_BAD},
        {"010001010000000c02100003", RGS_A_ADAPTATION_BAD},
        {"010001010000000c02100008", RGS_A_ADAPTATION_SHORT},
        {"010001010000002002100004", RGS_A_ADAPTATION_SHORT},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct rgs_test_decoder t;
        rgs_test_decoder_init(&t, false);
        rgs_test_feed_hex(&t, RGS_LAYER_M3UA, bad[i].hex);
        cr_assert_geq(rgs_test_anomaly(&t, bad[i].anomaly), 1, "%s", bad[i].hex);
        rgs_test_decoder_fini(&t);
    }
}

Test(sigtran, ladders)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        rgs_test_ladder_hex(rows[i].layer, rows[i].hex);
    rgs_test_ladder_hex(RGS_LAYER_SUA, sua);
}
