/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/smpp.h"
#include "sig/smpp_pdu.h"
#include "support/support.h"
#include "support/vectors.h"

/* ---- PDUs laid by hand -------------------------------------------------------------------------
 */

struct pdu {
    uint8_t b[2048];
    size_t n;
};

static void u8(struct pdu *p, unsigned v)
{
    p->b[p->n++] = (uint8_t)v;
}

static void be16(struct pdu *p, unsigned v)
{
    u8(p, v >> 8);
    u8(p, v);
}

static void be32(struct pdu *p, uint32_t v)
{
    be16(p, v >> 16);
    be16(p, v);
}

static void raw(struct pdu *p, const void *s, size_t n)
{
    memcpy(p->b + p->n, s, n);
    p->n += n;
}

static void str(struct pdu *p, const char *s)
{
    raw(p, s, strlen(s) + 1);
}

static struct pdu begin(uint32_t id, uint32_t status, uint32_t seq)
{
    struct pdu p = {.n = 0};
    be32(&p, 0);
    be32(&p, id);
    be32(&p, status);
    be32(&p, seq);
    return p;
}

static struct rgs_bytes end(struct pdu *p)
{
    p->b[2] = (uint8_t)(p->n >> 8);
    p->b[3] = (uint8_t)p->n;
    return rgs_bytes(p->b, p->n);
}

static void address(struct pdu *p, unsigned ton, const char *s)
{
    u8(p, ton);
    u8(p, 1);
    str(p, s);
}

static void tlv(struct pdu *p, unsigned tag, const void *v, unsigned n)
{
    be16(p, tag);
    be16(p, n);
    raw(p, v, n);
}

struct addr {
    unsigned ton;
    const char *s;
};

static struct pdu sm(uint32_t id, uint32_t seq, struct addr from, struct addr to,
                     unsigned esm_class, unsigned data_coding, const char *text)
{
    struct pdu p = begin(id, 0, seq);
    str(&p, "");
    address(&p, from.ton, from.s);
    address(&p, to.ton, to.s);
    u8(&p, esm_class);
    u8(&p, 0);
    u8(&p, 0);
    str(&p, "");
    str(&p, "");
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, data_coding);
    u8(&p, 0);
    u8(&p, (unsigned)strlen(text));
    raw(&p, text, strlen(text));
    return p;
}

static struct pdu bind(uint32_t id, uint32_t seq, const char *system_id)
{
    struct pdu p = begin(id, 0, seq);
    str(&p, system_id);
    str(&p, "secret");
    str(&p, "");
    u8(&p, 0x34);
    u8(&p, 0);
    u8(&p, 0);
    str(&p, "");
    return p;
}

static struct pdu answer(uint32_t id, uint32_t status, uint32_t seq, const char *body)
{
    struct pdu p = begin(id | RGS_SMPP_RESPONSE, status, seq);
    if (body)
        str(&p, body);
    return p;
}

/* ---- feeding -----------------------------------------------------------------------------------
 */

static struct rgs_test_decoder t;

