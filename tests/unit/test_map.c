/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MAP over TCAP: what operations say, and answers that find their requests. Bytes laid by hand,
 * read by tshark. */
#include <criterion/criterion.h>

#include "support/vectors.h"

static const char sri[] =
    "01000101000000880006000800000064021000770000010100000202030200050981030e190b120600110414"
    "97214365070b1208001104149700000001496247480400a1b2c36b1e281c060700118605010101a011600f80"
    "020780a1090607040000010014036c1fa11d02010102012d30158007911497214365f78101ff820791149700"
    "0000f100";
static const char sri_end[] =
    "01000101000000980006000800000064021000850000020200000101030200050981030e190b120800110414"
    "97000000010b1206001104149700000006576455490400a1b2c36b2a2828060700118605010101a01d611b80"
    "020780a109060704000001001403a203020100a305a1030201006c21a21f020101301a02012d301504082208"
    "1132547698f0a009810791447700091032000000";
static const char mt[] =
    "01000101000000a80006000800000064021000970000010100000303030200050981030e190b120800120444"
    "77000910320b1208001104149700000001696267480400a1b2c46b1e281c060700118605010101a011600f80"
    "020780a1090607040000010019036c3fa13d02010102012c3035800822081132547698f08407911497000000"
    "f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd16a00";
static const char mt_err[] =
    "01000101000000580006000800000064021000450000030300000101030200050981030e190b120800110414"
    "97000000010b1208001204447700091032176415490400a1b2c46c0da30b0201010201063003020101000000";
static const char empty[] =
    "0981030e190b12080012044477000910320b12080011041497000000012562234801116b1e281c0607001186"
    "05010101a011600f80020780a109060704000001001902";
static const char empty_aare[] =
    "0981030e190b12080011041497000000010b1208001204447700091032356533480222224901116b2a282806"
    "0700118605010101a01d611b80020780a109060704000001001902a203020100a305a103020100";
static const char fsm[] =
    "0981030e190b12080012044477000910320b12080011041497000000014c654a480111490222226c41a13f02"
    "010102012e3037800822081132547698f08407911497000000f104200409d04279d84d060000521121020000"
    "0010d9775d0e1abfc9651d28269bd16a0500";
static const char fsm_res[] =
    "0981030e190b12080011041497000000010b120800120444770009103210650e480222224901116c05a20302"
    "0101";
static const char fsm2[] =
    "0981030e190b12080012044477000910320b12080011041497000000013b6539480111490222226c30a12e02"
    "010202012e30268500850004200409d04279d84d0600005211210200000010d9775d0e1abfc9651d28269bd1"
    "6a";
static const char u_abort[] =
    "0981030e190b12080011041497000000010b12080012044477000910322c672a4901116b2528230607001186"
    "05010101a0186416800100be11280f060704000001010101a004a4028100";
static const char ul[] =
    "098103101b0d120600110414220811325476080b12070012044477000910325a6258480207076b1e281c0607"
    "00118605010101a011600f80020780a1090607040000010001036c32a1300201010201023028040822081132"
    "547698f0810791447700091042040791447700091032ad0a80085310320000002071";
static const char isd[] =
    "0981030e190b12070012044477000910320b120600110414970000000655655348020808490207076b2a2828"
    "060700118605010101a01d611b80020780a109060704000001000103a203020100a305a1030201006c1da11b"
    "0201010201073013800822081132547698f08107911497214365f7";
static const char ul_end[] =
    "0981030e190b12070012044477000910320b12060011041497000000061d641b490207076c15a21302010130"
    "0e02010230090407911497000000f6";
static const char psi[] =
    "0981030e190b12070012044477000910320b12060011041497000000063f623d4801336b1e281c0607001186"
    "05010101a011600f80020780a109060704000001001c036c18a116020105020146300e800822081132547698"
    "f0a2028000";
