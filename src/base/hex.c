/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hex.h"

int rgs_hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void rgs_hex_write(char *out, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = "0123456789abcdef"[p[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
    }
    out[2 * n] = '\0';
}

size_t rgs_hex_read(const void *digits, uint8_t *out, size_t n)
{
    const uint8_t *p = digits;

    for (size_t i = 0; i < n; i++) {
        int high = rgs_hex_digit(p[2 * i]), low = high < 0 ? -1 : rgs_hex_digit(p[2 * i + 1]);
        if (low < 0)
            return i;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return n;
}
