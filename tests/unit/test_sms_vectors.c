/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Third-party TPDUs and their expected values, read where they lie. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/gsm7.h"
#include "base/utf8.h"
#include "sms/address.h"
#include "sms/ud.h"
#include "support/sms.h"
#include "support/vectors.h"

static struct rgs_bytes bytes_of(const struct rgs_vector *v)
{
    return rgs_bytes(v->bytes.p, v->bytes.n);
}

struct counts {
    const char *file;
    unsigned rows, values;
};

#define WHERE "%s:%u (%s): "
#define AT(c, v) (c)->file, (v)->line, (v)->source

static bool starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static void expect_text(struct counts *c, const struct rgs_vector *v, const char *want,
                        const char *got)
{
    c->values++;
    cr_expect_str_eq(got, want, WHERE "text '%s', expected '%s'", AT(c, v), got, want);
}

static void expect_number(struct counts *c, const struct rgs_vector *v, const char *key, bool there,
                          unsigned got)
{
    const char *want = rgs_vector_value(v, key);
    if (!want || strcmp(want, "null") == 0)
        return;
    c->values++;
    cr_expect(there && got == strtoul(want, NULL, 0), WHERE "%s=%s, got %u", AT(c, v), key, want,
              got);
}

static void expect_party(struct counts *c, const struct rgs_vector *v, const char *want, bool there,
                         const struct rgs_name *name)
{
    const char *got = there ? rgs_test_name(name) : "";
    if (!want)
        return;
    /* "Addr: 6391, TOA: 0x91" in one of the suites. */
    char digits[128];
    if (starts(want, "Addr: "))
        want += 6;
    snprintf(digits, sizeof(digits), "%.*s", (int)strcspn(want, ",|"),
             want[0] == '+' ? want + 1 : want);
    c->values++;
    cr_expect_str_eq(got, digits, WHERE "address '%s', expected '%s'", AT(c, v), got, digits);
}

/*
 * Where tshark is no second opinion: national languages, which 4.0 reads with the default alphabet,
 * characters that it has no place for, and rows that it could not read itself.
 */
static bool tshark_can_tell(const struct rgs_vector *v)
{
    const char *text = rgs_vector_value(v, "ts.sms_text");
    if (!text || strstr(text, "\uFFFD") || rgs_vector_value(v, "ts.expert"))
        return false;
    return !starts(v->source, "TC00");
}

static const char *unescape_newlines(const char *s)
{
    static char out[8192];
    size_t n = 0;
    for (; *s && n < sizeof(out) - 1; s++) {
        char next = s[0] == '\\' ? s[1] : 0;
        char c = next == 'n'    ? '\n'
                 : next == 'r'  ? '\r'
                 : next == 'f'  ? '\f'
                 : next == '\\' ? '\\'
                                : 0;
        out[n++] = c ? c : *s;
        s += c ? 1 : 0;
    }
    out[n] = '\0';
    return out;
}

/* An odd number of digits, and a digit where the filling should be: tshark shows it, but the length
 * leaves it out (TS 23.040 9.1.2.5). In the rows that have it, the address of a SUBMIT. */
static bool odd_digits_without_filling(const struct rgs_vector *v)
{
    const uint8_t *p = v->bytes.p;
    return strcmp(v->layer, "sms_tpdu_mo") == 0 && v->bytes.n > 10 && (p[0] & 3) == 1 &&
           p[2] % 2 == 1 && p[2] < 12 && p[4 + p[2] / 2] >> 4 != 0xf;
}

static bool must_be_refused(const struct rgs_vector *v)
{
    return rgs_vector_value(v, "err") || rgs_vector_value(v, "outcome");
}