static const char psi_end[] =
    "0981030e190b12060011041497000000060b12070012044477000910325a64584901336b2a28280607001186"
    "05010101a01d611b80020780a109060704000001001c03a203020100a305a1030201006c27a2250201053020"
    "020146301b3019a017020103810791447700091032a309800722f8010102a1b2";
static const char mo[] =
    "0981030e190b12080011041497000000010b120800120444770009103261625f4801446b1e281c0607001186"
    "05010101a011600f80020780a1090607040000010015036c3aa13802010102012e30308407911497000000f1"
    "8207911497214365f7041201000b911497219543f7000005e8329bfd06040822081132547698f0";
static const char rej[] =
    "0981030e190b12080012044477000910320b12080011041497000000010f640d4901446c08a4060201018101"
    "01";
static const char imei[] =
    "0981030e190b12090011041497000000060b12070012044477000910323962374801556b1e281c0607001186"
    "05010101a011600f80020780a109060704000001000d026c12a11002010102012b040853103200000020f1";
static const char udts[] =
    "0a01030e190b12080011041497000000010b1208001204447700091032696267480400a1b2c46b1e281c0607"
    "00118605010101a011600f80020780a1090607040000010019036c3fa13d02010102012c3035800822081132"
    "547698f08407911497000000f104200409d04279d84d0600005211210200000010d9775d0e1abfc9651d2826"
    "9bd16a";

/* NULL: the field must be absent. */
struct expect {
    const char *op, *phase, *imsi, *msisdn, *smsc, *node, *result;
};

static void digits_are(const char *what, bool has, const struct rgs_digits *got, const char *want)
{
    cr_assert_eq(has, want != NULL, "%s is %s", what, has ? "there" : "absent");
    if (want)
        cr_assert_str_eq(rgs_test_digits(got), want, "%s", what);
}

static void name_is(const char *what, bool has, const struct rgs_name *got, const char *want)
{
    cr_assert_eq(has, want != NULL, "%s is %s", what, has ? "there" : "absent");
    if (want)
        cr_assert_str_eq(rgs_test_name(got), want, "%s", what);
}

static void expect(const struct rgs_test_decoder *t, size_t i, const struct expect *e)
{
    cr_assert_gt(t->ops.n, i, "no operation %zu (%s %s)", i, e->op, e->phase);
    const struct rgs_op *op = &t->ops.at[i].op;

    cr_assert_str_eq(op->proto, "map");
    cr_assert_str_eq(op->op, e->op);
    cr_assert_str_eq(op->phase, e->phase, "%s", e->op);
    digits_are("imsi", RGS_HAS(op, IMSI), &op->imsi, e->imsi);
    digits_are("msisdn", RGS_HAS(op, MSISDN), &op->msisdn, e->msisdn);
    name_is("smsc", RGS_HAS(op, SMSC), &op->smsc, e->smsc);
    name_is("serving_node", RGS_HAS(op, SERVING_NODE), &op->serving_node, e->node);
    cr_assert_eq(RGS_HAS(op, RESULT), e->result != NULL);
    if (e->result)
        cr_assert_str_eq(op->result, e->result);
}

#define IMSI "228011234567890"
#define MSISDN "41791234567"
#define SMSC "41790000001"
#define MSC "447700900123"

