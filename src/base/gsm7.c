/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/gsm7.h"

enum { ESC = 0x1b };

/* Eight bytes in reading order, lowest first. */
static uint64_t load64(const uint8_t *p)
{
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
           (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
           (uint64_t)p[7] << 56;
}

static uint64_t load_tail(const uint8_t *p, size_t n)
{
    uint8_t tail[8] = {0};
    memcpy(tail, p, n < 8 ? n : 8);
    return load64(tail);
}

/* 56 bits to eight octets of seven bits: halves, quarters, septets. */
static uint64_t spread(uint64_t x)
{
    x = (x & UINT64_C(0x00fffffff0000000)) << 4 | (x & UINT64_C(0x000000000fffffff));
    x = (x & UINT64_C(0x0fffc0000fffc000)) << 2 | (x & UINT64_C(0x00003fff00003fff));
    return (x & UINT64_C(0x3f803f803f803f80)) << 1 | (x & UINT64_C(0x007f007f007f007f));
}

static bool has_escape(uint64_t x)
{
    x ^= UINT64_C(0x1b1b1b1b1b1b1b1b);
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

/* Stores four bytes and takes as many as the character has; the next one overwrites the rest. */
static char *put(char *out, uint32_t entry)
{
    out[0] = (char)entry;
    out[1] = (char)(entry >> 8);
    out[2] = (char)(entry >> 16);
    out[3] = 0;
    return out + (entry >> 24);
}

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Eight septets that the default alphabet shares with ASCII: from the space on, but for 0x24, 0x40
 * and what lies around the letters of the last two columns (0x5b..0x60, 0x7b..0x7f). */
static bool all_ascii(uint64_t x)
{
    uint64_t currency = x ^ EACH(0x24), letter = x & EACH(0x1f);
    uint64_t is_currency = (currency - EACH(0x01)) & ~currency;
    uint64_t below_space = ~(x + EACH(0x60));
    uint64_t no_letter = (~((letter | EACH(0x80)) - EACH(0x01)) | (letter + EACH(0x65))) & x << 1;
    return ((is_currency | below_space | no_letter) & EACH(0x80)) == 0;
}

struct writer {
    const struct rgs_gsm7 *g;
    char *out;
    bool escaped;
    bool ascii; /* the table in force is the default alphabet */
};

static void write_careful(struct writer *w, uint64_t septets, size_t n)
{
    for (size_t i = 0; i < n; i++, septets >>= 8) {
        unsigned s = septets & 0x7f;
        if (w->escaped) {
            /* TS 23.038 6.2.1.1: what the table behind ESC does not have is shown from the main
             * one; a second ESC, of which no table is defined, is a space. */
            w->out = put(w->out, w->g->single[s] ? w->g->single[s] : w->g->locking[s]);
            w->escaped = false;
        } else if (s == ESC) {
            w->escaped = true;
        } else {
            w->out = put(w->out, w->g->locking[s]);
        }
    }
}

static void store64(char *out, uint64_t x)
{
    out[0] = (char)x;
    out[1] = (char)(x >> 8);
    out[2] = (char)(x >> 16);
    out[3] = (char)(x >> 24);
    out[4] = (char)(x >> 32);
    out[5] = (char)(x >> 40);
    out[6] = (char)(x >> 48);
    out[7] = (char)(x >> 56);
}

static void write8(struct writer *w, uint64_t septets)
{
    if (w->ascii && !w->escaped && all_ascii(septets)) {
        store64(w->out, septets);
        w->out += 8;
        return;
    }
    if (__builtin_expect(w->escaped || has_escape(septets), 0)) {
        write_careful(w, septets, 8);
        return;
    }
    char *out = w->out;
    for (unsigned i = 0; i < 8; i++)
        out = put(out, w->g->locking[septets >> (8 * i) & 0x7f]);
    w->out = out;
}

static size_t finish(struct writer *w, const char *start)
{
    /* An escape without a character behind it: shown as a space (6.2.1). */
    if (w->escaped)
        w->out = put(w->out, RGS_GSM7_CHAR(' '));
    return (size_t)(w->out - start);
}

size_t rgs_gsm7_packed(const struct rgs_gsm7 *g, struct rgs_bytes in, size_t first_bit,
                       size_t septets, char *out)
{
    struct writer w = {.g = g, .out = out, .ascii = g->locking == rgs_gsm7_default.locking};

    if (first_bit >= in.n * 8)
        return 0;
    size_t there = (in.n * 8 - first_bit) / 7;
    if (septets > there)
        septets = there;
    const uint8_t *p = in.p + first_bit / 8, *end = in.p + in.n;
    unsigned shift = first_bit % 8;
    for (; septets >= 8; septets -= 8, p += 7) {
        uint64_t x = end - p >= 8 ? load64(p) : load_tail(p, (size_t)(end - p));
        write8(&w, spread(x >> shift));
    }
    if (septets)
        write_careful(&w, spread(load_tail(p, (size_t)(end - p)) >> shift), septets);
    return finish(&w, out);
}

size_t rgs_gsm7_octets(const struct rgs_gsm7 *g, struct rgs_bytes in, char *out)
{
    struct writer w = {.g = g, .out = out, .ascii = g->locking == rgs_gsm7_default.locking};
    const uint8_t *p = in.p;
    size_t n = in.n;

    for (; n >= 8; n -= 8, p += 8)
        write8(&w, load64(p) & UINT64_C(0x7f7f7f7f7f7f7f7f));
    if (n)
        write_careful(&w, load_tail(p, n), n);
    return finish(&w, out);
}
