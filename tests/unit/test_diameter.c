/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "sig/diameter.h"
#include "support/vectors.h"

/* A MT-Forward-Short-Message request and its answer, laid by hand from TS 29.338 6.3.2.5 and RFC
 * 6733 4. */
#define AVP_SESSION "00000107 40 00000b 733b31 00 "
#define AVP_ORIGIN "00000108 40 00000f 736d7363 2e656e 00 "      /* smsc.en */
#define AVP_DESTINATION "00000125 40 00000f 6d6d6531 2e656e 00 " /* mme1.en */
#define AVP_USER "00000001 40 000017 343534303030303030303030303132 00 "
#define AVP_SC "00000ce4 c0 000011 000028af 5892000000 000000 "
#define AVP_UI "00000ce5 c0 00001f 000028af 040480214300006211 20000000 00 04 d4f29c0e 00 "
#define HEAD(flags, length, code) "01 " length " " flags " " code " 01000061 00000a01 00000b01 "
#define REQUEST                                                                                    \
    HEAD("c0", "0000a0", "800026") AVP_SESSION AVP_ORIGIN AVP_DESTINATION AVP_USER AVP_SC AVP_UI
#define RESULT_ABSENT "00000129 40 000020 0000010a 40 00000c 000028af 0000012a 40 00000c 000015ae "
#define ERROR_ANSWER HEAD("40", "000050", "800026") AVP_SESSION AVP_ORIGIN RESULT_ABSENT

static struct rgs_test_decoder t;

static void setup(void)
{
    rgs_test_decoder_init(&t, true);
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

/* Feeds a message and corrects its length octets, so that rows above stay readable. */
static struct rgs_test_buf message(const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    b.p[1] = (uint8_t)(b.n >> 16);
    b.p[2] = (uint8_t)(b.n >> 8);
    b.p[3] = (uint8_t)b.n;
    return b;
}

static void feed(const char *hex)
{
    struct rgs_test_buf b = message(hex);
    rgs_test_feed(&t, RGS_LAYER_DIAMETER, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
}

TestSuite(diameter, .init = setup, .fini = teardown);

Test(diameter, mt_forward_short_message)
{
    feed(REQUEST);
    cr_assert_eq(t.ops.n, 1);
    const struct rgs_op *op = &t.ops.at[0].op;
    cr_assert_str_eq(op->op, "TFR");
    cr_assert_str_eq(op->phase, "request");
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "454000000000012");
    cr_assert_str_eq(rgs_test_name(&op->smsc), "8529000000");
    cr_assert_str_eq(rgs_test_name(&op->serving_node), "mme1.en", "the node that delivers");
    cr_assert_str_eq(rgs_test_name(&op->oa), "1234");
    cr_assert_str_eq(t.ops.at[0].text, "Test");
}

Test(diameter, an_answer_knows_its_request_by_hop_by_hop_id)
{
    feed(REQUEST);
    /* The answer comes from the other end: the flow's other direction. */
    rgs_decoder_dissect(t.dec)->dir = 1;
    feed(ERROR_ANSWER);
    cr_assert_eq(t.ops.n, 2);
    const struct rgs_op *op = &t.ops.at[1].op;
    cr_assert_str_eq(op->op, "TFA");
    cr_assert_str_eq(op->phase, "error");
    cr_assert_str_eq(op->result, "DIAMETER_ERROR_ABSENT_USER");
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "454000000000012");
    cr_assert_eq(op->dialogue, t.ops.at[0].op.dialogue);
}

Test(diameter, results_have_the_standards_names)
{
    cr_assert_null(rgs_diameter_result(2001, false));
    cr_assert_str_eq(rgs_diameter_result(5001, false), "DIAMETER_AVP_UNSUPPORTED");
    cr_assert_str_eq(rgs_diameter_result(5001, true), "DIAMETER_ERROR_USER_UNKNOWN");
    cr_assert_str_eq(rgs_diameter_result(5100, true), "DIAMETER_ERROR_USER_DATA_NOT_RECOGNIZED");
    cr_assert_str_eq(rgs_diameter_result(5108, true), "DIAMETER_ERROR_DSAI_NOT_AVAILABLE");
    cr_assert_str_eq(rgs_diameter_result(5450, true),
                     "DIAMETER_ERROR_USER_NO_NON_3GPP_SUBSCRIPTION");
    cr_assert_str_eq(rgs_diameter_result(5999, true), "DIAMETER_PERMANENT_FAILURE");
    cr_assert_str_eq(rgs_diameter_result(UINT32_MAX, true), "DIAMETER_UNKNOWN_RESULT");
}

