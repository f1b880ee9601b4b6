/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/sip.h"
#include "support/support.h"

static struct rgs_test_decoder t;

static void setup(void)
{
    rgs_test_decoder_init(&t, true);
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

static const struct rgs_op *feed(struct rgs_bytes b)
{
    t.ops.n = 0;
    rgs_test_feed(&t, RGS_LAYER_SIP, b);
    return t.ops.n == 1 ? &t.ops.at[0].op : NULL;
}

static const struct rgs_op *feed_text(const char *s)
{
    return feed(rgs_bytes(s, strlen(s)));
}

TestSuite(sip, .init = setup, .fini = teardown);

#define HEAD(method, uri)                                                                          \
    method " " uri                                                                                 \
           " SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1\r\nf: <sip:+85291234567@ims.example>\r\n"        \
           "t: \"A b\" <sip:+447700900123@ims.example;user=phone>\r\n"                             \
           "i: abc@10.0.0.1\r\nCSeq: 7 " method "\r\n"
/* RP-DATA to the mobile (TS 24.011 7.3.1.1) with a DELIVER "Hi" from 12345. */
#define RP                                                                                         \
    "\x01\x22\x05\x91\x58\x92\x01\xf0\x00\x12\x04\x05\x81\x21\x43\xf5\x00\x00\x52\x01\x10\x31\x93" \
    "\x70\x23\x02\xc8\x34"

Test(sip, message_with_an_rp_body_and_compact_headers)
{
    static const char head[] =
        HEAD("MESSAGE", "tel:+44-7700-900123") "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;\r\n"
                                               " utran-cell-id-3gpp=4600012345678ABC\r\nc: "
                                               "application/vnd.3gpp.sms\r\nl: 28\r\n\r\n" RP;
    const struct rgs_op *op = feed(rgs_bytes(head, sizeof(head) - 1));
    cr_assert_not_null(op);
    cr_assert_str_eq(op->op, "MESSAGE");
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "447700900123");
    cr_assert_str_eq(rgs_test_name(&op->smsc), "8529100");
    cr_assert_str_eq(rgs_test_name(&op->oa), "12345");
    cr_assert_str_eq(t.ops.at[0].text, "Hi");
    cr_assert_str_eq(rgs_test_digits(&op->serving_plmn), "46000");
    cr_assert_str_eq(rgs_test_name(&op->cell), "460-00-4660-90671804");
    cr_assert_str_eq(op->access, "E-UTRAN");
}

Test(sip, plain_text_and_its_parties)
{
    const struct rgs_op *op = feed_text(
        HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: text/plain;charset=UTF-8\r\n"
                                               "Content-Length: 5\r\n\r\nhelloXX");
    cr_assert_not_null(op);
    cr_assert_str_eq(t.ops.at[0].text, "hello");
    cr_assert_str_eq(rgs_test_name(&op->oa), "85291234567");
    cr_assert_str_eq(rgs_test_name(&op->da), "447700900123");
}

Test(sip, multipart)
{
    const struct rgs_op *op = feed_text(HEAD(
        "MESSAGE", "sip:+447700900123@h") "Content-Type: multipart/mixed; boundary=\"b-1\"\r\n\r\n"
                                          "preamble\r\n--b-1\r\nContent-Type: "
                                          "application/sdp\r\n\r\nv=0\r\n--b-1\r\nContent-Type: "
                                          "text/plain\r\n\r\n"
                                          "inside\r\n--b-1--\r\n");
    cr_assert_not_null(op);
    cr_assert_str_eq(t.ops.at[0].text, "inside");
}

/* RFC 2046 5.1.1, 5.1.2: boundaries that begin alike, parts inside of parts, folded headers; a
 * boundary in the middle of a line is none. */
