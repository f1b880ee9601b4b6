/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen bytes at a time, for searches that most texts pass without a find. */
#ifndef RGS_CLASSIFY_LANES_H
#define RGS_CLASSIFY_LANES_H

#include "base/bytes.h"

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

/* The sixteen bytes from i on; at the end the last sixteen, and by how many bits those before i are
 * to be shifted out. */
static inline rgs_lanes rgs_lanes_load(struct rgs_bytes t, size_t i, unsigned *shift)
{
    rgs_lanes v = {0};

    *shift = 0;
    if (i + sizeof(v) <= t.n)
        return rgs_lanes_at(t.p + i);
    if (t.n >= sizeof(v)) {
        *shift = (unsigned)(i + sizeof(v) - t.n);
        return rgs_lanes_at(t.p + t.n - sizeof(v));
    }
    for (size_t k = i; k < t.n; k++)
        v[k - i] = t.p[k];
    return v;
}

/* Where sixteen bytes from i on and two behind them can be read: in the text or, at its end, in
 * `room`, with NUL behind it. */
static inline const uint8_t *rgs_lanes_room(struct rgs_bytes t, size_t i,
                                            uint8_t room[2 * sizeof(rgs_lanes)])
{
    size_t left = t.n - i;

    if (left >= sizeof(rgs_lanes) + 2)
        return t.p + i;
    memset(room, 0, 2 * sizeof(rgs_lanes));
    return memcpy(room, t.p + i, left);
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