static void tpdu_row(struct counts *c, const struct rgs_vector *v, enum rgs_sm_kind kind)
{
    struct rgs_test_sms s = rgs_test_sms(kind, -1, bytes_of(v));
    const struct rgs_op *op = &s.op;
    const char *want;

    c->rows++;
    rgs_test_sms_ladder(kind, -1, bytes_of(v));
    if (must_be_refused(v)) {
        c->values++;
        cr_expect(!rgs_test_sms_clean(&s), WHERE "passes for a good message", AT(c, v));
        return;
    }
    static const char *const dcs[] = {"DCS", "tp_dcs", "dataCodingScheme.code"};
    static const char *const pid[] = {"PID", "tp_pid", "protocolIdentifier.code"};
    static const char *const oa[] = {"OA", "originatingAddress.addressValue"};
    static const char *const da[] = {"DA", "RA", "destinationAddress.addressValue",
                                     "recipientAddress.addressValue"};
    /* A command has no data coding (TS 23.040 9.2.2.4); the peer gives one of its own. */
    const char *test = rgs_vector_value(v, "test");
    bool command = test && starts(test, "SmsCommand");
    for (size_t i = 0; !command && i < sizeof(dcs) / sizeof(*dcs); i++)
        expect_number(c, v, dcs[i], RGS_HAS(op, DCS), op->dcs);
    for (size_t i = 0; i < sizeof(pid) / sizeof(*pid); i++)
        expect_number(c, v, pid[i], RGS_HAS(op, PID), op->pid);
    for (size_t i = 0; i < sizeof(oa) / sizeof(*oa); i++)
        expect_party(c, v, rgs_vector_value(v, oa[i]), RGS_HAS(op, OA), &op->oa);
    for (size_t i = 0; i < sizeof(da) / sizeof(*da); i++)
        expect_party(c, v, rgs_vector_value(v, da[i]), RGS_HAS(op, DA), &op->da);
    if (RGS_HAS(op, DA) || RGS_HAS(op, OA))
        expect_party(c, v, rgs_vector_value(v, "number"), true,
                     RGS_HAS(op, OA) ? &op->oa : &op->da);
    if ((want = rgs_vector_value(v, "userData.decodedMessage")))
        expect_text(c, v, want, s.text);
    /* Nor are its data text (9.2.3.21). */
    if (!command && (want = rgs_vector_value(v, "UD")))
        expect_text(c, v, want, s.text);
    if (tshark_can_tell(v))
        expect_text(c, v, unescape_newlines(rgs_vector_value(v, "ts.sms_text")), s.text);
    if (rgs_vector_value(v, "ts.expert") || odd_digits_without_filling(v))
        return;
    expect_party(c, v, rgs_vector_value(v, "ts.tp-oa"), RGS_HAS(op, OA), &op->oa);
    expect_party(c, v, rgs_vector_value(v, "ts.tp-da"), RGS_HAS(op, DA), &op->da);
    expect_party(c, v, rgs_vector_value(v, "ts.tp-ra"), RGS_HAS(op, DA), &op->da);
    /* tshark 4.0 reads the fields of reports one place off. */
    if ((v->bytes.p[0] & 3) == (kind == RGS_SM_TPDU_MT ? 0 : 1)) {
        expect_number(c, v, "ts.tp-pid", RGS_HAS(op, PID), op->pid);
        expect_number(c, v, "ts.tp-dcs", RGS_HAS(op, DCS), op->dcs);
    }
    expect_number(c, v, "ts.udh.mm.msg_id", RGS_HAS(op, CONCAT_REF), op->concat_ref);
    expect_number(c, v, "ts.udh.mm.msg_parts", RGS_HAS(op, CONCAT_TOTAL), op->concat_total);
    expect_number(c, v, "ts.udh.mm.msg_part", RGS_HAS(op, CONCAT_SEQ), op->concat_seq);
}

/* Text that a peer encoded: what comes back must be that text, as far as its alphabet has the
 * letters. */
static void encoded_text(struct counts *c, const struct rgs_vector *v)
{
    const char *want = rgs_vector_value(v, "text");
    if (!want)
        return;
    struct rgs_test_sms s = rgs_test_sms(
        strcmp(v->layer, "sms_tpdu_mt") == 0 ? RGS_SM_TPDU_MT : RGS_SM_TPDU_MO, -1, bytes_of(v));
    const char *second = rgs_vector_value(v, "ts.sms_text");
    if (second && s.text[0] && rgs_vector_value(v, "coding"))
        return; /* gammu replaces or cuts when it encodes; tshark's reading was compared */
    expect_text(c, v, rgs_vector_value(v, "text"), s.text);
}