Test(sip, parts_inside_of_parts)
{
    const struct rgs_op *op = feed_text(HEAD(
        "MESSAGE", "sip:+447700900123@h") "Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\n"
                                          "--b\r\nContent-Type: multipart/alternative;\r\n"
                                          "\tboundary=b-1\r\n\r\n"
                                          "--b-1\r\nContent-Type: text/html\r\n\r\n<b>no</b>"
                                          "\r\n--b-1 \r\nContent-Type :\r\n text/plain;\r\n"
                                          " charset=\"iso-8859-1\"\r\n"
                                          "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                          "caf=E9 --b is no end\r\n--b-1--\r\n--b--\r\n");
    cr_assert_not_null(op);
    cr_assert_str_eq(t.ops.at[0].text, "caf\xc3\xa9 --b is no end");
}

Test(sip, parts_too_deep_are_left)
{
    char text[2048] =
        HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: multipart/x; boundary=0\r\n\r\n";

    for (unsigned i = 0; i < 8; i++) {
        char part[80];
        snprintf(part, sizeof(part), "--%u\r\nContent-Type: multipart/x; boundary=%u\r\n\r\n", i,
                 i + 1);
        strcat(text, part);
    }
    strcat(text, "--8\r\nContent-Type: text/plain\r\n\r\ndeep\r\n--8--\r\n");
    cr_assert_null(feed_text(text));
}

Test(sip, a_message_of_3gpp_in_base64)
{
    /* RP-DATA to the mobile (TS 24.011 7.3.1.1) with a DELIVER "Hi" from 12345. */
    const struct rgs_op *op = feed_text(
        HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: application/vnd.3gpp.sms\r\n"
                                               "Content-Transfer-Encoding: base64\r\n\r\n"
                                               "AQEDkVj2ABIEBYEhQ/UAAGIwEQABAAACyDQ=\r\n");
    cr_assert_not_null(op);
    cr_assert_str_eq(t.ops.at[0].text, "Hi");
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "447700900123");
}

Test(sip, typing_notices_are_no_messages)
{
    cr_assert_null(feed_text(
        HEAD("MESSAGE",
             "sip:+447700900123@h") "Content-Type: application/im-iscomposing+xml\r\n\r\n<x/>"));
    cr_assert_null(feed_text(HEAD("INVITE", "sip:+447700900123@h") "\r\n"));
}

Test(sip, register_binds_imsi_device_and_number)
{
    const struct rgs_op *op = feed_text(
        "REGISTER sip:ims.mnc016.mcc502.3gppnetwork.org SIP/2.0\r\n"
        "To: <sip:502161200000123@ims.mnc016.mcc502.3gppnetwork.org>\r\nFrom: "
        "<sip:+60123456789@x>;tag=1\r\n"
        "Contact: <sip:u@10.1.1.1>;+sip.instance=\"<urn:gsma:imei:35700345-000031-0>\"\r\nCSeq: 1 "
        "REGISTER\r\n"
        "P-Visited-Network-ID: \"ims.mnc001.mcc460.3gppnetwork.org\"\r\nCall-ID: 1\r\n\r\n");
    cr_assert_not_null(op);
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "502161200000123");
    cr_assert_not(RGS_HAS(op, MSISDN), "an identity that is made of the IMSI is no number");
    cr_assert_str_eq(rgs_test_digits(&op->imei), "35700345000031");
    cr_assert_str_eq(rgs_test_digits(&op->serving_plmn), "46001");
}

Test(sip, an_answer_is_its_requests)
{
    feed_text(HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: text/plain\r\n\r\nx");
    rgs_decoder_dissect(t.dec)->dir = 1;
    const struct rgs_op *op =
        feed_text("SIP/2.0 480 Nobody there\r\nCall-ID: abc@10.0.0.1\r\nCSeq: 7 MESSAGE\r\n\r\n");
    cr_assert_not_null(op);
    cr_assert_str_eq(op->phase, "error");
    cr_assert_str_eq(op->result, "Temporarily Unavailable", "the standard's words, not the wire's");
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "447700900123");
    cr_assert_null(feed_text("SIP/2.0 200 OK\r\nCall-ID: abc@10.0.0.1\r\nCSeq: 7 MESSAGE\r\n\r\n"),
                   "once");
}

