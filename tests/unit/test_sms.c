/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TPDU, RP and CP, data codings and user data headers, over messages laid by hand. */
#include <criterion/criterion.h>

#include "sig/rp_cause.h"
#include "sms/rp.h"
#include "support/sms.h"

struct good {
    const char *name;
    enum rgs_sm_kind kind;
    int data_coding; /* -1: in the TPDU */
    const char *hex;
    const char *oa;
    int oa_ton;
    const char *da;
    const char *smsc;
    const char *text; /* NULL: there is none */
    int ref, total, seq;
};

#define MT RGS_SM_TPDU_MT, -1
#define MO RGS_SM_TPDU_MO, -1

static const struct good goods[] = {
    {"alphanumeric sender", MT,
     "0409d04279d84d0600005211010000400213d9775d0e1abfc965507a0ea2e164b9d80c", "Brand", 5, 0, 0,
     "Your code is 482913", 0, 0, 0},
    {"extension table", MT,
     "040b915892110100f0000052110100004002161b147e93026d78f98d0fb4e96dca1be086b27901",
     "85291110000", 1, 0, 0, "{x} [y] ~€|^\\", 0, 0, 0},
    {"8-bit reference, one fill bit, marked for deletion", MT,
     "4405a10196f04000521101000040020f050003a70302e061391d44bfbf01", "10690", 2, 0, 0, "part two",
     0xa7, 3, 2},
    {"16-bit reference, no fill bits", MT,
     "4414d041f118442c9b4131d90c0000521101000040020f06080412340201f3349e5e2ebb01", "Abc Def 123", 5,
     0, 0, "sixteen", 0x1234, 2, 1},
    {"UCS-2 with a surrogate pair", MT,
     "0409d04279d84d060008521101000040020c043a043e04340020d83dde00", "Brand", 5, 0, 0, "код 😀", 0,
     0, 0},
    {"Turkish single shift", MT, "4409d0cdb07c1d060000521101000040020c03240101d84c37e74d3208",
     "Marka", 5, 0, 0, "ŞğİA", 0, 0, 0},
    {"Hindi locking shift", MT, "4409d0cdb07c1d060000521101000040020a03250106206c009c28", "Marka",
     5, 0, 0, "आँछि", 0, 0, 0},
    {"Hindi locking and single shift", MT,
     "4409d0cdb07c1d060000521101000040020f06250106240106830d67a3dca000", "Marka", 5, 0, 0, "अ०J{",
     0, 0, 0},
    {"8-bit data that is text", MT, "0409d04279d84d0600045211010000400207636166e9203132", "Brand",
     5, 0, 0, "café 12", 0, 0, 0},
    {"8-bit data that is none", MT, "0409d04279d84d06000452110100004002040001ff7f", "Brand", 5, 0,
     0, NULL, 0, 0, 0},
    {"8-bit data for a port", MT, "4409d04279d84d060004521101000040020906050415811582616263",
     "Brand", 5, 0, 0, NULL, 0, 0, 0},
    {"message waiting, store", MT, "0409d04279d84d0600d05211010000400202e834", "Brand", 5, 0, 0,
     "hi", 0, 0, 0},
    {"message waiting, UCS-2", MT, "0409d04279d84d0600e0521101000040020204 3a", "Brand", 5, 0, 0,
     "к", 0, 0, 0},
    {"class 0", MT, "0409d04279d84d0600105211010000400202e834", "Brand", 5, 0, 0, "hi", 0, 0, 0},
    {"data coding class 1", MT, "0409d04279d84d0600f15211010000400202e834", "Brand", 5, 0, 0, "hi",
     0, 0, 0},
    {"class 0, UCS-2", MT, "0409d04279d84d060018521101000040020204 3a", "Brand", 5, 0, 0, "к", 0, 0,
     0},
    {"empty text", MT, "0409d04279d84d0600005211010000400200", "Brand", 5, 0, 0, "", 0, 0, 0},
    {"seven letters in fourteen semi-octets", MT, "040ed041e19058341e0100005211010000400202e834",
     "ABCDEFG", 5, 0, 0, "hi", 0, 0, 0},
    {"eight letters in fourteen semi-octets", MT, "040ed041e19058341e9100005211010000400202e834",
     "ABCDEFGH", 5, 0, 0, "hi", 0, 0, 0},
    {"* and # in an address", MT, "0404812ab100005211010000400202e834", "*21#", 0, 0, 0, "hi", 0, 0,
     0},
    {"no validity period", MO, "012a0b910671777777f7000002e834", 0, 0, "60177777777", 0, "hi", 0, 0,
     0},
    {"relative validity period", MO, "112a0b910671777777f70000aa02e834", 0, 0, "60177777777", 0,
     "hi", 0, 0, 0},
    {"absolute validity period", MO, "192a0b910671777777f700005211010000400202e834", 0, 0,
     "60177777777", 0, "hi", 0, 0, 0},
    {"enhanced validity period", MO, "092a0b910671777777f7000001aa000000000002e834", 0, 0,
     "60177777777", 0, "hi", 0, 0, 0},
    {"status report", MT, "062a0b910671777777f7521101000040025211010000400200", 0, 0, "60177777777",
     0, NULL, 0, 0, 0},
    {"command", MO, "022a0000110b910671777777f700", 0, 0, "60177777777", 0, NULL, 0, 0, 0},
    {"report of success with text", MO, "00060002e834", 0, 0, 0, 0, "hi", 0, 0, 0},
    {"report of failure", MO, "00d300", 0, 0, 0, 0, NULL, 0, 0, 0},
    {"submit report of success", MT, "010052110100004002", 0, 0, 0, 0, NULL, 0, 0, 0},
    {"submit report of failure", MT, "01c00152110100004002 7f", 0, 0, 0, 0, NULL, 0, 0, 0},
    {"RP-DATA to the mobile", RGS_SM_RP_MT, -1,
     "0155079106010000000100140409d04279d84d0600005211010000400202e834", "Brand", 5, 0,
     "601000000010", "hi", 0, 0, 0},
    {"RP-DATA from the mobile", RGS_SM_RP_MO, -1,
     "00560007910601000000010f012a0b910671777777f7000002e834", 0, 0, "60177777777", "601000000010",
     "hi", 0, 0, 0},
    {"CP-DATA", RGS_SM_CP_MT, -1,
     "01200155079106010000000100140409d04279d84d0600005211010000400202e834", "Brand", 5, 0,
     "601000000010", "hi", 0, 0, 0},
    {"RP-ACK with a report", RGS_SM_RP_MO, -1, "0255410600060002e834", 0, 0, 0, 0, "hi", 0, 0, 0},
    {"RP-ACK", RGS_SM_RP_MT, -1, "0355", 0, 0, 0, 0, NULL, 0, 0, 0},
    {"RP-SMMA", RGS_SM_RP_MO, -1, "0601", 0, 0, 0, 0, NULL, 0, 0, 0},
    {"CP-ACK", RGS_SM_CP_MO, -1, "04", 0, 0, 0, 0, NULL, 0, 0, 0},
    {"SMPP default alphabet", RGS_SM_SMPP, 0, "02001b65 41", 0, 0, 0, 0, "$@€A", 0, 0, 0},
    {"SMPP default alphabet, Latin-1 all the same", RGS_SM_SMPP, 0, "636166e9", 0, 0, 0, 0, "café",
     0, 0, 0},
    {"SMPP default alphabet, UTF-8 all the same", RGS_SM_SMPP, 0, "636166c3a9", 0, 0, 0, 0, "café",
     0, 0, 0},
    {"SMPP without data_coding", RGS_SM_SMPP, -1, "6869", 0, 0, 0, 0, "hi", 0, 0, 0},
    {"SMPP IA5", RGS_SM_SMPP, 1, "40245f7b", 0, 0, 0, 0, "@$_{", 0, 0, 0},
    {"SMPP Latin-1", RGS_SM_SMPP, 3, "636166e9", 0, 0, 0, 0, "café", 0, 0, 0},
    {"SMPP octets", RGS_SM_SMPP, 4, "636166c3a9", 0, 0, 0, 0, "café", 0, 0, 0},
    {"SMPP Shift_JIS", RGS_SM_SMPP, 5, "8a6d944631b1", 0, 0, 0, 0, "確認1ｱ", 0, 0, 0},
    {"SMPP Cyrillic", RGS_SM_SMPP, 6, "daddde20f0", 0, 0, 0, 0, "кно №", 0, 0, 0},
    {"SMPP Hebrew", RGS_SM_SMPP, 7, "f7e5e3", 0, 0, 0, 0, "קוד", 0, 0, 0},
    {"SMPP UCS-2", RGS_SM_SMPP, 8, "043ad83dde00", 0, 0, 0, 0, "к😀", 0, 0, 0},
    {"SMPP ISO-2022-JP", RGS_SM_SMPP, 10, "1b2442334e47271b284231", 0, 0, 0, 0, "確認1", 0, 0, 0},
    {"SMPP EUC-KR", RGS_SM_SMPP, 14, "c0ceC1f531", 0, 0, 0, 0, "인증1", 0, 0, 0},
    {"SMPP class 0, 7-bit", RGS_SM_SMPP, 0xf0, "0068", 0, 0, 0, 0, "@h", 0, 0, 0},
    {"SMPP class 0, UCS-2", RGS_SM_SMPP, 0x18, "043a", 0, 0, 0, 0, "к", 0, 0, 0},
    {"SMPP concatenation", RGS_SM_SMPP_UDHI, 0, "050003a703026869", 0, 0, 0, 0, "hi", 0xa7, 3, 2},
    {"SMPP national language", RGS_SM_SMPP_UDHI, 0, "032401011b531b67", 0, 0, 0, 0, "Şğ", 0, 0, 0},
    {"SMPP concatenated UCS-2", RGS_SM_SMPP_UDHI, 8, "06080401000201043a", 0, 0, 0, 0, "к", 256, 2,
     1},
    {"UCP IRA", RGS_SM_IRA, -1, "02001b65", 0, 0, 0, 0, "$@€", 0, 0, 0},
    {"user data, eight septets", RGS_SM_UD, 0, "e8b47a8dbfbb01", 0, 0, 0, 0, "hijkxwn", 0, 0, 0},
    {"user data with header", RGS_SM_UD_UDHI, 0, "050003a70302e061391d44bfbf01", 0, 0, 0, 0,
     "part two", 0xa7, 3, 2},
    {"UTF-8", RGS_SM_UTF8, -1, "636166c3a9", 0, 0, 0, 0, "café", 0, 0, 0},
};

