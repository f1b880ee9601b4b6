/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/app_text.h"

#include "base/utf8.h"

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool rgs_hex(struct rgs_dissect *d, struct rgs_bytes text, struct rgs_bytes *out)
{
    uint8_t *to = text.n / 2 ? rgs_frame_alloc(d, text.n / 2) : NULL;
    size_t n = 0;

    while (to && n < text.n / 2) {
        int high = hex_digit(text.p[2 * n]), low = hex_digit(text.p[2 * n + 1]);
        if (high < 0 || low < 0)
            break;
        to[n++] = (uint8_t)(high << 4 | low);
    }
    *out = rgs_bytes(to, n);
    return text.n == 2 * n;
}

bool rgs_decimal(struct rgs_bytes text, uint32_t max, uint32_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        v = v * 10 + (unsigned)(text.p[i] - '0');
        if (v > max)
            return false;
    }
    *out = (uint32_t)v;
    return text.n > 0;
}

void rgs_udh_concat(struct rgs_op *op, struct rgs_bytes udh)
{
    enum { REFERENCE_8_BIT = 0, REFERENCE_16_BIT = 8 };
    struct rgs_reader all = rgs_reader(udh);
    struct rgs_reader r = rgs_sub(&all, rgs_u8(&all));

    while (rgs_left(&r)) {
        uint8_t id = rgs_u8(&r);
        struct rgs_reader ie = rgs_sub(&r, rgs_u8(&r));
        if (id != REFERENCE_8_BIT && id != REFERENCE_16_BIT)
            continue;
        uint16_t ref = id == REFERENCE_8_BIT ? rgs_u8(&ie) : rgs_be16(&ie);
        uint8_t total = rgs_u8(&ie), seq = rgs_u8(&ie);
        /* Impossible numbers mean that the element is to be ignored (9.2.3.24.1). */
        if (!rgs_reader_ok(&ie) || seq == 0 || seq > total)
            continue;
        RGS_SET(op, CONCAT_REF, concat_ref, ref);
        RGS_SET(op, CONCAT_TOTAL, concat_total, total);
        RGS_SET(op, CONCAT_SEQ, concat_seq, seq);
    }
}

void rgs_set_user_data(struct rgs_dissect *d, struct rgs_bytes udh, struct rgs_bytes data,
                       uint8_t dcs)
{
    RGS_SET(&d->op, DCS, dcs, dcs);
    RGS_SET(&d->op, SM_KIND, sm_kind, RGS_SM_UD);
    RGS_SET(&d->op, SM, sm, data);
    if (!udh.n)
        return;
    uint8_t *joined = rgs_frame_alloc(d, udh.n + data.n);
    if (!joined)
        return;
    memcpy(joined, udh.p, udh.n);
    if (data.n)
        memcpy(joined + udh.n, data.p, data.n);
    RGS_SET(&d->op, SM_KIND, sm_kind, RGS_SM_UD_UDHI);
    RGS_SET(&d->op, SM, sm, rgs_bytes(joined, udh.n + data.n));
}

/* TS 23.038 6.2.1. A sender's name has no extension characters: ESC stands as a space (6.2.1, note
 * 1). */
static const uint16_t alphabet[128] = {
    0x0040, 0x00a3, 0x0024, 0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec, 0x00f2, 0x00c7, 0x000a, 0x00d8,
    0x00f8, 0x000d, 0x00c5, 0x00e5, 0x0394, 0x005f, 0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8,
    0x03a3, 0x0398, 0x039e, 0x0020, 0x00c6, 0x00e6, 0x00df, 0x00c9, 0x0020, 0x0021, 0x0022, 0x0023,
    0x00a4, 0x0025, 0x0026, 0x0027, 0x0028, 0x0029, 0x002a, 0x002b, 0x002c, 0x002d, 0x002e, 0x002f,
    0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, 0x0038, 0x0039, 0x003a, 0x003b,
    0x003c, 0x003d, 0x003e, 0x003f, 0x00a1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,
    0x0048, 0x0049, 0x004a, 0x004b, 0x004c, 0x004d, 0x004e, 0x004f, 0x0050, 0x0051, 0x0052, 0x0053,
    0x0054, 0x0055, 0x0056, 0x0057, 0x0058, 0x0059, 0x005a, 0x00c4, 0x00d6, 0x00d1, 0x00dc, 0x00a7,
    0x00bf, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067, 0x0068, 0x0069, 0x006a, 0x006b,
    0x006c, 0x006d, 0x006e, 0x006f, 0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,
    0x0078, 0x0079, 0x007a, 0x00e4, 0x00f6, 0x00f1, 0x00fc, 0x00e0,
};

struct rgs_name rgs_packed_name(struct rgs_bytes packed, size_t septets)
{
    char utf8[64];
    size_t n = 0;

    for (size_t i = 0; i < septets && n + 4 <= sizeof(utf8); i++) {
        size_t at = i * 7 / 8, shift = i * 7 % 8;
        if (at >= packed.n || (shift > 1 && at + 1 >= packed.n))
            break;
        unsigned v = (unsigned)packed.p[at] >> shift;
        if (shift > 1)
            v |= (unsigned)packed.p[at + 1] << (8 - shift);
        n += rgs_utf8_put(utf8 + n, alphabet[v & 0x7f]);
    }
    return rgs_name_of(utf8, n);
struct rgs_name rgs_packed_name(struct rgs_bytes packed, size_t semi_octets)
{
    enum { MOST = 32 }; /* an address field of 20 semi-octets holds 11 */
    char utf8[MOST * 3 + 8];
    size_t septets = semi_octets * 4 / 7;

    if (septets > packed.n * 8 / 7)
        septets = packed.n * 8 / 7;
    if (septets > MOST)
        septets = MOST;
    if (septets && semi_octets * 4 % 7 == 0 && rgs_gsm7_septet(packed.p, (septets - 1) * 7) == 0)
        septets--;
    return rgs_name_of(utf8, rgs_gsm7_packed(&rgs_gsm7_default, packed, 0, septets, utf8));
}