Test(sip, uris)
{
    static const struct {
        const char *header, *digits;
    } rows[] = {
        {"<sip:+8613800138000@h;user=phone>;tag=x", "8613800138000"},
        {"\"Bob\" <tel:+852-9123.4567>", "85291234567"},
        {"tel:+85291234567;phone-context=x", "85291234567"},
        {"sip:alice@example.org", ""},
        {"sip:12345@h", ""},
        {"sip:460001234567890@ims.mnc000.mcc460.3gppnetwork.org", ""},
        {"sip:example.org", ""},
        {"sips:+85291234567@h", "85291234567"},
        {"\"sip:1234567@h\" <sip:+85291234567:secret@h>", "85291234567"},
        /* Parameters of the number: RFC 3966 3, RFC 4694 4, RFC 8417 3. */
        {"<sip:+85291234567;cpc=ordinary@h;user=phone>;tag=x", "85291234567"},
        {"sip:+852-9123-4567;npdi;rn=+85290000@h;user=phone", "85291234567"},
        {"<sip:91234567;phone-context=+852@h;user=phone>", "91234567"},
        {"<tel:+85291234567;npdi;rn=+85290000>", "85291234567"},
        {"<sip:460001234567890;x=1@ims.mnc000.mcc460.3gppnetwork.org>", ""},
        {"sip:h;maddr=10.0.0.1, <sip:+85291234567;isub=1@h>", "85291234567"},
        {"<sip:h;lr>, <sip:+85291234567@h>", "85291234567"},
        /* Escapes: RFC 3261 19.1.2. */
        {"sip:%2B85291234567@h", "85291234567"},
        {"<sip:%2b8529123456%37%3Bnpdi@h>", ""},
        {"<sip:%2B8529123456%37;npdi@h>", "85291234567"},
        {"<sip:8529123456%@h>", ""},
        {"sip:460001234567%3890@ims.mnc000.mcc460.3gppnetwork.org", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_digits d = rgs_sip_number(rgs_bytes(rows[i].header, strlen(rows[i].header)));
        cr_assert_str_eq(rgs_test_digits(&d), rows[i].digits, "row %zu", i);
    }
}

/* RFC 7315 4.1, TS 24.341 B.5 and B.6: what an answer says itself when its request is missing. */
Test(sip, answers_without_their_requests)
{
    static const struct {
        const char *message, *op, *phase, *msisdn, *imsi, *result;
    } rows[] = {
        {"SIP/2.0 200 OK\r\nt: <sip:460001234567890@ims.mnc000.mcc460.3gppnetwork.org>;tag=3\r\n"
         "i: a\r\nCSeq: 1 REGISTER\r\nP-Associated-URI: <sip:+8613800138000@h>\r\n\r\n",
         "REGISTER", "response", "8613800138000", "460001234567890", NULL},
        {"SIP/2.0 401 No\r\nt: <sip:460001234567890@ims.mnc000.mcc460.3gppnetwork.org>\r\n"
         "i: b\r\nCSeq: 1 REGISTER\r\n\r\n",
         "REGISTER", "error", NULL, "460001234567890", "Unauthorized"},
        {"SIP/2.0 200 OK\r\nf: <sip:+85291234567@h>;tag=1\r\nt: <sip:+447700900123@h>;tag=2\r\n"
         "i: c\r\nCSeq: 1 MESSAGE\r\n\r\n",
         "MESSAGE", "response", "447700900123", NULL, NULL},
        {"SIP/2.0 404 x\r\nt: <tel:+447700900123>\r\ni: d\r\nCSeq: 1 MESSAGE\r\n\r\n", "MESSAGE",
         "error", "447700900123", NULL, "Not Found"},
        {"SIP/2.0 202 Accepted\r\nf: <sip:+85291234567@h>\r\nt: <tel:+8529100>\r\ni: e\r\n"
         "CSeq: 1 MESSAGE\r\n\r\n",
         "MESSAGE", "response", "85291234567", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rgs_op *op = feed_text(rows[i].message);
        cr_assert_not_null(op, "row %zu", i);
        cr_assert_str_eq(op->op, rows[i].op, "row %zu", i);
        cr_assert_str_eq(op->phase, rows[i].phase, "row %zu", i);
        cr_assert_eq(RGS_HAS(op, MSISDN), rows[i].msisdn != NULL, "row %zu", i);
        if (rows[i].msisdn)
            cr_assert_str_eq(rgs_test_digits(&op->msisdn), rows[i].msisdn, "row %zu", i);
        cr_assert_eq(RGS_HAS(op, IMSI), rows[i].imsi != NULL, "row %zu", i);
        if (rows[i].imsi)
            cr_assert_str_eq(rgs_test_digits(&op->imsi), rows[i].imsi, "row %zu", i);
        cr_assert_eq(RGS_HAS(op, RESULT), rows[i].result != NULL, "row %zu", i);
        if (rows[i].result)
            cr_assert_str_eq(op->result, rows[i].result, "row %zu", i);
    }
    cr_assert_null(feed_text("SIP/2.0 200 OK\r\nt: <sip:ims@h>\r\ni: f\r\nCSeq: 1 MESSAGE\r\n\r\n"),
                   "for nobody");
    cr_assert_null(feed_text(
        "SIP/2.0 100 Trying\r\nt: <tel:+447700900123>\r\ni: g\r\nCSeq: 1 MESSAGE\r\n\r\n"));
}

Test(sip, the_answer_to_what_carries_no_message)
{
    cr_assert_null(feed_text(
        HEAD("MESSAGE",
             "sip:+447700900123@h") "Content-Type: application/im-iscomposing+xml\r\n\r\n<x/>"));
    rgs_decoder_dissect(t.dec)->dir = 1;
    cr_assert_null(feed_text("SIP/2.0 200 OK\r\nt: <sip:+447700900123@h>\r\ni: abc@10.0.0.1\r\n"
                             "CSeq: 7 MESSAGE\r\n\r\n"));
}

/* A tap that sees one flow on several legs of its way, as inside of a tunnel and outside. */
Test(sip, as_many_answers_as_requests)
{
    static const char reg[] =
        "REGISTER sip:x SIP/2.0\r\nTo: <sip:user@x>\r\nCall-ID: q\r\nCSeq: 1 REGISTER\r\n"
        "Authorization: Digest username=\"460001234567890@ims.mnc000.mcc460."
        "3gppnetwork.org\"\r\n\r\n";
    static const char ok[] = "SIP/2.0 200 OK\r\nTo: <sip:user@x>\r\nCall-ID: q\r\n"
                             "CSeq: 1 REGISTER\r\n\r\n";
    uint64_t dialogue = 0;

    for (unsigned i = 0; i < 3; i++) {
        const struct rgs_op *op = feed_text(reg);
        cr_assert_not_null(op);
        cr_assert(i == 0 || op->dialogue == dialogue, "one dialogue");
        dialogue = op->dialogue;
    }
    rgs_decoder_dissect(t.dec)->dir = 1;
    for (unsigned i = 0; i < 3; i++) {
        const struct rgs_op *op = feed_text(ok);
        cr_assert_not_null(op, "%u", i);
        cr_assert_str_eq(rgs_test_digits(&op->imsi), "460001234567890");
        cr_assert_eq(op->dialogue, dialogue);
    }
    cr_assert_null(feed_text(ok), "for nobody that it names itself");
}

/* What is no number of seven digits is a name, and as its sender wrote it. */
Test(sip, users_of_uris)
{
    static const struct {
        const char *header, *user;
    } rows[] = {
        {"<sip:12345;phone-context=ims.mnc001.mcc460.3gppnetwork.org@h;user=phone>", "12345"},
        {"<sip:My%20Bank;day=tuesday@h>", "My Bank"},
        {"\"x\" <sip:caf%C3%A9:secret@h>", "caf\xc3\xa9"},
        {"<sip:100%25@h>", "100%"},
        {"<sip:h;lr>", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_name n = rgs_sip_user(rgs_bytes(rows[i].header, strlen(rows[i].header)));
        cr_assert_str_eq(rgs_test_name(&n), rows[i].user, "row %zu", i);
    }
}

Test(sip, framing_byte_by_byte)
{
    static const char message[] = HEAD("MESSAGE", "sip:+447700900123@h") "l: 3\r\n\r\nabc";
    size_t head = sizeof(message) - 1 - 3, line = (size_t)(strchr(message, '\n') - message) + 1;
    for (size_t n = 1; n < sizeof(message); n++) {
        struct rgs_bytes b = rgs_bytes(message, n);
        cr_assert_eq(rgs_sip_length(b), n < head ? 0 : (long)sizeof(message) - 1, "%zu", n);
        cr_assert_eq(rgs_sip_probe(b), n < line ? RGS_PROBE_MORE : RGS_PROBE_YES, "%zu", n);
    }
    cr_assert_eq(rgs_sip_length(rgs_bytes("\r\n\r\nMESS", 8)), 4, "keep-alives stand alone");
    static const char *const others[] = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
                                         "MESSAGES x SIP/2.0\r\n", "INVITE x HTTP/1.1\r\n",
                                         "SIP/2.0 99 x\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_assert_eq(rgs_sip_probe(rgs_bytes(others[i], strlen(others[i]))), RGS_PROBE_NO,
                     "row %zu", i);
}

/* Lengths of a head, and of a body that it promises. */
Test(sip, framing_by_the_first_length_in_any_form)
{
    static const struct {
        const char *lines;
        long body; /* -1: none of SIP's */
    } rows[] = {
        {"Content-Length: 5\r\n", 5},
        {"CONTENT-LENGTH \t:\t5 \r\n", 5},
        {"l:5\r\n", 5},
        {"L : 5\r\n", 5},
        {"Content-Length:\r\n  5\r\nl: 9\r\n", 5},
        {"Content-Length:\r\nl: 9\r\n", 9},
        {"Subject: x\r\n l: 9\r\n", 0},
        {"Content-Lengths: 5\r\nllll: 9\r\n", 0},
        {"Call-ID: 5\nl: 7\nCSeq: 1 MESSAGE\r\n", 7},
        {"To: x\n\nl: 7\r\n", 0},
        {"l: seven\r\n", -1},
        {"l: 65537\r\n", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        int n = snprintf(text, sizeof(text), "MESSAGE sip:x SIP/2.0\r\n%s\r\n", rows[i].lines);
        long expected = rows[i].body < 0 ? -1 : n + rows[i].body;
        cr_assert_eq(rgs_sip_length(rgs_bytes(text, (size_t)n)), expected, "row %zu", i);
    }
}

Test(sip, headers_in_any_form)
{
    static const char text[] = "MESSAGE sip:h SIP/2.0\r\nMax-Forwards: 70\r\nP-Preferred-Identity: "
                               "<tel:+1>\r\nto\t: <sip:+447700900123@h>\r\n"
                               "F : <sip:+447700900124@h>\r\ni: q\r\ncSEQ: 1 MESSAGE\r\n"
                               "Contents-Type: x/y\r\nC: text/plain\r\n\r\nhello";
    const struct rgs_op *op = feed_text(text);
    cr_assert_not_null(op);
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "447700900123");
    cr_assert_str_eq(rgs_test_name(&op->oa), "447700900124");
    cr_assert_str_eq(rgs_test_name(&op->message_id), "q");
    cr_assert_str_eq(t.ops.at[0].text, "hello");
}

Test(sip, ladder)
{
    static const char rp[] =
        HEAD("MESSAGE", "tel:+447700900123") "c: application/vnd.3gpp.sms\r\nl: 28\r\n\r\n" RP;
    static const char reg[] =
        "REGISTER sip:h SIP/2.0\r\nt: <sip:+60123456789@x>\r\nm: "
        "<urn:gsma:imei:35700345-000031-0>\r\n"
        "P-Access-Network-Info: 3GPP-NR;utran-cell-id-3gpp=46000123456123456789\r\n\r\n";
    rgs_test_ladder(RGS_LAYER_SIP, rgs_bytes(rp, sizeof(rp) - 1));
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_SIP, rgs_bytes(reg, sizeof(reg) - 1)), sizeof(reg));
}

