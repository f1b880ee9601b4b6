/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a value stands among a few: without branches, since where it stands is anybody's guess, and
 * a wrong one of the processor's costs more than to look at all.
 */
#ifndef RGS_RULES_PLACES_H
#define RGS_RULES_PLACES_H

#include <stdint.h>
#include <string.h>

typedef uint16_t rgs_ids __attribute__((vector_size(16)));
typedef uint32_t rgs_hashes __attribute__((vector_size(16)));

/* Bits of the lanes, or'ed: those of 64. */
static inline uint64_t rgs_lanes_joined(const void *lanes)
{
    uint64_t half[2];
    memcpy(half, lanes, sizeof(half));
    return half[0] | half[1];
}

/* A bit for each of sixteen that is the value. */
static inline uint32_t rgs_places_of(const uint32_t at[16], uint32_t value)
{
    const rgs_hashes wanted = {value, value, value, value}, bit = {1, 2, 4, 8};
    rgs_hashes found = {0}, row;

    for (unsigned i = 0; i < 4; i++) {
        memcpy(&row, at + 4 * i, sizeof(row));
        found |= (rgs_hashes)(row == wanted) & bit << 4 * i;
    }
    uint64_t x = rgs_lanes_joined(&found);
    return (uint32_t)(x | x >> 32);
}

/* The same of short ones. */
static inline uint32_t rgs_ids_of(const uint16_t at[16], uint16_t value)
{
    const rgs_ids wanted = {value, value, value, value, value, value, value, value},
                  bit = {1, 2, 4, 8, 16, 32, 64, 128};
    rgs_ids low, high;

    memcpy(&low, at, sizeof(low));
    memcpy(&high, at + 8, sizeof(high));
    low = ((rgs_ids)(low == wanted) & bit) | ((rgs_ids)(high == wanted) & bit << 8);
    uint64_t x = rgs_lanes_joined(&low);
    x |= x >> 32;
    return (uint16_t)(x | x >> 16);
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
