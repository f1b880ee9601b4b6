/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a text has letters, digits and bytes beyond ASCII, as a bit for each byte: words and
 * numbers are then found without looking at what lies between. */
#ifndef RGS_CLASSIFY_MARKS_H
#define RGS_CLASSIFY_MARKS_H

#include "base/bytes.h"

enum {
    RGS_TEXT_MAX = 2048, /* a longer text is an essay: a code would stand in its beginning */
    RGS_MARKS = RGS_TEXT_MAX / 64 + 1, /* one more than needed: it stays empty */
};

/* What a glance tells of a text; half of all texts are done with then. */
struct rgs_glance {
    bool digit;  /* of any script */
    bool beyond; /* a byte beyond ASCII */
};

struct rgs_marks {
    uint64_t letter[RGS_MARKS]; /* ASCII */
    uint64_t digit[RGS_MARKS];  /* of any script, where it begins */
    uint64_t beyond[RGS_MARKS];
    uint64_t lead[RGS_MARKS]; /* where a letter of rgs_text_letter() beyond ASCII may begin */
    uint64_t wide[RGS_MARKS]; /* where a character begins that rgs_wide_lead() is true for */
    size_t n;                 /* words that are in use */
    bool ascii;               /* nothing is beyond: lead and wide are not filled in */
};

/* Whether a byte begins characters that are no letters of rgs_text_letter(), or not all of which
 * are: those of scripts without edges, and signs. */
static inline bool rgs_wide_lead(uint8_t c)
{
    return c >= 0xd7 || c == 0xc2;
}

struct rgs_glance rgs_glance(struct rgs_bytes t);
/* Has the text five capitals of ASCII in a row? */
bool rgs_five_capitals(struct rgs_bytes t);
/* Of at most RGS_TEXT_MAX bytes. */
void rgs_marks_find(struct rgs_bytes t, struct rgs_marks *m);

static inline bool rgs_mark_at(const uint64_t *mark, size_t at)
{
    return mark[at / 64] >> (at % 64) & 1;
}

/* The first place from `at` on that is marked; n * 64 or more: none. */
static inline size_t rgs_marks_next(const uint64_t *mark, size_t n, size_t at)
{
    size_t w = at / 64;

    if (w >= n)
        return n * 64;
    uint64_t bits = mark[w] >> (at % 64) << (at % 64);
    while (!bits) {
        if (++w >= n)
            return n * 64;
        bits = mark[w];
    }
    return w * 64 + (size_t)__builtin_ctzll(bits);
}

#endif