/* A masked text frame (RFC 6455 5.2) around a message. */
static size_t frame(uint8_t *out, const char *payload, uint8_t first)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    size_t n = strlen(payload);
    out[0] = first;
    out[1] = 0x80 | 126;
    out[2] = (uint8_t)(n >> 8);
    out[3] = (uint8_t)n;
    memcpy(out + 4, mask, 4);
    for (size_t i = 0; i < n; i++)
        out[8 + i] = (uint8_t)payload[i] ^ mask[i % 4];
    return n + 8;
}

Test(sip, websocket)
{
    static const char text[] =
        HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: text/plain\r\n\r\nover a socket";
    uint8_t *b = malloc(sizeof(text) + 8);
    size_t n = frame(b, text, 0x81);
    cr_assert_eq(rgs_websocket_probe(rgs_bytes(b, n)), RGS_PROBE_YES);
    cr_assert_eq(rgs_websocket_length(rgs_bytes(b, n)), (long)n);
    cr_assert_eq(rgs_websocket_length(rgs_bytes(b, 7)), 0);
    rgs_test_feed(&t, RGS_LAYER_WEBSOCKET, rgs_bytes(b, n));
    cr_assert_eq(t.ops.n, 1);
    cr_assert_str_eq(t.ops.at[0].text, "over a socket");
    cr_assert_str_eq(t.ops.at[0].path, "websocket:sip");
    b[0] = 0x01;
    rgs_test_feed(&t, RGS_LAYER_WEBSOCKET, rgs_bytes(b, n));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_WEBSOCKET_FRAGMENT), 1);
    b[0] = 0x81;
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_WEBSOCKET, rgs_bytes(b, n)), n);
    free(b);
    static const char upgrade[] =
        "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n";
    cr_assert_eq(rgs_websocket_probe(rgs_bytes(upgrade, sizeof(upgrade) - 1)), RGS_PROBE_YES);
    cr_assert_eq(rgs_websocket_length(rgs_bytes(upgrade, sizeof(upgrade) - 1)),
                 (long)sizeof(upgrade) - 1);
    cr_assert_eq(rgs_websocket_probe(rgs_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27)),
                 RGS_PROBE_NO);
}

