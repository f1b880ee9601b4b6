/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "sig/ucp.h"
#include "support/support.h"
#include "support/vectors.h"

static struct rgs_test_decoder t;

static void setup(void)
{
    rgs_test_decoder_init(&t, false);
}

static void teardown(void)
{
    rgs_test_decoder_fini(&t);
}

TestSuite(ucp, .init = setup, .fini = teardown);

/* STX, header, data with length and checksum reckoned here, ETX. */
static struct rgs_bytes frame(unsigned trn, char o_r, unsigned ot, const char *data)
{
    static char buf[4096];
    unsigned sum = 0;
    int n = snprintf(buf, sizeof(buf), "\x02%02u/%05zu/%c/%02u/%s/", trn, strlen(data) + 17, o_r,
                     ot, data);

    for (int i = 1; i < n; i++)
        sum += (unsigned char)buf[i];
    n += snprintf(buf + n, sizeof(buf) - (size_t)n, "%02X\x03", sum & 0xff);
    return rgs_bytes(buf, (size_t)n);
}

static const struct rgs_test_op *feed(struct rgs_bytes b)
{
    return rgs_test_one(&t, RGS_LAYER_UCP, b);
}

static void msisdn_is(const struct rgs_test_op *o, const char *want)
{
    cr_assert(RGS_HAS(&o->op, MSISDN), "msisdn is absent");
    cr_assert_str_eq(rgs_test_digits(&o->op.msisdn), want);
}

static void sm_is(const struct rgs_test_op *o, enum rgs_sm_kind kind, const char *hex)
{
    struct rgs_test_buf want = rgs_test_hex(hex);
    cr_assert(RGS_HAS(&o->op, SM), "no message");
    cr_assert_eq(o->op.sm_kind, kind, "kind %u", o->op.sm_kind);
    cr_assert_eq(o->op.sm.n, want.n, "%zu octets", o->op.sm.n);
    cr_assert_eq(memcmp(o->sm, want.p, want.n), 0);
    rgs_test_buf_free(&want);
}

Test(ucp, login_gives_the_account)
{
    const struct rgs_test_op *o = feed(frame(1, 'O', 60, "shop7/6/5/1/736563726574//0100/////"));
    cr_assert_str_eq(o->op.proto, "ucp");
    cr_assert_str_eq(o->op.op, "60");
    cr_assert_str_eq(o->op.phase, "request");
    NAME_IS(o, ACCOUNT, account, "shop7");
    rgs_decoder_dissect(t.dec)->dir = 1;
    o = feed(frame(1, 'R', 60, "A/"));
    cr_assert_str_eq(o->op.phase, "response");
    NAME_IS(o, ACCOUNT, account, "shop7");
    o = feed(frame(2, 'O', 52,
                   "4915550001/70701/////////////010124120000////3//68656C6C6F/////////////"));
    NAME_IS(o, ACCOUNT, account, "shop7");
    o = feed(frame(3, 'R', 60, "N/07/"));
    cr_assert_str_eq(o->op.result, "Authentication failure");
    o = feed(frame(3, 'O', 52,
                   "4915550001/70701/////////////010124120000////3//68656C6C6F/////////////"));
    cr_assert(!RGS_HAS(&o->op, ACCOUNT));
}

