/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyed hash for tables whose keys come from the wire (SipHash-1-3): a sender cannot choose
 * collisions. */
#ifndef RGS_BASE_HASH_H
#define RGS_BASE_HASH_H

#include "base/bytes.h"

uint64_t rgs_hash(const struct rgs_hash_key *key, const void *data, size_t n);

/* One 64-bit value, mixed; for values that are not chosen freely by a sender. */
static inline uint64_t rgs_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
