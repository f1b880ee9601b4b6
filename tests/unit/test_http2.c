/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/json_in.h"
#include "sig/http2.h"
#include "support/support.h"

enum { CLIENT = 40000, SERVER = 7777 };
enum { END_STREAM = 1, END_HEADERS = 4 };

static struct rgs_test_decoder t;
static uint32_t seq[2];

static void setup(void)
{
    rgs_test_decoder_init(&t, true);
    seq[0] = seq[1] = 1;
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

TestSuite(http2, .init = setup, .fini = teardown);

/* A growing row of octets. */
struct bytes {
    uint8_t p[8192];
    size_t n;
};

static void put(struct bytes *b, const void *p, size_t n)
{
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

static void put_text(struct bytes *b, const char *s)
{
    put(b, s, strlen(s));
}

static void put_frame(struct bytes *b, uint8_t type, uint8_t flags, uint8_t stream, const void *p,
                      size_t n)
{
    const uint8_t head[9] = {0, (uint8_t)(n >> 8), (uint8_t)n, type, flags, 0, 0, 0, stream};
    put(b, head, 9);
    if (n)
        put(b, p, n);
}

static void send(bool client, const struct bytes *b)
{
    uint8_t segment[20 + sizeof(b->p)] = {0};
    unsigned src = client ? CLIENT : SERVER, dst = client ? SERVER : CLIENT;
    uint32_t at = seq[client];
    const uint8_t head[] = {(uint8_t)(src >> 8), (uint8_t)src,        (uint8_t)(dst >> 8),
                            (uint8_t)dst,        (uint8_t)(at >> 24), (uint8_t)(at >> 16),
                            (uint8_t)(at >> 8),  (uint8_t)at};

    memcpy(segment, head, sizeof(head));
    segment[12] = 0x50;
    segment[13] = 0x10;
    memcpy(segment + 20, b->p, b->n);
    rgs_test_feed(&t, RGS_LAYER_TCP, rgs_bytes(segment, 20 + b->n));
    seq[client] += (uint32_t)b->n;
}

/* A literal header with a name of its own, RFC 7541 6.2.1 (indexed) and 6.2.2 (not). */
static void put_header(struct bytes *b, bool indexed, const char *name, const char *value)
{
    const uint8_t kind = indexed ? 0x40 : 0;
    uint8_t n = (uint8_t)strlen(name), v = (uint8_t)strlen(value);
    put(b, &kind, 1);
    put(b, &n, 1);
    put_text(b, name);
    put(b, &v, 1);
    put_text(b, value);
}

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
#define PATH "/nsmsf-sms/v2/ue-contexts/imsi-001010000000001"

static struct bytes uplink_body(void)
{
    /* CP-DATA (TS 24.011 7.2.1), RP-DATA, a SUBMIT of "Hi" to 447700900123 */
    static const uint8_t sms[] = {0x09, 0x01, 0x1b, 0x00, 0x07, 0x00, 0x07, 0x91, 0x44, 0x77,
                                  0x00, 0x09, 0x00, 0x00, 0x0f, 0x01, 0x03, 0x0c, 0x91, 0x44,
                                  0x77, 0x00, 0x09, 0x10, 0x32, 0x00, 0x00, 0x02, 0xc8, 0x34};
    struct bytes b = {.n = 0};
    put_text(&b, "--b\r\nContent-Type: application/json\r\n\r\n"
                 "{\"smsRecordId\":\"1\",\"gpsi\":\"msisdn-447700900001\",\"ueLocation\":"
                 "{\"nrLocation\":{\"ncgi\":{\"plmnId\":{\"mcc\":\"001\",\"mnc\":\"01\"},"
                 "\"nrCellId\":\"000000010\"}}}}"
                 "\r\n--b\r\nContent-Type: application/vnd.3gpp.sms\r\n\r\n");
    put(&b, sms, sizeof(sms));
    put_text(&b, "\r\n--b--\r\n");
    return b;
}

static void put_request(struct bytes *b, uint8_t stream, const struct bytes *block)
{
    struct bytes body = uplink_body();
    put_frame(b, RGS_HTTP2_HEADERS, END_HEADERS, stream, block->p, block->n);
    put_frame(b, RGS_HTTP2_DATA, 0, stream, body.p, 40);
    put_frame(b, RGS_HTTP2_DATA, END_STREAM, stream, body.p + 40, body.n - 40);
}

static struct bytes headers(bool indexed)
{
    struct bytes b = {.n = 0};
    put_text(&b, "\x83"); /* :method POST, RFC 7541 appendix A */
    put_header(&b, indexed, ":path", PATH "/sendsms");
    put_header(&b, indexed, "content-type", "multipart/related; boundary=b");
    return b;
}

static void expect_uplink(size_t i)
{
    cr_assert_gt(t.ops.n, i);
    const struct rgs_op *op = &t.ops.at[i].op;
    cr_assert_str_eq(op->proto, "nsmsf");
    cr_assert_str_eq(op->op, "Nsmsf_SMService_UplinkSMS");
    cr_assert_str_eq(op->phase, "request");
    cr_assert_str_eq(rgs_test_digits(&op->msisdn), "447700900001");
    cr_assert_str_eq(rgs_test_name(&op->da), "447700900123");
    cr_assert_str_eq(rgs_test_name(&op->smsc), "447700900000");
    cr_assert_str_eq(rgs_test_name(&op->cell), "001-01-16");
    cr_assert_str_eq(t.ops.at[i].text, "Hi");
}

Test(http2, a_message_its_answer_and_headers_by_number)
{
    struct bytes b = {.n = 0}, block = headers(true), again = {.n = 0};

    put_text(&b, preface);
    put_frame(&b, RGS_HTTP2_SETTINGS, 0, 0, NULL, 0);
    put_request(&b, 1, &block);
    send(true, &b);
    expect_uplink(0);
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[0].op.imsi), "001010000000001");

    b.n = 0;
    put_frame(&b, RGS_HTTP2_SETTINGS, 0, 0, NULL, 0);
    put_frame(&b, RGS_HTTP2_HEADERS, END_HEADERS | END_STREAM, 1, "\x89", 1); /* :status 204 */
    send(false, &b);
    cr_assert_eq(t.ops.n, 2);
    cr_assert_str_eq(t.ops.at[1].op.phase, "response");
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[1].op.imsi), "001010000000001");

    b.n = 0;
    put_text(&again, "\x83\xbf\xbe"); /* the two newest entries, the older first */
    put_request(&b, 3, &again);
    send(true, &b);
    expect_uplink(2);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_HTTP2_MIDWAY), 0);
}

