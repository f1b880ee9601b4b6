/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bearer data of cdma2000 short messages, C.S0015 4.5: subparameters, user data in fields of so
 * many bits. */
#include "sig/cdma_sms.h"

#include "base/utf8.h"

enum { SUBPARAMETER_USER_DATA = 1 }; /* C.S0015 table 4.5-1 */

/* Message encodings, C.R1001 table 9.1-1. */
enum { OCTETS = 0, ASCII7 = 2, IA5 = 3, UNICODE = 4, LATIN = 8 };

struct bits {
    struct rgs_bytes in;
    size_t at;
};

/* The next n bits, most significant first; 0 behind the end. */
static uint32_t take(struct bits *b, unsigned n)
{
    uint32_t v = 0;

    for (; n; n--, b->at++) {
        unsigned bit = b->at / 8 < b->in.n ? b->in.p[b->at / 8] >> (7 - b->at % 8) & 1u : 0;
        v = v << 1 | bit;
    }
    return v;
}

static unsigned field_width(uint32_t encoding)
{
    switch (encoding) {
    case ASCII7:
    case IA5:
        return 7;
    case OCTETS:
    case LATIN:
        return 8;
    case UNICODE:
        return 16;
    default:
        return 0;
    }
}

/* C.S0015 4.5.2: encoding, number of fields, fields. */
static bool user_data(struct rgs_dissect *d, struct rgs_bytes v, struct rgs_bytes *text)
{
    struct bits b = {.in = v};
    uint32_t encoding = take(&b, 5), count = take(&b, 8);
    unsigned width = field_width(encoding);
    size_t n = 0;

    if (!width || v.n < 2)
        return false;
    size_t fits = (v.n * 8 - b.at) / width;
    if (count > fits) {
        rgs_anomaly(d, RGS_A_MAP_SHORT);
        count = (uint32_t)fits;
    }
    char *out = rgs_frame_alloc(d, (size_t)count * 4 + 1);
    if (!out)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cp = take(&b, width);
        if (encoding == UNICODE && cp >= 0xd800 && cp < 0xdc00 && i + 1 < count) {
            uint32_t low = take(&b, width);
            i++;
            cp = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((cp & 0x3ff) << 10 | (low & 0x3ff))
                                               : RGS_UTF8_REPLACEMENT;
        }
        n += rgs_utf8_put(out + n, cp);
    }
    *text = rgs_bytes(out, n);
    return n != 0;
}

bool rgs_cdma_sms(struct rgs_dissect *d, struct rgs_bytes bearer, struct rgs_bytes *text)
{
    struct rgs_reader r = rgs_reader(bearer);

    while (rgs_left(&r) >= 2) {
        uint8_t id = rgs_u8(&r);
        struct rgs_bytes v = rgs_take(&r, rgs_u8(&r));
        if (rgs_reader_ok(&r) && id == SUBPARAMETER_USER_DATA)
            return user_data(d, v, text);
    }
    return false;
}