static void setup(void)
{
    rgs_test_decoder_init(&t, false);
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

TestSuite(smpp, .init = setup, .fini = teardown);

static const struct rgs_test_op *feed(struct pdu *p)
{
    return rgs_test_one(&t, RGS_LAYER_SMPP, end(p));
}

#define DIGITS_ARE(o, ID, member, want)                                                            \
    do {                                                                                           \
        cr_assert(RGS_HAS(&(o)->op, ID), #member " is absent");                                    \
        cr_assert_str_eq(rgs_test_digits(&(o)->op.member), want);                                  \
    } while (0)
#define WORD_IS(o, ID, member, want)                                                               \
    do {                                                                                           \
        cr_assert(RGS_HAS(&(o)->op, ID), #member " is absent");                                    \
        cr_assert_str_eq((o)->op.member, want);                                                    \
    } while (0)

static void sm_is(const struct rgs_test_op *o, const char *want)
{
    cr_assert(RGS_HAS(&o->op, SM), "no message");
    cr_assert_eq(o->op.sm.n, strlen(want), "%zu octets", o->op.sm.n);
    cr_assert_eq(memcmp(o->sm, want, strlen(want)), 0);
}

/* ---- sessions ----------------------------------------------------------------------------------
 */

Test(smpp, account_of_the_bound_session)
{
    struct pdu p = bind(RGS_SMPP_BIND_TRANSCEIVER, 1, "shop7");
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, PROTO, proto, "smpp");
    WORD_IS(o, OP, op, "bind_transceiver");
    WORD_IS(o, PHASE, phase, "request");
    NAME_IS(o, ACCOUNT, account, "shop7");
    cr_assert_eq(o->op.peer_role, 1);

    p = answer(RGS_SMPP_BIND_TRANSCEIVER, 0, 1, "centre");
    o = feed(&p);
    WORD_IS(o, OP, op, "bind_transceiver");
    WORD_IS(o, PHASE, phase, "response");
    NAME_IS(o, ACCOUNT, account, "shop7");
    cr_assert(!RGS_HAS(&o->op, RESULT));

    p = sm(RGS_SMPP_SUBMIT_SM, 2, (struct addr){5, "Info"}, (struct addr){1, "4915550001"}, 0, 0,
           "x");
    o = feed(&p);
    NAME_IS(o, ACCOUNT, account, "shop7");

    p = begin(RGS_SMPP_UNBIND, 0, 3);
    feed(&p);
    p = answer(RGS_SMPP_UNBIND, 0, 3, NULL);
    feed(&p);
    p = sm(RGS_SMPP_SUBMIT_SM, 4, (struct addr){5, "Info"}, (struct addr){1, "4915550001"}, 0, 0,
           "x");
    o = feed(&p);
    cr_assert(!RGS_HAS(&o->op, ACCOUNT), "nobody is bound any more");
}

Test(smpp, a_refused_bind_binds_nobody)
{
    struct pdu p = bind(RGS_SMPP_BIND_TRANSMITTER, 9, "thief");
    feed(&p);
    p = answer(RGS_SMPP_BIND_TRANSMITTER, 0x0e, 9, NULL);
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, PHASE, phase, "error");
    WORD_IS(o, RESULT, result, "ESME_RINVPASWD");
    NAME_IS(o, ACCOUNT, account, "thief");
    p = sm(RGS_SMPP_SUBMIT_SM, 10, (struct addr){1, "1"}, (struct addr){1, "2"}, 0, 0, "x");
    o = feed(&p);
    cr_assert(!RGS_HAS(&o->op, ACCOUNT));
}

Test(smpp, outbind_names_an_account_until_the_bind)
{
    struct pdu p = begin(RGS_SMPP_OUTBIND, 0, 1);
    str(&p, "centre");
    str(&p, "pw");
    const struct rgs_test_op *o = feed(&p);
    NAME_IS(o, ACCOUNT, account, "centre");
    cr_assert_eq(o->op.peer_role, 2);
    p = bind(RGS_SMPP_BIND_RECEIVER, 1, "app");
    o = feed(&p);
    NAME_IS(o, ACCOUNT, account, "app");
}

/* ---- whose number ------------------------------------------------------------------------------
 */

Test(smpp, the_subscriber)
{
    static const struct {
        uint32_t id;
        struct addr from, to;
        const char *oa, *da, *msisdn; /* NULL: absent */
        uint8_t role;
    } rows[] = {
        {RGS_SMPP_SUBMIT_SM,
         {5, "Brand"},
         {1, "+4915550001"},
         "Brand",
         "4915550001",
         "4915550001",
         1},
        {RGS_SMPP_SUBMIT_SM,
         {3, "70701"},
         {1, "4915550001"},
         "70701",
         "4915550001",
         "4915550001",
         1},
        /* A code to a number that the account hosts. */
        {RGS_SMPP_DELIVER_SM,
         {5, "Brand"},
         {1, "4915550001"},
         "Brand",
         "4915550001",
         "4915550001",
         2},
        {RGS_SMPP_DELIVER_SM,
         {1, "4915559999"},
         {1, "4915550001"},
         "4915559999",
         "4915550001",
         "4915550001",
         2},
        /* A subscriber writes to a short code. */
        {RGS_SMPP_DELIVER_SM,
         {1, "4915559999"},
         {3, "70701"},
         "4915559999",
         "70701",
         "4915559999",
         2},
        {RGS_SMPP_DELIVER_SM, {5, "12345678"}, {3, "70701"}, "12345678", "70701", NULL, 2},
        {RGS_SMPP_SUBMIT_SM,
         {1, "4915550001"},
         {3, "70701"},
         "4915550001",
         "70701",
         "4915550001",
         1},
        {RGS_SMPP_DELIVER_SM, {0, ""}, {5, "Shop"}, NULL, "Shop", NULL, 2},
        /* Latin-1 in a name. */
        {RGS_SMPP_DELIVER_SM,
         {5, "Caf\xe9"},
         {1, "4915550001"},
         "Caf\xc3\xa9",
         "4915550001",
         "4915550001",
         2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pdu p = sm(rows[i].id, 1, rows[i].from, rows[i].to, 0, 0, "hello");
        const struct rgs_test_op *o = feed(&p);
        cr_assert_eq(RGS_HAS(&o->op, OA), rows[i].oa != NULL, "row %zu", i);
        if (rows[i].oa) {
            NAME_IS(o, OA, oa, rows[i].oa);
            cr_assert_eq(o->op.oa_ton, rows[i].from.ton);
        }
        NAME_IS(o, DA, da, rows[i].da);
        cr_assert_eq(RGS_HAS(&o->op, MSISDN), rows[i].msisdn != NULL, "row %zu", i);
        if (rows[i].msisdn)
            DIGITS_ARE(o, MSISDN, msisdn, rows[i].msisdn);
        cr_assert_eq(o->op.peer_role, rows[i].role, "row %zu", i);
        sm_is(o, "hello");
        cr_assert_eq(o->op.sm_kind, RGS_SM_SMPP);
        cr_assert_eq(o->op.dcs, 0);
    }
}

/* ---- messages ----------------------------------------------------------------------------------
 */

Test(smpp, payload_segments_and_headers)
{
    struct pdu p = sm(RGS_SMPP_DELIVER_SM, 1, (struct addr){5, "Brand"},
                      (struct addr){1, "4915550001"}, 0x40, 8, "");
    tlv(&p, 0x1400, "vendor", 6);
    tlv(&p, 0x0204, "\x12\x34", 2); /* user_message_reference */
    tlv(&p, 0x0424, "long body", 9);
    tlv(&p, 0x020c, "\x12\x34", 2);
    tlv(&p, 0x020e, "\x03", 1);
    tlv(&p, 0x020f, "\x02", 1);
    const struct rgs_test_op *o = feed(&p);
    sm_is(o, "long body");
    cr_assert_eq(o->op.sm_kind, RGS_SM_SMPP_UDHI);
    cr_assert_eq(o->op.dcs, 8);
    cr_assert_eq(o->op.concat_ref, 0x1234);
    cr_assert_eq(o->op.concat_total, 3);
    cr_assert_eq(o->op.concat_seq, 2);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_TLV), 0);

    p = sm(RGS_SMPP_SUBMIT_SM, 2, (struct addr){5, "B"}, (struct addr){1, "4915550001"}, 0, 0, "a");
    tlv(&p, 0x020c, "\x00\x07", 2);
    tlv(&p, 0x020e, "\x02", 1);
    tlv(&p, 0x020f, "\x03", 1);
    o = feed(&p);
    cr_assert(!RGS_HAS(&o->op, CONCAT_REF));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_SAR), 1);
}

