/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "numplan/numplan.h"
#include "support/vectors.h"

static struct rgs_digits digits(const char *s)
{
    struct rgs_digits d = {.n = (uint8_t)strlen(s)};
    memcpy(d.d, s, d.n);
    return d;
}

static const char *word(rgs_country c)
{
    static char out[4][3];
    static unsigned i;
    char *w = out[i++ % 4];
    rgs_country_word(c, w);
    return w;
}

static const struct {
    uint64_t number;
    const char *country;
    enum rgs_number_type type;
    unsigned cc_len;
    bool plausible;
} numbers[] = {
    {85291234567, "HK", RGS_NUMBER_MOBILE, 3, true},
    {85221234567, "HK", RGS_NUMBER_FIXED, 3, true},
    {8613812345678, "CN", RGS_NUMBER_MOBILE, 2, true},
    {861012345678, "CN", RGS_NUMBER_FIXED, 2, true},
    {447400123456, "GB", RGS_NUMBER_MOBILE, 2, true},
    {447911323456, "GB", RGS_NUMBER_MOBILE, 2, true},
    {447781123456, "GG", RGS_NUMBER_MOBILE, 2, true},
    {447797712345, "JE", RGS_NUMBER_MOBILE, 2, true},
    {447624123456, "IM", RGS_NUMBER_MOBILE, 2, true},
    {441534123456, "JE", RGS_NUMBER_FIXED, 2, true},
    {12025550123, "US", 0, 1, true},
    {14165550123, "CA", 0, 1, true},
    {16045550123, "CA", 0, 1, true},
    {18765550123, "JM", 0, 1, true},
    {17875550123, "PR", 0, 1, true},
    {79161234567, "RU", RGS_NUMBER_MOBILE, 1, true},
    {77011234567, "KZ", RGS_NUMBER_MOBILE, 1, true},
    {77771234567, "KZ", RGS_NUMBER_MOBILE, 1, true},
    {393471234567, "IT", RGS_NUMBER_MOBILE, 2, true},
    {390669812345, "VA", RGS_NUMBER_FIXED, 2, true},
    {60123456789, "MY", RGS_NUMBER_MOBILE, 2, true},
    {61412345678, "AU", RGS_NUMBER_MOBILE, 2, true},
    {61891641234, "CX", RGS_NUMBER_FIXED, 2, true},
    {61891621234, "CC", RGS_NUMBER_FIXED, 2, true},
    {262639123456, "YT", RGS_NUMBER_MOBILE, 3, true},
    {262692123456, "RE", RGS_NUMBER_MOBILE, 3, true},
    {212612345678, "MA", RGS_NUMBER_MOBILE, 3, true},
    {3584012345, "FI", RGS_NUMBER_MOBILE, 3, true},
    {3581812345, "AX", RGS_NUMBER_FIXED, 3, true},
    {59994351234, "CW", RGS_NUMBER_FIXED, 3, true},
    {5997181234, "BQ", RGS_NUMBER_FIXED, 3, true},
    {590690123456, "GP", RGS_NUMBER_MOBILE, 3, true},
    {4779123456, "SJ", RGS_NUMBER_FIXED, 2, true},
    {4915112345678, "DE", RGS_NUMBER_MOBILE, 2, true},
    {5511961234567, "BR", RGS_NUMBER_MOBILE, 2, true},
    {919876543210, "IN", RGS_NUMBER_MOBILE, 2, true},
    {85290, "HK", 0, 3, false},
    {8529123456789, "HK", 0, 3, false},
    {852, "HK", 0, 3, false},
    {881612345678, "--", RGS_NUMBER_MOBILE, 3, true}, /* a satellite network has no country */
    {0, "--", 0, 0, false},
    {9999999999999999999u, "--", 0, 0, false},
    {210123456, "--", 0, 0, false}, /* an unassigned country code */
};

