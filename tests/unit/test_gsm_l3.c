/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BSSAP over SCCP connections and the layer 3 messages inside, laid by hand. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/gsm_l3.h"
#include "support/support.h"
#include "support/vectors.h"

enum { BSC = 301, MSC = 2001 };

static unsigned octets(const char *hex)
{
    return (unsigned)strlen(hex) / 2;
}

/* The BSC opens a connection (its reference 010203) with this BSSMAP message, the MSC confirms
 * (040506). */
static void open_connection(struct rgs_test_decoder *t, const char *bssmap)
{
    char hex[1024];

    snprintf(hex, sizeof(hex), "010102030202040242fe0f%02x00%02x%s00", octets(bssmap) + 2,
             octets(bssmap), bssmap);
    rgs_test_feed_sccp(t, BSC, MSC, hex);
    rgs_test_feed_sccp(t, MSC, BSC, "020102030405060200");
}

static void dtap(struct rgs_test_decoder *t, bool uplink, const char *l3)
{
    char hex[1024];

    snprintf(hex, sizeof(hex), "06%s0001%02x0100%02x%s", uplink ? "040506" : "010203",
             octets(l3) + 3, octets(l3), l3);
    rgs_test_feed_sccp(t, uplink ? BSC : MSC, uplink ? MSC : BSC, hex);
}

static void bssmap(struct rgs_test_decoder *t, bool uplink, const char *message)
{
    char hex[1024];

    snprintf(hex, sizeof(hex), "06%s0001%02x00%02x%s", uplink ? "040506" : "010203",
             octets(message) + 2, octets(message), message);
    rgs_test_feed_sccp(t, uplink ? BSC : MSC, uplink ? MSC : BSC, hex);
}

static void udt(struct rgs_test_decoder *t, const char *message)
{
    char hex[1024];

    snprintf(hex, sizeof(hex), "09000305070242fe0242fe%02x00%02x%s", octets(message) + 2,
             octets(message), message);
    rgs_test_feed_sccp(t, MSC, BSC, hex);
}

/* COMPLETE LAYER 3 INFORMATION in cell 502-16-14806-4017, with the length of its layer 3 message.
 */
#define COMPLETE(l3_with_length) "57050800" CGI "17" l3_with_length
#define CGI "05f26139d60fb1"
#define IMSI "085920612100250120"
#define IMEI "083a15325406000001"
#define IMEISV "093315325406002009f3"
#define TMSI "05f4cafe0001"

static const char lu_by_imsi[] = COMPLETE("12"
                                          "05087005f2613456"
                                          "33" IMSI);
static const char lu_by_tmsi[] = COMPLETE("0f"
                                          "05087005f2613456"
                                          "33" TMSI);
static const char page_answer_by_tmsi[] = COMPLETE("0d"
                                                   "062700"
                                                   "03335886" TMSI);
static const char service_by_imsi[] = COMPLETE("10"
                                               "052474"
                                               "03335886" IMSI);

static const char deliver[] = "090120"
                              "0155079106010000000100140409d04279d84d0600005211010000400202e834";
static const char submit[] = "19011b"
                             "00560007910601000000010f012a0b910671777777f7000002e834";

static const struct rgs_op *op_at(const struct rgs_test_decoder *t, size_t i)
{
    cr_assert_gt(t->ops.n, i, "%zu operations", t->ops.n);
    return &t->ops.at[i].op;
}

static void expect_op(const struct rgs_op *op, const char *name, const char *phase)
{
    cr_expect_str_eq(op->proto, "bssap");
    cr_expect_str_eq(op->op, name);
    cr_expect_str_eq(op->phase, phase, "%s", name);
}

static void expect_who(const struct rgs_op *op, const char *imsi, const char *imei,
                       const char *cell)
{
    cr_expect_eq(RGS_HAS(op, IMSI), imsi != NULL);
    cr_expect_eq(RGS_HAS(op, IMEI), imei != NULL);
    cr_expect_eq(RGS_HAS(op, CELL), cell != NULL);
    if (imsi && RGS_HAS(op, IMSI))
        cr_expect_str_eq(rgs_test_digits(&op->imsi), imsi);
    if (imei && RGS_HAS(op, IMEI))
        cr_expect_str_eq(rgs_test_digits(&op->imei), imei);
    if (cell && RGS_HAS(op, CELL))
        cr_expect_str_eq(rgs_test_name(&op->cell), cell);
}