/* RFC 3261 7.3.1 and 19.1.1, RFC 3325 9.1, RFC 3862 2: forms that other stacks write. */
Test(sip, forms_of_headers_and_bodies)
{
    static const struct {
        const char *message, *msisdn, *text;
    } rows[] = {
        {HEAD("MESSAGE", "sip:+447700900123:secret@h") "Content-Type:\r\n text/plain\r\n\r\nfolded",
         "447700900123", "folded"},
        {HEAD("MESSAGE",
              "sip:+447700900123@h") "Content-Type: text/plain;charset=ISO-8859-1\r\n\r\n"
                                     "caf\xe9",
         "447700900123", "caf\xc3\xa9"},
        {HEAD("MESSAGE",
              "sip:+447700900123@h") "Content-Type: message/cpim\r\n\r\n"
                                     "From: <sip:a@b>\r\n\r\nContent-Type: text/plain\r\n"
                                     "\r\nwrapped",
         "447700900123", "wrapped"},
        {HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: text/plain\r\n"
                                                "Content-Transfer-Encoding: BASE64\r\n\r\n"
                                                "Y29kZSAx\r\nMjPigqw=\r\n",
         "447700900123", "code 123\xe2\x82\xac"},
        {HEAD("MESSAGE",
              "sip:+447700900123@h") "Content-Type: text/plain; charset=windows-1252\r\n"
                                     "content-transfer-encoding:\r\n quoted-printable\r\n\r\n"
                                     "don=92t=20= \t\r\nsh=\nare=3d 1=zz=",
         "447700900123", "don\xe2\x80\x99t share= 1=zz="},
        {HEAD("MESSAGE", "sip:+447700900123@h") "Content-Type: message/cpim\r\n"
                                                "Content-Transfer-Encoding: base64\r\n\r\n"
                                                "RnJvbTogPHNpcDphQGI+DQoNCkNvbnRlbnQtVHlwZTogdGV4"
                                                "dC9wbGFpbg0KDQpib3RoIGNvdmVyZWQ=",
         "447700900123", "both covered"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rgs_op *op = feed_text(rows[i].message);
        cr_assert_not_null(op, "row %zu", i);
        cr_assert_str_eq(rgs_test_digits(&op->msisdn), rows[i].msisdn, "row %zu", i);
        cr_assert_str_eq(t.ops.at[0].text, rows[i].text, "row %zu", i);
    }
}

/* RFC 2046 4.1.2, RFC 2978: octets of a word, each set by another codec than ours. */
Test(sip, character_sets)
{
    static const struct {
        const char *charset, *octets, *text;
    } rows[] = {
        {"windows-1251", "\xea\xee\xe4 7", "\xd0\xba\xd0\xbe\xd0\xb4 7"},
        {"\"CP1251\"", "\xea", "\xd0\xba"},
        {"KOI8-R", "\xcb\xcf\xc4", "\xd0\xba\xd0\xbe\xd0\xb4"},
        {"ISO-8859-2", "k\xf3\x64", "k\xc3\xb3\x64"},
        {"iso_8859-7", "\xea", "\xce\xba"},
        {"gbk", "\xd1\xe9\xd6\xa4\x31", "\xe9\xaa\x8c\xe8\xaf\x81\x31"},
        {"gb18030", "\x95\x32\x82\x36!", "\xf0\xa0\x80\x80!"},
        {"Big5", "\xc5\xe7\xc3\xd2", "\xe9\xa9\x97\xe8\xad\x89"},
        {"Shift_JIS", "\x94\xd4\x8d\x86", "\xe7\x95\xaa\xe5\x8f\xb7"},
        {"euc-jp", "\xc8\xd6\xb9\xe6", "\xe7\x95\xaa\xe5\x8f\xb7"},
        {"euc-kr", "\xb9\xf8", "\xeb\xb2\x88"},
        {"utf-16be", "\x04\x3a\xd8\x3d\xde\x01", "\xd0\xba\xf0\x9f\x98\x81"},
        {"utf-16", "\xff\xfe\x3a\x04", "\xd0\xba"},
        {"windows-1251", "\x98", "\xef\xbf\xbd"},
        {"gbk", "\xd1", "\xef\xbf\xbd"},
        {"utf-16le", "\x3d\xd8\x01", "\xef\xbf\xbd"},
        {"x-martian", "all ASCII", "all ASCII"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        snprintf(text, sizeof(text), "%sContent-Type: text/plain; charset=%s\r\n\r\n%s",
                 HEAD("MESSAGE", "sip:+447700900123@h"), rows[i].charset, rows[i].octets);
        const struct rgs_op *op = feed_text(text);
        cr_assert_not_null(op, "row %zu", i);
        cr_assert_str_eq(t.ops.at[0].text, rows[i].text, "row %zu", i);
    }
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_MIME_CHARSET), 1);
    const struct rgs_op *op = feed_text(
        HEAD("MESSAGE", "sip:+447700900123@h") "c: text/plain;charset=x-martian\r\n\r\n\xff\xe0");
    cr_assert_not_null(op, "that there was a message is known");
    cr_assert_not(RGS_HAS(op, TEXT), "but not what it says");
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "447700900123");
    cr_assert(rgs_anomalies_have(&op->anomalies, RGS_A_MIME_CHARSET));
}