Test(http2, a_block_in_pieces_and_padding)
{
    struct bytes b = {.n = 0}, block = headers(false), body = uplink_body(), padded = {.n = 0};

    put_text(&b, preface);
    put_frame(&b, RGS_HTTP2_HEADERS, 0, 1, block.p, 7);
    put_frame(&b, RGS_HTTP2_CONTINUATION, END_HEADERS, 1, block.p + 7, block.n - 7);
    put(&padded, "\x04", 1);
    put(&padded, body.p, body.n);
    put(&padded, "\0\0\0\0", 4);
    put_frame(&b, RGS_HTTP2_DATA, END_STREAM | RGS_HTTP2_PADDED, 1, padded.p, padded.n);
    send(true, &b);
    expect_uplink(0);
}

/* RFC 9110 8.4.1: a body that was packed on its way. */
Test(http2, a_packed_body)
{
    static const char *const codings[] = {"deflate", "gzip", "br"};

    for (uint8_t i = 0; i < 3; i++) {
        struct bytes b = {.n = 0}, block = headers(false), body = uplink_body(), packed = {.n = 0};
        uLongf n = sizeof(packed.p);
        cr_assert_eq(compress(packed.p, &n, body.p, body.n), Z_OK);
        put_header(&block, false, "content-encoding", codings[i]);
        if (i == 0)
            put_text(&b, preface);
        put_frame(&b, RGS_HTTP2_HEADERS, END_HEADERS, (uint8_t)(2 * i + 1), block.p, block.n);
        put_frame(&b, RGS_HTTP2_DATA, END_STREAM, (uint8_t)(2 * i + 1), packed.p, n);
        send(true, &b);
        if (i < 2)
            expect_uplink(i);
    }
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_MIME_CODING), 1);
    const struct rgs_op *op = &t.ops.at[2].op;
    cr_assert_str_eq(rgs_test_digits(&op->imsi), "001010000000001", "the path is not packed");
    cr_assert(!RGS_HAS(op, TEXT));
}

