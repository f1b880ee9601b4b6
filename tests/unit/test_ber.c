/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>

#include "sig/ber.h"
#include "support/support.h"

/* What rgs_ber_next() gives for the first element, and whether the reader is sound afterwards. */
static const struct {
    const char *hex;
    bool found, ok, constructed, cut;
    uint32_t tag;
    size_t value, left;
} rows[] = {
    {"020101", true, true, false, false, RGS_BER_UNI(2), 1, 0},
    {"0500", true, true, false, false, RGS_BER_UNI(5), 0, 0},
    {"30030201ff00", true, true, true, false, RGS_BER_UNI(16), 3, 1},
    {"9f3203aabbcc", true, true, false, false, RGS_BER_CTX(50), 3, 0},
    {"bf812503aabbcc", true, true, true, false, RGS_BER_CTX(165), 3, 0},
    {"6202dead", true, true, true, false, RGS_BER_APP(2), 2, 0},
    {"e10100", true, true, true, false, RGS_BER_PRI(1), 1, 0},
    {"048102aabb", true, true, false, false, RGS_BER_UNI(4), 2, 0},
    {"04840000000155", true, true, false, false, RGS_BER_UNI(4), 1, 0},
    /* indefinite, alone and nested */
    {"30800201010000", true, true, true, false, RGS_BER_UNI(16), 3, 0},
    {"3080a08002010100000000ff", true, true, true, false, RGS_BER_UNI(16), 7, 1},
    {"308000000201", true, true, true, false, RGS_BER_UNI(16), 0, 2},
    /* filler in front */
    {"0000020105", true, true, false, false, RGS_BER_UNI(2), 1, 0},
    /* cut, and what there is */
    {"0405aabb", true, false, false, true, RGS_BER_UNI(4), 2, 0},
    {"3080020101", true, false, true, true, RGS_BER_UNI(16), 3, 0},
    {"048400ffffffaa", true, false, false, true, RGS_BER_UNI(4), 1, 0},
    /* broken */
    {"", false, true, false, false, 0, 0, 0},
    {"0000", false, true, false, false, 0, 0, 0},
    {"04", false, false, false, false, 0, 0, 0},
    {"1f", false, false, false, false, 0, 0, 0},
    {"1fffffffffff7f00", false, false, false, false, 0, 0, 0},
    {"0480aa0000", false, false, false, false, 0, 0, 0},
    {"04ff", false, false, false, false, 0, 0, 0},
    {"0485ffffffffff", false, false, false, false, 0, 0, 0},
};

Test(ber, elements)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(rows[i].hex);
        struct rgs_reader r = rgs_reader(rgs_bytes(b.p, b.n));
        struct rgs_ber t;
        bool found = rgs_ber_next(&r, &t);

        cr_assert_eq(found, rows[i].found, "%s", rows[i].hex);
        cr_assert_eq(rgs_reader_ok(&r), rows[i].ok, "%s", rows[i].hex);
        if (found) {
            cr_assert_eq(t.tag, rows[i].tag, "%s", rows[i].hex);
            cr_assert_eq(t.constructed, rows[i].constructed, "%s", rows[i].hex);
            cr_assert_eq(t.cut, rows[i].cut, "%s", rows[i].hex);
            cr_assert_eq(t.value.n, rows[i].value, "%s: %zu", rows[i].hex, t.value.n);
            cr_assert_eq(rgs_left(&r), rows[i].left, "%s: %zu", rows[i].hex, rgs_left(&r));
        }
        rgs_test_buf_free(&b);
    }
}

Test(ber, indefinite_lengths_are_not_nested_without_end)
{
    uint8_t deep[4096];
    for (size_t i = 0; i < sizeof(deep); i += 2) {
        deep[i] = 0x30;
        deep[i + 1] = 0x80;
    }
    struct rgs_reader r = rgs_reader(rgs_bytes(deep, sizeof(deep)));
    struct rgs_ber t;
    cr_assert(rgs_ber_next(&r, &t));
    cr_assert(t.cut);
    cr_assert(!rgs_reader_ok(&r));
}

Test(ber, integers)
{
    static const struct {
        const char *hex;
        bool ok;
        int32_t v;
    } ints[] = {
        {"020100", true, 0},          {"02017f", true, 127},
        {"0201ff", true, -1},         {"02020080", true, 128},
        {"0204ffffff85", true, -123}, {"0a0105", true, 5},
        {"0204ffffffff", true, -1},   {"02047fffffff", true, 0x7fffffff},
        {"0200", false, 0},           {"02050000000001", false, 0},
        {"0203aa", false, 0},
    };
    for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
        struct rgs_test_buf b = rgs_test_hex(ints[i].hex);
        struct rgs_reader r = rgs_reader(rgs_bytes(b.p, b.n));
        struct rgs_ber t;
        int32_t v = 0;
        cr_assert(rgs_ber_next(&r, &t));
        cr_assert_eq(rgs_ber_int(&t, &v), ints[i].ok, "%s", ints[i].hex);
        cr_assert_eq(v, ints[i].v, "%s: %d", ints[i].hex, v);
        rgs_test_buf_free(&b);
    }
}

static struct rgs_bytes octets(struct rgs_test_decoder *t, const char *hex, struct rgs_test_buf *b)
{
    struct rgs_ber e;
    *b = rgs_test_hex(hex);
    struct rgs_reader r = rgs_reader(rgs_bytes(b->p, b->n));
    cr_assert(rgs_ber_next(&r, &e), "%s", hex);
    return rgs_ber_octets(rgs_decoder_dissect(t->dec), &e);
}

Test(ber, strings_in_segments_are_joined)
{
    static const struct {
        const char *hex;
        size_t n;
    } strings[] = {
        {"0403010203", 3},
        {"2407040201020405ff", 0}, /* the second segment is longer than there is room */
        {"240704020102040103", 3},
        {"2480040201020401030000", 3},
        {"2480248004020102000004010300 00", 3},
        {"2403020101", 0}, /* an integer is no segment */
        {"2400", 0},
    };
    struct rgs_test_decoder t;
    rgs_test_decoder_init(&t, false);
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        struct rgs_test_buf b;
        struct rgs_bytes v = octets(&t, strings[i].hex, &b);
        cr_assert_eq(v.n, strings[i].n, "%s: %zu", strings[i].hex, v.n);
        for (size_t k = 0; k < v.n; k++)
            cr_assert_eq(v.p[k], k + 1, "%s", strings[i].hex);
        rgs_test_buf_free(&b);
    }
    rgs_test_decoder_fini(&t);
}