Test(ucp, messages)
{
    static const struct {
        unsigned ot;
        const char *data, *oa, *da, *msisdn, *sm;
        enum rgs_sm_kind kind;
        int dcs; /* -1: not set */
        unsigned role;
    } rows[] = {
        {51, "4915550001/70701//1//1/////////////3//6869/////////////", "70701", "4915550001",
         "4915550001", "6869", RGS_SM_IRA, -1, 1},
        /* The sender in septets: 9 useful semi-octets hold five characters. */
        {52, "4915550001/094279D84D06/////////////010124120000////3//6869////////5039/////",
         "Brand", "4915550001", "4915550001", "6869", RGS_SM_IRA, -1, 2},
        /* The same plainly. */
        {52, "4915550001/Brand/////////////010124120000////3//6869////////5039/////", "Brand",
         "4915550001", "4915550001", "6869", RGS_SM_IRA, -1, 2},
        {52, "4915550001/4915559999/////////////010124120000////3//6869////////1139/////",
         "4915559999", "4915550001", "4915550001", "6869", RGS_SM_IRA, -1, 2},
        /* A subscriber writes to a short code. */
        {52, "70701/4915559999/////////////010124120000////3//6869/////////////", "4915559999",
         "70701", "4915559999", "6869", RGS_SM_IRA, -1, 2},
        {51, "4915550001/70701/////////////////2//123456/////////////", "70701", "4915550001",
         "4915550001", "313233343536", RGS_SM_IRA, -1, 1},
        {51, "4915550001/70701/////////////////4/32/00480069//////////020108///", "70701",
         "4915550001", "4915550001", "00480069", RGS_SM_UD, 8, 1},
        {51, "4915550001/70701/////////////////4/16/4869////1/////////", "70701", "4915550001",
         "4915550001", "4869", RGS_SM_UD, 0xf5, 1},
        {51, "4915550001/70701/////////////////4/16/4869/////////////", "70701", "4915550001",
         "4915550001", "4869", RGS_SM_UD, 4, 1},
        {54, "4915550001/70701/////////////////3//6869/////////////", "70701", "4915550001",
         "4915550001", "6869", RGS_SM_IRA, -1, 1},
        {1, "4915550001/70701//3/6869", "70701", "4915550001", "4915550001", "6869", RGS_SM_IRA, -1,
         0},
        {1, "4915550001/70701//2/4711", "70701", "4915550001", "4915550001", "34373131", RGS_SM_IRA,
         -1, 0},
        {3, "4915550001/70701//2/A/B///////////3/6869", "70701", "4915550001", "4915550001", "6869",
         RGS_SM_IRA, -1, 0},
        {3, "4915550001/70701/////////////3/6869", "70701", "4915550001", "4915550001", "6869",
         RGS_SM_IRA, -1, 0},
        {30, "4915550001/70701////////6869", "70701", "4915550001", "4915550001", "6869",
         RGS_SM_IRA, -1, 0},
        {22, "4915550001/70701//6869/1", "70701", "4915550001", "4915550001", "6869", RGS_SM_IRA,
         -1, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        teardown();
        setup();
        struct rgs_bytes b = frame((unsigned)i, 'O', rows[i].ot, rows[i].data);
        const struct rgs_test_op *o = feed(b);
        NAME_IS(o, OA, oa, rows[i].oa);
        NAME_IS(o, DA, da, rows[i].da);
        msisdn_is(o, rows[i].msisdn);
        sm_is(o, rows[i].kind, rows[i].sm);
        cr_assert_eq(RGS_HAS(&o->op, DCS) ? o->op.dcs : -1, rows[i].dcs, "row %zu", i);
        cr_assert_eq(RGS_HAS(&o->op, PEER_ROLE) ? o->op.peer_role : 0, rows[i].role, "row %zu", i);
        for (int a = RGS_A_UCP_FRAME; a <= RGS_A_UCP_HEX; a++)
            cr_assert_eq(rgs_test_anomaly(&t, (enum rgs_anomaly)a), 0, "row %zu: %s", i,
                         rgs_anomaly_name((enum rgs_anomaly)a));
    }
}

Test(ucp, one_call_to_many)
{
    size_t n;
    const struct rgs_test_op *o = rgs_test_some(
        &t, RGS_LAYER_UCP, frame(1, 'O', 2, "2/4915550001/4915550002/70701//3/6869"), &n);
    cr_assert_eq(n, 2);
    msisdn_is(&o[0], "4915550001");
    msisdn_is(&o[1], "4915550002");
    sm_is(&o[1], RGS_SM_IRA, "6869");
    rgs_test_some(&t, RGS_LAYER_UCP, frame(2, 'O', 2, "9/4915550001/4915550002/70701//3/6869"), &n);
    cr_assert_eq(n, 0);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_FIELD), 1);
}

Test(ucp, segments)
{
    /* Text: the header is a service beside it. */
    const struct rgs_test_op *o = feed(
        frame(1, 'O', 51, "4915550001/7/////////////////3//6869//////////0106050003450201///"));
    cr_assert_eq(o->op.concat_ref, 0x45);
    cr_assert_eq(o->op.concat_total, 2);
    cr_assert_eq(o->op.concat_seq, 1);
    sm_is(o, RGS_SM_IRA, "6869");
    /* Data: it goes in front, as the mobile gets it. */
    o = feed(
        frame(2, 'O', 51, "4915550001/7/////////////////4/32/00480069//////////01 07060804///"));
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_HEX), 1, "a blank is no hex digit");
    o = feed(
        frame(3, 'O', 51,
              "4915550001/7/////////////////4/32/00480069//////////010706080401230202020108///"));
    sm_is(o, RGS_SM_UD_UDHI, "06080401230202 00480069");
    cr_assert_eq(o->op.dcs, 8);
    /* Impossible numbers say nothing. */
    o = feed(
        frame(4, 'O', 51, "4915550001/7/////////////////3//6869//////////0106050003450203///"));
    cr_assert(!RGS_HAS(&o->op, CONCAT_REF));
}