Test(smpp, data_sm_takes_its_sender_from_the_session)
{
    struct pdu p = begin(RGS_SMPP_DATA_SM, 0, 4);
    str(&p, "");
    address(&p, 1, "4915559999");
    address(&p, 3, "70701");
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 4);
    tlv(&p, 0x0424, "reply", 5);
    struct pdu b = bind(RGS_SMPP_BIND_TRANSCEIVER, 1, "app");
    const struct rgs_test_op *o = feed(&p);
    cr_assert(!RGS_HAS(&o->op, PEER_ROLE), "nothing tells yet who sends");
    sm_is(o, "reply");
    cr_assert_eq(o->op.dcs, 4);
    feed(&b);
    o = feed(&p);
    cr_assert_eq(o->op.peer_role, 1, "the side that has bound");
}

Test(smpp, submit_multi_reaches_each_destination)
{
    struct pdu p = begin(RGS_SMPP_SUBMIT_MULTI, 0, 5);
    size_t n;
    str(&p, "");
    address(&p, 5, "Brand");
    u8(&p, 3);
    u8(&p, 1);
    address(&p, 1, "4915550001");
    u8(&p, 2);
    str(&p, "list");
    u8(&p, 1);
    address(&p, 1, "4915550002");
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 0);
    str(&p, "");
    str(&p, "");
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 2);
    raw(&p, "hi", 2);
    rgs_test_some(&t, RGS_LAYER_SMPP, end(&p), &n);
    cr_assert_eq(n, 2);
    for (size_t i = 0; i < n; i++) {
        sm_is(&t.ops.at[i], "hi");
        NAME_IS(&t.ops.at[i], DA, da, i ? "4915550002" : "4915550001");
        DIGITS_ARE(&t.ops.at[i], MSISDN, msisdn, i ? "4915550002" : "4915550001");
    }
    p = begin(RGS_SMPP_SUBMIT_MULTI | RGS_SMPP_RESPONSE, 0, 5);
    str(&p, "m1");
    u8(&p, 1);
    address(&p, 1, "4915550002");
    be32(&p, 0x0b);
    rgs_test_some(&t, RGS_LAYER_SMPP, end(&p), &n);
    cr_assert_eq(n, 2, "the answer and the destination that it refused");
    WORD_IS(&t.ops.at[0], PHASE, phase, "response");
    WORD_IS(&t.ops.at[1], PHASE, phase, "error");
    WORD_IS(&t.ops.at[1], RESULT, result, "ESME_RINVDSTADR");
    DIGITS_ARE(&t.ops.at[1], MSISDN, msisdn, "4915550002");
}

