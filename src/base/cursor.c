/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"

#include "base/hex.h"

bool rgs_next_part(struct rgs_bytes *rest, uint8_t separator, struct rgs_bytes *part)
{
    if (rest->n == 0)
        return false;
    size_t n = rgs_find_byte(*rest, separator);
    *part = rgs_bytes_upto(*rest, n);
    *rest = rgs_bytes_from(*rest, n + 1);
    return true;
}

bool rgs_decimal(struct rgs_bytes s, uint32_t most, uint32_t *value)
{
    enum { DIGITS = 20 }; /* zeros in front might go on for as long as a header may be */
    uint64_t v = 0;

    if (s.n > DIGITS)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
        if (v > most)
            return false;
    }
    *value = (uint32_t)v;
    return s.n > 0;
}

bool rgs_hexadecimal(struct rgs_bytes s, uint32_t *value)
{
    uint32_t v = 0;

    if (s.n == 0 || s.n > 8)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int digit = rgs_hex_digit(s.p[i]);
        if (digit < 0)
            return false;
        v = v << 4 | (uint32_t)digit;
    }
    *value = v;
    return true;
}
