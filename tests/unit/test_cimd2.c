/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/cimd2.h"
#include "sig/cimd2_packet.h"
#include "support/support.h"
#include "track/roles.h"

static struct rgs_test_decoder t;

static void setup(void)
{
    rgs_test_decoder_init(&t, true);
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

TestSuite(cimd2, .init = setup, .fini = teardown);

/* STX, header, parameters each with their TAB, checksum, ETX. "|" stands for TAB in `parameters`.
 */
static struct rgs_bytes packet(unsigned operation, unsigned sequence, const char *parameters)
{
    static char buf[2048];
    unsigned sum = 0;
    int n = snprintf(buf, sizeof(buf), "\x02%02u:%03u\t%s", operation, sequence, parameters);

    for (int i = 0; i < n; i++)
        buf[i] = buf[i] == '|' ? '\t' : buf[i];
    for (int i = 0; i < n; i++)
        sum += (unsigned char)buf[i];
    n += snprintf(buf + n, sizeof(buf) - (size_t)n, "%02X\x03", sum & 0xff);
    return rgs_bytes(buf, (size_t)n);
}

static const struct rgs_test_op *feed(struct rgs_bytes b)
{
    return rgs_test_one(&t, RGS_LAYER_CIMD2, b);
}

static void digits_are(bool has, const struct rgs_digits *d, const char *want)
{
    cr_assert(has, "%s is absent", want);
    cr_assert_str_eq(rgs_test_digits(d), want);
}

Test(cimd2, login_gives_the_account)
{
    const struct rgs_test_op *o = feed(packet(1, 1, "010:shop7|011:secret|"));
    cr_assert_str_eq(o->op.proto, "cimd2");
    cr_assert_str_eq(o->op.op, "login");
    cr_assert_str_eq(o->op.phase, "request");
    NAME_IS(o, ACCOUNT, account, "shop7");
    cr_assert_eq(o->op.peer_role, 1);
    rgs_decoder_dissect(t.dec)->dir = 1;
    o = feed(packet(51, 1, ""));
    cr_assert_str_eq(o->op.op, "login");
    cr_assert_str_eq(o->op.phase, "response");
    NAME_IS(o, ACCOUNT, account, "shop7");
    o = feed(packet(20, 2, "021:4915550001|023:70701|060:240101120000|033:hello|"));
    NAME_IS(o, ACCOUNT, account, "shop7");
    cr_assert_eq(o->op.peer_role, 2);
    o = feed(packet(51, 3, "900:100|901:invalid login|"));
    cr_assert_str_eq(o->op.phase, "error");
    cr_assert_str_eq(o->op.result, "invalid login");
    o = feed(packet(20, 4, "021:4915550001|023:70701|060:240101120000|033:hello|"));
    cr_assert(!RGS_HAS(&o->op, ACCOUNT));
}

Test(cimd2, messages)
{
    static const struct {
        unsigned operation;
        const char *parameters, *op, *oa, *da, *msisdn, *text;
    } rows[] = {
        {3, "021:+4915550001|023:70701|033:Your code is 4711|", "submit message", "70701",
         "4915550001", "4915550001", "Your code is 4711"},
        {3, "021:4915550001|027:Brand|033:Your code is 4711|", "submit message", "Brand",
         "4915550001", "4915550001", "Your code is 4711"},
        /* What ISO 8859-1 and the default alphabet do not share stands behind '_'. */
        {3, "021:4915550001|027:Brand|033:_Oa_L-_Y-_gd_--_XXe _a\"_?? 5@$|", "submit message",
         "Brand", "4915550001", "4915550001", "@£¥Δ_€ ä¿ 5@$"},
        {3, "021:4915550001|027:Brand|033:Gr\xfc\xdf\x65 \xa3 _zz|", "submit message", "Brand",
         "4915550001", "4915550001", "Grüße £ _zz"},
        {3, "021:4915550001|027:Brand|030:8|034:00480069|", "submit message", "Brand", "4915550001",
         "4915550001", "Hi"},
        {20, "021:4915550001|027:Brand|060:240101120000|033:in|", "deliver message", "Brand",
         "4915550001", "4915550001", "in"},
        {20, "021:70701|023:4915559999|060:240101120000|033:STOP|", "deliver message", "4915559999",
         "70701", "4915559999", "STOP"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rgs_test_op *o = feed(packet(rows[i].operation, 7, rows[i].parameters));
        cr_assert_str_eq(o->op.op, rows[i].op);
        NAME_IS(o, OA, oa, rows[i].oa);
        NAME_IS(o, DA, da, rows[i].da);
        digits_are(RGS_HAS(&o->op, MSISDN), &o->op.msisdn, rows[i].msisdn);
        cr_assert(RGS_HAS(&o->op, TEXT), "row %zu", i);
        cr_assert_str_eq(o->text, rows[i].text, "row %zu: %s", i, o->text);
    }
    for (int a = RGS_A_CIMD2_PACKET; a <= RGS_A_CIMD2_PARAMETER; a++)
        cr_assert_eq(rgs_test_anomaly(&t, (enum rgs_anomaly)a), 0);
}

Test(cimd2, segments_and_several_destinations)
{
    size_t n;
    const struct rgs_test_op *o =
        feed(packet(3, 1, "021:4915550001|027:Brand|032:0500034502 01|033:part|"));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_CIMD2_PARAMETER), 1, "a blank is no hex digit");
    o = feed(packet(3, 3, "021:4915550001|027:Brand|032:050003450201|033:part|"));
    cr_assert_eq(o->op.concat_ref, 0x45);
    cr_assert_eq(o->op.concat_total, 2);
    cr_assert_eq(o->op.concat_seq, 1);
    cr_assert_str_eq(o->text, "part");
    o = feed(packet(3, 5, "021:4915550001|027:Brand|030:8|032:060804012302 02|034:0041|"));
    o = feed(packet(3, 7, "021:4915550001|027:Brand|030:8|032:06080401230202|034:0041|"));
    cr_assert_eq(o->op.concat_ref, 0x123);
    cr_assert_str_eq(o->text, "A");
    rgs_test_some(&t, RGS_LAYER_CIMD2,
                  packet(3, 9, "021:4915550001|021:4915550002|021:4915550003|023:7|033:x|"), &n);
    cr_assert_eq(n, 3);
    digits_are(true, &t.ops.at[2].op.msisdn, "4915550003");
    cr_assert_str_eq(t.ops.at[2].text, "x");
}