#define WHO "502161200521002"
#define WHERE "502-16-14806-4017"

Test(gsm_l3, location_update_then_message_on_one_connection)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    open_connection(&t, lu_by_imsi);
    expect_op(op_at(&t, 0), "LOCATION UPDATING REQUEST", "request");
    expect_who(op_at(&t, 0), WHO, NULL, WHERE);
    cr_expect_str_eq(rgs_test_digits(&op_at(&t, 0)->serving_plmn), "50216");
    dtap(&t, true, "0559" IMEISV);
    expect_op(op_at(&t, 1), "IDENTITY RESPONSE", "response");
    expect_who(op_at(&t, 1), WHO, "3512345600002903", WHERE);
    dtap(&t, false, "050205f26139d6");
    expect_op(op_at(&t, 2), "LOCATION UPDATING ACCEPT", "response");
    expect_who(op_at(&t, 2), WHO, "3512345600002903", WHERE);
    dtap(&t, false, deliver);
    const struct rgs_op *op = op_at(&t, 3);
    expect_op(op, "CP-DATA", "request");
    expect_who(op, WHO, "3512345600002903", WHERE);
    cr_expect_str_eq(t.ops.at[3].text, "hi");
    cr_expect_str_eq(rgs_test_name(&op->oa), "Brand");
    cr_expect_str_eq(rgs_test_name(&op->smsc), "601000000010");
    uint64_t dialogue = op->dialogue;
    dtap(&t, true, "8904");
    cr_expect_eq(t.ops.n, 4, "CP-ACK says nothing");
    dtap(&t, true, "8901020255");
    expect_op(op_at(&t, 4), "CP-DATA", "response");
    cr_expect_eq(op_at(&t, 4)->dialogue, dialogue, "the acknowledgement pairs with its message");
    dtap(&t, true, submit);
    expect_op(op_at(&t, 5), "CP-DATA", "request");
    cr_expect_neq(op_at(&t, 5)->dialogue, dialogue);
    cr_expect_str_eq(rgs_test_name(&op_at(&t, 5)->da), "60177777777");
    dtap(&t, false, "9901040556012a");
    expect_op(op_at(&t, 6), "CP-DATA", "error");
    cr_expect_str_eq(op_at(&t, 6)->result, "Congestion");
    cr_expect_eq(op_at(&t, 6)->dialogue, op_at(&t, 5)->dialogue);
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, a_page_tells_whose_temporary_identity_answers)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    udt(&t, "52"
            "08" IMSI "0904cafe0001"
            "1a0106");
    cr_expect_eq(t.ops.n, 0);
    open_connection(&t, page_answer_by_tmsi);
    expect_op(op_at(&t, 0), "PAGING RESPONSE", "response");
    expect_who(op_at(&t, 0), WHO, NULL, WHERE);
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, a_page_is_forgotten_in_event_time)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    udt(&t, "52"
            "08" IMSI "0904cafe0001"
            "1a0106");
    t.ts += INT64_C(61) * 1000000000;
    open_connection(&t, page_answer_by_tmsi);
    cr_expect_eq(t.ops.n, 0);
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, an_assigned_temporary_identity_is_known_on_the_next_connection)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    open_connection(&t, lu_by_imsi);
    dtap(&t, false, "050205f26139d617" TMSI);
    open_connection(&t, lu_by_tmsi);
    expect_op(op_at(&t, 2), "LOCATION UPDATING REQUEST", "request");
    expect_who(op_at(&t, 2), WHO, NULL, WHERE);
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, an_unknown_temporary_identity_binds_nobody)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    open_connection(&t, page_answer_by_tmsi);
    cr_expect_eq(t.ops.n, 0);
    dtap(&t, false, deliver);
    expect_op(op_at(&t, 0), "CP-DATA", "request");
    expect_who(op_at(&t, 0), NULL, NULL, WHERE);
    /* The network tells the BSC later (COMMON ID). */
    bssmap(&t, false,
           "2f"
           "08" IMSI);
    dtap(&t, true, "8901020255");
    expect_who(op_at(&t, 1), WHO, NULL, WHERE);
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, connections_do_not_mix)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    open_connection(&t, lu_by_imsi);
    rgs_test_feed_sccp(&t, BSC, MSC,
                       "01a1a2a3020202"
                       "0242fe00"); /* another one, about which nothing is known */
    rgs_test_feed_sccp(&t, MSC, BSC, "02a1a2a3b1b2b30200");
    char hex[256];
    snprintf(hex, sizeof(hex), "06a1a2a30001%02x0100%02x%s", octets(deliver) + 3, octets(deliver),
             deliver);
    rgs_test_feed_sccp(&t, MSC, BSC, hex);
    cr_assert_eq(t.ops.n, 2);
    expect_who(op_at(&t, 1), NULL, NULL, NULL);
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, rejection_and_ciphering)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    open_connection(&t, service_by_imsi);
    expect_op(op_at(&t, 0), "CM SERVICE REQUEST", "request");
    bssmap(&t, true,
           "55"
           "200d"
           "063217" IMEISV);
    expect_op(op_at(&t, 1), "CIPHERING MODE COMPLETE", "response");
    expect_who(op_at(&t, 1), WHO, "3512345600002903", WHERE);
    dtap(&t, false, "05040c");
    expect_op(op_at(&t, 2), "LOCATION UPDATING REJECT", "error");
    cr_expect_str_eq(op_at(&t, 2)->result, "Location Area not allowed");
    rgs_test_decoder_fini(&t);
}

