/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCAP dialogues: answers find their requests, whichever end sends them. Bytes laid by hand, read
 * by tshark. */
#include <criterion/criterion.h>

#include "support/support.h"

static const char begin_a[] =
    "0981030e190b12080012044477000910320b12080011041497000000016962674804010203046b1e281c0607"
    "00118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c3035800822081132"
    "547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d2826"
    "9bd16a";
static const char begin_c_same_id[] =
    "0981030e190b12080012044477000910320b12080011043306000000016962674804010203046b1e281c0607"
    "00118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c3035800822081132"
    "547698f18407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d2826"
    "9bd16a";
static const char end_to_a[] =
    "0981030e190b12080011041497000000010b12080012044477000910320f640d4904010203046c05a2030201"
    "01";
static const char end_to_c[] =
    "0981030e190b12080011043306000000010b12080012044477000910320f640d4904010203046c05a2030201"
    "01";
static const char p_abort_to_a[] =
    "0981030e190b12080011041497000000010b12080012044477000910320b67094904010203044a0104";
static const char refused_to_a[] =
    "0981030e190b12080011041497000000010b12080012044477000910323467324904010203046b2a28280607"
    "00118605010101a01d611b80020780a109060704000001001902a203020101a305a103020102";
static const char refused_by_map_to_a[] =
    "0981030e190b12080011041497000000010b120800120444770009103230672e4904010203046b2628240607"
    "00118605010101a0196417800100be122810060704000001010101a005a3030a0101";
static const char two_requests[] =
    "0981030e190b12080012044477000910320b1208001104149700000001a66281a348010a6b1e281c06070011"
    "8605010101a011600f80020780a1090607040000010019036c7ea13d02010102012c30358008220811325476"
    "98f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd1"
    "6aa13d02010202012c3035800822081132547698f18407911497000000f104200409d04279d84d0600005211"
    "210200000010d9775d0e1abfc9651d28269bd16a";
static const char two_answers[] =
    "0981030e190b12080011041497000000010b120800120444770009103214641249010a6c0da3060201020201"
    "1ba203020101";
static const char continue_to_a[] =
    "0981030e190b12080011041497000000010b120800120444770009103251654f48010b4904010203046b2a28"
    "28060700118605010101a01d611b80020780a109060704000001001903a203020100a305a1030201006c18a1"
    "16020105020146300e800822081132547698f1a2028000";
static const char end_from_a[] =
    "0981030e190b12080012044477000910320b12080011041497000000010f640d49010b6c08a3060201050201"
    "01";
static const char unidirectional[] =
    "0981030e190b12080012044477000910320b12080011041497000000014361416c3fa13d02010102012c3035"
    "800822081132547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1a"
    "bfc9651d28269bd16a";
static const char indefinite[] =
    "0981030e190b12080012044477000910320b12080011041497000000015762804804010203046c80a1800201"
    "0102012c3080800822081132547698f08407911497000000f12480040a0409d04279d84d0600000416521121"
    "0200000010d9775d0e1abfc9651d28269bd16a00000000000000000000";
static const char private_operation[] =
    "0981030e190b12080012044477000910320b120800110414970000000155625348010c6c4ea10d0201010603"
    "2800010403010203a13d02010202012c3035800822081132547698f08407911497000000f104200409d04279"
    "d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a";

/* Their called address is a subsystem: the last translation took the title away. */
static const char end_to_code[] =
    "09810305100242080b12080012044477000910320f640d4904010203046c05a203020101";
static const char end_from_a_to_code[] =
    "09810305100242080b12080011041497000000010f640d49010b6c08a306020105020101";
/* The same transaction id but for its length. */
static const char begin_short_id[] =
    "0981030e190b12080012044477000910320b12080011041497000000012f622d4801016c28a12602010102012c"
    "301e800822081132547698f08407911497000000f104090409d04279d84d0600";
static const char begin_long_id[] =
    "0981030e190b12080012044477000910320b120800110414970000000130622e480200016c28a1260201010201"
    "2c301e800822081132547698f18407911497000000f104090409d04279d84d0600";
