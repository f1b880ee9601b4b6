/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mobility messages of EPS and 5GS in S1AP and NGAP, laid by hand and checked with tshark. */
#include <criterion/criterion.h>

#include "support/support.h"
#include "support/vectors.h"

#define WHO "502161200521002"
#define DEVICE "3520990017614823"
#define CELL "502-16-703489"
#define NEXT_CELL "502-16-703490"
#define NR_CELL "502-16-4886718345"

/* InitialUEMessage in 502-16-703489 with ATTACH REQUEST by IMSI. */
static const char s1_initial_imsi[] =
    "000c403e000005000800020007001a00161507417108592061210025012002e06000040201d011004300"
    "060005f2611234006440080005f26100abc0100086400130";
static const char s1_identity_response[] =
    "000d4036000005000000034003e8000800020007001a000c0b0756083a25900910674118006440080005"
    "f26100abc010004340060005f2611234";
/* SECURITY MODE COMMAND: EEA0. */
static const char s1_command_null[] =
    "000b4022000003000000034003e8000800020007001a000e0d370000000005075d020002e060";
/* SECURITY MODE COMMAND: 128-EEA2. */
static const char s1_command_aes[] =
    "000b4022000003000000034003e8000800020007001a000e0d370000000005075d220002e060";
/* SECURITY MODE COMPLETE, ciphered with EEA0, with IMEISV. */
static const char s1_complete[] =
    "000d403e000005000000034003e8000800020007001a001413470000000005075e230933259009106741"
    "28f3006440080005f26100abc010004340060005f2611234";
static const char s1_deliver[] =
    "000b4041000003000000034003e8000800020007001a002d2c2700000000050762230901200155079106"
    "010000000100140409d04279d84d0600005211010000400202e834";
static const char s1_acknowledge[] =
    "000d4039000005000000034003e8000800020007001a000f0e2700000000050763058901020255006440"
    "080005f26100abc010004340060005f2611234";
static const char s1_cipher_text[] =
    "000d403a000005000000034003e8000800020007001a00100f2700000000059c3f6b11d27e80c45a0064"
    "40080005f26100abc010004340060005f2611234";
/* InitialContextSetupRequest with ATTACH ACCEPT and GUTI in the first bearer. */
static const char s1_setup[] =
    "0009008093000006000000034003e80008000200070042000a1805f5e1006005f5e10000180044000034"
    "003f4500093c0f800a000002000000013027000000000507420149060005f261123400105200c1010904"
    "03696d7305010a000001500bf605f2618003c8c2e65e9a006b00051c000e000000490020000000000000"
    "0000000000000000000000000000000000000000000000000000";
/* InitialUEMessage with SERVICE REQUEST by S-TMSI. */
static const char s1_service_request[] =
    "000c4037000006000800020008001a000504c7a51234004300060005f2611234006440080005f26100ab"
    "c0200086400130006000063200c2e65e9a";
/* Paging by IMSI. */
static const char s1_paging[] =
    "000a402b000004005040020000002b40096805121602501200f2006d400100002e400c00002f40070000"
    "05f2611234";
static const char s1_reject[] = "000b4018000003000000034003e8000800020007001a000403074407";
/* DETACH REQUEST by GUTI. */
static const char s1_detach[] =
    "000d4040000005000000034003e8000800020007001a0016151700000000050745090bf605f2618003c8"
    "c2e65e9a006440080005f26100abc010004340060005f2611234";
/* CONTROL PLANE SERVICE REQUEST by S-TMSI with RP-ACK. */
static const char s1_message_in_service_request[] =
    "000c4043000006000800020009001a001110170000000005074d0067058901020255004300060005f261"
    "1234006440080005f26100abc0100086400130006000063200c2e65e9a";

/* InitialUEMessage with REGISTRATION REQUEST by SUCI of the null scheme. */
static const char ng_registration[] =
    "000f403d00000400550002000900260018177e004179000d0105f261f0ff000021002501202e02f0f000"
    "79000f4005f261123456789005f26100abcd005a400118";
/* the same by a SUCI of profile A. */
static const char ng_concealed[] =
    "000f404c00000400550002000900260027267e004179001c0105f261f0ff0101aaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaa2e02f0f00079000f4005f261123456789005f26100abcd005a400118";
static const char ng_command_null[] =
    "00044024000003000a0002000500550002000900260011107e0300000000067e005d000202f0f0e1";
/* SECURITY MODE COMPLETE with IMEISV and the whole REGISTRATION REQUEST. */
static const char ng_complete[] =
    "002e4057000004000a0002000500550002000900260031307e0400000000067e005e7700093525900910"
    "674128f37100177e004179000d0105f261f0ff000021002501202e02f0f00079400f4005f26112345678"
    "9005f26100abcd";