struct layer3 {
    const char *name;
    const char *hex;
    const char *op; /* NULL: nothing is emitted */
    const char *imsi, *imei, *cell;
};

static const struct layer3 layer3[] = {
    {"IMSI detach", "050130" IMSI, "IMSI DETACH INDICATION", WHO, NULL, NULL},
    {"identity response, IMEI", "0519" IMEI, "IDENTITY RESPONSE", NULL, "351234560000010", NULL},
    {"re-establishment", "05280003335886" IMSI, "CM RE-ESTABLISHMENT REQUEST", WHO, NULL, NULL},
    {"GPRS attach by IMSI",
     "080102e5e001"
     "0a00" IMSI "05f2613456ff",
     "ATTACH REQUEST", WHO, NULL, NULL},
    {"GPRS attach by P-TMSI",
     "080103e5e004010a0005f4fffa01f705f2614000100c0a53432b259ef989004000081705", NULL, NULL, NULL,
     NULL},
    {"GPRS identity response", "0816" IMEI, "IDENTITY RESPONSE", NULL, "351234560000010", NULL},
    {"GPRS authentication with IMEISV", "08130023" IMEISV, "AUTHENTICATION AND CIPHERING RESPONSE",
     NULL, "3512345600002903", NULL},
    {"EPS attach by IMSI", "074171" IMSI "02e060", "ATTACH REQUEST", WHO, NULL, NULL},
    {"EPS attach by GUTI", "0741710bf605f2618003c8c2e65e9a02e060", NULL, NULL, NULL, NULL},
    {"EPS attach, integrity protected",
     "170123456701"
     "074171" IMSI "02e060",
     "ATTACH REQUEST", WHO, NULL, NULL},
    {"EPS, ciphered", "27012345670199887766", NULL, NULL, NULL, NULL},
    {"EPS security mode complete", "075e23" IMEISV, "SECURITY MODE COMPLETE", NULL,
     "3512345600002903", NULL},
    {"EPS NAS transport of a message",
     "076223"
     "090120"
     "0155079106010000000100140409d04279d84d0600005211010000400202e834",
     "CP-DATA", NULL, NULL, NULL},
    {"a message whose transaction identifier is extended",
     "7987"
     "0120"
     "0155079106010000000100140409d04279d84d0600005211010000400202e834",
     "CP-DATA", NULL, NULL, NULL},
    {"an acknowledgement, extended likewise", "f98704", NULL, NULL, NULL, NULL},
    {"call control", "0305", NULL, NULL, NULL, NULL},
    {"identity with a letter in it", "0519083a1a325406000001", NULL, NULL, NULL, NULL},
    {"identity too long",
     "0519"
     "0c3915325406000001111111"
     "11",
     NULL, NULL, NULL, NULL},
};

