/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/marks.h"

#include "classify/lanes.h"
#include "classify/text.h"

enum { LANES = sizeof(rgs_lanes) };

static rgs_lanes letters(rgs_lanes v)
{
    return rgs_lanes_between(v | 0x20, 'a', 'z');
}

static rgs_lanes digits(rgs_lanes v)
{
    return rgs_lanes_between(v, '0', '9');
}

/* Lead bytes of U+00C0 to U+0587 and of U+1E00 to U+1FFF. */
static rgs_lanes leads(rgs_lanes v)
{
    return rgs_lanes_between(v, 0xc3, 0xd6) | rgs_lanes_are(v, 0xe1);
}

static void mark_leads(struct rgs_bytes t, struct rgs_marks *m)
{
    unsigned shift;

    memset(m->lead, 0, m->n * sizeof(m->lead[0]));
    memset(m->wide, 0, m->n * sizeof(m->wide[0]));
    for (size_t i = 0; i < t.n; i += LANES) {
        rgs_lanes v = rgs_lanes_load(t, i, &shift);
        rgs_lanes wide = rgs_lanes_between(v, 0xd7, 0xff) | rgs_lanes_are(v, 0xc2);
        m->lead[i / 64] |= (uint64_t)(rgs_lanes_bits(leads(v)) >> shift) << (i % 64);
        m->wide[i / 64] |= (uint64_t)(rgs_lanes_bits(wide) >> shift) << (i % 64);
    }
}

/* Where a digit of another script may begin in sixteen bytes, with the two behind each: the letters
 * of these scripts share their lead bytes, but not all of what follows. */
static unsigned may_begin_digit(const uint8_t *p)
{
    rgs_lanes v = rgs_lanes_at(p);

    if (!rgs_lanes_any(rgs_lanes_are(v | 6, 0xdf) | rgs_lanes_are(v & 0xfe, 0xe0) |
                       rgs_lanes_between(v, 0xef, 0xf0)))
        return 0;
    rgs_lanes second = rgs_lanes_at(p + 1), third = rgs_lanes_at(p + 2);
    /* A block of 128 characters has its digits in the second half, most letters in the first. */
    rgs_lanes half = rgs_lanes_are(second & 1, 1) | rgs_lanes_are(second, 0xbc);
    rgs_lanes indic = rgs_lanes_are(v, 0xe0) & half & rgs_lanes_between(third, 0x90, 0xaf);
    rgs_lanes wide =
        rgs_lanes_are(v, 0xef) & rgs_lanes_are(second, 0xbc) & rgs_lanes_between(third, 0x90, 0x99);
    rgs_lanes east = rgs_lanes_are(v, 0xe1) & rgs_lanes_between(second, 0x81, 0xa0) &
                     rgs_lanes_between(third, 0x80, 0xa9);
    rgs_lanes arabic = (rgs_lanes_are(v, 0xd9) & rgs_lanes_between(second, 0xa0, 0xa9)) |
                       (rgs_lanes_are(v, 0xdb) & rgs_lanes_between(second, 0xb0, 0xb9)) |
                       (rgs_lanes_are(v, 0xdf) & rgs_lanes_between(second, 0x80, 0x89));
    return rgs_lanes_bits(indic | wide | east | arabic | rgs_lanes_are(v, 0xf0));
}

/* Marks the digits of other scripts. No marks: whether there is one. */
static bool digits_beyond(struct rgs_bytes t, uint64_t *mark)
{
    uint8_t room[2 * LANES];
    bool any = false;
    size_t len;

    for (size_t i = 0; i < t.n; i += LANES) {
        unsigned may = may_begin_digit(rgs_lanes_room(t, i, room));
        for (; may; may &= may - 1) {
            size_t k = i + (size_t)__builtin_ctz(may);
            if (rgs_text_digit(rgs_bytes_from(t, k), &len) < 0)
                continue;
            if (!mark)
                return true;
            any = true;
            mark[k / 64] |= UINT64_C(1) << (k % 64);
        }
    }
    return any;
}

struct rgs_glance rgs_glance(struct rgs_bytes t)
{
    rgs_lanes digit = {0}, all = {0};
    unsigned shift;
    size_t i = 0;

    for (; i + LANES <= t.n; i += LANES) {
        rgs_lanes v = rgs_lanes_at(t.p + i);
        digit |= digits(v);
        all |= v;
    }
    if (i < t.n) {
        rgs_lanes v = rgs_lanes_load(t, i, &shift);
        digit |= digits(v);
        all |= v;
    }
    struct rgs_glance g = {.digit = rgs_lanes_any(digit), .beyond = rgs_lanes_bits(all) != 0};
    if (g.beyond && !g.digit)
        g.digit = digits_beyond(t, NULL);
    return g;
}

bool rgs_five_capitals(struct rgs_bytes t)
{
    unsigned four = 0, shift;

    for (size_t i = 0; i < t.n; i += LANES) {
        rgs_lanes v = rgs_lanes_load(t, i, &shift);
        unsigned w = four | rgs_lanes_bits(rgs_lanes_between(v, 'A', 'Z')) >> shift << 4;
        if (w & w >> 1 & w >> 2 & w >> 3 & w >> 4)
            return true;
        four = w >> LANES;
    }
    return false;
}

void rgs_marks_find(struct rgs_bytes t, struct rgs_marks *m)
{
    uint64_t any = 0;
    unsigned shift;

    m->n = (t.n + 63) / 64;
    for (size_t w = 0; w < m->n; w++) {
        uint64_t letter = 0, digit = 0, beyond = 0;
        size_t end = t.n - w * 64 < 64 ? t.n : w * 64 + 64;
        for (size_t i = w * 64; i < end; i += LANES) {
            rgs_lanes v = rgs_lanes_load(t, i, &shift);
            letter |= (uint64_t)(rgs_lanes_bits(letters(v)) >> shift) << (i % 64);
            digit |= (uint64_t)(rgs_lanes_bits(digits(v)) >> shift) << (i % 64);
            beyond |= (uint64_t)(rgs_lanes_bits(v) >> shift) << (i % 64);
        }
        m->letter[w] = letter;
        m->digit[w] = digit;
        m->beyond[w] = beyond;
        any |= beyond;
    }
    m->letter[m->n] = m->digit[m->n] = m->beyond[m->n] = 0;
    m->ascii = any == 0;
    if (m->ascii)
        return;
    mark_leads(t, m);
    digits_beyond(t, m->digit);
}