Test(ucp, results_know_whom_they_answer_for)
{
    uint64_t dialogue =
        feed(frame(7, 'O', 51, "4915550001/70701//1//1/////////////3//6869/////////////"))
            ->op.dialogue;
    rgs_decoder_dissect(t.dec)->dir = 1;
    const struct rgs_test_op *o = feed(frame(7, 'R', 51, "A//4915550001:010124120000"));
    cr_assert_str_eq(o->op.op, "51");
    cr_assert_str_eq(o->op.phase, "response");
    NAME_IS(o, MESSAGE_ID, message_id, "4915550001:010124120000");
    msisdn_is(o, "4915550001");
    cr_assert_eq(o->op.dialogue, dialogue);

    rgs_decoder_dissect(t.dec)->dir = 0;
    feed(frame(8, 'O', 51, "4915550001/70701//1//1/////////////3//6869/////////////"));
    rgs_decoder_dissect(t.dec)->dir = 1;
    o = feed(frame(8, 'R', 51, "N/06/"));
    cr_assert_str_eq(o->op.phase, "error");
    cr_assert_str_eq(o->op.result, "AdC invalid");
    msisdn_is(o, "4915550001");
}

Test(ucp, notifications_are_about_a_message)
{
    static const struct {
        const char *dst, *result;
    } rows[] = {{"0", "delivered"}, {"1", "buffered"}, {"2", "not delivered"}};
    for (size_t i = 0; i < 3; i++) {
        char data[200];
        snprintf(data, sizeof(data),
                 "70701/4915550001/////////////010124120000/%s/107/010124120100/3//4D657373616765//"
                 "///////////",
                 rows[i].dst);
        const struct rgs_test_op *o = feed(frame(1, 'O', 53, data));
        cr_assert_str_eq(o->op.result, rows[i].result);
        msisdn_is(o, "4915550001");
        NAME_IS(o, MESSAGE_ID, message_id, "4915550001:010124120000");
        cr_assert(!RGS_HAS(&o->op, SM), "the centre's words are no message");
    }
}

Test(ucp, damage_is_named)
{
    char good[512];
    size_t n;
    struct rgs_bytes b =
        frame(1, 'O', 51, "4915550001/70701//1//1/////////////3//6869/////////////");

    memcpy(good, b.p, b.n);
    good[b.n - 2] = good[b.n - 2] == '0' ? '1' : '0';
    sm_is(feed(rgs_bytes(good, b.n)), RGS_SM_IRA, "6869");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_CHECKSUM), 1);
    feed(rgs_bytes(good, b.n - 1)); /* no ETX */
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_LENGTH), 1);
    rgs_test_some(&t, RGS_LAYER_UCP,
                  rgs_bytes("\x02"
                            "abc\x03",
                            5),
                  &n);
    cr_assert_eq(n, 0);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_FRAME), 1);
    rgs_test_some(&t, RGS_LAYER_UCP, frame(1, 'O', 59, "1/2"), &n);
    cr_assert_eq(n, 0);
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_OPERATION), 1);
    sm_is(feed(frame(1, 'O', 51, "4915550001/70701//1//1/////////////3//68696/////////////")),
          RGS_SM_IRA, "6869");
    cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_HEX), 1);
}

Test(ucp, ladder)
{
    struct rgs_bytes b =
        frame(1, 'O', 52,
              "4915550001/094279D84D06/////////////010124120000////4/32/00480069////////5039//"
              "0106050003450201020108///");
    char good[512];
    memcpy(good, b.p, b.n);
    cr_assert_eq(rgs_test_ladder(RGS_LAYER_UCP, rgs_bytes(good, b.n)), b.n * 6 + 1);
}