#undef MT
#undef MO

static void check_party(const char *row, const char *what, const char *want, bool there,
                        const struct rgs_name *got)
{
    cr_expect_eq(there, want != NULL, "%s: %s there: %d", row, what, there);
    if (there && want)
        cr_expect_str_eq(rgs_test_name(got), want, "%s: %s is %s", row, what, rgs_test_name(got));
}

Test(sms, good_messages)
{
    for (size_t i = 0; i < sizeof(goods) / sizeof(*goods); i++) {
        const struct good *g = &goods[i];
        struct rgs_test_sms s = rgs_test_sms_hex(g->kind, g->data_coding, g->hex);

        cr_expect_eq(s.outcome, RGS_OK, "%s: outcome %d", g->name, (int)s.outcome);
        cr_expect(rgs_test_sms_clean(&s), "%s: anomaly", g->name);
        check_party(g->name, "oa", g->oa, RGS_HAS(&s.op, OA), &s.op.oa);
        check_party(g->name, "da", g->da, RGS_HAS(&s.op, DA), &s.op.da);
        check_party(g->name, "smsc", g->smsc, RGS_HAS(&s.op, SMSC), &s.op.smsc);
        if (g->oa)
            cr_expect_eq(s.op.oa_ton, g->oa_ton, "%s: ton %d", g->name, s.op.oa_ton);
        cr_expect_eq(RGS_HAS(&s.op, TEXT), g->text != NULL, "%s: text '%s'", g->name, s.text);
        cr_expect_str_eq(s.text, g->text ? g->text : "", "%s: text '%s'", g->name, s.text);
        cr_expect_eq(RGS_HAS(&s.op, CONCAT_SEQ), g->total != 0, "%s: concatenation", g->name);
        if (g->total && RGS_HAS(&s.op, CONCAT_SEQ)) {
            cr_expect_eq(s.op.concat_ref, g->ref, "%s: ref %u", g->name, s.op.concat_ref);
            cr_expect_eq(s.op.concat_total, g->total, "%s: total %u", g->name, s.op.concat_total);
            cr_expect_eq(s.op.concat_seq, g->seq, "%s: seq %u", g->name, s.op.concat_seq);
        }
    }
}

