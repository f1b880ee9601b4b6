/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Observations per second of one core's time through the shipped pack, and bytes per number, over four orders of magnitude. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "support/scoring.h"

#define SECOND INT64_C(1000000000)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Four weeks of `count` observations by `numbers` numbers, one in fifty of them parked in boxes. */
static void fill(struct rgs_obs *obs, size_t count, uint64_t numbers)
{
    uint64_t random = 42;
    const rgs_country hk = 'H' << 8 | 'K', cn = 'C' << 8 | 'N';
    const int64_t start = INT64_C(20500) * 86400 * SECOND, step = INT64_C(28) * 86400 * SECOND / (int64_t)count;

    for (size_t i = 0; i < count; i++) {
        struct rgs_obs *o = &obs[i];
        uint64_t n = rgs_test_random(&random) % numbers, r = rgs_test_random(&random);
        bool parked = n % 50 == 0;
        memset(o, 0, sizeof(*o));
        o->ts = start + (int64_t)i * step;
        o->frame = i + 1;
        RGS_OBS_SET(o, KIND, kind,
                    r % 10 < 5   ? RGS_OBS_VERIFICATION
                    : r % 10 < 7 ? RGS_OBS_DELIVERY
                    : r % 10 < 9 ? RGS_OBS_MESSAGE
                                 : RGS_OBS_ORIGINATION);
        RGS_OBS_SET(o, PROTO, proto, 1);
        RGS_OBS_SET(o, NUMBER, number, 85260000000 + n);
        RGS_OBS_SET(o, RESELLER, reseller, rgs_test_reseller(1 + (unsigned)(n / 1000 % 40)));
        RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, parked ? cn : hk);
        RGS_OBS_SET(o, NUMBER_OFFSHORE, number_offshore, parked);
        RGS_OBS_SET(o, SERVICE, service, (uint16_t)(1 + (parked ? r >> 20 : n + (r >> 20) % 3) % 60));
        RGS_OBS_SET(o, REGISTRATION, registration, r % 100 < (parked ? 90 : 20));
        RGS_OBS_SET(o, DEVICE, device, parked ? n / 1600 : n);
        RGS_OBS_SET(o, CELL, cell, 1 + n % 2000);
        RGS_OBS_SET(o, SERVING_NODE, serving_node, 1 + n % 20);
        RGS_OBS_SET(o, RESULT, result, RGS_DELIVERY_DELIVERED);
    }
}

int main(void)
{
    enum { COUNT = 1000000 };
    struct rgs_obs *obs = malloc(COUNT * sizeof(*obs));
    struct rgs_ruleset *rules = rgs_test_shipped();

    printf("%10s %12s %14s %16s\n", "numbers", "tracked", "obs/s", "bytes/number");
    for (uint64_t numbers = 100; numbers <= 1000000; numbers *= 10) {
        fill(obs, COUNT, numbers);
        struct rgs_scorer *s = rgs_scorer_new(rules, &rgs_test_names, NULL, &rgs_alloc_libc);
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