static const char ng_accept[] =
    "000e0037000003000a0002000500550002000900264024237e0200000000067e0042010177000bf205f2"
    "61020041c0e0001054070005f26100abcd";
static const char ng_deliver[] =
    "00044044000003000a0002000500550002000900260031307e0200000000067e00680200230901200155"
    "079106010000000100140409d04279d84d0600005211010000400202e834";
static const char ng_acknowledge[] =
    "002e4039000004000a0002000500550002000900260013127e0200000000067e00670200058901020255"
    "0079400f4005f261123456789005f26100abcd";
static const char ng_identity[] =
    "002e4034000004000a000200050055000200090026000e0d7e005c00083b259009106741180079400f40"
    "05f261123456789005f26100abcd";
/* InitialUEMessage with SERVICE REQUEST by 5G-S-TMSI. */
static const char ng_service_request[] =
    "000f404500000500550002000a00260015147e0100000000067e004c100007f40041c0e000100079000f"
    "4005f261123456789005f26100abcd005a400118001a0007001040c0e00010";
static const char ng_reject[] = "00044018000003000a0002000500550002000900260005047e004407";
/* DL NAS TRANSPORT with two payloads, the second a short message. */
static const char ng_multiple[] =
    "00044053000003000a00020005005500020009002600403f7e0200000000067e00680f0032020006012e"
    "0501d65f0027121201050901200155079106010000000100140409d04279d84d06000052110100004002"
    "02e834";
static const char ng_cipher_text[] =
    "002e4037000004000a0002000500550002000900260011107e0200000000069c3f6b11d27e80c45a0079"
    "400f4005f261123456789005f26100abcd";

/* What must come out, in this order; NULL is a member that must not be there. */
struct want {
    const char *op, *phase, *imsi, *imei, *cell, *text, *result;
};

#define NO_MORE                                                                                    \
    {                                                                                              \
        .op = NULL                                                                                 \
    }

static void member(const char *what, const char *op, bool has, const char *is, const char *want)
{
    cr_expect_eq(has, want != NULL, "%s of %s", what, op);
    if (has && want)
        cr_expect_str_eq(is, want, "%s of %s: %s", what, op, is);
}

static void expect(const struct rgs_test_decoder *t, const struct want *want)
{
    size_t i = 0;

    for (; want->op; want++, i++) {
        cr_assert_gt(t->ops.n, i, "no %s", want->op);
        const struct rgs_op *op = &t->ops.at[i].op;
        cr_expect_str_eq(op->proto, "nas");
        cr_expect_str_eq(op->op, want->op);
        cr_expect_str_eq(op->phase, want->phase, "%s", op->op);
        member("imsi", op->op, RGS_HAS(op, IMSI), rgs_test_digits(&op->imsi), want->imsi);
        member("imei", op->op, RGS_HAS(op, IMEI), rgs_test_digits(&op->imei), want->imei);
        member("cell", op->op, RGS_HAS(op, CELL), rgs_test_name(&op->cell), want->cell);
        member("text", op->op, RGS_HAS(op, TEXT), t->ops.at[i].text, want->text);
        member("result", op->op, RGS_HAS(op, RESULT), op->result, want->result);
        if (want->cell)
            member("plmn", op->op, RGS_HAS(op, SERVING_PLMN), rgs_test_digits(&op->serving_plmn),
                   "50216");
    }
    cr_expect_eq(t->ops.n, i, "%zu operations, not %zu", t->ops.n, i);
}

static void run(enum rgs_layer layer, const char *const *messages, const struct want *want,
                uint64_t ciphered)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    for (; *messages; messages++)
        rgs_test_feed_hex(&t, layer, *messages);
    expect(&t, want);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NAS_CIPHERED), ciphered);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NAS_SHORT), 0);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_S1AP_BAD), 0);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NGAP_BAD), 0);
    rgs_test_decoder_fini(&t);
}

Test(nas, eps_attach_and_messages)
{
    static const char *const messages[] = {
        s1_initial_imsi, s1_identity_response, s1_command_null,    s1_complete, s1_setup,
        s1_deliver,      s1_acknowledge,       s1_service_request, s1_detach,   NULL};
    static const struct want want[] = {
        {"ATTACH REQUEST", "request", WHO, NULL, CELL, NULL, NULL},
        {"IDENTITY RESPONSE", "response", WHO, "352099001761481", CELL, NULL, NULL},
        {"SECURITY MODE COMPLETE", "response", WHO, DEVICE, CELL, NULL, NULL},
        {"ATTACH ACCEPT", "response", WHO, DEVICE, CELL, NULL, NULL},
        {"CP-DATA", "request", WHO, DEVICE, CELL, "hi", NULL},
        {"CP-DATA", "response", WHO, DEVICE, CELL, NULL, NULL},
        {"SERVICE REQUEST", "request", WHO, NULL, NEXT_CELL, NULL, NULL},
        {"DETACH REQUEST", "request", WHO, DEVICE, CELL, NULL, NULL},
        NO_MORE};

    run(RGS_LAYER_S1AP, messages, want, 0);
}