Test(map, delivery_with_routing_and_error)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, sri);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, sri_end);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, mt);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, mt_err);
    cr_assert_eq(t.ops.n, 4);
    expect(&t, 0,
           &(struct expect){"sendRoutingInfoForSM", "request", NULL, MSISDN, SMSC, NULL, NULL});
    expect(&t, 1,
           &(struct expect){"sendRoutingInfoForSM", "response", IMSI, MSISDN, NULL, MSC, NULL});
    expect(&t, 2, &(struct expect){"mt-forwardSM", "request", IMSI, NULL, SMSC, MSC, NULL});
    expect(&t, 3,
           &(struct expect){"mt-forwardSM", "error", IMSI, NULL, NULL, NULL, "absentSubscriberSM"});
    cr_assert_eq(t.ops.at[2].op.sm_kind, RGS_SM_TPDU_MT);
    cr_assert_eq(t.ops.at[2].op.sm.n, 32);
    cr_assert_eq(t.ops.at[2].sm[0], 0x04);
    cr_assert_eq(t.ops.at[0].op.dialogue, t.ops.at[1].op.dialogue);
    cr_assert_neq(t.ops.at[0].op.dialogue, t.ops.at[2].op.dialogue);
    cr_assert_str_eq(t.ops.at[2].path, "m3ua:sccp:tcap:map");
    rgs_test_decoder_fini(&t);
}

Test(map, an_answer_alone_says_what_it_carries)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, sri_end);
    rgs_test_feed_hex(&t, RGS_LAYER_M3UA, mt_err);
    cr_assert_eq(t.ops.n, 1, "an error without its request names nobody");
    expect(&t, 0,
           &(struct expect){"sendRoutingInfoForSM", "response", IMSI, NULL, NULL, MSC, NULL});
    rgs_test_decoder_fini(&t);
}

Test(map, dialogue_that_opens_empty_and_is_aborted)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, empty);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, empty_aare);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, fsm);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, fsm_res);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, fsm2);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, u_abort);
    cr_assert_eq(t.ops.n, 4);
    expect(&t, 0, &(struct expect){"mt-forwardSM", "request", IMSI, NULL, SMSC, MSC, NULL});
    expect(&t, 1, &(struct expect){"mt-forwardSM", "response", IMSI, NULL, NULL, NULL, NULL});
    /* noSM-RP-DA: the subscriber of the dialogue's first message. */
    expect(&t, 2, &(struct expect){"mt-forwardSM", "request", IMSI, NULL, NULL, MSC, NULL});
    expect(&t, 3,
           &(struct expect){"mt-forwardSM", "error", IMSI, NULL, NULL, NULL,
                            "userResourceLimitation"});
    rgs_test_decoder_fini(&t);
}

Test(map, location_update_with_subscriber_data)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ul);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, isd);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ul_end);
    cr_assert_eq(t.ops.n, 3);
    expect(&t, 0,
           &(struct expect){"updateLocation", "request", IMSI, NULL, NULL, "447700900124", NULL});
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imei), "3501230000000217");
    expect(&t, 1,
           &(struct expect){"insertSubscriberData", "request", IMSI, MSISDN, NULL, MSC, NULL});
    expect(&t, 2, &(struct expect){"updateLocation", "response", IMSI, NULL, NULL, NULL, NULL});
    rgs_test_decoder_fini(&t);
}

Test(map, location_information)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, psi);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, psi_end);
    cr_assert_eq(t.ops.n, 2);
    expect(&t, 1,
           &(struct expect){"provideSubscriberInfo", "response", IMSI, NULL, NULL, MSC, NULL});
    cr_assert_str_eq(rgs_test_name(&t.ops.at[1].op.cell), "228-10-258-41394");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[1].op.serving_plmn), "22810");
    rgs_test_decoder_fini(&t);
}

Test(map, origination_and_reject)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, mo);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, rej);
    cr_assert_eq(t.ops.n, 2);
    expect(&t, 0, &(struct expect){"mo-forwardSM", "request", IMSI, MSISDN, SMSC, MSC, NULL});
    cr_assert_eq(t.ops.at[0].op.sm_kind, RGS_SM_TPDU_MO);
    expect(&t, 1,
           &(struct expect){"mo-forwardSM", "error", IMSI, MSISDN, NULL, NULL,
                            "unrecognizedOperation"});
    rgs_test_decoder_fini(&t);
}

Test(map, device)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, imei);
    cr_assert_eq(t.ops.n, 1);
    cr_assert_str_eq(t.ops.at[0].op.op, "checkIMEI");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imei), "350123000000021");
    rgs_test_decoder_fini(&t);
}

