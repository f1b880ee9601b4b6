/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <osmocom/core/msgb.h>
#include <osmocom/gsm/gsup.h>

#include "sig/gsup.h"
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

TestSuite(gsup, .init = setup, .fini = teardown);

#define IMSI "0108 21436587092143f5 "
#define MT                                                                                         \
    "28" IMSI "4001 01 4109 01 21436587092143f5 4208 03 91 21436587f9 430b 04 04 91 2143 00 00 "   \
    "52 01 10 31 93 "

static void feed(enum rgs_layer layer, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    t.ops.n = 0;
    rgs_test_feed(&t, layer, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
}

Test(gsup, errors_have_names)
{
    feed(RGS_LAYER_GSUP, "05" IMSI "0201 02");
    cr_assert_eq(t.ops.n, 1);
    cr_assert_str_eq(t.ops.at[0].op.op, "updateLocation");
    cr_assert_str_eq(t.ops.at[0].op.phase, "error");
    cr_assert_str_eq(t.ops.at[0].op.result, "IMSI unknown in HLR");
    feed(RGS_LAYER_GSUP, "29" IMSI "4401 1b");
    cr_assert_str_eq(t.ops.at[0].op.op, "mt-forwardSM");
    cr_assert_str_eq(t.ops.at[0].op.result, "Destination out of order");
}

/* By subscriber, operation and SM-RP-MR, whatever connection they come on. */
Test(gsup, answers_find_their_requests)
{
    static const char *const hex[] = {MT,
                                      "2a" IMSI "4001 01",
                                      "29" IMSI "4001 01 4401 1b",
                                      "2a" IMSI "4001 02",
                                      "26" IMSI "4001 01",
                                      "2a"
                                      "0108 21436587092143f6"
                                      "4001 01"};
    uint64_t dialogue = 0;

    for (size_t i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
        feed(RGS_LAYER_GSUP, hex[i]);
        cr_assert_eq(t.ops.n, 1, "row %zu", i);
        cr_assert(RGS_HAS(&t.ops.at[0].op, DIALOGUE));
        if (i == 0)
            dialogue = t.ops.at[0].op.dialogue;
        cr_assert_eq(t.ops.at[0].op.dialogue == dialogue, i < 3, "row %zu", i);
    }
}

Test(gsup, damage_keeps_the_imsi)
{
    feed(RGS_LAYER_GSUP, "04" IMSI "0850 12");
    cr_assert_eq(t.ops.n, 1);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_GSUP_SHORT), 1);
    feed(RGS_LAYER_IPA, "0040 ee 05 04");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_GSUP_SHORT), 2);
}

Test(gsup, ipa_framing_byte_by_byte)
{
    struct rgs_test_buf b = rgs_test_hex("000c ee 05 04" IMSI);
    for (size_t n = 0; n <= b.n; n++) {
        cr_assert_eq(rgs_ipa_length(rgs_bytes(b.p, n)), n < 3 ? 0 : 15, "%zu", n);
        cr_assert_eq(rgs_ipa_probe(rgs_bytes(b.p, n)), n < 7 ? RGS_PROBE_MORE : RGS_PROBE_YES,
                     "%zu", n);
    }
    rgs_test_buf_free(&b);
    cr_assert_eq(rgs_ipa_probe(rgs_bytes("\x16\x03\x01\x00\xee\x01", 6)), RGS_PROBE_NO, "TLS");
    cr_assert_eq(rgs_ipa_probe(rgs_bytes("GET /", 5)), RGS_PROBE_NO);
    feed(RGS_LAYER_IPA, "000c ee 05 04" IMSI);
    cr_assert_eq(t.ops.n, 1);
    cr_assert_str_eq(t.ops.at[0].path, "ipa:gsup");
}

/* SCCPlite: a message is known by its form where the exchange of identities was not captured. */
Test(gsup, ipa_carries_sccp)
{
    static const struct {
        const char *hex;
        enum rgs_probe want;
    } rows[] = {
        {"000e fd 09 00 03 05 07 02 42 08 02 42 06 02 aabb", RGS_PROBE_YES}, /* Q.713 4.10 */
        {"000e fd 09 00 03 06 07 02 42 08 02 42 06 02 aabb", RGS_PROBE_NO},
        {"000e fd 09 00 04 06 08 00 02 42 08 02 42 06 02", RGS_PROBE_NO},
        {"000d fd 01 000001 02 02 04 02 42 fe 00 00 00", RGS_PROBE_YES}, /* 4.2 */
        {"000d fd 01 000001 01 02 04 02 42 fe 00 00 00", RGS_PROBE_NO},
        {"0009 fd 06 000001 00 01 02 aabb", RGS_PROBE_YES}, /* 4.7 */
        {"0009 fd 06 000001 00 01 03 aabb", RGS_PROBE_NO},
        {"000e fd 09 00", RGS_PROBE_MORE},
        {"0003 fd 09 00 03", RGS_PROBE_NO},
        {"0009 fd 45 000001 00 01 02 aabb", RGS_PROBE_NO},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i].hex);
        cr_assert_eq(rgs_ipa_probe(rgs_bytes(b.p, b.n)), rows[i].want, "row %zu", i);
        rgs_test_buf_free(&b);
    }
}

Test(gsup, ladder)
{
    struct rgs_test_buf b = rgs_test_hex(MT);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_GSUP, rgs_bytes(b.p, b.n)), b.n);
    rgs_test_buf_free(&b);
}

/* libosmocore's own decoder says the same of each good message. */
static void vector(void *ctx, const struct rgs_vector *v)
{
    struct osmo_gsup_message g;

    if (strcmp(v->layer, "gsup") != 0)
        return;
    ++*(unsigned *)ctx;
    cr_assert_eq(osmo_gsup_decode(v->bytes.p, v->bytes.n, &g), 0, "line %u", v->line);
    t.ops.n = 0;
    rgs_test_feed(&t, RGS_LAYER_GSUP, rgs_bytes(v->bytes.p, v->bytes.n));
    rgs_test_ladder(RGS_LAYER_GSUP, rgs_bytes(v->bytes.p, v->bytes.n));
    if (v->bytes.p[0] >= 0x34 || (v->bytes.p[0] & ~3) == OSMO_GSUP_MSGT_PROC_SS_REQUEST) {
        cr_assert_eq(t.ops.n, 0, "line %u: handover and USSD are not ours", v->line);
        return;
    }
    cr_assert_eq(t.ops.n, 1, "line %u", v->line);
    const struct rgs_op *op = &t.ops.at[0].op;
    cr_assert_str_eq(rgs_test_digits(&op->imsi), g.imsi, "line %u", v->line);
    cr_assert_str_eq(op->phase, OSMO_GSUP_IS_MSGT_REQUEST(g.message_type) ? "request"
                                : OSMO_GSUP_IS_MSGT_ERROR(g.message_type) ? "error"
                                                                          : "response");
    if (g.sm_rp_ui_len)
        cr_assert_eq(op->sm.n, g.sm_rp_ui_len, "line %u", v->line);
}

Test(gsup, vectors_and_libosmocore)
{
    unsigned seen = 0;
    if (rgs_test_vectors("osmocom.tsv", vector, &seen) < 0)
        cr_skip_test("outside data are not here");
    cr_assert_eq(seen, 26);
}
