/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations for benchmarks. */
#ifndef RGS_TESTS_TRAFFIC_H
#define RGS_TESTS_TRAFFIC_H

#include "support/scoring.h"

/* Four weeks of `count` observations by `numbers` numbers, one in fifty of them parked in boxes. */
void rgs_bench_traffic(struct rgs_obs *obs, size_t count, uint64_t numbers);

#endif
