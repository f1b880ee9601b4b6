/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The 7-bit alphabets: libosmogsm as the oracle of the default one, and every national language
 * table. */
#include <criterion/criterion.h>
#include <osmocom/gsm/gsm_utils.h>
#include <stdlib.h>

#include "base/gsm7.h"
#include "base/utf8.h"
#include "support/support.h"

/* A small generator of our own, so that a failure can be repeated. */
static uint32_t next(uint32_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 17;
    *s ^= *s << 5;
    return *s;
}

/* libosmogsm gives Latin-1, and wrong octets for what Latin-1 does not have or its table does not
 * know. */
static bool in_latin1(const char *text, size_t n, unsigned char *latin1)
{
    struct rgs_bytes in = rgs_bytes(text, n);
    size_t k = 0;

    while (in.n) {
        uint32_t cp;
        in = rgs_bytes_from(in, rgs_utf8_get(in, &cp));
        if (cp > 0xff)
            return false;
        latin1[k++] = (unsigned char)cp;
    }
    latin1[k] = 0;
    return true;
}

/* Septets for which its table does not hold the character of TS 23.038: Greek capitals, currency
 * and inverted signs, and capital and small letters with diaeresis or tilde. */
static bool not_in_libosmogsm(uint8_t c)
{
    return c == 0x0c || c == 0x10 || (c >= 0x12 && c <= 0x1b) || c == 0x24 || c == 0x40 ||
           (c >= 0x5b && c <= 0x60) || (c >= 0x7b && c <= 0x7e);
}

/* Septets that the two have in common, and escapes with what may follow them. */
static size_t random_septets(uint32_t *seed, uint8_t *s, size_t n)
{
    static const uint8_t escaped[] = {0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40};
    for (size_t i = 0; i < n; i++) {
        uint8_t c = next(seed) >> 9 & 0x7f;
        if (c == 0x1b && i + 1 < n) {
            s[i++] = c;
            c = escaped[next(seed) >> 9 & 7];
        } else if (not_in_libosmogsm(c)) {
            c = 'x';
        }
        s[i] = c;
    }
    return n;
}

Test(gsm7, equals_libosmogsm_on_random_texts)
{
    uint32_t seed = 2463534242u;
    unsigned compared = 0;

    for (unsigned round = 0; round < 20000; round++) {
        uint8_t septets[256], packed[256];
        char ours[1024], theirs[512];
        unsigned char latin1[512];
        size_t n = random_septets(&seed, septets, next(&seed) % 161);
        int octets = gsm_septet_pack(packed, septets, n, 0);
        uint8_t *exact = malloc(octets ? (size_t)octets : 1);
        memcpy(exact, packed, (size_t)octets);

        size_t got =
            rgs_gsm7_packed(&rgs_gsm7_default, rgs_bytes(exact, (size_t)octets), 0, n, ours);
        memset(theirs, 0, sizeof(theirs));
        gsm_7bit_decode_n(theirs, sizeof(theirs), packed, (uint8_t)n);
        cr_assert(in_latin1(ours, got, latin1));
        cr_assert_eq(memcmp(latin1, theirs, strlen(theirs) + 1), 0, "round %u: '%s' and '%s'",
                     round, latin1, theirs);
        compared++;
        free(exact);
    }
    cr_expect_eq(compared, 20000);
}

Test(gsm7, packed_and_unpacked_agree_at_every_bit_offset)
{
    uint32_t seed = 88172645u;

    for (unsigned round = 0; round < 5000; round++) {
        uint8_t septets[200], packed[256] = {0};
        char a[1024], b[1024];
        size_t first = next(&seed) % 64, n = next(&seed) % 180;

        for (size_t i = 0; i < n; i++)
            septets[i] = next(&seed) >> 9 & 0x7f;
        for (size_t bit = 0; bit < n * 7; bit++)
            packed[(first + bit) / 8] |=
                (uint8_t)((septets[bit / 7] >> (bit % 7) & 1) << ((first + bit) % 8));
        size_t octets = (first + n * 7 + 7) / 8;
        uint8_t *exact = malloc(octets ? octets : 1);
        memcpy(exact, packed, octets);
        size_t na = rgs_gsm7_packed(&rgs_gsm7_default, rgs_bytes(exact, octets), first, n, a);
        size_t nb = rgs_gsm7_octets(&rgs_gsm7_default, rgs_bytes(septets, n), b);
        cr_assert_eq(na, nb, "round %u", round);
        cr_assert_eq(memcmp(a, b, na), 0, "round %u", round);
        cr_assert(rgs_utf8_valid(rgs_bytes(a, na)));
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(rgs_gsm7_septet(exact, first + i * 7), septets[i]);
        free(exact);
    }
}

