/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bearer data of cdma2000 short messages, C.S0015 4.5: subparameters, user data in fields of so
 * many bits. */
#include "sig/cdma_sms.h"

#include "base/gsm7.h"
#include "base/utf8.h"
#include "sig/app_text.h"

enum { MESSAGE_IDENTIFIER = 0, USER_DATA = 1 }; /* C.S0015 table 4.5-1 */

/* Message encodings, C.R1001 table 9.1-1. */
enum { OCTETS = 0, ASCII7 = 2, IA5 = 3, UNICODE = 4, LATIN = 8, GSM7 = 9 };

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
    case GSM7:
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

/* The octets behind encoding and count, which are not on the borders of the element's own. */
static struct rgs_bytes octets(struct rgs_dissect *d, struct bits b)
{
    size_t n = (b.in.n * 8 - b.at) / 8;
    uint8_t *out = n ? rgs_frame_alloc(d, n) : NULL;

    for (size_t i = 0; out && i < n; i++)
        out[i] = (uint8_t)take(&b, 8);
    return rgs_bytes(out, out ? n : 0);
}

static size_t characters(struct bits *b, unsigned width, size_t count, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t cp = take(b, width);
        if (width == 16 && cp >= 0xd800 && cp < 0xdc00 && i + 1 < count) {
            uint32_t low = take(b, width);
            i++;
            cp = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((cp & 0x3ff) << 10 | (low & 0x3ff))
                                               : RGS_UTF8_REPLACEMENT;
        }
        n += rgs_utf8_put(out + n, cp);
    }
    return n;
}

/*
 * C.S0015 4.5.2: encoding, number of fields, fields. A user data header (TS 23.040 9.2.3.24) counts
 * as so many of them as it fills; septets begin anew behind it.
 */
static bool user_data(struct rgs_dissect *d, struct rgs_bytes v, bool has_header,
                      struct rgs_bytes *text)
{
    struct bits b = {.in = v};
    uint32_t encoding = take(&b, 5), count = take(&b, 8);
    unsigned width = field_width(encoding);
    size_t header = 0;

    if (!width || v.n < 2)
        return false;
    size_t fits = (v.n * 8 - b.at) / width;
    if (count > fits) {
        rgs_anomaly(d, RGS_A_MAP_SHORT);
        count = (uint32_t)fits;
    }
    struct rgs_bytes all = has_header || encoding == GSM7 ? octets(d, b) : (struct rgs_bytes){0};
    if (has_header && all.n)
        header = all.p[0] + 1u;
    size_t fields = (header * 8 + width - 1) / width;
    if (header > all.n || fields > count) {
        rgs_anomaly(d, RGS_A_MAP_SHORT);
        return false;
    }
    if (header)
        rgs_udh_concat(&d->op, rgs_bytes_upto(all, header));
    count -= (uint32_t)fields;
    char *out = rgs_frame_alloc(d, rgs_gsm7_room(count) + (size_t)count * 4 + 1);
    if (!out)
        return false;
    b.at += width == 7 ? fields * 7 : header * 8;
    size_t n = encoding == GSM7 ? rgs_gsm7_packed(&rgs_gsm7_default, all, fields * 7, count, out)
                                : characters(&b, width, count, out);
    *text = rgs_bytes(out, n);
    return n != 0;
}

bool rgs_cdma_sms(struct rgs_dissect *d, struct rgs_bytes bearer, struct rgs_bytes *text)
{
    enum { HEADER_IND = 0x08 }; /* 4.5.1, behind type and number */
    struct rgs_reader r = rgs_reader(bearer);
    bool has_header = false;

    while (rgs_left(&r) >= 2) {
        uint8_t id = rgs_u8(&r);
        struct rgs_bytes v = rgs_take(&r, rgs_u8(&r));
        if (!rgs_reader_ok(&r))
            break;
        if (id == MESSAGE_IDENTIFIER)
            has_header = v.n >= 3 && v.p[2] & HEADER_IND;
        if (id == USER_DATA)
            return user_data(d, v, has_header, text);
    }
    return false;
}