Test(e164, numbers)
{
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct rgs_number_info n = rgs_e164(numbers[i].number);
        cr_expect_str_eq(word(n.country), numbers[i].country, "%lu is %s", numbers[i].number,
                         word(n.country));
        if (numbers[i].plausible && numbers[i].type)
            cr_expect_eq(n.type, numbers[i].type, "%lu has type %d", numbers[i].number, n.type);
        cr_expect_eq(n.plausible, numbers[i].plausible, "%lu", numbers[i].number);
        cr_expect_eq(n.cc_len, numbers[i].cc_len, "%lu: %u", numbers[i].number, n.cc_len);
    }
}

/* Every prefix of every number, and any 64-bit value, ends in an answer. */
Test(e164, hostile)
{
    uint64_t x = 1;
    unsigned countries = 0;
    for (unsigned i = 0; i < 200000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        countries += rgs_e164(x >> (x & 63)).country != 0;
    }
    cr_assert_gt(countries, 1000);
}

/* ---- against the source -------------------------------------------------------------------------
 */

static uint32_t seed = 1;
static unsigned draw(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* A number of the pattern ("20[1-35]x"), `length` national digits. */
static uint64_t number_of(uint64_t cc, const char *pattern, unsigned length)
{
    unsigned have = 0;
    uint64_t v = cc;
    for (const char *p = pattern; *p && have < length; have++) {
        unsigned digit;
        if (*p == '[') {
            char set[10];
            unsigned n = 0;
            for (p++; *p != ']'; p++) {
                if (p[1] == '-') {
                    for (char c = *p; c <= p[2]; c++)
                        set[n++] = c;
                    p += 2;
                } else {
                    set[n++] = *p;
                }
            }
            p++;
            digit = (unsigned)(set[draw(n)] - '0');
        } else {
            digit = *p == 'x' ? draw(10) : (unsigned)(*p - '0');
            p++;
        }
        v = v * 10 + digit;
    }
    for (; have < length; have++)
        v = v * 10 + draw(10);
    return v;
}

Test(e164, agrees_with_its_source_range_by_range)
{
    char path[1024], *line = NULL;
    size_t cap = 0;
    unsigned rows = 0, wrong = 0;
    const char *dir = rgs_test_shared();
    snprintf(path, sizeof(path), "%s/numplan/number_ranges.tsv", dir ? dir : "");
    FILE *f = dir ? fopen(path, "r") : NULL;
    if (!f)
        cr_skip_test("outside data is not there: RGS_SHARED_DATA");
    while (getline(&line, &cap, f) > 0) {
        char *rest = line, *cell[6];
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 6; i++)
            cell[i] = strsep(&rest, "\t");
        if (!cell[5] || strcmp(cell[0], "country_code") == 0)
            continue;
        unsigned length = (unsigned)atoi(cell[2]);
        if (length + strlen(cell[0]) > 15)
            continue;
        uint64_t v = number_of(strtoull(cell[0], NULL, 10), cell[1], length);
        struct rgs_number_info n = rgs_e164(v);
        bool country =
            strcmp(cell[5], "001") == 0 ? n.country == 0 : strstr(cell[5], word(n.country)) != NULL;
        bool type = n.type == (strcmp(cell[3], "MOBILE") == 0                 ? RGS_NUMBER_MOBILE
                               : strcmp(cell[3], "FIXED_LINE") == 0           ? RGS_NUMBER_FIXED
                               : strcmp(cell[3], "VOIP") == 0                 ? RGS_NUMBER_VOIP
                               : strcmp(cell[3], "FIXED_LINE_OR_MOBILE") == 0 ? 0
                                                                              : RGS_NUMBER_OTHER);
        rows++;
        if (!country || !type || !n.plausible || n.cc_len != strlen(cell[0])) {
            if (wrong++ < 5)
                cr_log_warn("%lu: %s %d %d, expected %s %s", v, word(n.country), n.type,
                            n.plausible, cell[5], cell[3]);
        }
    }
    free(line);
    fclose(f);
    cr_log_info("%u ranges, %u differ", rows, wrong);
    cr_assert_gt(rows, 60000);
    cr_assert_eq(wrong, 0, "%u of %u ranges", wrong, rows);
}

/* ---- E.212 --------------------------------------------------------------------------------------
 */