/* What is named by number was sent before: the message is read, its subscriber is not in the path.
 */
Test(http2, joined_midway)
{
    struct bytes b = {.n = 0}, old = {.n = 0}, block = headers(true);

    put_text(&old, "\x83\xc1\xc0");
    put_request(&b, 5, &old);
    send(true, &b);
    expect_uplink(0);
    cr_assert(!RGS_HAS(&t.ops.at[0].op, IMSI));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_HTTP2_MIDWAY), 1);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_HTTP2_UNKNOWN), 1);

    b.n = 0;
    put_request(&b, 7, &block); /* told here */
    old.n = 0;
    put_text(&old, "\x83\xbf\xbe");
    put_request(&b, 9, &old);
    send(true, &b);
    cr_assert_eq(t.ops.n, 3);
    cr_assert_str_eq(rgs_test_digits(&t.ops.at[2].op.imsi), "001010000000001");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_HTTP2_UNKNOWN), 1);
}

Test(http2, headers_that_cannot_be_read)
{
    struct bytes b = {.n = 0}, bad = {.n = 0};

    put_text(&b, preface);
    put_text(&bad, "\x83\xff\xff\xff\xff\xff\x0f"); /* an index that no table has */
    put_request(&b, 1, &bad);
    send(true, &b);
    expect_uplink(0);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_HTTP2_HEADERS), 1);
}

Test(http2, errors_have_the_application_s_name)
{
    static const struct {
        const char *status, *body, *want;
    } rows[] = {{"404", "{\"status\":404,\"cause\":\"CONTEXT_NOT_FOUND\"}", "CONTEXT_NOT_FOUND"},
                {"504", "{\"cause\":\"OWN\"}", "Gateway Timeout"},
                {"418", "", "Client Error"}};
    struct bytes b = {.n = 0}, block = headers(false);

    put_text(&b, preface);
    for (uint8_t i = 0; i < 3; i++)
        put_request(&b, (uint8_t)(2 * i + 1), &block);
    send(true, &b);
    for (uint8_t i = 0; i < 3; i++) {
        struct bytes status = {.n = 0};
        put_header(&status, true, ":status", rows[i].status);
        b.n = 0;
        put_frame(&b, RGS_HTTP2_SETTINGS, 0, 0, NULL, 0);
        put_frame(&b, RGS_HTTP2_HEADERS, END_HEADERS, (uint8_t)(2 * i + 1), status.p, status.n);
        put_frame(&b, RGS_HTTP2_DATA, END_STREAM, (uint8_t)(2 * i + 1), rows[i].body,
                  strlen(rows[i].body));
        send(false, &b);
        cr_assert_eq(t.ops.n, 4u + i);
        cr_assert_str_eq(t.ops.at[3 + i].op.phase, "error", "row %u", i);
        cr_assert_str_eq(t.ops.at[3 + i].op.result, rows[i].want, "row %u", i);
    }
}

