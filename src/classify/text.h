/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the classifier needs to know of characters: which make words, and how a word may be spelled.
 */
#ifndef RGS_CLASSIFY_TEXT_H
#define RGS_CLASSIFY_TEXT_H

#include "base/utf8.h"

/* ASCII. */
static inline bool rgs_is_digit(uint32_t c)
{
    return c - '0' < 10u;
}

static inline bool rgs_is_small(uint32_t c)
{
    return c - 'a' < 26u;
}

static inline bool rgs_is_capital(uint32_t c)
{
    return c - 'A' < 26u;
}

static inline bool rgs_is_letter(uint32_t c)
{
    return (c | 0x20) - 'a' < 26u;
}

/*
 * A letter of a script that puts spaces between words and joins no particles to them (Latin, Greek,
 * Cyrillic, Armenian): only there a word has edges. Elsewhere a word may stand inside a longer run.
 */
bool rgs_text_letter(uint32_t cp);
/* The character that ends at a place, 0: none; malformed bytes are none that is known. */
uint32_t rgs_text_before_far(struct rgs_bytes t, size_t at);
bool rgs_text_letter_at_far(struct rgs_bytes t, size_t at);

static inline uint32_t rgs_text_before(struct rgs_bytes t, size_t at)
{
    return at && t.p[at - 1] >= 0x80 ? rgs_text_before_far(t, at) : at ? t.p[at - 1] : 0;
}

static inline bool rgs_text_letter_before(struct rgs_bytes t, size_t at)
{
    if (at && t.p[at - 1] < 0x80)
        return rgs_is_letter(t.p[at - 1]);
    return at && rgs_text_letter(rgs_text_before_far(t, at));
}

static inline bool rgs_text_letter_at(struct rgs_bytes t, size_t at)
{
    if (at < t.n && t.p[at] < 0x80)
        return rgs_is_letter(t.p[at]);
    return at < t.n && rgs_text_letter_at_far(t, at);
}

uint32_t rgs_text_lower(uint32_t cp);
uint32_t rgs_text_upper(uint32_t cp);
/* The ASCII letter under the accents of a Latin letter; cp itself when there is none. */
uint32_t rgs_text_bare(uint32_t cp);

/* The value 0..9 of the decimal digit at the start of t in any script, and its bytes; -1: no digit.
 */
int rgs_text_digit_far(struct rgs_bytes t, size_t *len);

static inline int rgs_text_digit(struct rgs_bytes t, size_t *len)
{
    *len = 1;
    if (t.n && t.p[0] < 0x80)
        return rgs_is_digit(t.p[0]) ? t.p[0] - '0' : -1;
    return t.n ? rgs_text_digit_far(t, len) : -1;
}

#endif
