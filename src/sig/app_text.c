/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/app_text.h"

#include "base/gsm7.h"
#include "base/hex.h"

bool rgs_hex(struct rgs_dissect *d, struct rgs_bytes text, struct rgs_bytes *out)
{
    uint8_t *to = text.n / 2 ? rgs_frame_alloc(d, text.n / 2) : NULL;
    size_t n = to ? rgs_hex_read(text.p, to, text.n / 2) : 0;

    *out = rgs_bytes(to, n);
    return text.n == 2 * n;
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

size_t rgs_header_fit(struct rgs_bytes text, const char *form)
{
    size_t i = 0;

    for (; form[i] && i < text.n; i++) {
        uint8_t c = text.p[i];
        bool fits = form[i] == 'n'   ? c >= '0' && c <= '9'
                    : form[i] == 'O' ? c == 'O' || c == 'R'
                                     : c == (uint8_t)form[i];
        if (!fits)
            break;
    }
    return i;
}

long rgs_stx_length(struct rgs_bytes head, size_t most)
{
    if (!head.n)
        return 0;
    if (head.p[0] != RGS_STX)
        return -1;
    const uint8_t *etx = memchr(head.p, RGS_ETX, head.n);
    if (etx)
        return (long)(etx - head.p) + 1;
    return head.n > most ? -1 : 0;
}
