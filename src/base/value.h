/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small values of fixed size that records are made of: digits, names, network addresses, countries.
 */
#ifndef RGS_BASE_VALUE_H
#define RGS_BASE_VALUE_H

#include "base/bytes.h"

/* Decimal digits (also * # a b c of TS 24.008 10.5.4.7), without a leading '+'; not terminated. */
struct rgs_digits {
    uint8_t n;
    char d[23];
};

/* Printable UTF-8 (the decoder replaces what is not); not terminated. */
struct rgs_name {
    uint8_t n;
    char s[95];
};

static inline bool rgs_digits_equal(const struct rgs_digits *a, const struct rgs_digits *b)
{
    return a->n == b->n && memcmp(a->d, b->d, a->n) == 0;
}

/* Whether there is something, and nothing but 0 to 9. */
bool rgs_digits_decimal(const struct rgs_digits *d);

/* Appends a digit; silently full at 23, which is more than any numbering plan has. */
static inline void rgs_digits_add(struct rgs_digits *d, char c)
{
    if (d->n < sizeof(d->d))
        d->d[d->n++] = c;
}

/* Digits out of text; other characters are passed over. */
struct rgs_digits rgs_digits_of(const char *s, size_t n);
/* As a number; 0 when there is none, a character is no decimal digit, or it has more than 18
 * digits. */
uint64_t rgs_digits_u64(const struct rgs_digits *d);
struct rgs_digits rgs_digits_from_u64(uint64_t v);

/* Two digits an octet, low nibble first, 0xf fills; stops at the first filler. odd: the last high
 * nibble is none. */
struct rgs_digits rgs_bcd(struct rgs_bytes b, bool odd);
/* TBCD, TS 29.002 17.7.8 / TS 24.008 10.5.4.7. */
static inline struct rgs_digits rgs_tbcd(struct rgs_bytes b)
{
    return rgs_bcd(b, false);
}

/* A name out of bytes that claim to be ASCII or UTF-8: control and malformed bytes become U+FFFD.
 */
struct rgs_name rgs_name_of(const void *s, size_t n);

/* Digits as a name. All of the array is copied: what lies behind the digits is zero in both. */
static inline struct rgs_name rgs_name_digits(const struct rgs_digits *d)
{
    struct rgs_name name = {.n = d->n};
    memcpy(name.s, d->d, sizeof(d->d));
    return name;
}

static inline bool rgs_name_equal(const struct rgs_name *a, const struct rgs_name *b)
{
    return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

#endif