Test(smpp, replace_and_broadcast_carry_text)
{
    struct pdu p = begin(RGS_SMPP_REPLACE_SM, 0, 1);
    str(&p, "id7");
    address(&p, 1, "4915559999");
    str(&p, "");
    str(&p, "");
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 3);
    raw(&p, "new", 3);
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, OP, op, "replace_sm");
    NAME_IS(o, MESSAGE_ID, message_id, "id7");
    sm_is(o, "new");

    p = begin(RGS_SMPP_BROADCAST_SM, 0, 2);
    str(&p, "CBS");
    address(&p, 5, "Alert");
    str(&p, "");
    u8(&p, 0);
    str(&p, "");
    str(&p, "");
    u8(&p, 0);
    u8(&p, 8);
    u8(&p, 0);
    tlv(&p, 0x0424, "\0A", 2);
    o = feed(&p);
    WORD_IS(o, OP, op, "broadcast_sm");
    cr_assert_eq(o->op.dcs, 8);
    cr_assert_eq(o->op.sm.n, 2);
}

/* ---- answers -----------------------------------------------------------------------------------
 */

Test(smpp, answers_know_whom_they_answer_for)
{
    struct pdu p = sm(RGS_SMPP_SUBMIT_SM, 77, (struct addr){5, "B"}, (struct addr){1, "4915550001"},
                      0, 0, "a");
    uint64_t dialogue = feed(&p)->op.dialogue;
    p = answer(RGS_SMPP_SUBMIT_SM, 0, 77, "msg-1");
    p.b[0] = 0;
    /* The answer runs the other way; a flow of direction 1 is what TCP would say. */
    rgs_decoder_dissect(t.dec)->dir = 1;
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, OP, op, "submit_sm");
    WORD_IS(o, PHASE, phase, "response");
    NAME_IS(o, MESSAGE_ID, message_id, "msg-1");
    DIGITS_ARE(o, MSISDN, msisdn, "4915550001");
    cr_assert_eq(o->op.dialogue, dialogue);
    cr_assert_eq(o->op.peer_role, 2);
    o = feed(&p);
    cr_assert(!RGS_HAS(&o->op, MSISDN), "a second answer has nobody to answer for");
}

Test(smpp, generic_nack_takes_the_name_of_its_request)
{
    struct pdu p =
        sm(RGS_SMPP_SUBMIT_SM, 5, (struct addr){5, "B"}, (struct addr){1, "4915550001"}, 0, 0, "a");
    feed(&p);
    rgs_decoder_dissect(t.dec)->dir = 1;
    p = answer(RGS_SMPP_GENERIC_NACK, 3, 5, NULL);
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, OP, op, "submit_sm");
    WORD_IS(o, PHASE, phase, "error");
    WORD_IS(o, RESULT, result, "ESME_RINVCMDID");
    DIGITS_ARE(o, MSISDN, msisdn, "4915550001");
    p = answer(RGS_SMPP_GENERIC_NACK, 2, 6, NULL);
    o = feed(&p);
    WORD_IS(o, OP, op, "generic_nack");
}