static const struct {
    const char *imsi, *country;
    unsigned mnc_len;
} networks[] = {
    {"460001234567890", "CN", 2},
    {"454031234567890", "HK", 2},
    {"502161200041001", "MY", 2},
    {"310410123456789", "US", 3},
    {"302720123456789", "CA", 3},
    {"234501234567890", "GG", 2},
    {"234551234567890", "GG", 2},
    {"234581234567890", "IM", 2},
    {"234151234567890", "GB", 2},
    {"338050123456789", "JM", 3},
    {"311480123456789", "US", 3},
    {"425051234567890", "PS", 2},
    {"405025123456789", "IN", 3},
    {"405011234567890", "IN", 2},
    {"208011234567890", "FR", 2},
    {"901011234567890", "--", 2},
    {"46000", "CN", 2},
    {"460", "CN", 2},
    {"334020123456789", "MX", 3},
    {"722310123456789", "AR", 3},
    {"732101123456789", "CO", 3},
    {"46", "--", 0},
    {"", "--", 0},
    {"4a0", "--", 0},
    {"999", "--", 2},
    {"000123456", "--", 0},
};

Test(e212, networks)
{
    for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
        struct rgs_digits d = digits(networks[i].imsi);
        cr_expect_str_eq(word(rgs_e212_country(&d)), networks[i].country, "%s: %s",
                         networks[i].imsi, word(rgs_e212_country(&d)));
        cr_expect_eq(rgs_e212_mnc_len(&d), networks[i].mnc_len, "%s: %u", networks[i].imsi,
                     rgs_e212_mnc_len(&d));
    }
}

Test(gt, countries)
{
    static const char *const rows[][2] = {{"8613900000001", "CN"},
                                          {"85290000001", "HK"},
                                          {"60100000204", "MY"},
                                          {"447785016005", "GB"},
                                          {"861380000000000123456", "CN"},
                                          {"4479", "GB"},
                                          {"", "--"},
                                          {"*86", "--"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rgs_digits d = digits(rows[i][0]);
        cr_expect_str_eq(word(rgs_gt_country(&d)), rows[i][1], "%s: %s", rows[i][0],
                         word(rgs_gt_country(&d)));
    }
}

static const struct {
    const char *digits;
    uint8_t ton;
    const char *home;
    uint64_t number;
} forms[] = {
    {"85291234567", 1, "HK", 85291234567},
    {"91234567", 2, "HK", 85291234567},
    {"91234567", 0, "HK", 85291234567},
    {"0085291234567", 1, "", 85291234567},
    {"0085291234567", 0, "", 85291234567},
    {"07400123456", 2, "GB", 447400123456},
    {"7400123456", 2, "GB", 447400123456},
    {"0669812345", 2, "IT", 390669812345}, /* in Italy the zero belongs to the number */
    {"89161234567", 2, "RU", 79161234567},
    {"12025550123", 2, "US", 12025550123},
    {"2025550123", 0, "US", 12025550123},
    {"10086", 1, "CN", 0},
    {"70086", 0, "MY", 0},
    {"91234567", 2, "", 0},
    {"91234567", 6, "HK", 0},
    {"12a4567890", 1, "", 0},
    {"", 1, "HK", 0},
    {"0", 0, "HK", 0},
    {"12345678901234567890123", 0, "HK", 0},
};

Test(forms, normalised)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct rgs_digits d = digits(forms[i].digits);
        uint64_t v = rgs_e164_normalise(&d, forms[i].ton, rgs_country_of(forms[i].home));
        cr_expect_eq(v, forms[i].number, "%s ton %u: %lu", forms[i].digits, forms[i].ton, v);
    }
}

Test(forms, countries)
{
    cr_assert_eq(rgs_country_of("CN"), 'C' << 8 | 'N');
    cr_assert_eq(rgs_country_of("cn"), 0);
    cr_assert_eq(rgs_country_of("C"), 0);
    cr_assert_eq(rgs_country_of("CHN"), 0);
    cr_assert_eq(rgs_country_of(""), 0);
    cr_assert_eq(rgs_country_code(rgs_country_of("CN")), 86);
    cr_assert_eq(rgs_country_code(rgs_country_of("AX")), 358);
    cr_assert_eq(rgs_country_code(0), 0);
}