static const char end_to_short_id[] =
    "0981030e190b12080011041497000000010b12080012044477000910320c640a4901016c05a203020101";
static const char end_to_long_id[] =
    "0981030e190b12080011041497000000010b12080012044477000910320d640b490200016c05a203020101";

#define FIRST "228011234567890"
#define SECOND "228011234567891"

/* Feeds each message as an SCCP unitdata. */
static void feed(struct rgs_test_decoder *t, const char *const *messages)
{
    for (; *messages; messages++) {
        struct rgs_test_buf b = rgs_test_hex(*messages);
        rgs_test_feed(t, RGS_LAYER_SCCP, rgs_bytes(b.p, b.n));
        rgs_test_buf_free(&b);
    }
}

struct expect {
    const char *op, *phase, *imsi, *result;
};

static const struct {
    const char *what;
    const char *messages[6];
    struct expect ops[5];
} rows[] = {
    {"an answer with nothing but its invoke id",
     {begin_a, end_to_a},
     {{"mt-forwardSM", "request", FIRST, NULL}, {"mt-forwardSM", "response", FIRST, NULL}}},
    {"two ends that chose the same transaction id",
     {begin_a, begin_c_same_id, end_to_a, end_to_c},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "request", SECOND, NULL},
      {"mt-forwardSM", "response", FIRST, NULL},
      {"mt-forwardSM", "response", SECOND, NULL}}},
    {"an answer without its request", {end_to_a}, {{NULL}}},
    {"a dialogue ends once",
     {begin_a, end_to_a, end_to_a},
     {{"mt-forwardSM", "request", FIRST, NULL}, {"mt-forwardSM", "response", FIRST, NULL}}},
    {"abort by the provider",
     {begin_a, p_abort_to_a},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "error", FIRST, "resourceLimitation"}}},
    {"refused application context",
     {begin_a, refused_to_a},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "error", FIRST, "application-context-name-not-supported"}}},
    {"refused by MAP",
     {begin_a, refused_by_map_to_a},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "error", FIRST, "invalidDestinationReference"}}},
    {"several components in a message",
     {two_requests, two_answers},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "request", SECOND, NULL},
      {"mt-forwardSM", "error", SECOND, "absentSubscriber"},
      {"mt-forwardSM", "response", FIRST, NULL}}},
    {"a request of the answering end, answered by its transaction id",
     {begin_a, continue_to_a, end_from_a},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"provideSubscriberInfo", "request", SECOND, NULL},
      {"provideSubscriberInfo", "error", SECOND, "unknownSubscriber"}}},
    {"the same without the beginning",
     {continue_to_a, end_from_a},
     {{"provideSubscriberInfo", "request", SECOND, NULL},
      {"provideSubscriberInfo", "error", SECOND, "unknownSubscriber"}}},
    {"a transaction id is a string",
     {begin_short_id, begin_long_id, end_to_short_id, end_to_long_id},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "request", SECOND, NULL},
      {"mt-forwardSM", "response", FIRST, NULL},
      {"mt-forwardSM", "response", SECOND, NULL}}},
    {"unidirectional", {unidirectional}, {{"mt-forwardSM", "request", FIRST, NULL}}},
    {"indefinite lengths and a string in segments",
     {indefinite},
     {{"mt-forwardSM", "request", FIRST, NULL}}},
    {"an operation with an object identifier is passed over",
     {private_operation},
     {{"mt-forwardSM", "request", FIRST, NULL}}},
};

static void expect(const struct rgs_test_decoder *t, size_t k, const struct expect *e,
                   const char *what)
{
    const struct rgs_op *op = &t->ops.at[k].op;

    cr_assert_str_eq(op->op, e->op, "%s", what);
    cr_assert_str_eq(op->phase, e->phase, "%s", what);
    cr_assert(RGS_HAS(op, IMSI), "%s: operation %zu", what, k);
    cr_assert_str_eq(rgs_test_digits(&op->imsi), e->imsi, "%s", what);
    cr_assert_eq(RGS_HAS(op, RESULT), e->result != NULL, "%s", what);
    if (e->result)
        cr_assert_str_eq(op->result, e->result, "%s", what);
}

