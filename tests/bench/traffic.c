/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/traffic.h"

#define SECOND INT64_C(1000000000)

void rgs_bench_traffic(struct rgs_obs *obs, size_t count, uint64_t numbers)
{
    uint64_t random = 42;
    const rgs_country hk = 'H' << 8 | 'K', cn = 'C' << 8 | 'N';
    const int64_t start = INT64_C(20500) * 86400 * SECOND,
                  step = INT64_C(28) * 86400 * SECOND / (int64_t)count;

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
        RGS_OBS_SET(o, SERVICE, service,
                    (uint16_t)(1 + (parked ? r >> 20 : n + (r >> 20) % 3) % 60));
        RGS_OBS_SET(o, REGISTRATION, registration, r % 100 < (parked ? 90 : 20));
        RGS_OBS_SET(o, ASKED_AGAIN, asked_again, r % 100 >= 95);
        RGS_OBS_SET(o, REGISTRATION_AGAIN, registration_again, r % 100 >= 98);
        RGS_OBS_SET(o, DEVICE, device, parked ? n / 1600 : n);
        RGS_OBS_SET(o, CELL, cell, 1 + n % 2000);
        RGS_OBS_SET(o, SERVING_NODE, serving_node, 1 + n % 20);
        RGS_OBS_SET(o, RESULT, result, RGS_DELIVERY_DELIVERED);
        RGS_OBS_SET(o, KNOWN_FOR, known_for, (uint32_t)((o->ts - start) / SECOND));
    }
}