/* RFC 3261 20.12, RFC 1952, RFC 1950. */
Test(sip, packed_bodies)
{
#define GZIP                                                                                       \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x48\x4c\xce\x4e\x4d\x51\x48\xce\x4f\x49\x55"     \
    "\x30\x31\x37\x34\x04\x00\x3c\x19\xf5\x8d\x10\x00\x00\x00"
/* 70,000 zeros: more than a body may have. */
#define BOMB                                                                                       \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d"     \
    "\x09\x4f\xa0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"     \
    "\x00\x00\x00\x80\xb7\x01\xdc\xc8\xa9\xa6\x70\x11\x01\x00"
#define PACKED(coding, body)                                                                       \
    HEAD("MESSAGE", "sip:+447700900123@h") "c: text/plain\r\n" coding "\r\n\r\n" body
#define ROW(message, text)                                                                         \
    {                                                                                              \
        message, sizeof(message) - 1, text                                                         \
    }
    static const struct {
        const char *message;
        size_t n;
        const char *text; /* NULL: not readable */
    } rows[] = {
        ROW(PACKED("Content-Encoding: gzip", GZIP), "packed code 4711"),
        ROW(PACKED("e: X-GZIP", GZIP), "packed code 4711"),
        ROW(PACKED("e: deflate",
                   "\x78\xda\x4b\x49\x4d\xcb\x49\x2c\x49\x4d\x51\x30\x31\x37\x34\x02\x00\x21\x44"
                   "\x04\x28"),
            "deflated 4712"),
        ROW(PACKED("e: identity", "plain"), "plain"),
        ROW(PACKED("e: gzip", "no gzip at all"), NULL),
        ROW(PACKED("e: gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x48\x4c\xce"), NULL),
        ROW(PACKED("e: gzip", BOMB), NULL),
        ROW(PACKED("e: br", "packed"), NULL),
    };
    uint64_t unreadable = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rgs_op *op = feed(rgs_bytes(rows[i].message, rows[i].n));
        cr_assert_not_null(op, "row %zu", i);
        cr_assert_eq(RGS_HAS(op, TEXT), rows[i].text != NULL, "row %zu", i);
        if (rows[i].text)
            cr_assert_str_eq(t.ops.at[0].text, rows[i].text, "row %zu", i);
        unreadable += !rows[i].text;
        cr_assert_eq(rgs_test_anomaly(&t, RGS_A_MIME_CODING), unreadable, "row %zu", i);
    }
    static const char good[] = PACKED("e: gzip", GZIP);
    rgs_test_ladder(RGS_LAYER_SIP, rgs_bytes(good, sizeof(good) - 1));
}