Test(nas, eps_answers_pair)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    rgs_test_feed_hex(&t, RGS_LAYER_S1AP, s1_initial_imsi);
    rgs_test_feed_hex(&t, RGS_LAYER_S1AP, s1_deliver);
    rgs_test_feed_hex(&t, RGS_LAYER_S1AP, s1_acknowledge);
    cr_assert_eq(t.ops.n, 3);
    cr_expect_eq(t.ops.at[1].op.dialogue, t.ops.at[2].op.dialogue);
    cr_expect_neq(t.ops.at[1].op.dialogue, t.ops.at[0].op.dialogue);
    rgs_test_decoder_fini(&t);
}

Test(nas, eps_ciphered_is_counted)
{
    static const char *const unknown[] = {s1_initial_imsi, s1_cipher_text, NULL};
    /* What is said to be ciphered is not read, though it looks plain. */
    static const char *const chosen[] = {s1_initial_imsi, s1_command_aes, s1_complete,
                                         s1_deliver,      s1_cipher_text, NULL};
    static const struct want want[] = {{"ATTACH REQUEST", "request", WHO, NULL, CELL, NULL, NULL},
                                       NO_MORE};

    run(RGS_LAYER_S1AP, unknown, want, 1);
    run(RGS_LAYER_S1AP, chosen, want, 3);
}

Test(nas, eps_strangers_bind_nobody)
{
    static const char *const messages[] = {s1_service_request, s1_detach, s1_reject, s1_setup,
                                           NULL};
    static const struct want nothing[] = {NO_MORE};

    run(RGS_LAYER_S1AP, messages, nothing, 0);
}

Test(nas, eps_paging_reject_and_message_in_service_request)
{
    static const char *const messages[] = {
        s1_paging, s1_initial_imsi, s1_reject, s1_setup, s1_message_in_service_request, NULL};
    static const struct want want[] = {
        {"Paging", "request", WHO, NULL, NULL, NULL, NULL},
        {"ATTACH REQUEST", "request", WHO, NULL, CELL, NULL, NULL},
        {"ATTACH REJECT", "error", WHO, NULL, CELL, NULL, "EPS services not allowed"},
        {"ATTACH ACCEPT", "response", WHO, NULL, CELL, NULL, NULL},
        {"CP-DATA", "response", WHO, NULL, CELL, NULL, NULL},
        NO_MORE};

    run(RGS_LAYER_S1AP, messages, want, 0);
}

Test(nas, fivegs_registration_and_messages)
{
    static const char *const messages[] = {
        ng_registration, ng_command_null, ng_complete,        ng_accept, ng_deliver,
        ng_acknowledge,  ng_multiple,     ng_service_request, ng_reject, NULL};
    static const struct want want[] = {
        {"REGISTRATION REQUEST", "request", WHO, NULL, NR_CELL, NULL, NULL},
        {"SECURITY MODE COMPLETE", "response", WHO, DEVICE, NR_CELL, NULL, NULL},
        {"REGISTRATION ACCEPT", "response", WHO, DEVICE, NR_CELL, NULL, NULL},
        {"CP-DATA", "request", WHO, DEVICE, NR_CELL, "hi", NULL},
        {"CP-DATA", "response", WHO, DEVICE, NR_CELL, NULL, NULL},
        {"CP-DATA", "request", WHO, DEVICE, NR_CELL, "hi", NULL},
        {"SERVICE REQUEST", "request", WHO, NULL, NR_CELL, NULL, NULL},
        {"REGISTRATION REJECT", "error", WHO, DEVICE, NR_CELL, NULL, "5GS services not allowed"},
        NO_MORE};

    run(RGS_LAYER_NGAP, messages, want, 0);
}

Test(nas, fivegs_concealed_and_ciphered)
{
    static const char *const messages[] = {ng_concealed, ng_service_request, ng_identity,
                                           ng_cipher_text, NULL};
    static const struct want want[] = {
        {"IDENTITY RESPONSE", "response", NULL, "352099001761481", NR_CELL, NULL, NULL}, NO_MORE};

    run(RGS_LAYER_NGAP, messages, want, 1);
}

static const char *const s1_good[] = {s1_initial_imsi, s1_identity_response,
                                      s1_command_null, s1_command_aes,
                                      s1_complete,     s1_deliver,
                                      s1_acknowledge,  s1_cipher_text,
                                      s1_setup,        s1_service_request,
                                      s1_paging,       s1_reject,
                                      s1_detach,       s1_message_in_service_request};
