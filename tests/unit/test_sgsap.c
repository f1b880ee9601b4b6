/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "sig/identity.h"
#include "support/vectors.h"

static struct rgs_test_decoder t;

static void setup(void)
{
    rgs_test_decoder_init(&t, true);
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

static const struct rgs_op *feed(const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    t.ops.n = 0;
    rgs_test_feed(&t, RGS_LAYER_SGSAP, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
    return t.ops.n == 1 ? &t.ops.at[0].op : NULL;
}

TestSuite(sgsap, .init = setup, .fini = teardown);

/* Laid by hand from TS 29.118 8 and TS 24.011 7.3. */
#define IMSI "0108 49 05 04 00 00 00 00 10 "

Test(sgsap, location_update_request)
{
    const struct rgs_op *op = feed("09" IMSI "0906 036d6d65 01 61 0a01 01 0405 54f420 1234 "
                                   "1508 5321436587091230 2407 54f420 00abcde1");
    cr_assert_not_null(op);
    cr_assert_str_eq(op->op, "location-update-request");
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "450400000000001");
    cr_assert_str_eq(rgs_test_digits(&op->imei), "3512345678902103");
    cr_assert_str_eq(rgs_test_name(&op->serving_node), "mme.a");
    cr_assert_str_eq(rgs_test_digits(&op->serving_plmn), "45402");
    cr_assert_str_eq(rgs_test_name(&op->cell), "454-02-11259361");
}

Test(sgsap, reports_are_answers)
{
    const struct rgs_op *op = feed("08" IMSI "1605 09 01 02 02 01");
    cr_assert_not_null(op, "RP-ACK");
    cr_assert_str_eq(op->phase, "response");
    op = feed("08" IMSI "1607 09 01 04 04 01 01 16");
    cr_assert_not_null(op, "RP-ERROR");
    cr_assert_str_eq(op->phase, "error");
    cr_assert_str_eq(op->result, "Memory capacity exceeded");
    cr_assert_null(feed("08" IMSI "1602 09 04"), "CP-ACK answers for nobody");
    /* TS 24.007 11.2.3.1.3: the transaction identifier goes on in a second octet. */
    op = feed("08" IMSI "1606 79 81 01 02 02 01");
    cr_assert_not_null(op, "RP-ACK of an extended transaction");
    cr_assert_str_eq(op->phase, "response");
    cr_assert_null(feed("08" IMSI "1603 79 81 04"));
}

/* By subscriber, reference and direction (TS 24.011 8.2.3). */
Test(sgsap, reports_find_their_messages)
{
    static const char *const hex[] = {
        "07" IMSI "1612 09 01 0f 01 02 0491 5892f1 00 07 04 03 91 21f3 00 00", /* RP-DATA down */
        "08" IMSI "1605 09 01 02 02 02",
        "08" IMSI "1607 09 01 04 04 02 01 16",
        "07" IMSI "1605 09 01 02 03 02",
        "08" IMSI "1605 09 01 02 02 03",
    };
    uint64_t dialogue = 0;

    for (size_t i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
        const struct rgs_op *op = feed(hex[i]);
        cr_assert_not_null(op, "row %zu", i);
        cr_assert(RGS_HAS(op, DIALOGUE), "row %zu", i);
        if (i == 0)
            dialogue = op->dialogue;
        cr_assert_eq(op->dialogue == dialogue, i < 3, "row %zu", i);
    }
}

Test(sgsap, rejects_say_why)
{
    const struct rgs_op *op = feed("0b" IMSI "0f01 02");
    cr_assert_str_eq(op->phase, "error");
    cr_assert_str_eq(op->result, "imsi-unknown-in-hlr");
    op = feed("02" IMSI "0801 06");
    cr_assert_str_eq(op->op, "paging-reject");
    cr_assert_str_eq(op->result, "ue-unreachable");
}

Test(sgsap, damage)
{
    cr_assert_not_null(feed("0a" IMSI "0405 09f107"), "the IMSI is kept");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SGSAP_SHORT), 1);
    cr_assert_null(feed("0a"));
    cr_assert_null(feed("ff" IMSI));
}

Test(identity, types_and_parity)
{
    static const struct {
        const char *hex;
        enum rgs_identity_type type;
        const char *digits;
    } rows[] = {
        {"29 43 65 87 09 21 43 65", RGS_IDENTITY_IMSI, "234567890123456"},
        {"21 43 65 f7", RGS_IDENTITY_IMSI, "234567"},
        {"3a 21 43 65 87 09 21 43", RGS_IDENTITY_IMEI, "312345678901234"},
        {"33 21 43 65 87 09 21 43 f5", RGS_IDENTITY_IMEISV, "3123456789012345"},
        {"f4 01 02 03 04", RGS_IDENTITY_TMSI, ""},
        {"f9 21", RGS_IDENTITY_IMSI, ""},
        {"29 a3", RGS_IDENTITY_IMSI, ""},
        {"", RGS_IDENTITY_NONE, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_digits d;
        struct rgs_test_buf b = rgs_test_hex(rows[i].hex);
        cr_assert_eq(rgs_mobile_identity(rgs_bytes(b.p, b.n), &d), rows[i].type, "row %zu", i);
        cr_assert_str_eq(rgs_test_digits(&d), rows[i].digits, "row %zu", i);
        rgs_test_buf_free(&b);
    }
}

static void vector(void *ctx, const struct rgs_vector *v)
{
    const char *imsi;

    ++*(unsigned *)ctx;
    t.ops.n = 0;
    rgs_test_feed(&t, RGS_LAYER_SGSAP, rgs_bytes(v->bytes.p, v->bytes.n));
    cr_assert_eq(t.ops.n, 1, "line %u", v->line);
    imsi = rgs_vector_value(v, "ts.e212.imsi");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imsi), imsi, "line %u", v->line);
    const char *text = rgs_vector_value(v, "ts.sms_text");
    if (text)
        cr_assert_str_eq(t.ops.at[0].text, text, "line %u", v->line);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_SGSAP, rgs_bytes(v->bytes.p, v->bytes.n)), v->bytes.n);
}

Test(sgsap, vectors)
{
    unsigned seen = 0;
    if (rgs_test_vectors("open5gs_sgsap.tsv", vector, &seen) < 0)
        cr_skip_test("outside data are not here");
    cr_assert_eq(seen, 9);
}