Test(tcap, dialogues)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_decoder t;
        size_t n = 0;

        rgs_test_decoder_init(&t, false);
        feed(&t, rows[i].messages);
        while (n < 5 && rows[i].ops[n].op)
            n++;
        cr_assert_eq(t.ops.n, n, "%s: %zu operations", rows[i].what, t.ops.n);
        for (size_t k = 0; k < n; k++)
            expect(&t, k, &rows[i].ops[k], rows[i].what);
        rgs_test_decoder_fini(&t);
    }
}

/* A message on a link, from one point code to the next. */
struct on_link {
    unsigned opc, dpc;
    const char *hex;
};

static const struct {
    const char *what;
    struct on_link messages[6];
    struct expect ops[6];
    bool is_one; /* dialogue */
} links[] = {
    {"an answer routed on point code and subsystem",
     {{100, 200, begin_a}, {200, 100, end_to_code}, {200, 100, end_to_code}},
     {{"mt-forwardSM", "request", FIRST, NULL}, {"mt-forwardSM", "response", FIRST, NULL}},
     true},
    {"to another point code",
     {{100, 200, begin_a}, {200, 101, end_to_code}},
     {{"mt-forwardSM", "request", FIRST, NULL}},
     true},
    {"two titles that wait behind one point code: nobody's, but by title",
     {{100, 200, begin_a},
      {100, 200, begin_c_same_id},
      {200, 100, end_to_code},
      {200, 100, end_to_a},
      {200, 100, end_to_code}},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "request", SECOND, NULL},
      {"mt-forwardSM", "response", FIRST, NULL}},
     false},
    {"one after the other",
     {{100, 200, begin_a},
      {200, 100, end_to_a},
      {100, 200, begin_c_same_id},
      {200, 100, end_to_code}},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "response", FIRST, NULL},
      {"mt-forwardSM", "request", SECOND, NULL},
      {"mt-forwardSM", "response", SECOND, NULL}},
     false},
    {"to the end that answered",
     {{100, 200, begin_a}, {200, 100, continue_to_a}, {100, 200, end_from_a_to_code}},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"provideSubscriberInfo", "request", SECOND, NULL},
      {"provideSubscriberInfo", "error", SECOND, "unknownSubscriber"}},
     true},
    {"two links of one road",
     {{1, 2, begin_a}, {2, 3, begin_a}, {3, 2, end_to_a}, {2, 1, end_to_code}, {2, 1, end_to_a}},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "response", FIRST, NULL},
      {"mt-forwardSM", "response", FIRST, NULL}},
     true},
    {"both ways on two links",
     {{1, 2, begin_a},
      {2, 3, begin_a},
      {3, 2, continue_to_a},
      {2, 1, continue_to_a},
      {1, 2, end_from_a},
      {2, 3, end_from_a}},
     {{"mt-forwardSM", "request", FIRST, NULL},
      {"mt-forwardSM", "request", FIRST, NULL},
      {"provideSubscriberInfo", "request", SECOND, NULL},
      {"provideSubscriberInfo", "request", SECOND, NULL},
      {"provideSubscriberInfo", "error", SECOND, "unknownSubscriber"},
      {"provideSubscriberInfo", "error", SECOND, "unknownSubscriber"}},
     true},
};

