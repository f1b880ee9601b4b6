/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where characters, clauses and sentences of a text end, as a bit for each byte: distances between
 * words are counted without reading what lies between. Only for texts that may bring a code. */
#ifndef RGS_CLASSIFY_BREAKS_H
#define RGS_CLASSIFY_BREAKS_H

#include "classify/marks.h"

struct rgs_breaks {
    uint64_t inner[RGS_MARKS];    /* bytes that go on a character; none of an ASCII text */
    uint64_t line[RGS_MARKS];     /* line ends */
    uint64_t sentence[RGS_MARKS]; /* ends of sentences, and no abbreviation's point */
    uint64_t clause[RGS_MARKS];   /* all of it, line ends, and commas before a blank */
    bool ascii;
};

void rgs_breaks_find(struct rgs_bytes t, const struct rgs_marks *m, struct rgs_breaks *b);

/* Those from `from` on and before `to` of the bits of a word, as a mask. */
static inline uint64_t rgs_bits_between(size_t word, size_t from, size_t to)
{
    uint64_t bits = UINT64_MAX;

    if (word == from / 64)
        bits &= UINT64_MAX << from % 64;
    if (word == (to - 1) / 64)
        bits &= UINT64_MAX >> (63 - (to - 1) % 64);
    return bits;
}

static inline bool rgs_bits_any(const uint64_t *mark, size_t from, size_t to)
{
    uint64_t any = 0;

    if (from >= to)
        return false;
    for (size_t w = from / 64; w <= (to - 1) / 64; w++)
        any |= mark[w] & rgs_bits_between(w, from, to);
    return any != 0;
}

/* The characters that begin from one place on and before another. */
static inline size_t rgs_breaks_characters(const struct rgs_breaks *b, size_t from, size_t to)
{
    size_t n = to - from;

    if (from >= to)
        return 0;
    for (size_t w = from / 64; !b->ascii && w <= (to - 1) / 64; w++)
        n -= (size_t)__builtin_popcountll(b->inner[w] & rgs_bits_between(w, from, to));
    return n;
}

#endif
