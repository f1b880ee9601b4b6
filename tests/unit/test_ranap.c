/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RANAP over SCCP connections, laid by hand and checked with tshark. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "support/support.h"
#include "support/vectors.h"

enum { RNC = 302, SGSN = 2002 };

#define WHO "502161200521002"

/* INITIAL UE MESSAGE in 502-16-14806-4017 with LOCATION UPDATING REQUEST by IMSI. */
static const char initial_imsi[] =
    "001340350000040003400100000f40060005f26139d6003a40080005f26139d60fb1001040131205"
    "087005f261345633085920612100250120";
/* The same place with PAGING RESPONSE by TMSI. */
static const char initial_tmsi[] =
    "001340300000040003400100000f40060005f26139d6003a40080005f26139d60fb10010400e0d06"
    "27000333588605f4cafe0001";
/* DIRECT TRANSFER of CP-DATA with a DELIVER. */
static const char deliver[] =
    "0014402b00000100104024230901200155079106010000000100140409d04279d84d060000521101"
    "0000400202e834";
/* DIRECT TRANSFER of its RP-ACK. */
static const char acknowledge[] = "0014400d00000100104006058901020255";
/* COMMON ID. */
static const char common_id[] = "000f4010000001001740095005121602501200f2";
/* PAGING by IMSI and TMSI. */
static const char paging[] = "000e401e0000030003400100001740095005121602501200f20040400500cafe0001";
/* LOCATION REPORT from 502-16-14806-4018. */
static const char location[] = "0012400f000001000040080005f26139d60fb2";

static void connect(struct rgs_test_decoder *t, const char *ranap)
{
    char hex[1024];
    unsigned n = (unsigned)strlen(ranap) / 2;

    snprintf(hex, sizeof(hex), "0101020302020402428e0f%02x%s00", n, ranap);
    rgs_test_feed_sccp(t, RNC, SGSN, hex);
    rgs_test_feed_sccp(t, SGSN, RNC, "020102030405060200");
}

static void dt1(struct rgs_test_decoder *t, bool uplink, const char *ranap)
{
    char hex[1024];

    snprintf(hex, sizeof(hex), "06%s0001%02x%s", uplink ? "040506" : "010203",
             (unsigned)strlen(ranap) / 2, ranap);
    rgs_test_feed_sccp(t, uplink ? RNC : SGSN, uplink ? SGSN : RNC, hex);
}

static const struct rgs_op *op_at(const struct rgs_test_decoder *t, size_t i)
{
    cr_assert_gt(t->ops.n, i, "%zu operations", t->ops.n);
    return &t->ops.at[i].op;
}

static void expect_who(const struct rgs_op *op, const char *imsi, const char *cell)
{
    cr_expect_str_eq(op->proto, "ranap");
    cr_expect_eq(RGS_HAS(op, IMSI), imsi != NULL);
    if (imsi && RGS_HAS(op, IMSI))
        cr_expect_str_eq(rgs_test_digits(&op->imsi), imsi);
    cr_expect(RGS_HAS(op, CELL));
    if (RGS_HAS(op, CELL))
        cr_expect_str_eq(rgs_test_name(&op->cell), cell);
}

Test(ranap, location_update_and_message)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    connect(&t, initial_imsi);
    cr_expect_str_eq(op_at(&t, 0)->op, "LOCATION UPDATING REQUEST");
    expect_who(op_at(&t, 0), WHO, "502-16-14806-4017");
    cr_expect_str_eq(rgs_test_digits(&op_at(&t, 0)->serving_plmn), "50216");
    dt1(&t, false, deliver);
    cr_expect_str_eq(op_at(&t, 1)->op, "CP-DATA");
    cr_expect_str_eq(op_at(&t, 1)->phase, "request");
    cr_expect_str_eq(t.ops.at[1].text, "hi");
    expect_who(op_at(&t, 1), WHO, "502-16-14806-4017");
    dt1(&t, true, acknowledge);
    cr_expect_str_eq(op_at(&t, 2)->phase, "response");
    cr_expect_eq(op_at(&t, 2)->dialogue, op_at(&t, 1)->dialogue);
    /* The mobile has moved. */
    dt1(&t, true, location);
    dt1(&t, false, deliver);
    expect_who(op_at(&t, 3), WHO, "502-16-14806-4018");
    rgs_test_decoder_fini(&t);
}