/* TS 29.273 8.2.2.3 and 8.2.3.1: who is on Wi-Fi, and his number in what the HSS knows of him. */
Test(diameter, swx_binds_a_number)
{
    feed("01 000000 c0 00012d 01000031 00000001 00000001 " AVP_SESSION AVP_USER);
    rgs_decoder_dissect(t.dec)->dir = 1;
    feed("01 000000 40 00012d 01000031 00000001 00000001 " AVP_SESSION
         "0000010c 40 00000c 000007d1 000005dc c0 000034 000028af 000001bb 40 000028 "
         "000001c2 40 00000c 00000000 000001bc 40 000013 3835323931323334353637 00");
    cr_assert_eq(t.ops.n, 2);
    const struct rgs_op *op = &t.ops.at[0].op;
    cr_assert_str_eq(op->op, "SAR");
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "454000000000012");
    op = &t.ops.at[1].op;
    cr_assert_str_eq(op->op, "SAA");
    cr_assert_str_eq(op->phase, "response");
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "85291234567");
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "454000000000012");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_DIAMETER_AVP), 0);
    /* TS 23.003 19.3.2: with the digit of EAP-AKA in front, "0454000000000013@nai.epc" */
    feed("01 000000 c0 00012f 01000031 00000002 00000002 " AVP_SESSION
         "00000001 40 000020 30343534303030303030303030303133 406e61692e657063");
    cr_assert_eq(t.ops.n, 3);
    cr_assert_str_eq(t.ops.at[2].op.op, "MAR");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[2].op.imsi), "454000000000013");
}

Test(diameter, damage_is_named_and_the_rest_kept)
{
    struct rgs_test_buf b = message(REQUEST);
    rgs_test_feed(&t, RGS_LAYER_DIAMETER, rgs_bytes(b.p, b.n - 8));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_DIAMETER_SHORT), 1);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_DIAMETER_AVP), 1);
    cr_assert_eq(t.ops.n, 1);
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imsi), "454000000000012");
    b.p[0] = 2;
    rgs_test_feed(&t, RGS_LAYER_DIAMETER, rgs_bytes(b.p, b.n));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_DIAMETER_BAD), 1);
    rgs_test_buf_free(&b);
}

Test(diameter, ladder)
{
    static const char *const rows[] = {REQUEST, ERROR_ANSWER};
    for (size_t i = 0; i < 2; i++) {
        struct rgs_test_buf b = message(rows[i]);
        cr_assert_gt(rgs_test_ladder(RGS_LAYER_DIAMETER, rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
    }
}

Test(diameter, groups_in_groups_have_an_end)
{
    uint8_t deep[20 + 12 * 400] = {1, 0, 0, 0, 0xc0, 0x80, 0, 0x26, 1, 0, 0, 0x61};
    size_t n = sizeof(deep);
    deep[2] = (uint8_t)(n >> 8);
    deep[3] = (uint8_t)n;
    for (size_t at = 20; at < n; at += 12) {
        uint8_t *a = deep + at;
        a[2] = 1400 >> 8;
        a[3] = 1400 & 0xff;
        a[4] = 0xc0;
        a[6] = (uint8_t)((n - at) >> 8);
        a[7] = (uint8_t)(n - at);
        a[10] = 10415 >> 8;
        a[11] = 10415 & 0xff;
    }
    rgs_test_feed(&t, RGS_LAYER_DIAMETER, rgs_bytes(deep, n));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_DIAMETER_BAD), 1);
}

Test(diameter, framing_byte_by_byte)
{
    struct rgs_test_buf b = message(REQUEST);
    for (size_t n = 0; n <= b.n; n++) {
        struct rgs_bytes head = rgs_bytes(b.p, n);
        cr_assert_eq(rgs_diameter_length(head), n < 4 ? 0 : (long)b.n, "%zu", n);
        cr_assert_eq(rgs_diameter_probe(head), n < 28 ? RGS_PROBE_MORE : RGS_PROBE_YES, "%zu", n);
    }
    rgs_test_buf_free(&b);
    cr_assert_eq(rgs_diameter_probe(rgs_bytes("\x16\x03\x01\x02", 4)), RGS_PROBE_NO, "TLS");
    cr_assert_eq(rgs_diameter_probe(rgs_bytes("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 37)),
                 RGS_PROBE_NO);
}

static void vector(void *ctx, const struct rgs_vector *v)
{
    const char *imsi = rgs_vector_value(v, "ts.e212.imsi");
    char want[64];

    if (strcmp(v->layer, "diameter") != 0)
        return;
    ++*(unsigned *)ctx;
    rgs_test_ladder(RGS_LAYER_DIAMETER, rgs_bytes(v->bytes.p, v->bytes.n));
    t.ops.n = 0;
    rgs_test_feed(&t, RGS_LAYER_DIAMETER, rgs_bytes(v->bytes.p, v->bytes.n));
    if (!imsi || strlen(imsi) > 15) /* what is longer is no IMSI, as the oracle says too */
        return;
    strcpy(want, imsi);
    cr_assert_eq(t.ops.n, 1, "line %u", v->line);
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imsi), want, "line %u", v->line);
}

Test(diameter, vectors)
{
    unsigned seen = 0;
    if (rgs_test_vectors("pycrate.tsv", vector, &seen) < 0 ||
        rgs_test_vectors("sigfw.tsv", vector, &seen) < 0)
        cr_skip_test("outside data are not here");
    cr_assert_geq(seen, 13);
}
