/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/text.h"

#include "base/utf8.h"

/* Decoders may write this much behind the text that they return. */
enum { SLACK = 8 };

void rgs_sms_anomaly(struct rgs_dissect *d, struct rgs_op *op, enum rgs_anomaly x)
{
    d->anomaly_count[x]++;
    rgs_anomalies_add(&op->anomalies, x);
}

char *rgs_text_room(struct rgs_dissect *d, struct rgs_op *op, size_t n)
{
    char *p = rgs_arena_take(&d->arena, n + SLACK);
    if (!p)
        rgs_sms_anomaly(d, op, RGS_A_ARENA);
    return p;
}

/* Gives back to the arena what the text did not need; the arena wipes what stays taken. */
void rgs_text_set(struct rgs_dissect *d, struct rgs_op *op, const char *text, size_t n)
{
    size_t end = (size_t)((const uint8_t *)text - d->arena.mem) + n + SLACK;
    if (end < d->arena.used)
        d->arena.used = end;
    RGS_SET(op, TEXT, text, rgs_bytes(text, n));
}

void rgs_text_gsm7_packed(struct rgs_dissect *d, struct rgs_op *op, const struct rgs_gsm7 *g,
                          struct rgs_bytes in, size_t first_bit, size_t septets)
{
    if (septets > in.n * 8 / 7)
        septets = in.n * 8 / 7;
    char *out = rgs_text_room(d, op, rgs_gsm7_room(septets));
    if (out)
        rgs_text_set(d, op, out, rgs_gsm7_packed(g, in, first_bit, septets, out));
}

void rgs_text_gsm7_octets(struct rgs_dissect *d, struct rgs_op *op, const struct rgs_gsm7 *g,
                          struct rgs_bytes in)
{
    char *out = rgs_text_room(d, op, rgs_gsm7_room(in.n));
    if (out)
        rgs_text_set(d, op, out, rgs_gsm7_octets(g, in, out));
}

void rgs_text_ucs2(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in)
{
    char *out = rgs_text_room(d, op, in.n / 2 * 3);
    size_t n = 0;

    if (!out)
        return;
    if (in.n % 2)
        rgs_sms_anomaly(d, op, RGS_A_SMS_UCS2_ODD);
    for (size_t i = 0; i + 1 < in.n; i += 2) {
        uint32_t cp = (uint32_t)in.p[i] << 8 | in.p[i + 1];
        if (cp >= 0xd800 && cp < 0xdc00 && i + 3 < in.n && (in.p[i + 2] & 0xfc) == 0xdc) {
            cp = 0x10000 + ((cp & 0x3ff) << 10 | (uint32_t)(in.p[i + 2] & 3) << 8 | in.p[i + 3]);
            i += 2;
        }
        n += rgs_utf8_put(out + n, cp); /* a surrogate left alone becomes U+FFFD */
    }
    rgs_text_set(d, op, out, n);
}

void rgs_text_utf8(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in)
{
    char *out = rgs_text_room(d, op, in.n * 3);
    size_t n = 0;

    if (!out)
        return;
    while (in.n) {
        uint32_t cp;
        in = rgs_bytes_from(in, rgs_utf8_get(in, &cp));
        n += rgs_utf8_put(out + n, cp);
    }
    rgs_text_set(d, op, out, n);
}

void rgs_text_latin1(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in)
{
    char *out = rgs_text_room(d, op, in.n * 2);
    size_t n = 0;

    if (!out)
        return;
    for (size_t i = 0; i < in.n; i++)
        n += rgs_utf8_put(out + n, in.p[i]);
    rgs_text_set(d, op, out, n);
}

static bool control(uint8_t c)
{
    return c < 0x20 ? c != '\n' && c != '\r' && c != '\t' : c == 0x7f;
}

void rgs_text_if_printable(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in)
{
    bool c1 = false;

    for (size_t i = 0; i < in.n; i++) {
        if (control(in.p[i]))
            return;
        c1 |= in.p[i] >= 0x80 && in.p[i] < 0xa0;
    }
    if (rgs_utf8_valid(in))
        rgs_text_utf8(d, op, in);
    else if (!c1)
        rgs_text_latin1(d, op, in);
}
