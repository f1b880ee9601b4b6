/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text cursor of the text protocols: bounded by its end, never by a NUL. */
#ifndef RGS_BASE_CURSOR_H
#define RGS_BASE_CURSOR_H

#include "base/bytes.h"

/* Letters of ASCII only, whatever the locale says. */
static inline uint8_t rgs_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* The first n letters of word, case aside; word is lower case. */
static inline bool rgs_same_letters(const uint8_t *p, const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (rgs_lower(p[i]) != (uint8_t)word[i])
            return false;
    }
    return true;
}

/* The same letters, case aside; word is lower case. */
static inline bool rgs_is_word(struct rgs_bytes s, const char *word)
{
    return s.n == strlen(word) && rgs_same_letters(s.p, word, s.n);
}

static inline bool rgs_begins_with_word(struct rgs_bytes s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && rgs_same_letters(s.p, word, n);
}

/* Offset of the first c, or s.n. */
static inline size_t rgs_find_byte(struct rgs_bytes s, uint8_t c)
{
    const uint8_t *at = s.p && s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

/* Offset of the first occurrence of a short string, or s.n. */
static inline size_t rgs_find(struct rgs_bytes s, const char *what)
{
    const void *at = s.p && s.n ? memmem(s.p, s.n, what, strlen(what)) : NULL;
    return at ? (size_t)((const uint8_t *)at - s.p) : s.n;
}

/* Cuts the next line off *rest, without its CRLF or LF. False at the end. */
static inline bool rgs_next_line(struct rgs_bytes *rest, struct rgs_bytes *line)
{
    if (rest->n == 0)
        return false;
    size_t n = rgs_find_byte(*rest, '\n');
    *line = rgs_bytes_upto(*rest, n);
    *rest = rgs_bytes_from(*rest, n + 1);
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

/* Cuts up to the separator off *rest, and the separator. False at the end. */
bool rgs_next_part(struct rgs_bytes *rest, uint8_t separator, struct rgs_bytes *part);

static inline bool rgs_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Without spaces and tabs at both ends. */
static inline struct rgs_bytes rgs_trim(struct rgs_bytes s)
{
    while (s.n && rgs_is_blank(s.p[0]))
        s = rgs_bytes_from(s, 1);
    while (s.n && rgs_is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* All of it a decimal number, at most `most`, and of no more than twenty digits. */
bool rgs_decimal(struct rgs_bytes s, uint32_t most, uint32_t *value);
/* All of it hexadecimal, at most 8 digits. */
bool rgs_hexadecimal(struct rgs_bytes s, uint32_t *value);

#endif