Test(gsm7, more_septets_than_octets)
{
    char out[64];
    const uint8_t two[] = {0xe8, 0x34};

    cr_expect_eq(rgs_gsm7_packed(&rgs_gsm7_default, rgs_bytes(two, 2), 0, 160, out), 2);
    cr_expect_eq(rgs_gsm7_packed(&rgs_gsm7_default, rgs_bytes(two, 2), 14, 160, out), 0);
    cr_expect_eq(rgs_gsm7_packed(&rgs_gsm7_default, rgs_bytes(two, 2), 999, 160, out), 0);
    cr_expect_eq(rgs_gsm7_packed(&rgs_gsm7_default, rgs_bytes(NULL, 0), 0, 160, out), 0);
}

/* Rows of sixteen of each table, as TS 23.038 annex A prints its columns; U+0020 where it leaves a
 * position void. */
static const struct {
    uint8_t language;
    unsigned row; /* first septet */
    const char *text;
} locking[] = {
    {1, 0x00, "@£$¥€éùıòÇ\nĞğ\rÅå"},
    {1, 0x10, "Δ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ"},
    {1, 0x40, "İABCDEFGHIJKLMNO"},
    {1, 0x60, "çabcdefghijklmno"},
    {3, 0x00, "@£$¥êéúíóç\nÔô\rÁá"},
    {3, 0x10, "Δ_ªÇÀ∞^\\€Ó|\x1bÂâÊÉ"},
    {3, 0x20, " !\"#º%&'()*+,-./"},
    {3, 0x40, "ÍABCDEFGHIJKLMNO"},
    {3, 0x50, "PQRSTUVWXYZÃÕÚÜ§"},
    {3, 0x60, "~abcdefghijklmno"},
    {3, 0x70, "pqrstuvwxyzãõ`üà"},
    {4, 0x00, "\u0981\u0982\u0983\u0985\u0986\u0987\u0988\u0989\u098a\u098b\n\u098c \r \u098f"},
    {4, 0x70, "pqrstuvwxyz\u09d7\u09dc\u09dd\u09f0\u09f1"},
    {5, 0x20, " !\u0a9f\u0aa0\u0aa1\u0aa2\u0aa3\u0aa4)(\u0aa5\u0aa6,\u0aa7.\u0aa8"},
    {6, 0x30, "0123456789:;\u0929\u092a\u092b?"},
    {6, 0x70, "pqrstuvwxyz\u0972\u097b\u097c\u097e\u097f"},
    {7, 0x20, " !\u0c9f\u0ca0\u0ca1\u0ca2\u0ca3\u0ca4)(\u0ca5\u0ca6,\u0ca7.\u0ca8"},
    {8, 0x20, " !\u0d1f\u0d20\u0d21\u0d22\u0d23\u0d24)(\u0d25\u0d26,\u0d27.\u0d28"},
    {9, 0x40,
     "\u0b2c\u0b2d\u0b2e\u0b2f\u0b30 \u0b32\u0b33 \u0b35\u0b36\u0b37\u0b38\u0b39\u0b3c\u0b3d"},
    {10, 0x50, "\u0a3e\u0a3f\u0a40\u0a41\u0a42    \u0a47\u0a48  \u0a4b\u0a4c\u0a4d"},
    {11, 0x10, "\u0b90 \u0b92\u0b93\u0b94\u0b95   \u0b99\u0b9a\x1b \u0b9c \u0b9e"},
    {12, 0x70, "pqrstuvwxyz\u0c56\u0c60\u0c61\u0c62\u0c63"},
    {13, 0x00,
     "\u0627\u0622\u0628\u067b\u0680\u067e\u06a6\u062a\u06c2\u067f\n\u0679\u067d\r\u067a\u067c"},
    {13, 0x70, "pqrstuvwxyz\u0655\u0651\u0653\u0656\u0670"},
};