Test(sip, pages)
{
    static const struct {
        const char *html, *text;
    } rows[] = {
        {"<p>Your code is <b>123456</b></p>", "Your code is 123456"},
        {"<html><head><style>b{x:1}</style><SCRIPT>if (1<2) x()</Script></head>\r\n<body> "
         "one<br/>two"
         "<!-- <b>no</b> -->\n three </body></html>",
         "one\ntwo three"},
        {"a &amp; b &#x416;&#1046; &lt;&nbsp;&copy; &#x110000000; 1 < 2 &", NULL},
        {"<b", ""},
        {"<!-- open", ""},
        {"x<script>never", "x"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];
        snprintf(text, sizeof(text), "%sContent-Type: text/html\r\n\r\n%s",
                 HEAD("MESSAGE", "sip:+447700900123@h"), rows[i].html);
        const struct rgs_op *op = feed_text(text);
        cr_assert_not_null(op, "row %zu", i);
        cr_assert_str_eq(t.ops.at[0].text,
                         rows[i].text ? rows[i].text
                                      : "a & b \xd0\x96\xd0\x96 < &copy; &#x110000000; 1 < 2 &",
                         "row %zu", i);
    }
    static const char page[] =
        HEAD("MESSAGE", "sip:+447700900123@h") "c: text/html\r\n\r\n<p>a&#x416;<br>b &amp;</p>";
    rgs_test_ladder(RGS_LAYER_SIP, rgs_bytes(page, sizeof(page) - 1));
}