/* Components on their own. */
static const struct {
    const char *what, *hex;
    struct expect op; /* no name: nothing comes of it */
} alone[] = {
    {"routing, version 3: IMSI, roaming number, serving node, subscriber",
     "a22f020101302a020116a325890822081132547698f00407914477009215f48207914477000910328c079114"
     "97214365f7",
     {"sendRoutingInfo", "response", IMSI, MSISDN, NULL, MSC, NULL}},
    {"routing, version 3: a roaming number is nobody's IMSI",
     "a213020101300e020116a3090407914477009215f4",
     {NULL}},
    {"routing, version 2: IMSI, roaming number",
     "a21d02010130180201163013040822081132547698f00407914477009215f4",
     {"sendRoutingInfo", "response", IMSI, NULL, NULL, NULL, NULL}},
    {"a message to a voice group",
     "a13a0201010201153032040501020304058407911497000000f104200409d04279d84d0600005211210"
     "200000010d9775d0e1abfc9651d28269bd16a",
     {"mt-ForwardSM-VGCS", "request", NULL, NULL, SMSC, NULL, NULL}},
    {"present for GPRS",
     "a11902010102011a3011800822081132547698f08105040a000001",
     {"noteMsPresentForGprs", "request", IMSI, NULL, NULL, NULL, NULL}},
    {"a position is asked for",
     "a133020101020153302b30038001000407911497000000f1820822081132547698f0830791149721436"
     "5f785085301320000002071",
     {"provideSubscriberLocation", "request", IMSI, MSISDN, NULL, NULL, NULL}},
    {"a position is reported",
     "a13902010102015630310a0100300380010130090407914477000910328007911497214365f78108220"
     "81132547698f0ad09800722f8010102a1b2",
     {"subscriberLocationReport", "request", IMSI, MSISDN, NULL, MSC, NULL}},
};

Test(map, operations_on_their_own)
{
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        struct rgs_test_decoder t;
        struct rgs_test_buf b = rgs_test_hex(alone[i].hex);

        rgs_test_decoder_init(&t, false);
        rgs_test_feed(&t, RGS_LAYER_MAP, rgs_bytes(b.p, b.n));
        cr_assert_eq(t.ops.n, alone[i].op.op != NULL, "%s", alone[i].what);
        if (alone[i].op.op)
            expect(&t, 0, &alone[i].op);
        cr_assert_gt(rgs_test_ladder(RGS_LAYER_MAP, rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
        rgs_test_decoder_fini(&t);
    }
}

static const char ask_position[] =
    "0981030e190b12080012044477000910320b120800110414970000000129622748010c6c22a120020101"
    "020153301830038001000407911497000000f1820822081132547698f0";
static const char position[] =
    "0981030e190b12080011041497000000010b120800120444770009103221641f49010c6c1aa218020101"
    "3013020153300e040110a609800722f8010102a1b2";

Test(map, position)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, ask_position);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, position);
    cr_assert_eq(t.ops.n, 2);
    expect(&t, 0,
           &(struct expect){"provideSubscriberLocation", "request", IMSI, NULL, NULL, MSC, NULL});
    expect(&t, 1,
           &(struct expect){"provideSubscriberLocation", "response", IMSI, NULL, NULL, NULL, NULL});
    cr_assert_str_eq(rgs_test_name(&t.ops.at[1].op.cell), "228-10-258-41394");
    rgs_test_decoder_fini(&t);
}

/* prepareHandover of version 3, forwardAccessSignalling with an RP-DATA in version 3, and
 * processAccessSignalling with its RP-ACK in version 2. */
static const char handover[] =
    "0981030e190b12080012044477000910320b120800110414970000000124622248010a6c1da11b020101"
    "020144a313800722f8010102a1b2840822081132547698f0";
