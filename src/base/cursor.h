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

/* The same letters, case aside; word is lower case. */
static inline bool rgs_is_word(struct rgs_bytes s, const char *word)
{
    size_t n = strlen(word);
    if (s.n != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rgs_lower(s.p[i]) != (uint8_t)word[i])
            return false;
    }
    return true;
}

static inline bool rgs_begins_with_word(struct rgs_bytes s, const char *word)
{
    return s.n >= strlen(word) && rgs_is_word(rgs_bytes_upto(s, strlen(word)), word);
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
bool rgs_next_line(struct rgs_bytes *rest, struct rgs_bytes *line);
/* Cuts up to the separator off *rest, and the separator. False at the end. */
bool rgs_next_part(struct rgs_bytes *rest, uint8_t separator, struct rgs_bytes *part);
/* Without spaces and tabs at both ends. */
struct rgs_bytes rgs_trim(struct rgs_bytes s);
/* All of it a decimal number, at most `most`, and of no more than twenty digits. */
bool rgs_decimal(struct rgs_bytes s, uint32_t most, uint32_t *value);
/* All of it hexadecimal, at most 8 digits. */
bool rgs_hexadecimal(struct rgs_bytes s, uint32_t *value);

#endif