/* RFC 9113 3.4 and 6.5; and what else begins so. */
Test(http2, recognition)
{
    static const struct {
        const char *bytes;
        size_t n;
        enum rgs_probe want;
    } rows[] = {
        {preface, 24, RGS_PROBE_YES},
        {preface, 10, RGS_PROBE_MORE},
        {"\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", 15, RGS_PROBE_YES}, /* settings */
        {"\0\0\0\4\0\0\0\0\0", 9, RGS_PROBE_YES},      /* settings that leave all as it is */
        {"\0\0\0\0\0\0\0\0\1", 9, RGS_PROBE_NO},       /* too plain by itself */
        {"\0\0\1\1\5\0\0\0\1\x89", 10, RGS_PROBE_YES}, /* an answer's headers */
        {"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\1", 16, RGS_PROBE_NO}, /* enquire_link of SMPP */
        {"\x16\3\1\2\0\1\0\1\xfc\3\3", 11, RGS_PROBE_NO},           /* TLS */
        {"\1\0\0\1\4\5\0\0\2", 9, RGS_PROBE_NO}, /* a packet of MySQL, length first */
        {"\1\0\0\0\1\0\0\0\1\1\0\0\1\4", 14, RGS_PROBE_NO},
        {"\0\0\1\0\0\0\2\0\0\0", 10, RGS_PROBE_NO}, /* the rest of one */
        {"GET / HTTP/1.1\r\n\r\n", 18, RGS_PROBE_NO},
        {"\1\0\0\x14\x80\0\1\x18\0\0\0\0\0\0\0\1\0\0\0\2", 20, RGS_PROBE_NO}, /* Diameter */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(rgs_http2_probe(rgs_bytes(rows[i].bytes, rows[i].n)), rows[i].want, "row %zu",
                     i);
}

/* What node's http2 and python's h2 say to each other (tests/peers/sbi-http2). */
Test(http2, real_stacks)
{
    size_t texts = 0, errors = 0, answers = 0;

    rgs_test_capture(&t, "captures/sbi-http2.pcapng");
    for (size_t i = 0; i < t.ops.n; i++) {
        texts += RGS_HAS(&t.ops.at[i].op, TEXT);
        errors += strcmp(t.ops.at[i].op.phase, "error") == 0;
        answers += strcmp(t.ops.at[i].op.phase, "response") == 0;
    }
    cr_assert_eq(t.ops.n, 24);
    cr_assert_eq(texts, 4);
    cr_assert_eq(errors, 2);
    cr_assert_eq(answers, 12);
    for (int a = 0; a < RGS_A_COUNT; a++)
        cr_assert_eq(rgs_test_anomaly(&t, (enum rgs_anomaly)a), 0, "%s",
                     rgs_anomaly_name((enum rgs_anomaly)a));
}

Test(http2, ladder)
{
    struct bytes b = {.n = 0}, block = headers(true);

    put_request(&b, 1, &block);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_HTTP2, rgs_bytes(b.p, 9 + block.n)), 100);
    b.n = 0;
    put_text(&b, preface);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_HTTP2, rgs_bytes(b.p, b.n)), 90);
}

Test(http2, json_members)
{
    static const char text[] =
        "{\"a\": 1 , \"b\":{\"c\":\"x\\\"y\"},\"d\":[\"e\",{\"f\":true}],\"g\":\"\"}";
    static const char *const want[][3] = {
        {"", "a", "1"}, {"b", "c", "x\\\"y"}, {"d", "d", "e"}, {"d", "f", "true"}, {"", "g", ""}};
    struct rgs_json_in j = rgs_json_in(rgs_bytes(text, sizeof(text) - 1));
    struct rgs_json_in_item item;
    size_t n = 0;

    for (; rgs_json_in_next(&j, &item); n++) {
        const struct rgs_bytes got[] = {item.object, item.name, item.value};
        for (size_t k = 0; k < 3; k++)
            cr_assert(rgs_bytes_equal(got[k], rgs_bytes(want[n][k], strlen(want[n][k]))),
                      "item %zu, %zu", n, k);
    }
    cr_assert_eq(n, 5);
    cr_assert_eq(rgs_left(&j.r), 0);
}

/* Every prefix, and what is no JSON: it ends, and nothing is read behind the end. */
Test(http2, json_ladder)
{
    static const char *const texts[] = {"{\"a\":[1,2,{\"b\":\"c\\u0041\"}],\"d\":null}",
                                        "]",
                                        "\0x",
                                        ":::",
                                        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                        "\"\\",
                                        "{\"a\"\"b\"",
                                        "tru\x01"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t n = strlen(texts[i]) + 1;
        for (size_t k = 0; k <= n; k++) {
            char *copy = malloc(k ? k : 1);
            cr_assert_not_null(copy);
            memcpy(copy, texts[i], k);
            struct rgs_json_in j = rgs_json_in(rgs_bytes(copy, k));
            struct rgs_json_in_item item;
            size_t items = 0;
            while (rgs_json_in_next(&j, &item))
                cr_assert_leq(++items, k);
            free(copy);
        }
    }
}