Test(smpp, an_old_request_is_forgotten)
{
    struct pdu p =
        sm(RGS_SMPP_SUBMIT_SM, 5, (struct addr){5, "B"}, (struct addr){1, "4915550001"}, 0, 0, "a");
    feed(&p);
    t.ts += INT64_C(3600) * 1000000000;
    rgs_decoder_dissect(t.dec)->dir = 1;
    p = answer(RGS_SMPP_SUBMIT_SM, 0, 5, "m");
    cr_assert(!RGS_HAS(&feed(&p)->op, MSISDN));
}

Test(smpp, statuses_have_the_names_of_the_standard)
{
    static const struct {
        uint32_t status;
        const char *name;
    } rows[] = {{0x08, "ESME_RSYSERR"},     {0x14, "ESME_RMSGQFUL"},
                {0x58, "ESME_RTHROTTLED"},  {0x64, "ESME_RX_T_APPN"},
                {0xff, "ESME_RUNKNOWNERR"}, {0x112, "ESME_RINVBCASTCHANIND"},
                {0x400, "vendor-specific"}, {0x7777, "reserved"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pdu p = answer(RGS_SMPP_DELIVER_SM, rows[i].status, 1, "");
        const struct rgs_test_op *o = feed(&p);
        WORD_IS(o, PHASE, phase, "error");
        WORD_IS(o, RESULT, result, rows[i].name);
    }
}

Test(smpp, receipts_answer_for_a_message)
{
    static const struct {
        unsigned esm_class, data_coding;
        const char *text;
        const char *id, *result; /* NULL: absent */
    } rows[] = {
        {0x04, 0,
         "id:AB12 sub:001 dlvrd:001 submit date:2401010000 done date:2401010001 stat:DELIVRD "
         "err:000 text:Your",
         "AB12", "DELIVERED"},
        {0x04, 3,
         "id:7 sub:001 dlvrd:000 submit date:2401010000 done date:2401010001 stat:UNDELIV err:001 "
         "Text:",
         "7", "UNDELIVERABLE"},
        {0x20, 0, "ID:7 STAT:ENROUTE ERR:000", "7", "ENROUTE"},
        {0x44, 0, "id:9 stat:REJECTD", "9", "REJECTED"},
        {0x04, 0, "something of its own", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pdu p =
            sm(RGS_SMPP_DELIVER_SM, 1, (struct addr){1, "4915550001"}, (struct addr){5, "Brand"},
               rows[i].esm_class, rows[i].data_coding, rows[i].text);
        const struct rgs_test_op *o = feed(&p);
        cr_assert(!RGS_HAS(&o->op, SM), "row %zu: a receipt is no message", i);
        DIGITS_ARE(o, MSISDN, msisdn, "4915550001");
        cr_assert_eq(RGS_HAS(&o->op, RESULT), rows[i].result != NULL, "row %zu", i);
        cr_assert_eq(RGS_HAS(&o->op, MESSAGE_ID), rows[i].id != NULL, "row %zu", i);
        if (rows[i].result)
            WORD_IS(o, RESULT, result, rows[i].result);
        if (rows[i].id)
            NAME_IS(o, MESSAGE_ID, message_id, rows[i].id);
    }
    /* As TLVs, without the bit in esm_class. */
    struct pdu p = sm(RGS_SMPP_DELIVER_SM, 1, (struct addr){1, "4915550001"},
                      (struct addr){5, "Brand"}, 0, 0, "");
    tlv(&p, 0x001e, "xyz", 4);
    tlv(&p, 0x0427, "\x03", 1);
    tlv(&p, 0x0423, "\x03\x00\x01", 3);
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, RESULT, result, "EXPIRED");
    NAME_IS(o, MESSAGE_ID, message_id, "xyz");
    cr_assert(!RGS_HAS(&o->op, SM));
}

Test(smpp, query_and_alert)
{
    struct pdu p = begin(RGS_SMPP_QUERY_SM, 0, 8);
    str(&p, "id7");
    address(&p, 5, "Brand");
    NAME_IS(feed(&p), MESSAGE_ID, message_id, "id7");
    p = begin(RGS_SMPP_QUERY_SM | RGS_SMPP_RESPONSE, 0, 8);
    str(&p, "id7");
    str(&p, "240101000000000+");
    u8(&p, 2);
    u8(&p, 0);
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, OP, op, "query_sm");
    WORD_IS(o, RESULT, result, "DELIVERED");
    p = begin(RGS_SMPP_ALERT_NOTIFICATION, 0, 9);
    address(&p, 1, "4915550001");
    address(&p, 0, "70701");
    o = feed(&p);
    WORD_IS(o, OP, op, "alert_notification");
    DIGITS_ARE(o, MSISDN, msisdn, "4915550001");
}