static void ud_row(struct counts *c, const struct rgs_vector *v)
{
    struct rgs_dissect *d = rgs_test_dissect();
    struct rgs_op op = {0};
    const char *udhi = rgs_vector_value(v, "udhi");
    bool header = udhi && udhi[0] == '1';
    size_t udl = strtoul(rgs_vector_value(v, "septets"), NULL, 10);
    char text[2048];

    rgs_ud_read(d, &op, 0, header, udl, bytes_of(v));
    snprintf(text, sizeof(text), "%.*s", (int)op.text.n, (const char *)op.text.p);
    rgs_arena_wipe(&d->arena);
    c->rows++;
    expect_text(c, v, rgs_vector_value(v, "text"), text);
}

/* Tables forced from outside: the text begins behind a header of thirteen octets in all of these
 * rows. */
static void forced_language_row(struct counts *c, const struct rgs_vector *v)
{
    static const struct {
        const char *name;
        uint8_t id;
    } languages[] = {{"TURKISH", 1}, {"SPANISH", 2}, {"PORTUGUESE", 3}};
    struct rgs_gsm7 g = rgs_gsm7_default;
    char text[1024];

    for (size_t i = 0; i < 3; i++) {
        const char *value = rgs_vector_value(v, "locking_lang");
        if (value && strcmp(value, languages[i].name) == 0 && rgs_gsm7_locking(languages[i].id))
            g.locking = rgs_gsm7_locking(languages[i].id);
        value = rgs_vector_value(v, "single_lang");
        if (value && strcmp(value, languages[i].name) == 0)
            g.single = rgs_gsm7_single(languages[i].id);
    }
    size_t n = rgs_gsm7_packed(&g, rgs_bytes_from(bytes_of(v), 13), 0, v->bytes.p[12], text);
    text[n] = '\0';
    c->rows++;
    expect_text(c, v, rgs_vector_value(v, "text"), text);
}

static void utf8_of_escapes(const char *s, char *out)
{
    size_t n = 0;
    while (*s) {
        if (s[0] == '\\' && s[1] == 'u') {
            char hex[5] = {s[2], s[3], s[4], s[5], 0};
            n += rgs_utf8_put(out + n, (uint32_t)strtoul(hex, NULL, 16));
            s += 6;
        } else {
            out[n++] = *s++;
        }
    }
    out[n] = '\0';
}

static void field_row(struct counts *c, const struct rgs_vector *v)
{
    struct rgs_bytes b = bytes_of(v);
    const char *what = v->layer + strlen("sms_field.");

    c->rows++;
    if (strcmp(what, "AddressField") == 0) {
        struct rgs_reader r = rgs_reader(b);
        struct rgs_sms_address a = rgs_sms_address(&r);
        expect_party(c, v, rgs_vector_value(v, "addressValue"), rgs_reader_ok(&r), &a.name);
    } else if (strcmp(what, "UserDataHeader") == 0) {
        struct rgs_test_sms s = rgs_test_sms(RGS_SM_SMPP_UDHI, 0, b);
        /* The peer reads a 16-bit reference with its low octet first; TS 23.040 9.2.3.24.8 has the
         * high one. */
        uint16_t ref = s.op.concat_ref;
        ref = ref > 0xff ? (uint16_t)(ref >> 8 | (unsigned)ref << 8) : ref;
        expect_number(c, v, "reference", RGS_HAS(&s.op, CONCAT_REF), ref);
        expect_number(c, v, "mesageSegmentCount", RGS_HAS(&s.op, CONCAT_TOTAL), s.op.concat_total);
        expect_number(c, v, "mesageSegmentNumber", RGS_HAS(&s.op, CONCAT_SEQ), s.op.concat_seq);
    } else if (strcmp(what, "UserData") == 0) {
        const char *size = rgs_vector_value(v, "size");
        bool header = size && size[0] != '0';
        char want[2048];
        utf8_of_escapes(rgs_vector_value(v, "decodedMessage"), want);
        bool ucs2 = (unsigned char)want[0] >= 0x80;
        struct rgs_test_sms s = rgs_test_sms(header ? RGS_SM_UD_UDHI : RGS_SM_UD, ucs2 ? 8 : 0, b);
        c->values++;
        cr_expect(starts(s.text, want) || strstr(s.text, want), WHERE "text '%s', expected '%s'",
                  AT(c, v), s.text, want);
    }
}