static const char *const ng_good[] = {
    ng_registration, ng_concealed, ng_command_null,    ng_complete, ng_accept,   ng_deliver,
    ng_acknowledge,  ng_identity,  ng_service_request, ng_reject,   ng_multiple, ng_cipher_text};

static void ladder(enum rgs_layer layer, enum rgs_anomaly bad, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    struct rgs_test_decoder t;

    cr_expect_gt(rgs_test_ladder(layer, rgs_bytes(b.p, b.n)), 4 * b.n);
    rgs_test_decoder_init(&t, true);
    rgs_test_feed(&t, layer, rgs_bytes(b.p, b.n));
    cr_expect_eq(rgs_test_anomaly(&t, bad), 0, "%s", hex);
    rgs_test_feed(&t, layer, rgs_bytes(b.p, b.n - 1));
    cr_expect_eq(rgs_test_anomaly(&t, bad), 1, "%s", hex);
    rgs_test_decoder_fini(&t);
    rgs_test_buf_free(&b);
}

Test(nas, ladders)
{
    for (size_t i = 0; i < sizeof(s1_good) / sizeof(s1_good[0]); i++)
        ladder(RGS_LAYER_S1AP, RGS_A_S1AP_BAD, s1_good[i]);
    for (size_t i = 0; i < sizeof(ng_good) / sizeof(ng_good[0]); i++)
        ladder(RGS_LAYER_NGAP, RGS_A_NGAP_BAD, ng_good[i]);
}

/* A plain message that is cut says so, and keeps what was read. */
Test(nas, damage)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    /* ATTACH REQUEST by IMSI whose capabilities run over the end */
    rgs_test_feed_hex(
        &t, RGS_LAYER_S1AP,
        "000c4029000003000800020007001a000e0d07417108592061210025012009e000430006000005f2611234");
    rgs_test_decoder_fini(&t);
    rgs_test_decoder_init(&t, true);
    rgs_test_feed_hex(
        &t, RGS_LAYER_S1AP,
        "000c4022000003000800020007001a000e0d07417108592061210025012009e0004300060005f2611234");
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NAS_SHORT), 1);
    cr_assert_eq(t.ops.n, 1);
    cr_expect_str_eq(rgs_test_digits(&t.ops.at[0].op.imsi), WHO);
    rgs_test_decoder_fini(&t);
}

/* ---- vectors ---- */

static void vector(void *ctx, const struct rgs_vector *v)
{
    static const uint8_t s1_head[] = {0, 11, 0x40}, ng_head[] = {0, 4, 0x40};
    unsigned *seen = ctx;
    bool is_5g = strcmp(v->layer, "nas_5g") == 0;
    struct rgs_test_decoder t;
    uint8_t message[300];

    if ((!is_5g && strncmp(v->layer, "nas_", 4) != 0) || v->bytes.n > 100)
        return;
    if (!is_5g && (v->bytes.p[0] & 0xf) != 7 && (v->bytes.p[0] & 0xf) != 2)
        return;
    unsigned n = (unsigned)v->bytes.n;
    uint8_t list[] = {(uint8_t)(n + 8), 0,         0, 1, 0, is_5g ? 38 : 26, 0,
                      (uint8_t)(n + 1), (uint8_t)n};
    memcpy(message, is_5g ? ng_head : s1_head, 3);
    memcpy(message + 3, list, sizeof(list));
    memcpy(message + 3 + sizeof(list), v->bytes.p, n);
    struct rgs_bytes in = rgs_bytes(message, 3 + sizeof(list) + n);
    enum rgs_layer layer = is_5g ? RGS_LAYER_NGAP : RGS_LAYER_S1AP;
    rgs_test_decoder_init(&t, true);
    rgs_test_feed(&t, layer, in);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_S1AP_BAD), 0, "line %u", v->line);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NGAP_BAD), 0, "line %u", v->line);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NAS_SHORT), 0, "line %u", v->line);
    bool encrypted = strstr(v->expected, "ncrypted") != NULL;
    bool readable = encrypted && is_5g; /* an empty message, not ciphered at all */
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_NAS_CIPHERED), encrypted && !readable, "line %u",
                 v->line);
    bool complete = strstr(v->expected, "SMCompl") != NULL;
    cr_expect_eq(t.ops.n, complete, "line %u", v->line);
    if (complete && t.ops.n)
        cr_expect_eq(t.ops.at[0].op.imei.n, 16);
    rgs_test_ladder(layer, in);
    rgs_test_decoder_fini(&t);
    (*seen)++;
}

Test(nas, vectors)
{
    unsigned seen = 0;

    if (rgs_test_vectors("pycrate.tsv", vector, &seen) < 0)
        cr_skip_test("outside data is not there: RGS_SHARED_DATA");
    cr_expect_geq(seen, 28, "%u", seen);
}