Test(gsm_l3, messages_of_all_kinds)
{
    for (size_t i = 0; i < sizeof(layer3) / sizeof(layer3[0]); i++) {
        const struct layer3 *m = &layer3[i];
        struct rgs_test_decoder t;
        char hex[512];

        rgs_test_decoder_init(&t, true);
        snprintf(hex, sizeof(hex), "0100%02x%s", octets(m->hex), m->hex);
        struct rgs_test_buf b = rgs_test_hex(hex);
        rgs_test_feed(&t, RGS_LAYER_BSSAP, rgs_bytes(b.p, b.n));
        cr_expect_eq(t.ops.n, m->op ? 1 : 0, "%s: %zu operations", m->name, t.ops.n);
        if (t.ops.n && m->op) {
            cr_expect_str_eq(t.ops.at[0].op.op, m->op, "%s", m->name);
            expect_who(&t.ops.at[0].op, m->imsi, m->imei, m->cell);
        }
        cr_expect_geq(rgs_test_ladder(RGS_LAYER_BSSAP, rgs_bytes(b.p, b.n)), 6 * b.n);
        rgs_test_buf_free(&b);
        rgs_test_decoder_fini(&t);
    }
}

Test(gsm_l3, damage_is_named)
{
    static const struct {
        const char *hex;
        enum rgs_anomaly anomaly;
    } bads[] = {
        {"", RGS_A_BSSAP_HEADER},
        {"0705", RGS_A_BSSAP_HEADER},
        {"010009050419", RGS_A_BSSAP_HEADER},
        {"000457050899", RGS_A_BSSAP_ELEMENT},
        {"01000405190859", RGS_A_L3_SHORT},
        {"0100040519085900", RGS_A_BSSAP_HEADER},
    };
    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        struct rgs_test_decoder t;
        struct rgs_test_buf b = rgs_test_hex(bads[i].hex);
        rgs_test_decoder_init(&t, true);
        rgs_test_feed(&t, RGS_LAYER_BSSAP, rgs_bytes(b.p, b.n));
        cr_expect_geq(rgs_test_anomaly(&t, bads[i].anomaly), 1, "row %zu", i);
        rgs_test_buf_free(&b);
        rgs_test_decoder_fini(&t);
    }
}

/* ---- vectors ---- */

static void vector(void *ctx, const struct rgs_vector *v)
{
    unsigned *messages = ctx;
    bool is_bssap = strcmp(v->layer, "bssap") == 0, is_l3 = strcmp(v->layer, "dtap_dl") == 0 ||
                                                            strcmp(v->layer, "nas_ul") == 0 ||
                                                            strcmp(v->layer, "nas_dl") == 0;
    struct rgs_test_decoder t;
    uint8_t framed[300] = {1, 0, (uint8_t)v->bytes.n};

    if ((!is_bssap && !is_l3) || v->bytes.n > 250)
        return;
    memcpy(framed + 3, v->bytes.p, v->bytes.n);
    struct rgs_bytes in =
        is_bssap ? rgs_bytes(v->bytes.p, v->bytes.n) : rgs_bytes(framed, v->bytes.n + 3);
    rgs_test_decoder_init(&t, true);
    rgs_test_feed(&t, RGS_LAYER_BSSAP, in);
    rgs_test_ladder(RGS_LAYER_BSSAP, in);
    const char *want = rgs_vector_value(v, "text");
    if (!want)
        want = rgs_vector_value(v, "ts.sms_text");
    if (want) {
        cr_expect_eq(t.ops.n, 1, "%s:%u", v->source, v->line);
        if (t.ops.n == 1)
            cr_expect_str_eq(t.ops.at[0].text, want, "%s:%u: '%s'", v->source, v->line,
                             t.ops.at[0].text);
        (*messages)++;
    }
    rgs_test_decoder_fini(&t);
}

Test(gsm_l3, vectors)
{
    unsigned messages = 0;

    if (rgs_test_vectors("osmocom.tsv", vector, &messages) < 0 ||
        rgs_test_vectors("pycrate.tsv", vector, &messages) < 0)
        cr_skip_test("outside data is not there: RGS_SHARED_DATA");
    cr_expect_geq(messages, 4, "%u", messages);
}