/* What 3.4 dropped. */
Test(smpp, query_msg_details_of_3_3)
{
    struct pdu p = begin(RGS_SMPP_QUERY_MSG_DETAILS | RGS_SMPP_RESPONSE, 0, 2);
    str(&p, "");
    address(&p, 1, "4915559999");
    u8(&p, 1);
    u8(&p, 1);
    address(&p, 1, "4915550001");
    u8(&p, 0);
    u8(&p, 0);
    str(&p, "");
    str(&p, "");
    u8(&p, 0);
    u8(&p, 0);
    u8(&p, 4);
    raw(&p, "text", 4);
    str(&p, "0000a1");
    str(&p, "");
    u8(&p, 2);
    u8(&p, 0);
    const struct rgs_test_op *o = feed(&p);
    WORD_IS(o, OP, op, "query_msg_details");
    sm_is(o, "text");
    NAME_IS(o, DA, da, "4915550001");
    NAME_IS(o, MESSAGE_ID, message_id, "0000a1");
}

/* ---- bad input ---------------------------------------------------------------------------------
 */

Test(smpp, damage_is_named_and_the_rest_kept)
{
    struct pdu p = sm(RGS_SMPP_SUBMIT_SM, 1, (struct addr){5, "B"}, (struct addr){1, "4915550001"},
                      0, 0, "hello");
    size_t n;
    const struct rgs_test_op *o;

    end(&p);
    o = rgs_test_some(&t, RGS_LAYER_SMPP, rgs_bytes(p.b, p.n - 2), &n);
    cr_assert_eq(n, 1);
    sm_is(o, "hel");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_LENGTH), 1);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_FIELD), 1);
    cr_assert(rgs_anomalies_have(&o->op.anomalies, RGS_A_SMPP_FIELD));

    p = begin(0x00000110, 0, 1);
    rgs_test_some(&t, RGS_LAYER_SMPP, end(&p), &n);
    cr_assert_eq(n, 0);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_COMMAND), 1);

    p = sm(RGS_SMPP_SUBMIT_SM, 1, (struct addr){5, "B"}, (struct addr){1, "4915550001"}, 0, 0, "a");
    be16(&p, 0x0424);
    be16(&p, 40);
    raw(&p, "cut", 3);
    feed(&p);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_TLV), 1);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_SMPP_TWO_MESSAGES), 1);
}

Test(smpp, ladder)
{
    struct pdu p = sm(RGS_SMPP_DELIVER_SM, 1, (struct addr){5, "Brand"},
                      (struct addr){1, "4915550001"}, 4, 0, "id:1 stat:DELIVRD");
    tlv(&p, 0x0424, "x", 1);
    tlv(&p, 0x020e, "\x03", 1);
    struct rgs_bytes good = end(&p);
    cr_assert_eq(rgs_test_ladder(RGS_LAYER_SMPP, good), good.n + 1 + good.n * 5);
    p = begin(RGS_SMPP_SUBMIT_MULTI | RGS_SMPP_RESPONSE, 0, 5);
    str(&p, "m1");
    u8(&p, 2);
    for (unsigned i = 0; i < 2; i++) {
        address(&p, 1, "4915550002");
        be32(&p, 0x0b);
    }
    good = end(&p);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_SMPP, good), good.n);
}

/* ---- the stream --------------------------------------------------------------------------------
 */