Test(sms, ladders)
{
    size_t fed = 0;
    for (size_t i = 0; i < sizeof(goods) / sizeof(*goods); i++) {
        struct rgs_test_buf b = rgs_test_hex(goods[i].hex);
        fed += rgs_test_sms_ladder(goods[i].kind, goods[i].data_coding, rgs_bytes(b.p, b.n));
        rgs_test_buf_free(&b);
    }
    cr_expect_gt(fed, 5000);
}

Test(sms, every_prefix_of_a_deliver_is_told)
{
    struct rgs_test_buf b =
        rgs_test_hex("0409d04279d84d0600005211010000400213d9775d0e1abfc965507a0ea2e164b9d80c");

    for (size_t n = 0; n < b.n; n++) {
        struct rgs_test_sms s = rgs_test_sms(RGS_SM_TPDU_MT, -1, rgs_bytes(b.p, n));
        cr_expect(!rgs_test_sms_clean(&s), "prefix %zu passes for a whole message", n);
        cr_expect_eq(RGS_HAS(&s.op, OA), n >= 8, "prefix %zu: the address that is there stays", n);
    }
    rgs_test_buf_free(&b);
}

struct bad {
    const char *name;
    enum rgs_sm_kind kind;
    const char *hex;
    enum rgs_anomaly anomaly;
    const char *text; /* what can be read all the same; NULL: nothing */
};

