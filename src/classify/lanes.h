/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen bytes at a time, for searches that most texts pass without a find. */
#ifndef RGS_CLASSIFY_LANES_H
#define RGS_CLASSIFY_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef uint8_t rgs_lanes __attribute__((vector_size(16)));

static inline rgs_lanes rgs_lanes_at(const uint8_t *p)
{
    rgs_lanes v;
    memcpy(&v, p, sizeof(v));
    return v;
}

static inline bool rgs_lanes_any(rgs_lanes m)
{
    uint64_t any[2];
    memcpy(any, &m, sizeof(any));
    return (any[0] | any[1]) != 0;
}

/* The highest bit of each byte, that of the first one lowest. */
static inline unsigned rgs_lanes_bits(rgs_lanes m)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8((__m128i)m);
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < sizeof(m); i++)
        bits |= (unsigned)(m[i] >> 7) << i;
    return bits;
#endif
}

static inline rgs_lanes rgs_lanes_are(rgs_lanes v, uint8_t c)
{
    return (rgs_lanes)(v == c);
}

static inline rgs_lanes rgs_lanes_between(rgs_lanes v, uint8_t low, uint8_t high)
{
    return (rgs_lanes)((rgs_lanes)(v - low) <= (uint8_t)(high - low));
}

#endif