Test(smpp_stream, framing_byte_by_byte)
{
    struct pdu p = sm(RGS_SMPP_SUBMIT_SM, 1, (struct addr){5, "B"}, (struct addr){1, "4915550001"},
                      0, 0, "hello");
    struct rgs_bytes b = end(&p);

    for (size_t n = 0; n <= b.n; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, b.p, n);
        struct rgs_bytes head = rgs_bytes(exact, n);
        cr_assert_eq(rgs_smpp_length(head), n < 8 ? 0 : (long)b.n, "after %zu bytes", n);
        enum rgs_probe want = n < b.n ? RGS_PROBE_MORE : RGS_PROBE_YES;
        cr_assert_eq(rgs_smpp_probe(head), want, "after %zu bytes", n);
        free(exact);
    }
}

/* The longest message is longer than what a probe gets to see. */
Test(smpp_stream, a_long_payload_is_recognised_by_its_beginning)
{
    static uint8_t big[RGS_SMPP_MAX_PDU];
    struct pdu p =
        sm(RGS_SMPP_SUBMIT_SM, 1, (struct addr){5, "B"}, (struct addr){1, "4915550001"}, 0, 0, "");
    size_t fields = p.n, n = fields + 4 + 60000;

    be16(&p, 0x0424);
    be16(&p, 60000);
    end(&p);
    memset(big, 'x', sizeof(big));
    memcpy(big, p.b, p.n);
    big[1] = 0;
    big[2] = (uint8_t)(n >> 8);
    big[3] = (uint8_t)n;
    cr_assert_eq(rgs_smpp_probe(rgs_bytes(big, fields - 1)), RGS_PROBE_MORE);
    cr_assert_eq(rgs_smpp_probe(rgs_bytes(big, 1400)), RGS_PROBE_YES);
    cr_assert_eq(rgs_smpp_length(rgs_bytes(big, 1400)), (long)n);
}

Test(smpp_stream, other_protocols_are_left_alone)
{
    static const char *const rows[] = {
        "1603010171010001 6d0303aabbccdd00112233445566", /* TLS ClientHello */
        "17030300400000000000000000000000000000000000",  /* TLS application data */
        "474554202f20485454502f312e310d0a486f73743a",    /* HTTP */
        "5245474953544552207369703a6120534950",          /* SIP */
        "0100008c80000101000000000000000000000000",      /* Diameter */
        "00000000000000000000000000000000",              /* zeros */
        "000000100000000400000001000000010000",          /* a request with a status */
        "0000001000000110000000000a342ee7",              /* a command of nobody */
        "0000000f000000150000000000000001",              /* shorter than its header */
        "00012001000000150000000000000001",              /* longer than any message */
        "00000020000000040000000000000001ff00414200000041420000000000000000", /* not the fields */
        "0000001480000004000005ff000000016d310000",                           /* an unknown error */
        "00000018800000040000000000000001fffefdfcfbfaf900", /* an id that is no text */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i]);
        cr_assert_eq(rgs_smpp_probe(rgs_bytes(b.p, b.n)), RGS_PROBE_NO, "row %zu", i);
        rgs_test_buf_free(&b);
    }
}

Test(smpp_stream, starts_in_the_middle_of_a_session)
{
    static const char *const rows[] = {
        "0000001000000015000000007fffffff",            /* enquire_link */
        "00000010800000150000000000000001",            /* its answer */
        "00000015800000040000000000000009 3132333400", /* submit_sm_resp */
        "00000010800000040000005800000009",            /* throttled, without a body */
        "00000011800000050000000000000009 00",         /* deliver_sm_resp */
        "00000010800000000000000300000009",            /* generic_nack */
        "00000010000000060000000000000002",            /* unbind */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i]);
        cr_assert_eq(rgs_smpp_probe(rgs_bytes(b.p, b.n)), RGS_PROBE_YES, "row %zu", i);
        cr_assert_eq(rgs_smpp_length(rgs_bytes(b.p, b.n)), (long)b.n, "row %zu", i);
        rgs_test_buf_free(&b);
    }
}

/* ---- vectors -----------------------------------------------------------------------------------
 */

struct count {
    unsigned rows, asserted;
};

static uint32_t number(const char *s)
{
    return (uint32_t)strtoul(s, NULL, 0);
}

