/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations per second of one core's time through the shipped pack, and bytes per number, over
 * four orders of magnitude. Memory is what analyze takes for a long run. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/traffic.h"
#include "cli/large.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void)
{
    enum { COUNT = 1000000 };
    struct rgs_obs *obs = malloc(COUNT * sizeof(*obs));
    struct rgs_ruleset *rules = rgs_test_shipped();

    printf("%10s %12s %14s %16s\n", "numbers", "tracked", "obs/s", "bytes/number");
    for (uint64_t numbers = 100; numbers <= 1000000; numbers *= 10) {
        rgs_bench_traffic(obs, COUNT, numbers);
        struct rgs_scorer *s = rgs_scorer_new(rules, &rgs_test_names, NULL, &rgs_alloc_huge);
        double from = now();
        for (size_t i = 0; i < COUNT; i++)
            rgs_scorer_observe(s, &obs[i]);
        double took = now() - from;
        printf("%10llu %12llu %14.0f %16.1f\n", (unsigned long long)numbers,
               (unsigned long long)rgs_scorer_numbers(s), COUNT / took,
               (double)rgs_scorer_number_bytes(s) / (double)rgs_scorer_numbers(s));
        rgs_scorer_del(s);
    }
    rgs_ruleset_del(rules);
    free(obs);
    return 0;
}
