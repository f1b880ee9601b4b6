/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/charset.h"

#include "base/utf8.h"
#include "sms/text.h"

/* Halfwidth katakana of JIS X 0201: 0xa1 is U+FF61. */
static uint32_t katakana(unsigned c)
{
    return 0xff61 + c - 0xa1;
}

static bool in94(unsigned c)
{
    return c >= 0x21 && c <= 0x7e;
}

static uint32_t of94(const uint16_t *set, unsigned row, unsigned column)
{
    return in94(row) && in94(column) ? set[(row - 0x21) * 94 + column - 0x21]
                                     : RGS_UTF8_REPLACEMENT;
}

struct writer {
    char *text;
    size_t n;
};

static void put(struct writer *w, uint32_t cp)
{
    w->n += rgs_utf8_put(w->text + w->n, cp);
}

/* Two octets with the eighth bit: EUC; JIS X 0212 behind 0x8f, katakana behind 0x8e. */
static void euc(struct writer *w, struct rgs_reader *r, const uint16_t *set)
{
    while (rgs_left(r)) {
        unsigned c = rgs_u8(r), c2;
        if (c < 0x80) {
            put(w, c);
        } else if (c == 0x8e) {
            c2 = rgs_u8(r);
            put(w, c2 >= 0xa1 && c2 <= 0xdf ? katakana(c2) : RGS_UTF8_REPLACEMENT);
        } else if (c == 0x8f) {
            c2 = rgs_u8(r);
            put(w, of94(rgs_jis_x_0212, c2 & 0x7f, rgs_u8(r) & 0x7f));
        } else {
            put(w, of94(set, c & 0x7f, rgs_u8(r) & 0x7f));
        }
    }
}

static bool sjis_lead(unsigned c)
{
    return (c >= 0x81 && c <= 0x9f) || (c >= 0xe0 && c <= 0xef);
}

static bool sjis_trail(unsigned c)
{
    return c >= 0x40 && c <= 0xfc && c != 0x7f;
}

/* JIS X 0208 annex 1: two rows of the set per lead octet. */
static uint32_t sjis_pair(unsigned lead, unsigned trail)
{
    unsigned row = (lead - (lead < 0xa0 ? 0x81 : 0xc1)) * 2 + 0x21;

    if (!sjis_trail(trail))
        return RGS_UTF8_REPLACEMENT;
    if (trail >= 0x9f)
        return of94(rgs_jis_x_0208, row + 1, trail - 0x9f + 0x21);
    return of94(rgs_jis_x_0208, row, trail - (trail > 0x7f ? 1 : 0) - 0x40 + 0x21);
}

static void sjis(struct writer *w, struct rgs_reader *r)
{
    while (rgs_left(r)) {
        unsigned c = rgs_u8(r);
        if (c < 0x80)
            put(w, c);
        else if (sjis_lead(c))
            put(w, sjis_pair(c, rgs_u8(r)));
        else
            put(w, c >= 0xa1 && c <= 0xdf ? katakana(c) : RGS_UTF8_REPLACEMENT);
    }
}

static bool is_sjis(struct rgs_bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        unsigned c = in.p[i];
        if (sjis_lead(c)) {
            if (++i == in.n || !sjis_trail(in.p[i]))
                return false;
        } else if (c >= 0x80 && (c < 0xa1 || c > 0xdf)) {
            return false;
        }
    }
    return true;
}

static bool is_euc(struct rgs_bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        unsigned c = in.p[i];
        if (c < 0x80)
            continue;
        size_t more = c == 0x8f ? 2 : 1;
        if ((c < 0xa1 && c != 0x8e && c != 0x8f) || more > in.n - i - 1)
            return false;
        while (more--) {
            if (in.p[++i] < 0xa1)
                return false;
        }
    }
    return true;
}

enum set { ASCII, KATAKANA, JIS_0208, JIS_0212 };

/* The set that an escape sequence calls in; what is no known one leaves the set as it was. */
static enum set escape(struct rgs_reader *r, enum set now)
{
    static const struct {
        char seq[4];
        enum set set;
    } known[] = {
        {"(B", ASCII},    {"(J", ASCII},    {"(I", KATAKANA},
        {"$@", JIS_0208}, {"$B", JIS_0208}, {"$(D", JIS_0212},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        size_t n = strlen(known[i].seq);
        if (rgs_left(r) >= n && memcmp(r->p, known[i].seq, n) == 0) {
            rgs_skip(r, n);
            return known[i].set;
        }
    }
    return now;
}

static void iso_2022(struct writer *w, struct rgs_reader *r)
{
    enum set set = ASCII;

    while (rgs_left(r)) {
        unsigned c = rgs_u8(r);
        if (c == 0x1b)
            set = escape(r, set);
        else if (set == ASCII || c < 0x21)
            put(w, c < 0x80 ? c : RGS_UTF8_REPLACEMENT);
        else if (set == KATAKANA)
            put(w, c <= 0x5f ? katakana(c | 0x80) : RGS_UTF8_REPLACEMENT);
        else
            put(w, of94(set == JIS_0208 ? rgs_jis_x_0208 : rgs_jis_x_0212, c, rgs_u8(r)));
    }
}

void rgs_text_japanese(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    struct writer w = {.text = rgs_text_room(d, op, in.n * 3)};

    if (!w.text)
        return;
    if (in.n && memchr(in.p, 0x1b, in.n))
        iso_2022(&w, &r);
    else if (is_euc(in) || !is_sjis(in))
        euc(&w, &r, rgs_jis_x_0208);
    else
        sjis(&w, &r);
    rgs_text_set(d, op, w.text, w.n);
}

void rgs_text_korean(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    struct writer w = {.text = rgs_text_room(d, op, in.n * 3)};

    if (!w.text)
        return;
    euc(&w, &r, rgs_ks_x_1001);
    rgs_text_set(d, op, w.text, w.n);
}