Test(sip, asserted_identities_and_what_a_registrar_associates)
{
    static const char *const asserted[] = {
        "P-Asserted-Identity: <sip:user@x>, \"A\" <tel:+85291230000>\r\n",
        "P-Asserted-Identity: <sip:user@x>\r\nP-Asserted-Identity: <tel:+85291230000>\r\n"};
    char text[1024];

    for (size_t i = 0; i < 2; i++) {
        snprintf(text, sizeof(text), "%s%sContent-Type: text/plain\r\n\r\nhi",
                 HEAD("MESSAGE", "sip:+447700900123@h"), asserted[i]);
        const struct rgs_op *op = feed_text(text);
        cr_assert_not_null(op);
        cr_assert_str_eq(rgs_test_name(&op->oa), "85291230000", "row %zu", i);
    }
    t.ops.n = 0;
    static const char reg[] =
        "REGISTER sip:x SIP/2.0\r\nTo: <sip:user@x>\r\nCall-ID: q\r\nCSeq: 1 REGISTER\r\n"
        "Authorization: Digest username=\"460001234567890@ims.mnc000.mcc460."
        "3gppnetwork.org\"\r\n\r\n";
    static const char ok[] = "SIP/2.0 200 OK\r\nCall-ID: q\r\nCSeq: 1 REGISTER\r\n"
                             "P-Associated-URI: <sip:u@x>, <tel:+85291230001>\r\n\r\n";
    rgs_test_feed(&t, RGS_LAYER_SIP, rgs_bytes(reg, sizeof(reg) - 1));
    rgs_decoder_dissect(t.dec)->dir = 1;
    rgs_test_feed(&t, RGS_LAYER_SIP, rgs_bytes(ok, sizeof(ok) - 1));
    cr_assert_eq(t.ops.n, 2);
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[1].op.imsi), "460001234567890");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[1].op.msisdn), "85291230001");
}
