/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers that are the same everywhere for the same seed: SplitMix64 (Steele, Lea, Flood
 * 2014). Each subscriber owns a state, so that what one does never shifts what another does.
 */
#ifndef RGS_SIMULATE_RANDOM_H
#define RGS_SIMULATE_RANDOM_H

#include <math.h>

#include "base/hash.h"

static inline uint64_t rgs_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 <= x < 1 */
static inline double rgs_random_unit(uint64_t *state)
{
    return (double)(rgs_random(state) >> 11) * 0x1p-53;
}

/* 0..n-1; 0 when n is 0 */
static inline uint32_t rgs_random_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((rgs_random(state) >> 32) * n >> 32);
}

static inline bool rgs_random_chance(uint64_t *state, double p)
{
    return rgs_random_unit(state) < p;
}

/* Exponential with mean 1. */
static inline double rgs_random_exp(uint64_t *state)
{
    return -log1p(-rgs_random_unit(state));
}

/* Bell-shaped around 0 with standard deviation 1, within -3..3: a sum of uniforms needs no libm. */
static inline double rgs_random_bell(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += rgs_random_unit(state);
    sum -= 6;
    return sum < -3 ? -3 : sum > 3 ? 3 : sum;
}

#endif