static const struct bad bads[] = {
    {"nothing", RGS_SM_TPDU_MT, "", RGS_A_SMS_SHORT, NULL},
    {"reserved type to the mobile is a DELIVER", RGS_SM_TPDU_MT,
     "0709d04279d84d0600005211010000400202e834", RGS_A_SMS_MTI, "hi"},
    {"reserved type from the mobile", RGS_SM_TPDU_MO, "030000", RGS_A_SMS_MTI, NULL},
    {"address of 22 digits", RGS_SM_TPDU_MT,
     "0416911032547698103254769810 00005211010000400202e834", RGS_A_SMS_ADDRESS, "hi"},
    {"filling inside an address", RGS_SM_TPDU_MT, "040691f1325400005211010000400202e834",
     RGS_A_SMS_ADDRESS, "hi"},
    {"time stamp with letters", RGS_SM_TPDU_MT, "0409d04279d84d06000052a1010000400202e834",
     RGS_A_SMS_TIMESTAMP, "hi"},
    {"reserved alphabet", RGS_SM_TPDU_MT, "0409d04279d84d06000c5211010000400202e834", RGS_A_SMS_DCS,
     "hi"},
    {"reserved group", RGS_SM_TPDU_MT, "0409d04279d84d0600905211010000400202e834", RGS_A_SMS_DCS,
     "hi"},
    {"compressed", RGS_SM_TPDU_MT, "0409d04279d84d0600205211010000400202e834", RGS_A_SMS_COMPRESSED,
     NULL},
    {"fewer septets than told", RGS_SM_TPDU_MT, "0409d04279d84d0600005211010000400212e834",
     RGS_A_SMS_UDL, "hi"},
    {"fewer octets than told", RGS_SM_TPDU_MT, "0409d04279d84d06000852110100004002ff043a",
     RGS_A_SMS_UDL, "к"},
    {"odd UCS-2", RGS_SM_TPDU_MT, "0409d04279d84d0600085211010000400203043a04", RGS_A_SMS_UCS2_ODD,
     "к"},
    {"header longer than the user data", RGS_SM_TPDU_MT, "4409d04279d84d0600005211010000400202ff34",
     RGS_A_SMS_UDH, NULL},
    {"element longer than the header", RGS_SM_TPDU_MT,
     "4409d04279d84d060008521101000040020805000 9a70302043a", RGS_A_SMS_UDH, "к"},
    {"header longer than its septets", RGS_SM_TPDU_MT,
     "4409d04279d84d0600005211010000400203050003a70302e061", RGS_A_SMS_UDH, NULL},
    {"part 4 of 3", RGS_SM_TPDU_MT, "4409d04279d84d06000852110100004002080500 03a70304043a",
     RGS_A_SMS_CONCAT, "к"},
    {"part 0", RGS_SM_TPDU_MT, "4409d04279d84d06000852110100004002080500 03a70300043a",
     RGS_A_SMS_CONCAT, "к"},
    {"a language without a table", RGS_SM_TPDU_MT,
     "4409d04279d84d0600005211010000400207032401 2040a701", RGS_A_SMS_LANGUAGE, "hi"},
    {"unknown CP type", RGS_SM_CP_MT, "07", RGS_A_SMS_CP, NULL},
    {"CP-DATA longer than its carrier", RGS_SM_CP_MT, "01200155", RGS_A_SMS_SHORT, NULL},
    {"RP against its direction", RGS_SM_RP_MO,
     "0155079106010000000100140409d04279d84d0600005211010000400202e834", RGS_A_SMS_RP, "hi"},
    {"RP-ACK with an unknown element", RGS_SM_RP_MT, "0355420101", RGS_A_SMS_RP, NULL},
};

