/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};

size_t rgs_utf8_get(struct rgs_bytes in, uint32_t *cp)
{
    *cp = RGS_UTF8_REPLACEMENT;
    if (in.n == 0)
        return 0;
    uint8_t c = in.p[0];
    if (c < 0x80) {
        *cp = c;
        return 1;
    }
    size_t n = c >= 0xf0 && c < 0xf8   ? 4
               : c >= 0xe0 && c < 0xf0 ? 3
               : c >= 0xc0 && c < 0xe0 ? 2
                                       : 0;
    if (n == 0 || n > in.n)
        return 1;
    uint32_t v = c & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((in.p[i] & 0xc0) != 0x80)
            return 1;
        v = v << 6 | (in.p[i] & 0x3f);
    }
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return 1;
    *cp = v;
    return n;
}

bool rgs_utf8_valid(struct rgs_bytes in)
{
    while (in.n) {
        uint32_t cp;
        size_t n = rgs_utf8_get(in, &cp);
        if (n == 1 && in.p[0] >= 0x80)
            return false;
        in = rgs_bytes_from(in, n);
    }
    return true;
}
