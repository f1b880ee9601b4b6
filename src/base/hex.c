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

/* The value of a hexadecimal digit with bit 4 set; 0: it is none. */
static const uint8_t nibble[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15,
    ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1a, ['b'] = 0x1b,
    ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e, ['f'] = 0x1f, ['A'] = 0x1a, ['B'] = 0x1b,
    ['C'] = 0x1c, ['D'] = 0x1d, ['E'] = 0x1e, ['F'] = 0x1f,
};

size_t rgs_hex_read(const void *digits, uint8_t *out, size_t n)
{
    const uint8_t *p = digits;

    for (size_t i = 0; i < n; i++) {
        unsigned high = nibble[p[2 * i]], low = nibble[p[2 * i + 1]];
        if (!high || !low)
            return i;
        out[i] = (uint8_t)((high & 0xf) << 4 | (low & 0xf));
    }
    return n;
}