Test(sms, damage_is_named_and_the_rest_is_kept)
{
    for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++) {
        const struct bad *b = &bads[i];
        struct rgs_test_sms s = rgs_test_sms_hex(b->kind, -1, b->hex);
        cr_expect(rgs_anomalies_have(&s.op.anomalies, b->anomaly), "%s", b->name);
        cr_expect_eq(RGS_HAS(&s.op, TEXT), b->text != NULL, "%s: text '%s'", b->name, s.text);
        cr_expect_str_eq(s.text, b->text ? b->text : "", "%s: text '%s'", b->name, s.text);
        cr_expect(!RGS_HAS(&s.op, CONCAT_SEQ), "%s: a bad part is no part", b->name);
    }
}

Test(sms, causes)
{
    struct rgs_test_sms s = rgs_test_sms_hex(RGS_SM_RP_MO, -1, "045501164104 00d30000");
    cr_expect_str_eq(s.op.result, "Memory capacity exceeded");
    cr_expect(rgs_test_sms_clean(&s));
    s = rgs_test_sms_hex(RGS_SM_RP_MT, -1, "05550195");
    cr_expect_str_eq(s.op.result, "Short message transfer rejected");
    s = rgs_test_sms_hex(RGS_SM_CP_MO, -1, "1016");
    cr_expect_str_eq(s.op.result, "Congestion");
    cr_expect_null(rgs_rp_cause(200));
}

Test(sms, lone_surrogates_and_a_lone_escape)
{
    struct rgs_test_sms s = rgs_test_sms_hex(RGS_SM_SMPP, 8, "d83d0041de00d83d");
    cr_expect_str_eq(s.text, "\uFFFDA\uFFFD\uFFFD");
    s = rgs_test_sms_hex(RGS_SM_SMPP, 0, "411b");
    cr_expect_str_eq(s.text, "A ");
    s = rgs_test_sms_hex(RGS_SM_SMPP, 0, "1b1b41");
    cr_expect_str_eq(s.text, " A");
}

Test(sms, what_signalling_has_set_stays)
{
    struct rgs_dissect *d = rgs_test_dissect();
    struct rgs_op op = {0};
    struct rgs_test_buf b =
        rgs_test_hex("0155079106010000000100140409d04279d84d0600005211010000400202e834");

    RGS_SET(&op, SM, sm, rgs_bytes(b.p, b.n));
    RGS_SET(&op, SM_KIND, sm_kind, RGS_SM_RP_MT);
    RGS_SET(&op, SMSC, smsc, rgs_name_of("123", 3));
    RGS_SET(&op, OA, oa, rgs_name_of("other", 5));
    rgs_sms_decode(d, &op);
    cr_expect_str_eq(rgs_test_name(&op.smsc), "123");
    cr_expect_str_eq(rgs_test_name(&op.oa), "other");
    cr_expect(!RGS_HAS(&op, OA_TON));
    cr_expect_eq(op.dcs, 0);
    cr_expect(RGS_HAS(&op, PID));
    rgs_arena_wipe(&d->arena);
    rgs_test_buf_free(&b);
}

Test(sms, nothing_is_written_when_the_arena_is_full)
{
    struct rgs_dissect *d = rgs_test_dissect();
    struct rgs_op op = {0};
    struct rgs_test_buf b = rgs_test_hex("6869");
    size_t cap = d->arena.cap;

    d->arena.cap = 8;
    for (int kind = RGS_SM_SMPP; kind <= RGS_SM_UTF8; kind++) {
        for (int coding = 0; coding < 16; coding++) {
            op = (struct rgs_op){0};
            RGS_SET(&op, SM, sm, rgs_bytes(b.p, b.n));
            RGS_SET(&op, SM_KIND, sm_kind, (uint8_t)kind);
            RGS_SET(&op, DCS, dcs, (uint8_t)coding);
            rgs_sms_decode(d, &op);
            cr_expect(!RGS_HAS(&op, TEXT), "kind %d coding %d", kind, coding);
        }
    }
    cr_expect(rgs_anomalies_have(&op.anomalies, RGS_A_ARENA));
    d->arena.cap = cap;
    rgs_test_buf_free(&b);
}
