/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "cli/clean.h"

static struct rgs_cleaner *cleaner(void)
{
    static struct rgs_cleaner c = {.key = {1, 2}};
    rgs_crc32c_init(&c.crc);
    return &c;
}

static size_t unhex(const char *hex, uint8_t *out)
{
    size_t n = 0;
    for (; *hex; hex += *hex == ' ' ? 1 : 2) {
        if (*hex != ' ')
            out[n++] = (uint8_t)strtoul((const char[]){hex[0], hex[1], 0}, NULL, 16);
    }
    return n;
}

static void digits(const char *number, enum rgs_clean_kind kind, char out[33])
{
    uint8_t d[32];
    size_t n = strlen(number);
    for (size_t i = 0; i < n; i++)
        d[i] = (uint8_t)(number[i] - '0');
    rgs_clean_digits(cleaner(), kind, d, n);
    for (size_t i = 0; i < n; i++)
        out[i] = (char)('0' + d[i]);
    out[n] = '\0';
}

Test(clean, numbers_keep_their_country_and_their_neighbours)
{
    char a[33], b[33], again[33];

    digits("85291230001", RGS_CLEAN_NUMBER, a);
    digits("85291230001", RGS_CLEAN_NUMBER, again);
    digits("85291230002", RGS_CLEAN_NUMBER, b);
    cr_assert_str_eq(a, again);
    cr_assert_str_neq(a, "85291230001");
    cr_assert_eq(strncmp(a, "852", 3), 0, "%s", a);
    cr_assert_eq(strncmp(a, b, 10), 0, "%s and %s are of one block", a, b);
    cr_assert_str_neq(a, b);
    digits("62000", RGS_CLEAN_NUMBER, a);
    cr_assert_str_eq(a, "62000", "a short code");
    digits("454031234567890", RGS_CLEAN_IMSI, a);
    cr_assert_eq(strncmp(a, "45403", 5), 0, "%s", a);
    cr_assert_str_neq(a, "454031234567890");
}

/* Different numbers stay different: the last digit of all ten. */
Test(clean, numbers_stay_apart)
{
    char number[] = "8529123000x", out[33];
    unsigned seen = 0;

    for (char c = '0'; c <= '9'; c++) {
        number[10] = c;
        digits(number, RGS_CLEAN_NUMBER, out);
        seen |= 1u << (out[10] - '0');
    }
    cr_assert_eq(seen, 0x3ff);
}

/* A deliver of seven septets, "hellohello" of ten with a header, and two in other alphabets. */
struct row {
    const char *name, *in;
    size_t text; /* where user data begin */
    const char *out;
};
static const struct row rows[] = {
    {"7-bit", "04 0b 91 5892 2103 00f1 00 00 42304021436500 0a e8329bfd4697d9ec37", 19,
     "783c1e8fc7e3f1783c"},
    {"7-bit, a part", "44 0b 91 5892 2103 00f1 00 00 42304021436500 0a 050003070201 e06a19", 19,
     "050003070201f0783c"},
    {"UCS-2", "04 0b 91 5892 2103 00f1 00 08 42304021436500 04 4f60597d", 19, "00780078"},
    {"8-bit, a port that is wiped",
     "44 0b 91 5892 2103 00f1 00 04 42304021436500 09 06050423f40000 4142", 19,
     "06050400000000 7878"},
};

Test(clean, texts_become_x_of_the_same_length)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t p[160], want[160], was[160];
        size_t n = unhex(rows[i].in, p), m = unhex(rows[i].out, want);
        memcpy(was, p, n);
        cr_assert(rgs_clean_tpdu(cleaner(), p, n), "%s", rows[i].name);
        cr_assert_eq(memcmp(p + rows[i].text, want, m), 0, "%s", rows[i].name);
        cr_assert_eq(p[rows[i].text - 1], was[rows[i].text - 1], "%s: its length", rows[i].name);
        cr_assert_neq(memcmp(p + 3, was + 3, 6), 0, "%s: its sender", rows[i].name);
    }
}

/* submit_sm to 85291230001 from "Bank" with two bytes of text and a wiped parameter. */
static const char submit_sm[] =
    "0000003a 00000004 00000000 00000001 00 05 00 42616e6b00 01 01 3835323931323330303031 00"
    "00 00 00 00 00 00 00 00 00 02 3132 1401 0004 41424344";

Test(clean, smpp)
{
    uint8_t p[160], was[160];
    size_t n = unhex(submit_sm, p);

    cr_assert_eq(n, p[3]);
    memcpy(was, p, n);
    cr_assert(rgs_clean_smpp(cleaner(), p, n));
    cr_assert_eq(memcmp(p + 19, "Bank", 5), 0, "a name stays");
    cr_assert_eq(memcmp(p + 26, "852", 3), 0);
    cr_assert_neq(memcmp(p + 26, was + 26, 11), 0);
    cr_assert_eq(memcmp(p + n - 10, "xx", 2), 0);
    cr_assert_eq(memcmp(p + n - 4, "\0\0\0\0", 4), 0);
    p[7] = 0x33;
    cr_assert_not(rgs_clean_smpp(cleaner(), p, n), "an unknown PDU");
}

/* Whatever comes: within its bounds (exact heap blocks under ASan), and no PDU longer or shorter.
 */
Test(clean, damaged_input)
{
    uint8_t good[4][160];
    size_t n[4] = {
        unhex(submit_sm, good[0]), unhex(rows[1].in, good[1]),
        unhex(
            "62 2a 48 04 00000001 6c 22 a1 20 02 01 01 02 01 2e 30 18 80 08 5404132143658709 84 07 "
            "91 5892210300f1 04 03 010203",
            good[2]),
        unhex("45000034 00000000 40840000 c0000201 c6336402 0b590b59 00000000 00000000 00030010 "
              "00000000 "
              "00000000 00000000 00000000",
              good[3])};

    for (unsigned which = 0; which < 4; which++) {
        for (size_t cut = 0; cut <= n[which]; cut++) {
            for (unsigned flip = 0; flip < 64; flip++) {
                uint8_t *p = malloc(cut ? cut : 1);
                size_t length = cut;
                memcpy(p, good[which], cut);
                if (flip && cut)
                    p[flip * 7 % cut] ^= (uint8_t)(1u << flip % 8);
                if (which == 0)
                    rgs_clean_smpp(cleaner(), p, cut);
                else if (which == 1)
                    rgs_clean_tpdu(cleaner(), p, cut);
                else if (which == 2) {
                    rgs_clean_tcap(cleaner(), p, cut);
                    rgs_clean_sccp(cleaner(), p, cut);
                } else {
                    rgs_clean_ip(cleaner(), p, &length);
                }
                cr_assert_leq(length, cut);
                free(p);
            }
        }
    }
}