Test(cimd2, where_a_message_came_from)
{
    const struct rgs_test_op *o = feed(packet(
        20, 2,
        "021:70701|023:4915559999|026:262019876543210|028:491770001|060:240101120000|033:hi|"));
    digits_are(RGS_HAS(&o->op, IMSI), &o->op.imsi, "262019876543210");
    NAME_IS(o, SERVING_NODE, serving_node, "491770001");
}

Test(cimd2, responses_and_reports)
{
    uint64_t dialogue = feed(packet(3, 11, "021:4915550001|023:7|033:x|"))->op.dialogue;
    rgs_decoder_dissect(t.dec)->dir = 1;
    const struct rgs_test_op *o = feed(packet(53, 11, "021:4915550001|060:240101120000|"));
    cr_assert_str_eq(o->op.op, "submit message");
    cr_assert_str_eq(o->op.phase, "response");
    digits_are(RGS_HAS(&o->op, MSISDN), &o->op.msisdn, "4915550001");
    NAME_IS(o, MESSAGE_ID, message_id, "4915550001:240101120000");
    cr_assert_eq(o->op.dialogue, dialogue);

    o = feed(packet(23, 2, "021:4915550001|060:240101120000|061:4|063:240101120100|"));
    cr_assert_str_eq(o->op.op, "deliver status report");
    cr_assert_str_eq(o->op.result, "delivery successful");
    NAME_IS(o, MESSAGE_ID, message_id, "4915550001:240101120000");
    digits_are(RGS_HAS(&o->op, MSISDN), &o->op.msisdn, "4915550001");

    rgs_decoder_dissect(t.dec)->dir = 0;
    feed(packet(3, 13, "021:4915550001|023:7|033:x|"));
    rgs_decoder_dissect(t.dec)->dir = 1;
    o = feed(packet(53, 13, "900:300|901:Incorrect destination address|"));
    cr_assert_str_eq(o->op.phase, "error");
    cr_assert_str_eq(o->op.result, "incorrect destination address");
    rgs_decoder_dissect(t.dec)->dir = 0;
    feed(packet(3, 15, "021:4915550001|023:7|033:x|"));
    rgs_decoder_dissect(t.dec)->dir = 1;
    o = feed(packet(99, 15, ""));
    cr_assert_str_eq(o->op.op, "submit message", "a nack is about its request");
    cr_assert_str_eq(o->op.phase, "error");
}

