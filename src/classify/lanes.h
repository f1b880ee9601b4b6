/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen bytes at a time, for searches that most texts pass without a find. */
#ifndef RGS_CLASSIFY_LANES_H
#define RGS_CLASSIFY_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

static inline rgs_lanes rgs_lanes_are(rgs_lanes v, uint8_t c)
{
    return (rgs_lanes)(v == c);
}

static inline rgs_lanes rgs_lanes_between(rgs_lanes v, uint8_t low, uint8_t high)
{
    return (rgs_lanes)((rgs_lanes)(v - low) <= (uint8_t)(high - low));
}

#endif