Test(ranap, identity_from_page_or_common_id)
{
    struct rgs_test_decoder t;
    char hex[512];

    rgs_test_decoder_init(&t, true);
    connect(&t, initial_tmsi);
    cr_expect_eq(t.ops.n, 0, "nobody knows whose temporary identity it is");
    dt1(&t, false, common_id);
    dt1(&t, false, deliver);
    expect_who(op_at(&t, 0), WHO, "502-16-14806-4017");
    rgs_test_decoder_fini(&t);

    rgs_test_decoder_init(&t, true);
    snprintf(hex, sizeof(hex), "0900030507024 28e02428e%02x%s", (unsigned)strlen(paging) / 2,
             paging);
    rgs_test_feed_sccp(&t, SGSN, RNC, hex);
    connect(&t, initial_tmsi);
    cr_expect_str_eq(op_at(&t, 0)->op, "PAGING RESPONSE");
    expect_who(op_at(&t, 0), WHO, "502-16-14806-4017");
    rgs_test_decoder_fini(&t);
}

Test(ranap, on_a_connection_whose_beginning_was_not_seen)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    dt1(&t, false, deliver);
    cr_expect_str_eq(op_at(&t, 0)->proto, "ranap");
    cr_expect_str_eq(t.ops.at[0].text, "hi");
    rgs_test_decoder_fini(&t);
}

Test(ranap, ladders)
{
    static const char *const good[] = {initial_imsi, initial_tmsi, deliver, acknowledge,
                                       common_id,    paging,       location};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(good[i]);
        struct rgs_test_decoder t;
        cr_expect_gt(rgs_test_ladder(RGS_LAYER_RANAP, rgs_bytes(b.p, b.n)), 6 * b.n);
        rgs_test_decoder_init(&t, true);
        rgs_test_feed(&t, RGS_LAYER_RANAP, rgs_bytes(b.p, b.n));
        cr_expect_eq(rgs_test_anomaly(&t, RGS_A_RANAP_BAD), 0, "row %zu", i);
        rgs_test_feed(&t, RGS_LAYER_RANAP, rgs_bytes(b.p, b.n - 1));
        cr_expect_eq(rgs_test_anomaly(&t, RGS_A_RANAP_BAD), 1, "row %zu", i);
        rgs_test_decoder_fini(&t);
        rgs_test_buf_free(&b);
    }
}

static void vector(void *ctx, const struct rgs_vector *v)
{
    unsigned *seen = ctx;
    const char *protocols = rgs_vector_value(v, "ts.protocols");
    struct rgs_test_decoder t;

    if (strcmp(v->layer, "m3ua") != 0 || !protocols || !strstr(protocols, "ranap"))
        return;
    rgs_test_decoder_init(&t, true);
    rgs_test_feed(&t, RGS_LAYER_M3UA, rgs_bytes(v->bytes.p, v->bytes.n));
    cr_expect_eq(rgs_decoder_dissect(t.dec)->layer_count[RGS_LAYER_RANAP], 1, "line %u", v->line);
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_RANAP_BAD), 0, "line %u", v->line);
    rgs_test_ladder(RGS_LAYER_M3UA, rgs_bytes(v->bytes.p, v->bytes.n));
    rgs_test_decoder_fini(&t);
    (*seen)++;
}

Test(ranap, vectors)
{
    unsigned seen = 0;

    if (rgs_test_vectors("pycrate.tsv", vector, &seen) < 0)
        cr_skip_test("outside data is not there: RGS_SHARED_DATA");
    cr_expect_geq(seen, 1);
}