/* What the tracker makes of the words of a report. */
Test(cimd2, reports_say_how_it_ended)
{
    static const struct {
        const char *code;
        unsigned outcome; /* 0: not over */
    } rows[] = {{"1", 0},
                {"2", RGS_DELIVERY_FAILED},
                {"3", RGS_DELIVERY_FAILED},
                {"4", RGS_DELIVERY_DELIVERED},
                {"5", 0},
                {"8", RGS_DELIVERY_FAILED}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char parameters[100];
        snprintf(parameters, sizeof(parameters), "021:4915550001|060:240101120000|061:%s|",
                 rows[i].code);
        const struct rgs_test_op *o = feed(packet(23, 2, parameters));
        cr_assert_eq(rgs_role_of(&o->op, NULL), RGS_ROLE_RECEIPT);
        cr_assert_eq(rgs_delivery_of(&o->op), rows[i].outcome, "row %zu: %s", i, o->op.result);
    }
    cr_assert_eq(rgs_role_of(&feed(packet(3, 3, "021:4915550001|023:7|033:x|"))->op, NULL),
                 RGS_ROLE_SUBMITTED);
    cr_assert_eq(rgs_role_of(&feed(packet(20, 4, "021:4915550001|023:7|033:x|"))->op, NULL),
                 RGS_ROLE_DELIVERED);
}

Test(cimd2, damage_is_named)
{
    char good[256];
    size_t n;
    struct rgs_bytes b = packet(3, 1, "021:4915550001|023:7|033:hello|");

    memcpy(good, b.p, b.n);
    good[b.n - 2] = good[b.n - 2] == '0' ? '1' : '0';
    cr_assert_str_eq(feed(rgs_bytes(good, b.n))->text, "hello");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_CIMD2_CHECKSUM), 1);
    cr_assert_str_eq(feed(rgs_bytes(good, b.n - 6))->text, "hel",
                     "cut, and read as far as it goes");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_CIMD2_PACKET), 1);
    rgs_test_some(&t, RGS_LAYER_CIMD2, packet(77, 1, ""), &n);
    cr_assert_eq(n, 0);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_CIMD2_OPERATION), 1);
    feed(packet(3, 1, "021:4915550001|2x3:7|033:hello|"));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_CIMD2_PARAMETER), 1);
    rgs_test_some(&t, RGS_LAYER_CIMD2,
                  rgs_bytes("\x02"
                            "03-001\t\x03",
                            9),
                  &n);
    cr_assert_eq(n, 0);
    rgs_test_some(&t, RGS_LAYER_CIMD2, packet(40, 1, ""), &n);
    cr_assert_eq(n, 0, "alive is not about anybody");
    /* Without a checksum. */
    feed(rgs_bytes("\x02"
                   "03:001\t021:1234567\t033:x\t\x03",
                   27));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_CIMD2_CHECKSUM), 1);
}

Test(cimd2, ladder)
{
    char good[512];
    struct rgs_bytes b =
        packet(3, 1, "021:4915550001|021:4915550002|027:Brand|030:8|032:06080401230202|034:0041|");
    memcpy(good, b.p, b.n);
    cr_assert_eq(rgs_test_ladder(RGS_LAYER_CIMD2, rgs_bytes(good, b.n)), b.n * 6 + 1);
    b = packet(20, 1, "021:7|023:4915550001|030:0|032:050003450201|033:_Oa_XXe_|");
    memcpy(good, b.p, b.n);
    cr_assert_eq(rgs_test_ladder(RGS_LAYER_CIMD2, rgs_bytes(good, b.n)), b.n * 6 + 1);
}

Test(cimd2_stream, byte_by_byte)
{
    struct rgs_bytes b = packet(3, 1, "021:4915550001|023:7|033:hello|");

    for (size_t n = 0; n <= b.n; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, b.p, n);
        cr_assert_eq(rgs_cimd2_length(rgs_bytes(exact, n)), n < b.n ? 0 : (long)b.n, "after %zu",
                     n);
        cr_assert_eq(rgs_cimd2_probe(rgs_bytes(exact, n)), n < 8 ? RGS_PROBE_MORE : RGS_PROBE_YES,
                     "after %zu", n);
        free(exact);
    }
    static const char *const others[] = {"\x02"
                                         "01/00010/O/51/",
                                         "GET / HTTP/1.1",
                                         "\x16\x03\x01",
                                         "\x02"
                                         "77:001\t",
                                         "\x02"
                                         "03:001 ",
                                         "\x02"
                                         "48:001\t"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_assert_eq(rgs_cimd2_probe(rgs_bytes(others[i], strlen(others[i]))), RGS_PROBE_NO,
                     "row %zu", i);
    cr_assert_eq(rgs_cimd2_length(rgs_bytes("x", 1)), -1);
}
