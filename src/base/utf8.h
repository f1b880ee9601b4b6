/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_BASE_UTF8_H
#define RGS_BASE_UTF8_H

#include "base/bytes.h"

#define RGS_UTF8_REPLACEMENT 0xfffdu

/* Writes cp (surrogates and values above U+10FFFF as U+FFFD) and returns 1..4. */
static inline size_t rgs_utf8_put(char out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        cp = RGS_UTF8_REPLACEMENT;
    if (cp < 0x10000) {
        out[0] = (char)(0xe0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (char)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (char)(0x80 | (cp & 0x3f));
    return 4;
}

/* Reads one code point and returns the bytes taken (at least 1 unless in is empty); malformed gives
 * U+FFFD and takes one byte. Overlong forms and surrogates are malformed (RFC 3629 3). */
size_t rgs_utf8_get(struct rgs_bytes in, uint32_t *cp);

/* Are all of the eight bytes printable ASCII, 0x20 to 0x7e? */
static inline bool rgs_printable_eight(uint64_t x)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t control = (x - 0x20 * each) & ~x, high = x | (x + each);
    return !((control | high) & 0x80 * each);
}

/* True when all of it is well-formed. */
bool rgs_utf8_valid(struct rgs_bytes in);

#endif