Test(ucp_stream, byte_by_byte)
{
    struct rgs_bytes b =
        frame(42, 'O', 51, "4915550001/70701//1//1/////////////3//6869/////////////");

    for (size_t n = 0; n <= b.n; n++) {
        uint8_t *exact = malloc(n ? n : 1);
        memcpy(exact, b.p, n);
        cr_assert_eq(rgs_ucp_length(rgs_bytes(exact, n)), n < b.n ? 0 : (long)b.n, "after %zu", n);
        cr_assert_eq(rgs_ucp_probe(rgs_bytes(exact, n)), n < 15 ? RGS_PROBE_MORE : RGS_PROBE_YES,
                     "after %zu", n);
        free(exact);
    }
    static const char *const others[] = {"\x02"
                                         "01:001\t010:user\t\x03",
                                         "GET / HTTP/1.1", "\x16\x03\x01",
                                         "\x02"
                                         "01/0001x/O/51/",
                                         "\x02"
                                         "01/00010/Q/51/"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_assert_eq(rgs_ucp_probe(rgs_bytes(others[i], strlen(others[i]))), RGS_PROBE_NO,
                     "row %zu", i);
    cr_assert_eq(rgs_ucp_length(rgs_bytes("x", 1)), -1);
    uint8_t *endless = calloc(1, RGS_UCP_MAX_FRAME + 1);
    memset(endless, '/', RGS_UCP_MAX_FRAME + 1);
    endless[0] = 2;
    cr_assert_eq(rgs_ucp_length(rgs_bytes(endless, RGS_UCP_MAX_FRAME + 1)), -1, "no ETX in sight");
    free(endless);
}

struct count {
    unsigned rows, asserted;
};

static void check_vector(void *ctx, const struct rgs_vector *v)
{
    struct count *c = ctx;
    const char *want;
    struct rgs_bytes b = rgs_bytes(v->bytes.p, v->bytes.n);
    size_t n;

    c->rows++;
    rgs_test_ladder(RGS_LAYER_UCP, b);
    setup();
    cr_assert_eq(rgs_ucp_length(b), (long)b.n, "line %u", v->line);
    cr_assert_eq(rgs_ucp_probe(b), RGS_PROBE_YES, "line %u", v->line);
    const struct rgs_test_op *o = rgs_test_some(&t, RGS_LAYER_UCP, b, &n);
    if ((want = rgs_vector_value(v, "len_ok")) != NULL) {
        cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_LENGTH), *want == 'y' ? 0 : 1, "line %u",
                     v->line);
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "sum_ok")) != NULL) {
        cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_CHECKSUM), *want == 'y' ? 0 : 1, "line %u",
                     v->line);
        c->asserted++;
    }
    if (!o) { /* 61 manages lists of addresses; 59 is of an older centre */
        want = rgs_vector_value(v, "op");
        bool unknown = strcmp(want, "59") == 0;
        cr_assert(unknown || strcmp(want, "61") == 0, "line %u: nothing came out", v->line);
        cr_assert_eq(rgs_test_anomaly(&t, RGS_A_UCP_OPERATION), unknown, "line %u", v->line);
        teardown();
        return;
    }
    if ((want = rgs_vector_value(v, "op")) != NULL) {
        cr_assert_str_eq(o->op.op, want, "line %u", v->line);
        c->asserted++;
    }
    bool is_login = strcmp(o->op.op, "60") == 0;
    if ((want = rgs_vector_value(v, "adc")) != NULL) {
        NAME_IS(o, DA, da, want);
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "oadc")) != NULL) {
        if (is_login)
            NAME_IS(o, ACCOUNT, account, want);
        else
            NAME_IS(o, OA, oa, want);
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "oadc_alnum")) != NULL) {
        NAME_IS(o, OA, oa, want);
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "text")) != NULL ||
        (want = rgs_vector_value(v, "nmsg")) != NULL) {
        if (strcmp(o->op.op, "53") == 0) {
            cr_assert(!RGS_HAS(&o->op, SM), "line %u: the centre's words", v->line);
        } else {
            cr_assert_eq(o->op.sm_kind, RGS_SM_IRA);
            cr_assert_eq(o->op.sm.n, strlen(want), "line %u", v->line);
            cr_assert_eq(memcmp(o->sm, want, strlen(want)), 0, "line %u", v->line);
        }
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "tmsg")) != NULL) {
        sm_is(o, RGS_SM_UD, want);
        c->asserted++;
    }
    if (rgs_vector_value(v, "ack")) {
        cr_assert_str_eq(o->op.phase, "response", "line %u", v->line);
        c->asserted++;
    }
    if (rgs_vector_value(v, "nack")) {
        cr_assert_str_eq(o->op.phase, "error", "line %u", v->line);
        cr_assert(RGS_HAS(&o->op, RESULT));
        c->asserted++;
    }
    if ((want = rgs_vector_value(v, "sm")) != NULL && strchr(want, ':')) {
        NAME_IS(o, MESSAGE_ID, message_id, want);
        c->asserted++;
    }
    if (rgs_vector_value(v, "outcome")) {
        cr_assert(rgs_test_anomaly(&t, RGS_A_UCP_CHECKSUM) || rgs_test_anomaly(&t, RGS_A_UCP_FIELD),
                  "line %u must be refused", v->line);
        c->asserted++;
    }
    teardown();
}

Test(ucp_vectors, all)
{
    struct count c = {0};
    if (rgs_test_vectors("ucp_emi.tsv", check_vector, &c) < 0)
        cr_skip_test("ucp_emi.tsv: outside data is not there");
    cr_assert_geq(c.asserted, 120, "%u values in %u rows", c.asserted, c.rows);
}