static void row(void *ctx, const struct rgs_vector *v)
{
    struct counts *c = ctx;

    if (strcmp(v->layer, "sms_tpdu_mt") == 0 || strcmp(v->layer, "sms_tpdu_mo") == 0) {
        tpdu_row(c, v, strcmp(v->layer, "sms_tpdu_mt") == 0 ? RGS_SM_TPDU_MT : RGS_SM_TPDU_MO);
        encoded_text(c, v);
    } else if (strcmp(v->layer, "gsm7") == 0) {
        ud_row(c, v);
    } else if (strcmp(v->layer, "sms_tpdu_mo_forced_lang") == 0) {
        forced_language_row(c, v);
    } else if (starts(v->layer, "sms_field.")) {
        field_row(c, v);
    }
}

static const char *const files[] = {"warthog618_sms.tsv", "gammu.tsv",       "ofono.tsv",
                                    "natlang_udh.tsv",    "osmocom.tsv",     "jss7.tsv",
                                    "pycrate.tsv",        "misc_singles.tsv"};

Test(sms_vectors, expected_values)
{
    unsigned rows = 0, values = 0;

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct counts c = {.file = files[i]};
        if (rgs_test_vectors(files[i], row, &c) < 0) {
            cr_log_info("%s is not there: skipped", files[i]);
            continue;
        }
        cr_log_info("%s: %u rows, %u values", files[i], c.rows, c.values);
        rows += c.rows;
        values += c.values;
    }
    if (!rgs_test_shared())
        cr_skip_test("no outside data");
    cr_expect_geq(rows, 130);
    cr_expect_gt(values, 300);
}

/* The same user data with and without a TPDU around it: the two ways in must give the same text. */
struct pair {
    uint8_t ud[256];
    size_t n;
    char text[1024];
};

struct pairs {
    struct pair at[32];
    size_t n, matched;
};

static void language_row(void *ctx, const struct rgs_vector *v)
{
    struct pairs *p = ctx;

    if (strcmp(v->layer, "sms_udl_ud") == 0) {
        struct rgs_dissect *d = rgs_test_dissect();
        struct rgs_op op = {0};
        struct pair *k = &p->at[p->n++];
        rgs_ud_read(d, &op, 0, true, v->bytes.p[0], rgs_bytes_from(bytes_of(v), 1));
        k->n = v->bytes.n;
        memcpy(k->ud, v->bytes.p, k->n);
        cr_expect(RGS_HAS(&op, TEXT), "line %u", v->line);
        snprintf(k->text, sizeof(k->text), "%.*s", (int)op.text.n, (const char *)op.text.p);
        /* Spanish has no locking shift table. */
        bool unknown = rgs_anomalies_have(&op.anomalies, RGS_A_SMS_LANGUAGE);
        cr_expect_eq(unknown, v->bytes.p[2] == 0x25 && v->bytes.p[4] == 2, "line %u", v->line);
        rgs_arena_wipe(&d->arena);
        return;
    }
    struct rgs_test_sms s = rgs_test_sms(RGS_SM_TPDU_MO, -1, bytes_of(v));
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *k = &p->at[i];
        if (v->bytes.n > k->n && memcmp(v->bytes.p + v->bytes.n - k->n, k->ud, k->n) == 0) {
            cr_expect_str_eq(s.text, k->text, "line %u", v->line);
            p->matched++;
        }
    }
}

Test(sms_vectors, national_languages)
{
    struct pairs p = {0};

    if (rgs_test_vectors("natlang_udh.tsv", language_row, &p) < 0)
        cr_skip_test("no outside data");
    cr_expect_geq(p.matched, 10);
    cr_expect_str_eq(p.at[0].text, "Ğ");
    cr_expect_str_eq(p.at[1].text, "ŞçşĞğİı€");
}
