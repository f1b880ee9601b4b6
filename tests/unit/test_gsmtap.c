/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GSMTAP and LAPDm, laid by hand. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "capture/files.h"
#include "support/support.h"
#include "support/vectors.h"

enum { BCCH = 1, SDCCH8 = 8, SACCH8 = 0x88 };
enum { DOWN = 0, UP = 0x4000 };

static void gsmtap(struct rgs_test_decoder *t, unsigned type, unsigned arfcn, unsigned channel,
                   const char *hex)
{
    char all[1024];

    snprintf(all, sizeof(all), "0204%02x01%04x000000000000%02x000300%s", type, arfcn, channel, hex);
    struct rgs_test_buf b = rgs_test_hex(all);
    rgs_test_feed(t, RGS_LAYER_GSMTAP, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
}

/* A LAPDm frame filled up to the 23 octets of a block (TS 44.006 2.2). */
static void lapdm(struct rgs_test_decoder *t, unsigned direction, unsigned sapi, unsigned control,
                  bool more, const char *info)
{
    char hex[64];
    size_t n = strlen(info) / 2;

    cr_assert_leq(n, 20);
    snprintf(hex, sizeof(hex), "%02x%02x%02x%s", sapi << 2 | 1, control,
             (unsigned)n << 2 | more << 1 | 1, info);
    while (strlen(hex) < 46)
        strcat(hex, "2b");
    gsmtap(t, 1, 42 | direction, SDCCH8, hex);
}

#define SABM 0x3f
#define UA 0x73
#define UI 0x03
#define I(number) ((number) << 1)

#define IMSI "085920612100250120"
#define WHO "502161200521002"
static const char lu_request[] = "05087005f261345633" IMSI;
static const char paging_response[] = "06270003335886" IMSI;
/* CP-DATA with a DELIVER, in pieces of twenty octets. */
static const char *const deliver[] = {"0901200155079106010000000100140409d04279",
                                      "d84d0600005211010000400202e834"};

static const struct rgs_op *op_at(const struct rgs_test_decoder *t, size_t i)
{
    cr_assert_gt(t->ops.n, i, "%zu operations", t->ops.n);
    return &t->ops.at[i].op;
}

Test(gsmtap, broadcast_cell_goes_to_the_connection)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    /* SYSTEM INFORMATION TYPE 3: cell 4017 in area 502-16-14806. */
    gsmtap(&t, 1, 42, BCCH, "49061b0fb105f26139d6000000000000000000000000002b2b2b");
    cr_expect_eq(t.ops.n, 0);
    lapdm(&t, UP, 0, SABM, false, lu_request);
    cr_expect_str_eq(op_at(&t, 0)->proto, "gsmtap");
    cr_expect_str_eq(op_at(&t, 0)->op, "LOCATION UPDATING REQUEST");
    cr_expect_str_eq(rgs_test_digits(&op_at(&t, 0)->imsi), WHO);
    cr_expect_str_eq(rgs_test_name(&op_at(&t, 0)->cell), "502-16-14806-4017");
    lapdm(&t, DOWN, 0, UA, false, lu_request);
    cr_expect_eq(t.ops.n, 1, "the echo of the network is no second request");
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, a_message_in_two_frames)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    lapdm(&t, UP, 0, SABM, false, paging_response);
    lapdm(&t, DOWN, 3, SABM, false, "");
    lapdm(&t, UP, 3, UA, false, "");
    lapdm(&t, DOWN, 3, I(0), true, deliver[0]);
    lapdm(&t, DOWN, 3, I(0), true, deliver[0]); /* sent again */
    cr_expect_eq(t.ops.n, 1);
    lapdm(&t, DOWN, 3, I(1), false, deliver[1]);
    cr_expect_str_eq(op_at(&t, 1)->op, "CP-DATA");
    cr_expect_str_eq(t.ops.at[1].text, "hi");
    cr_expect_str_eq(rgs_test_digits(&op_at(&t, 1)->imsi), WHO);
    lapdm(&t, DOWN, 3, I(1), false, deliver[1]);
    cr_expect_eq(t.ops.n, 2, "repeated frames give no second record");
    lapdm(&t, UP, 3, I(0), false, "8901020255");
    cr_expect_str_eq(op_at(&t, 2)->phase, "response");
    cr_expect_eq(op_at(&t, 2)->dialogue, op_at(&t, 1)->dialogue);
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, a_report_is_a_message_whoever_sends_it)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    lapdm(&t, UP, 0, UI, false, "8901020255");
    cr_expect_eq(t.ops.n, 0, "an RP-ACK of nobody known says nothing");
    lapdm(&t, UP, 0, UI, false, "890106025541020000"); /* with an SMS-DELIVER-REPORT */
    cr_assert_eq(t.ops.n, 1);
    cr_expect_str_eq(op_at(&t, 0)->op, "CP-DATA");
    cr_expect_str_eq(op_at(&t, 0)->phase, "response");
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, a_lost_frame_is_told_and_the_next_message_is_read)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    lapdm(&t, UP, 0, SABM, false, paging_response);
    lapdm(&t, DOWN, 3, SABM, false, "");
    lapdm(&t, DOWN, 3, I(0), true, deliver[0]);
    lapdm(&t, DOWN, 3, I(2), true, deliver[1]); /* 1 is missing */
    cr_expect_eq(rgs_test_anomaly(&t, RGS_A_LAPDM_LOST), 1);
    lapdm(&t, DOWN, 3, I(3), false, "0000");
    cr_expect_eq(t.ops.n, 1);
    lapdm(&t, DOWN, 3, I(4), true, deliver[0]);
    lapdm(&t, DOWN, 3, I(5), false, deliver[1]);
    cr_expect_str_eq(t.ops.at[1].text, "hi");
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, a_channel_is_given_to_the_next_mobile)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    lapdm(&t, UP, 0, UI, false, paging_response);
    lapdm(&t, DOWN, 0, UI, false, "060d");
    cr_expect_eq(t.ops.n, 1);
    lapdm(&t, UP, 0, UI, false,
          "062700033358860"
          "5f4cafe0001"); /* by a temporary identity */
    cr_expect_eq(t.ops.n, 1);
    lapdm(&t, UP, 3, I(0), true, deliver[0]);
    lapdm(&t, UP, 3, I(1), false, deliver[1]);
    cr_expect(!RGS_HAS(op_at(&t, 1), IMSI), "not the mobile that had the channel before");
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, slow_channel_and_phones_without_uplink_frequency)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    /* SYSTEM INFORMATION TYPE 6 behind two octets of layer 1. */
    gsmtap(&t, 1, 42, SACCH8,
           "00000303"
           "49061e0fb105f26139d627ff2b2b2b2b2b2b2b2b2b");
    char hex[128];
    snprintf(hex, sizeof(hex), "01%02x%02x%s", UI,
             (unsigned)(strlen("0519083a15325406000001") / 2) << 2 | 1, "0519083a15325406000001");
    gsmtap(&t, 1, UP, SDCCH8, hex);
    cr_expect_str_eq(op_at(&t, 0)->op, "IDENTITY RESPONSE");
    cr_expect_str_eq(rgs_test_digits(&op_at(&t, 0)->imei), "351234560000010");
    cr_expect_str_eq(rgs_test_name(&op_at(&t, 0)->cell), "502-16-14806-4017");
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, layer_3_without_lapdm)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, true);
    gsmtap(&t, 2, 0, 0, "0519083a15325406000001");    /* A-bis */
    gsmtap(&t, 0x12, 0, 0, "0756083a15325406000001"); /* LTE NAS */
    gsmtap(&t, 0x0d, 0, 0, "0756083a15325406000001"); /* LTE RRC is not read */
    cr_expect_eq(t.ops.n, 2);
    rgs_test_decoder_fini(&t);
}

