/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/breaks.h"

#include "classify/lanes.h"
#include "classify/text.h"

enum { LANES = sizeof(rgs_lanes) };

static rgs_lanes are(rgs_lanes first, rgs_lanes second, rgs_lanes third, uint32_t mark)
{
    return rgs_lanes_are(first, (uint8_t)(mark >> 16)) &
           rgs_lanes_are(second, (uint8_t)(mark >> 8)) & rgs_lanes_are(third, (uint8_t)mark);
}

/* Marks of other scripts that end a sentence, and commas, where they begin in sixteen bytes; two
 * bytes behind these are read, too. */
static rgs_lanes beyond_ascii(const uint8_t *p, rgs_lanes *comma)
{
    rgs_lanes v = rgs_lanes_at(p), w = rgs_lanes_at(p + 1), x = rgs_lanes_at(p + 2);
    rgs_lanes ends = are(v, w, x, 0xe0a5a4); /* danda */

    *comma = (rgs_lanes){0};
    if (rgs_lanes_any(rgs_lanes_are(v & 0xfd, 0xe1) | rgs_lanes_are(v, 0xef))) {
        ends |= are(v, w, x, 0xe1818b) | /* Myanmar */
                are(v, w, x, 0xe18da2) | /* Ethiopic */
                are(v, w, x, 0xe19f94) | /* Khmer */
                are(v, w, x, 0xe38082) | /* ideographic */
                are(v, w, x, 0xefbc81) | /* fullwidth exclamation mark */
                are(v, w, x, 0xefbc9f);  /* fullwidth question mark */
        *comma = are(v, w, x, 0xefbc8c); /* fullwidth */
    }
    if (rgs_lanes_any(rgs_lanes_between(v, 0xd6, 0xdb)))
        ends |= (rgs_lanes_are(v, 0xd6) & rgs_lanes_are(w, 0x89)) | /* Armenian */
                (rgs_lanes_are(v, 0xdb) & rgs_lanes_are(w, 0x94)) | /* Urdu */
                (rgs_lanes_are(v, 0xd8) & rgs_lanes_are(w, 0x9f));  /* Arabic question mark */
    return ends;
}

static void find_beyond_ascii(struct rgs_bytes t, struct rgs_breaks *b)
{
    for (size_t i = 0; i < t.n; i += LANES) {
        uint8_t room[2 * LANES];
        const uint8_t *p = rgs_lanes_room(t, i, room);
        rgs_lanes comma, ends = beyond_ascii(p, &comma), v = rgs_lanes_at(p);
        b->inner[i / 64] |= (uint64_t)rgs_lanes_bits(rgs_lanes_between(v, 0x80, 0xbf)) << i % 64;
        b->sentence[i / 64] |= (uint64_t)rgs_lanes_bits(ends) << i % 64;
        b->clause[i / 64] |= (uint64_t)rgs_lanes_bits(ends | comma) << i % 64;
    }
}

/* The point in "Rs. 500" and "No. 7", behind one or two letters and before a number; in "J. Doe";
 * in "dvs. de", where no sentence begins. */
static bool abbreviates(struct rgs_bytes t, size_t point)
{
    size_t b = point;

    while (b > 0 && rgs_is_letter(t.p[b - 1]))
        b--;
    if (point == b || point - b > 3 || point + 2 >= t.n || t.p[point + 1] != ' ')
        return false;
    uint8_t next = t.p[point + 2];
    return rgs_is_small(next) || (rgs_is_digit(next) && point - b <= 2) ||
           (rgs_is_capital(next) && point - b == 1 && rgs_is_capital(t.p[b]));
}

void rgs_breaks_find(struct rgs_bytes t, const struct rgs_marks *m, struct rgs_breaks *b)
{
    unsigned shift;

    b->ascii = m->ascii;
    for (size_t w = 0; w < m->n; w++) {
        uint64_t point = 0, mark = 0, comma = 0, line = 0, blank = 0;
        size_t next = w * 64 + 64, end = t.n < next ? t.n : next;
        for (size_t i = w * 64; i < end; i += LANES) {
            rgs_lanes v = rgs_lanes_load(t, i, &shift), p = rgs_lanes_are(v, '.');
            rgs_lanes all =
                p | rgs_lanes_are(v, '!') | rgs_lanes_are(v, '?') | rgs_lanes_are(v, ';');
            point |= (uint64_t)(rgs_lanes_bits(p) >> shift) << i % 64;
            mark |= (uint64_t)(rgs_lanes_bits(all) >> shift) << i % 64;
            comma |= (uint64_t)(rgs_lanes_bits(rgs_lanes_are(v, ',')) >> shift) << i % 64;
            line |= (uint64_t)(rgs_lanes_bits(rgs_lanes_are(v, '\n')) >> shift) << i % 64;
            blank |= (uint64_t)(rgs_lanes_bits(rgs_lanes_between(v, 0, ' ')) >> shift) << i % 64;
        }
        /* Behind the end is a blank, too. */
        if (t.n < next)
            blank |= UINT64_C(1) << t.n % 64;
        bool blank_next = t.n <= next || t.p[next] <= ' ';
        blank = blank >> 1 | (uint64_t)blank_next << 63;
        b->inner[w] = 0;
        b->line[w] = line;
        b->sentence[w] = mark & blank;
        b->clause[w] = ((mark | comma) & blank) | line;
        uint64_t here = m->digit[w] | m->letter[w], there = m->digit[w + 1] | m->letter[w + 1];
        point &= blank & (here >> 2 | there << 62);
        for (; point; point &= point - 1) {
            if (abbreviates(t, w * 64 + (size_t)__builtin_ctzll(point)))
                b->sentence[w] &= ~(point & -point);
        }
    }
    if (!m->ascii)
        find_beyond_ascii(t, b);
}
