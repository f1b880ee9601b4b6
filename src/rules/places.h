/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a value stands among a few: without branches, since where it stands is anybody's guess, and
 * a wrong one of the processor's costs more than to look at all.
 */
#ifndef RGS_RULES_PLACES_H
#define RGS_RULES_PLACES_H

#include "classify/lanes.h"

typedef uint16_t rgs_ids __attribute__((vector_size(16)));
typedef uint32_t rgs_hashes __attribute__((vector_size(16)));

/* A bit for each of sixteen that is the value. */
static inline uint32_t rgs_places_of(const uint32_t at[16], uint32_t value)
{
    const rgs_hashes wanted = {value, value, value, value};
    rgs_hashes row[4];

    memcpy(row, at, sizeof(row));
    for (unsigned i = 0; i < 4; i++)
        row[i] = (rgs_hashes)(row[i] == wanted);
#ifdef __SSE2__
    const __m128i low = _mm_packs_epi32((__m128i)row[0], (__m128i)row[1]),
                  high = _mm_packs_epi32((__m128i)row[2], (__m128i)row[3]);
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
#else
    uint32_t bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (row[i / 4][i % 4] & 1) << i;
    return bits;
#endif
}

/* The same of short ones. */
static inline uint32_t rgs_ids_of(const uint16_t at[16], uint16_t value)
{
    const rgs_ids wanted = {value, value, value, value, value, value, value, value};
    rgs_ids row[2];

    memcpy(row, at, sizeof(row));
    for (unsigned i = 0; i < 2; i++)
        row[i] = (rgs_ids)(row[i] == wanted);
#ifdef __SSE2__
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16((__m128i)row[0], (__m128i)row[1]));
#else
    uint32_t bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (uint32_t)(row[i / 8][i % 8] & 1) << i;
    return bits;
#endif
}

/* The least of sixteen. */
static inline uint32_t rgs_least_of(const uint32_t count[16])
{
    rgs_hashes least, row;
    uint32_t of[4];

    memcpy(&least, count, sizeof(least));
    for (unsigned i = 1; i < 4; i++) {
        memcpy(&row, count + 4 * i, sizeof(row));
        const rgs_hashes less = (rgs_hashes)(row < least);
        least = (row & less) | (least & ~less);
    }
    memcpy(of, &least, sizeof(of));
    of[0] = of[1] < of[0] ? of[1] : of[0];
    of[2] = of[3] < of[2] ? of[3] : of[2];
    return of[2] < of[0] ? of[2] : of[0];
}

#endif
