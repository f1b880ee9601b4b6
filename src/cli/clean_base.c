/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/clean.h"

#include "numplan/numplan.h"

enum { DIGITS_MOST = 32, SHORT_CODE = 7, WORD_MOST = 255 };

/* How many first digits say only the country or network. */
static size_t kept(enum rgs_clean_kind kind, const uint8_t *d, size_t n)
{
    struct rgs_digits imsi = {0};
    uint64_t number = 0;

    if (kind == RGS_CLEAN_IMSI) {
        for (size_t i = 0; i < n && i < 15; i++)
            imsi.d[imsi.n++] = (char)('0' + d[i]);
        unsigned mnc = rgs_e212_mnc_len(&imsi);
        return 3 + (mnc ? mnc : 2);
    }
    for (size_t i = 0; i < n && i < 18; i++)
        number = number * 10 + d[i];
    return d[0] ? rgs_e164(number).cc_len : 0;
}

/* Each digit is moved by a number that hangs on the digits before it, so that what two identifiers
 * have in common at their beginning they have in common still. */
void rgs_clean_digits(const struct rgs_cleaner *c, enum rgs_clean_kind kind, uint8_t *d, size_t n)
{
    uint8_t before[DIGITS_MOST + 1] = {(uint8_t)kind};

    if (n > DIGITS_MOST)
        n = DIGITS_MOST;
    if (n == 0 || (kind == RGS_CLEAN_NUMBER && n < SHORT_CODE))
        return;
    size_t keep = kept(kind, d, n);
    for (size_t i = 0; i < n; i++) {
        uint8_t was = d[i];
        if (i >= keep)
            d[i] = (uint8_t)((d[i] + rgs_hash(&c->key, before, i + 1) % 10) % 10);
        before[i + 1] = was;
    }
}

bool rgs_clean_semi_octets(const struct rgs_cleaner *c, enum rgs_clean_kind kind, uint8_t *p,
                           size_t digits)
{
    uint8_t d[DIGITS_MOST];

    if (digits > DIGITS_MOST)
        return false;
    for (size_t i = 0; i < digits; i++) {
        d[i] = i % 2 ? p[i / 2] >> 4 : p[i / 2] & 15;
        if (d[i] > 9)
            return false;
    }
    rgs_clean_digits(c, kind, d, digits);
    for (size_t i = 0; i < digits; i++)
        p[i / 2] =
            i % 2 ? (uint8_t)((p[i / 2] & 0x0f) | d[i] << 4) : (uint8_t)((p[i / 2] & 0xf0) | d[i]);
    return true;
}

void rgs_clean_word(const struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    uint8_t before[WORD_MOST + 1] = {RGS_CLEAN_WORD};

    for (size_t i = 0; i < n && i < WORD_MOST; i++) {
        uint8_t was = p[i];
        uint64_t by = rgs_hash(&c->key, before, i + 1);
        if (was >= '0' && was <= '9')
            p[i] = (uint8_t)('0' + (was - '0' + by % 10) % 10);
        else if (was >= 'a' && was <= 'z')
            p[i] = (uint8_t)('a' + (was - 'a' + by % 26) % 26);
        else if (was >= 'A' && was <= 'Z')
            p[i] = (uint8_t)('A' + (was - 'A' + by % 26) % 26);
        else if (was)
            p[i] = '_';
        before[i + 1] = was;
    }
}