Test(tcap, on_links)
{
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        struct rgs_test_decoder t;
        size_t n = 0;

        rgs_test_decoder_init(&t, false);
        for (size_t k = 0; k < 6 && links[i].messages[k].hex; k++)
            rgs_test_feed_sccp(&t, links[i].messages[k].opc, links[i].messages[k].dpc,
                               links[i].messages[k].hex);
        while (n < 6 && links[i].ops[n].op)
            n++;
        cr_assert_eq(t.ops.n, n, "%s: %zu operations", links[i].what, t.ops.n);
        for (size_t k = 0; k < n; k++) {
            expect(&t, k, &links[i].ops[k], links[i].what);
            if (links[i].is_one)
                cr_assert_eq(t.ops.at[k].op.dialogue, t.ops.at[0].op.dialogue, "%s", links[i].what);
        }
        rgs_test_decoder_fini(&t);
    }
}

Test(tcap, a_segmented_message_is_whole)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    feed(&t, (const char *const[]){indefinite, unidirectional, NULL});
    cr_assert_eq(t.ops.n, 2);
    cr_assert_eq(t.ops.at[0].op.sm.n, t.ops.at[1].op.sm.n);
    cr_assert_eq(memcmp(t.ops.at[0].sm, t.ops.at[1].sm, t.ops.at[0].op.sm.n), 0);
    rgs_test_decoder_fini(&t);
}

Test(tcap, requests_do_not_wait_for_ever)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    feed(&t, (const char *const[]){begin_a, NULL});
    t.ts += INT64_C(86400) * 1000000000;
    feed(&t, (const char *const[]){end_to_a, NULL});
    cr_assert_eq(t.ops.n, 1);
    rgs_test_decoder_fini(&t);
}

/* More dialogues than the table holds: the oldest go, the newest still pair. */
Test(tcap, many_open_dialogues)
{
    struct rgs_test_decoder t;
    struct rgs_test_buf begin = rgs_test_hex(begin_a), end = rgs_test_hex(end_to_a);
    const uint8_t id[] = {1, 2, 3, 4};
    uint8_t *at_begin = memmem(begin.p, begin.n, id, sizeof(id));
    uint8_t *at_end = memmem(end.p, end.n, id, sizeof(id));

    rgs_test_decoder_init(&t, false);
    for (unsigned i = 0; i < 2000; i++) {
        at_begin[2] = at_end[2] = (uint8_t)(i >> 8);
        at_begin[3] = at_end[3] = (uint8_t)i;
        rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(begin.p, begin.n));
    }
    cr_assert_eq(t.ops.n, 2000);
    rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(end.p, end.n));
    cr_assert_eq(t.ops.n, 2001);
    at_end[2] = at_end[3] = 0;
    rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(end.p, end.n));
    cr_assert_eq(t.ops.n, 2001, "the first was given up");
    rgs_test_buf_free(&begin);
    rgs_test_buf_free(&end);
    rgs_test_decoder_fini(&t);
}

Test(tcap, damage_is_named)
{
    static const struct {
        const char *hex;
        enum rgs_anomaly anomaly;
    } bad[] = {
        {"62", RGS_A_TCAP_SHORT},
        {"6205480401020304", RGS_A_TCAP_SHORT},
        {"62026c00", RGS_A_TCAP_TRANSACTION},
        {"64066c00480101", RGS_A_TCAP_TRANSACTION},
        {"620c4801016c07a103040101ffff", RGS_A_TCAP_COMPONENT},
        {"62084801016c03a10102", RGS_A_TCAP_COMPONENT},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct rgs_test_decoder t;
        struct rgs_test_buf b = rgs_test_hex(bad[i].hex);
        rgs_test_decoder_init(&t, false);
        rgs_test_feed(&t, RGS_LAYER_TCAP, rgs_bytes(b.p, b.n));
        cr_assert_geq(rgs_test_anomaly(&t, bad[i].anomaly), 1, "%s", bad[i].hex);
        rgs_test_buf_free(&b);
        rgs_test_decoder_fini(&t);
    }
}

Test(tcap, ladders)
{
    static const char *const good[] = {begin_a,      end_to_a,         p_abort_to_a,
                                       refused_to_a, two_requests,     continue_to_a,
                                       indefinite,   private_operation};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(good[i]);
        cr_assert_gt(rgs_test_ladder(RGS_LAYER_SCCP, rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
    }
}