Test(gsmtap, damage_is_named)
{
    static const struct {
        const char *hex;
        enum rgs_anomaly anomaly;
    } bads[] = {
        {"0204", RGS_A_GSMTAP_HEADER},
        {"010401010000000000000000080000000103", RGS_A_GSMTAP_HEADER},
        {"02ff01010000000000000000080000000103", RGS_A_GSMTAP_HEADER},
        {"02040101000000000000000008000000010349", RGS_A_LAPDM_LENGTH},
        {"0204010100000000000000000800000001", RGS_A_LAPDM_LENGTH},
    };
    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        struct rgs_test_decoder t;
        struct rgs_test_buf b = rgs_test_hex(bads[i].hex);
        rgs_test_decoder_init(&t, true);
        rgs_test_feed(&t, RGS_LAYER_GSMTAP, rgs_bytes(b.p, b.n));
        cr_expect_eq(rgs_test_anomaly(&t, bads[i].anomaly), 1, "row %zu", i);
        rgs_test_buf_free(&b);
        rgs_test_decoder_fini(&t);
    }
}

Test(gsmtap, ladders)
{
    static const char *const good[] = {
        "02040101002a00000000000001000000"
        "49061b0fb105f26139d6000000000000000000000000002b2b2b",
        "02040101402a00000000000008000300"
        "013f49"
        "05087005f261345633"
        "085920612100250120",
        "02040101002a00000000000008000300"
        "0d0053"
        "0901200155079106010000000100140409d04279",
        "02040201002a00000000000008000300"
        "0519083a15325406000001",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(good[i]);
        cr_expect_gt(rgs_test_ladder(RGS_LAYER_GSMTAP, rgs_bytes(b.p, b.n)), 6 * b.n);
        cr_expect_gt(rgs_test_ladder(RGS_LAYER_LAPDM, rgs_bytes(b.p + 16, b.n - 16)),
                     5 * (b.n - 16));
        rgs_test_buf_free(&b);
    }
}

