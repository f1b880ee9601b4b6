/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/alphabet.h"

#include "base/utf8.h"

enum { ESCAPE = 0x1b };

/* TS 23.038 6.2.1, where the default alphabet is not ASCII. */
static const struct {
    uint16_t cp;
    uint8_t septet;
} table[] = {
    {'@', 0x00},   {0xa3, 0x01},  {'$', 0x02},   {0xa5, 0x03},  {0xe8, 0x04},  {0xe9, 0x05},
    {0xf9, 0x06},  {0xec, 0x07},  {0xf2, 0x08},  {0xc7, 0x09},  {'\n', 0x0a},  {0xd8, 0x0b},
    {0xf8, 0x0c},  {'\r', 0x0d},  {0xc5, 0x0e},  {0xe5, 0x0f},  {0x394, 0x10}, {'_', 0x11},
    {0x3a6, 0x12}, {0x393, 0x13}, {0x39b, 0x14}, {0x3a9, 0x15}, {0x3a0, 0x16}, {0x3a8, 0x17},
    {0x3a3, 0x18}, {0x398, 0x19}, {0x39e, 0x1a}, {0xc6, 0x1c},  {0xe6, 0x1d},  {0xdf, 0x1e},
    {0xc9, 0x1f},  {0xa4, 0x24},  {0xa1, 0x40},  {0xc4, 0x5b},  {0xd6, 0x5c},  {0xd1, 0x5d},
    {0xdc, 0x5e},  {0xa7, 0x5f},  {0xbf, 0x60},  {0xe4, 0x7b},  {0xf6, 0x7c},  {0xf1, 0x7d},
    {0xfc, 0x7e},  {0xe0, 0x7f},
};

/* TS 23.038 6.2.1.1, behind the escape. */
static const struct {
    uint16_t cp;
    uint8_t septet;
} extension[] = {
    {'^', 0x14}, {'{', 0x28}, {'}', 0x29}, {'\\', 0x2f},   {'[', 0x3c},
    {'~', 0x3d}, {']', 0x3e}, {'|', 0x40}, {0x20ac, 0x65},
};

/* Septets of cp in s; 0 when the alphabet has none. */
static unsigned septets_of(uint32_t cp, uint16_t s[2])
{
    if ((cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
        (cp >= ' ' && cp <= '?' && cp != '$')) {
        s[0] = (uint16_t)cp;
        return 1;
    }
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].cp == cp) {
            s[0] = table[i].septet;
            return 1;
        }
    }
    for (size_t i = 0; i < sizeof(extension) / sizeof(extension[0]); i++) {
        if (extension[i].cp == cp) {
            s[0] = ESCAPE;
            s[1] = extension[i].septet;
            return 2;
        }
    }
    return 0;
}

static bool fill(struct rgs_units *u, struct rgs_bytes text)
{
    u->n = 0;
    while (text.n && u->n + 2 <= RGS_UNITS_MOST) {
        uint32_t cp;
        text = rgs_bytes_from(text, rgs_utf8_get(text, &cp));
        uint16_t *to = u->unit + u->n;
        unsigned n;
        if (!u->ucs2) {
            n = septets_of(cp, to);
            if (!n)
                return false;
        } else if (cp >= 0x10000) {
            to[0] = (uint16_t)(0xd800 + ((cp - 0x10000) >> 10));
            to[1] = (uint16_t)(0xdc00 + (cp & 0x3ff));
            n = 2;
        } else {
            to[0] = (uint16_t)cp;
            n = 1;
        }
        u->n = (uint16_t)(u->n + n);
    }
    return true;
}

void rgs_units_of(struct rgs_units *u, const char *text, size_t n)
{
    u->ucs2 = false;
    if (!fill(u, rgs_bytes(text, n))) {
        u->ucs2 = true;
        fill(u, rgs_bytes(text, n));
    }
    /* 140 octets; 134 behind a header of six: TS 23.040 9.2.3.24 */
    size_t single = u->ucs2 ? 70 : 160, each = u->ucs2 ? 67 : 153;

    u->parts = 0;
    u->part[0] = 0;
    for (size_t at = 0; at < u->n || u->parts == 0;) {
        size_t end = u->n <= single ? u->n : at + each < u->n ? at + each : u->n;
        bool cut = end < u->n &&
                   (u->ucs2 ? (u->unit[end - 1] & 0xfc00) == 0xd800 : u->unit[end - 1] == ESCAPE);
        at = end - cut;
        u->part[++u->parts] = (uint16_t)at;
        if (u->parts == RGS_PARTS_MOST)
            break;
    }
}

size_t rgs_put_septets(struct rgs_wire *w, const uint16_t *septet, size_t n, unsigned fill_bits)
{
    size_t from = w->n;
    uint32_t bits = 0;
    unsigned have = fill_bits;

    for (size_t i = 0; i < n; i++) {
        bits |= (uint32_t)(septet[i] & 0x7f) << have;
        for (have += 7; have >= 8; have -= 8, bits >>= 8)
            rgs_put8(w, bits & 0xff);
    }
    if (have)
        rgs_put8(w, bits & 0xff);
    return w->n - from;
}