Test(gsm7, locking_shift_tables)
{
    for (size_t i = 0; i < sizeof(locking) / sizeof(*locking); i++) {
        struct rgs_gsm7 g = rgs_gsm7_default;
        struct rgs_bytes want = rgs_bytes(locking[i].text, strlen(locking[i].text));
        g.locking = rgs_gsm7_locking(locking[i].language);
        cr_assert_not_null(g.locking);
        for (unsigned k = 0; k < 16; k++) {
            uint8_t septet = (uint8_t)(locking[i].row + k);
            char out[16], expected[4];
            uint32_t cp;
            want = rgs_bytes_from(want, rgs_utf8_get(want, &cp));
            if (cp == 0x1b)
                continue;
            size_t len = rgs_utf8_put(expected, cp),
                   n = rgs_gsm7_octets(&g, rgs_bytes(&septet, 1), out);
            cr_expect(n == len && memcmp(out, expected, n) == 0, "language %u septet %02x",
                      locking[i].language, septet);
        }
    }
}

/* Pairs of a septet behind ESC and its character. */
static const struct {
    uint8_t language, septet;
    const char *text;
} single[] = {
    {0, 0x0a, "\f"},     {0, 0x65, "€"},       {0, 0x40, "|"},       {0, 0x41, "A"},
    {1, 0x47, "Ğ"},      {1, 0x53, "Ş"},       {1, 0x63, "ç"},       {1, 0x65, "€"},
    {1, 0x69, "ı"},      {2, 0x09, "ç"},       {2, 0x41, "Á"},       {2, 0x4f, "Ó"},
    {2, 0x75, "ú"},      {3, 0x05, "ê"},       {3, 0x12, "Φ"},       {3, 0x15, "Ω"},
    {3, 0x1f, "Ê"},      {3, 0x5b, "Ã"},       {3, 0x7f, "â"},       {4, 0x19, "\u09e6"},
    {4, 0x24, "\u09df"}, {4, 0x34, "\u09fa"},  {4, 0x15, "¡"},       {5, 0x19, "\u0964"},
    {5, 0x25, "\u0aef"}, {6, 0x1c, "\u0966"},  {6, 0x2c, "\u0958"},  {6, 0x3a, "\u0971"},
    {7, 0x26, "\u0cde"}, {7, 0x3c, "["},       {8, 0x2e, "\u0d7a"},  {8, 0x34, "\u0d7f"},
    {9, 0x2a, "\u0b5f"}, {10, 0x2d, "\u0a75"}, {11, 0x2e, "\u0bfa"}, {12, 0x32, "\u0c7f"},
    {12, 0x65, "€"},     {13, 0x3b, "\u06cd"}, {13, 0x3f, "\u06d4"}, {13, 0x19, "\u0600"},
    {13, 0x5a, "Z"},     {13, 0x17, "#"},
};

Test(gsm7, single_shift_tables)
{
    for (size_t i = 0; i < sizeof(single) / sizeof(*single); i++) {
        struct rgs_gsm7 g = rgs_gsm7_default;
        uint8_t in[2] = {0x1b, single[i].septet};
        char out[16] = {0};
        if (single[i].language)
            g.single = rgs_gsm7_single(single[i].language);
        cr_assert_not_null(g.single);
        size_t n = rgs_gsm7_octets(&g, rgs_bytes(in, 2), out);
        cr_expect(n == strlen(single[i].text) && memcmp(out, single[i].text, n) == 0,
                  "language %u ESC %02x: %.*s", single[i].language, single[i].septet, (int)n, out);
    }
}

Test(gsm7, languages_without_a_table)
{
    cr_expect_null(rgs_gsm7_locking(2)); /* Spanish has a single shift table only */
    cr_expect_not_null(rgs_gsm7_single(2));
    cr_expect_null(rgs_gsm7_locking(0));
    cr_expect_null(rgs_gsm7_single(0));
    cr_expect_null(rgs_gsm7_locking(14));
    cr_expect_null(rgs_gsm7_single(255));
}

Test(gsm7, every_table_is_whole)
{
    for (uint8_t language = 1; language <= 13; language++) {
        const uint32_t *t = rgs_gsm7_locking(language), *s = rgs_gsm7_single(language);
        for (unsigned i = 0; i < 128; i++) {
            cr_expect(!t || (t[i] >> 24 >= 1 && t[i] >> 24 <= 3), "language %u septet %02x",
                      language, i);
            cr_expect(s[i] >> 24 <= 3 && (s[i] == 0 || s[i] >> 24 >= 1), "language %u ESC %02x",
                      language, i);
        }
    }
}