struct captured {
    unsigned requests, errors;
};

static size_t read_capture(struct rgs_test_decoder *t, const char *name)
{
    char path[1024];
    struct rgs_packet p;
    size_t file, packets = 0;

    snprintf(path, sizeof(path), "%s/captures/plmn-research/%s", rgs_test_shared(), name);
    char *paths[] = {path};
    struct rgs_files *f = rgs_files_new(paths, 1, NULL, NULL, NULL);
    for (; rgs_files_next(f, &p, &file); packets++)
        rgs_decoder_packet(t->dec, &p);
    rgs_files_del(f);
    return packets;
}

/* Counts of what tshark 4.0 shows in the same captures (gsm_a.rp.msg_type). */
Test(gsmtap, captures)
{
    static const struct {
        const char *name;
        size_t packets;
        struct captured want;
    } rows[] = {
        {"tracking_catcher.pcap", 1008, {.requests = 2, .errors = 0}},
        {"intercepting_catcher.pcap", 872, {.requests = 1, .errors = 1}},
    };
    if (!rgs_test_shared())
        cr_skip_test("outside data is not there: RGS_SHARED_DATA");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_decoder t;
        struct captured got = {0};
        struct rgs_digits last = {0};

        rgs_test_decoder_init(&t, true);
        cr_expect_eq(read_capture(&t, rows[i].name), rows[i].packets, "%s", rows[i].name);
        for (size_t k = 0; k < t.ops.n; k++) {
            const struct rgs_op *op = &t.ops.at[k].op;
            bool sms = strcmp(op->op, "CP-DATA") == 0;
            got.requests += sms && strcmp(op->phase, "request") == 0 && t.ops.at[k].text[0];
            got.errors += sms && strcmp(op->phase, "error") == 0;
            if (RGS_HAS(op, IMEI) && last.n)
                cr_expect(rgs_digits_equal(&op->imei, &last), "%s: one phone was there",
                          rows[i].name);
            if (RGS_HAS(op, IMEI))
                last = op->imei;
        }
        cr_expect_eq(got.requests, rows[i].want.requests, "%s: %u", rows[i].name, got.requests);
        cr_expect_eq(got.errors, rows[i].want.errors, "%s: %u", rows[i].name, got.errors);
        rgs_test_decoder_fini(&t);
    }
}