/* What the peer's suite (and tshark, where the peer is silent) says about the PDU. */
static void check_vector(void *ctx, const struct rgs_vector *v)
{
    struct count *c = ctx;
    struct rgs_smpp_pdu u;
    const char *want;

    if (strcmp(v->layer, "smpp") != 0)
        return;
    c->rows++;
    struct rgs_bytes b = rgs_bytes(v->bytes.p, v->bytes.n);
    rgs_test_ladder(RGS_LAYER_SMPP, b);
    long length = rgs_smpp_length(b);
    if (b.n >= 8)
        b = length > 0 ? rgs_bytes_upto(b, (size_t)length) : b;
    rgs_smpp_parse(&u, b);
#define NUMBER(key, got)                                                                           \
    if ((want = rgs_vector_value(v, key)) != NULL) {                                               \
        cr_assert_eq((uint32_t)(got), number(want), "line %u %s: %s", v->line, key, want);         \
        c->asserted++;                                                                             \
    }
#define TEXT(key, got)                                                                             \
    if ((want = rgs_vector_value(v, key)) != NULL && strcmp(want, "null") != 0) {                  \
        struct rgs_bytes g = (got);                                                                \
        cr_assert(rgs_bytes_equal(g, rgs_bytes(want, strlen(want))), "line %u %s: %s, got %.*s",   \
                  v->line, key, want, (int)g.n, (const char *)g.p);                                \
        c->asserted++;                                                                             \
    }
    NUMBER("commandLength", u.command_length)
    NUMBER("commandId", u.command_id)
    NUMBER("commandStatus", u.command_status)
    if (rgs_vector_value(v, "sequenceNumber") && *rgs_vector_value(v, "sequenceNumber") != '-')
        NUMBER("sequenceNumber", u.sequence_number)
    NUMBER("ts.command_id", u.command_id)
    NUMBER("ts.command_status", u.command_status)
    NUMBER("ts.sequence_number", u.sequence_number)
    NUMBER("sourceAddress.Ton", u.source.ton)
    NUMBER("sourceAddress.Npi", u.source.npi)
    NUMBER("destAddress.Ton", u.dest.ton)
    NUMBER("destAddress.Npi", u.dest.npi)
    NUMBER("esmClass", u.esm_class)
    NUMBER("protocolId", u.protocol_id)
    NUMBER("dataCoding", u.data_coding)
    NUMBER("ts.data_coding", u.data_coding)
    NUMBER("ts.source_addr_ton", u.source.ton)
    TEXT("systemId", u.system_id)
    TEXT("SystemID", u.system_id)
    TEXT("messageId", u.message_id)
    TEXT("sourceAddress.Address", u.source.text)
    TEXT("destAddress.Address", u.dest.text)
    TEXT("ts.source_addr", u.source.text)
    if (u.command_id != RGS_SMPP_SUBMIT_MULTI)
        TEXT("ts.destination_addr", u.dest.text)
    if ((want = rgs_vector_value(v, "ts.message")) != NULL) {
        /* The column is cut at 80 characters or more; what is there must agree. */
        struct rgs_test_buf text = rgs_test_hex(want);
        cr_assert(u.short_message.n >= text.n, "line %u", v->line);
        cr_assert_eq(memcmp(u.short_message.p, text.p, text.n), 0, "line %u", v->line);
        rgs_test_buf_free(&text);
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "ts.message_payload")) != NULL) {
        struct rgs_test_buf text = rgs_test_hex(want);
        cr_assert(rgs_bytes_equal(u.payload, rgs_bytes(text.p, text.n)), "line %u", v->line);
        rgs_test_buf_free(&text);
        c->asserted++;
    }
    want = rgs_vector_value(v, "outcome");
    if (want && strcmp(want, "need_more_data") != 0) {
        cr_assert(u.wrong || !rgs_smpp_command_name(u.command_id) ||
                      u.command_id == RGS_SMPP_GENERIC_NACK || length < 0,
                  "line %u must be refused: %s", v->line, want);
        cr_assert_eq(rgs_smpp_probe(b), RGS_PROBE_NO, "line %u", v->line);
        c->asserted++;
    }
}

static void vectors(const char *file, unsigned least)
{
    struct count c = {0};
    if (rgs_test_vectors(file, check_vector, &c) < 0)
        cr_skip_test("%s: outside data is not there", file);
    cr_assert_geq(c.asserted, least, "%s: %u values in %u rows", file, c.asserted, c.rows);
}

Test(smpp_vectors, cloudhopper)
{
    vectors("cloudhopper_smpp.tsv", 300);
}

Test(smpp_vectors, go_smpp)
{
    vectors("go_smpp_cursedhardware.tsv", 50);
}