static const char handover_res[] =
    "0981030e190b12080011041497000000010b12080012044477000910320f650d48010b49010a6c05a203"
    "020101";
static const char forward_access[] =
    "0981030e190b12080012044477000910320b12080011041497000000014d654b48010a49010b6c43a141"
    "020102020122a33930370a0101043201032f09012c010507911497000000f100200409d04279d84d0600"
    "005211210200000010d9775d0e1abfc9651d28269bd16a";
static const char process_access[] =
    "0981030e190b12080011041497000000010b120800120444770009103221651f48010b49010a6c17a115"
    "020101020121300d0a010204080103058901020205";

Test(map, messages_after_a_handover_between_exchanges)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, handover);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, handover_res);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, forward_access);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, process_access);
    cr_assert_eq(t.ops.n, 2, "%zu", t.ops.n);
    for (size_t i = 0; i < 2; i++) {
        const struct rgs_op *op = &t.ops.at[i].op;
        cr_assert_str_eq(op->proto, "bssap");
        cr_assert_str_eq(op->op, "CP-DATA");
        cr_assert_str_eq(op->phase, i ? "response" : "request");
        digits_are("imsi", RGS_HAS(op, IMSI), &op->imsi, IMSI);
        cr_assert_eq(op->dialogue, t.ops.at[0].op.dialogue);
    }
    cr_assert_eq(t.ops.at[0].op.sm_kind, RGS_SM_CP_MT);
    cr_assert_str_eq(t.ops.at[0].path, "sccp:tcap:map:bssap");
    rgs_test_decoder_fini(&t);
}

/* Codes 11 and 12 of a title are no digits: the dialogue is found by them all the same. */
Test(map, a_title_that_is_no_number)
{
    struct rgs_test_decoder t;
    struct rgs_test_buf begin = rgs_test_hex(empty), answer = rgs_test_hex(empty_aare);
    struct rgs_test_buf request = rgs_test_hex(fsm), result = rgs_test_hex(fsm_res);

    begin.p[11] = request.p[11] = 0xc4; /* of the called title's first two digits, 44 */
    answer.p[23] = result.p[23] = 0xc4;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(begin.p, begin.n));
    rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(answer.p, answer.n));
    rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(request.p, request.n));
    rgs_test_feed(&t, RGS_LAYER_SCCP, rgs_bytes(result.p, result.n));
    cr_assert_eq(t.ops.n, 2);
    expect(&t, 0, &(struct expect){"mt-forwardSM", "request", IMSI, NULL, SMSC, NULL, NULL});
    expect(&t, 1, &(struct expect){"mt-forwardSM", "response", IMSI, NULL, NULL, NULL, NULL});
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.called_gt), "4a7700900123");
    rgs_test_buf_free(&begin);
    rgs_test_buf_free(&answer);
    rgs_test_buf_free(&request);
    rgs_test_buf_free(&result);
    rgs_test_decoder_fini(&t);
}

Test(map, message_that_sccp_returns)
{
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    rgs_test_feed_hex(&t, RGS_LAYER_SCCP, udts);
    cr_assert_eq(t.ops.n, 1);
    expect(&t, 0,
           &(struct expect){"mt-forwardSM", "error", IMSI, NULL, SMSC, MSC,
                            "noTranslationForThisSpecificAddress"});
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SCCP_RETURNED), 1);
    rgs_test_decoder_fini(&t);
}

Test(map, ladders)
{
    static const char *const good[] = {
        empty, fsm, u_abort, ul, psi_end, mo, udts, handover, forward_access, process_access};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(good[i]);
        cr_assert_gt(rgs_test_ladder(RGS_LAYER_SCCP, rgs_bytes(b.p, b.n)), b.n);
        rgs_test_buf_free(&b);
    }
    struct rgs_test_buf b = rgs_test_hex(mt);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_M3UA, rgs_bytes(b.p, b.n)), b.n);
    rgs_test_buf_free(&b);
}
