/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ANSI-41 over ANSI TCAP. Bytes laid by hand, read by tshark. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "support/support.h"

static const char long_count[] =
    "0981030e190b120b0011043121550501000b120800110441515505010025e223c70400000080e81be919cf01"
    "01d1020935f210880513525510329f69060103167fff00";
static const char smdpp[] =
    "0981030e190b120b0011043121550501000b120800110441515505010058e256c70400000077e84ee94ccf01"
    "01d1020935f243880513525510328904801122339f69170003100010011010859dfd7920c7bf26574818b266"
    "d1a89f740210029f6e0a0600210b3121550521f39f7007060021052743f5";
static const char smdpp_ack[] =
    "0981030e190b12080011044151550501000b120b00110431215505010011e40fc70400000077e807ea05cf01"
    "01f200";
static const char smdpp_unicode[] =
    "0981030e190b120b0011043121550501000b120800110441515505010055e253c70400000078e84be949cf01"
    "02d1020935f240880513525510329f691b00031000100114204cd4645e0bc008010001880190019801a001a8"
    "9f740210029f7007060021052743f59f81720813004021436587f9";
static const char smdpp_nak[] =
    "0981030e190b12080011044151550501000b120b00110431215505010016e414c70400000078e80cea0acf01"
    "02f2059f81190120";
static const char regnot[] =
    "0981030e190b12060011043121550591090b120800110441515505010027e225c70400000079e81de91bcf01"
    "01d102090df212880513525510328904801122339503123403";
static const char regnot_err[] =
    "0981030e190b12080011044151550501000b120600110431215505910914e412c70400000079e80aeb08cf01"
    "01d40181f200";

static void feed(struct rgs_test_decoder *t, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    rgs_test_feed(t, RGS_LAYER_SCCP, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
}

static void is(const struct rgs_test_op *o, const char *op, const char *phase)
{
    cr_assert_str_eq(o->op.proto, "ansi-41");
    cr_assert_str_eq(o->op.op, op);
    cr_assert_str_eq(o->op.phase, phase);
    cr_assert_str_eq(rgs_test_digits(&o->op.msisdn), "3125550123");
    cr_assert_str_eq(o->path, "sccp:ansi-tcap:ansi-41");
}

Test(ansi41, delivery_and_acknowledgement)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, true);
    feed(&t, smdpp);
    feed(&t, smdpp_ack);
    cr_assert_eq(t.ops.n, 2);
    is(&t.ops.at[0], "smsDeliveryPointToPoint", "request");
    cr_assert_str_eq(t.ops.at[0].text, "Your code: 12345");
    cr_assert_str_eq(rgs_test_name(&t.ops.at[0].op.oa), "72345");
    cr_assert_str_eq(rgs_test_name(&t.ops.at[0].op.da), "13125550123");
    is(&t.ops.at[1], "smsDeliveryPointToPoint", "response");
    cr_assert_eq(t.ops.at[0].op.dialogue, t.ops.at[1].op.dialogue);
    rgs_test_decoder_fini(&t);
}

Test(ansi41, unicode_and_refusal)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, true);
    feed(&t, smdpp_unicode);
    feed(&t, smdpp_nak);
    cr_assert_eq(t.ops.n, 2);
    is(&t.ops.at[0], "smsDeliveryPointToPoint", "request");
    cr_assert_str_eq(t.ops.at[0].text, "\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81 12345");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imsi), "310004123456789");
    is(&t.ops.at[1], "smsDeliveryPointToPoint", "error");
    cr_assert_str_eq(t.ops.at[1].op.result, "noPageResponse");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[1].op.imsi), "310004123456789");
    rgs_test_decoder_fini(&t);
}

Test(ansi41, registration_and_error)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    feed(&t, regnot);
    feed(&t, regnot_err);
    feed(&t, regnot_err);
    cr_assert_eq(t.ops.n, 2);
    is(&t.ops.at[0], "registrationNotification", "request");
    cr_assert_str_eq(rgs_test_name(&t.ops.at[0].op.serving_node), "14155550100");
    is(&t.ops.at[1], "registrationNotification", "error");
    cr_assert_str_eq(t.ops.at[1].op.result, "unrecognizedMIN");
    rgs_test_decoder_fini(&t);
}

/* smsDeliveryPointToPoint with a MIN and this bearer data. */
static void feed_bearer(struct rgs_test_decoder *t, const char *bearer)
{
    unsigned n = (unsigned)strlen(bearer) / 2, set = 7 + 3 + n, invoke = 3 + 4 + 2 + set;
    char hex[400];

    snprintf(hex, sizeof(hex),
             "0981030e190b120b0011043121550501000b12080011044151550501%04xe2%02xc70400000077e8%02x"
             "e9%02xcf0101d1020935f2%02x880513525510329f69%02x%s",
             invoke + 12, invoke + 10, invoke + 2, invoke, set, n, bearer);
    feed(t, hex);
}

/* C.S0015 4.5.1 and 4.5.2, C.R1001 table 9.1-1: septets of GSM, and headers in front of the text.
 */
Test(ansi41, encodings_and_headers)
{
    static const struct {
        const char *bearer, *text;
        bool part;
    } rows[] = {
        {"0003100020010c485e19bdcd601e2b219ad068", "Code: 12345", false},
        {"00031000280112489028001838100c337b92c83c564b35a0d0", "Code: 12345", true},
        {"00031000280112204028001838100820d021f021a001000188", "\xd0\x9a\xd0\xbe\xd0\xb4 1", true},
        {"00031000280112109028001838100a1efc995d2062c99b46a0", "Code: 12345", true},
        {"0003100028010c405028001838100b1b0b3748", "caf\xc3\xa9", true},
        {"000310002801054018480018", NULL, false}, /* a header that is longer than its message */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_decoder t;
        rgs_test_decoder_init(&t, true);
        feed_bearer(&t, rows[i].bearer);
        cr_assert_eq(t.ops.n, 1, "row %zu", i);
        is(&t.ops.at[0], "smsDeliveryPointToPoint", "request");
        cr_assert_eq(RGS_HAS(&t.ops.at[0].op, SM), rows[i].text != NULL, "row %zu", i);
        if (rows[i].text)
            cr_assert_str_eq(t.ops.at[0].text, rows[i].text, "row %zu", i);
        cr_assert_eq(RGS_HAS(&t.ops.at[0].op, CONCAT_TOTAL), rows[i].part, "row %zu", i);
        cr_assert_eq(rgs_test_anomaly(&t, RGS_A_MAP_SHORT), rows[i].text == NULL, "row %zu", i);
        rgs_test_decoder_fini(&t);
    }
}

Test(ansi41, more_characters_claimed_than_there_are)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, true);
    feed(&t, long_count);
    cr_assert_eq(t.ops.n, 1);
    cr_assert_geq(rgs_test_anomaly(&t, RGS_A_MAP_SHORT), 1);
    rgs_test_decoder_fini(&t);
}

Test(ansi41, ladders)
{
    static const char *const good[] = {smdpp,     smdpp_ack, smdpp_unicode,
                                       smdpp_nak, regnot,    regnot_err};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(good[i]);
        cr_assert_gt(rgs_test_ladder(RGS_LAYER_SCCP, rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
    }
}
