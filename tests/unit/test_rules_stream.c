/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole streams of observations: the same bytes every time, full tables, and anything at all. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "support/feed.h"

#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)

Test(stream, the_same_stream_gives_the_same_bytes)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_world w;
    char *text[2];

    rgs_world_traded(&w, 5);
    for (unsigned i = 0; i < 2; i++) {
        struct rgs_result_owner o;
        rgs_world_score(&w, r, &o);
        text[i] = rgs_test_result_text(&o.result);
        rgs_result_owner_fini(&o);
    }
    cr_expect_str_eq(text[0], text[1]);
    cr_expect(strstr(text[0], "R1 parent - alert"), "%s", text[0]);
    free(text[0]);
    free(text[1]);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

/* A key hides who somebody is: it changes nothing that is said of him. Some live there who never
 * took a code, so that it is not only counted who did. */
Test(stream, no_score_hangs_on_the_key)
{
    enum { KEYS = 8, SILENT = 300 };
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_world w;
    char *text[KEYS];

    rgs_world_traded(&w, 5);
    for (unsigned i = 0; i < KEYS; i++) {
        struct rgs_scorer_capacity c = rgs_test_capacity;
        c.hash_key = (struct rgs_hash_key){i * 77 + 1, i * 1234567 + 5};
        struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &c, &rgs_alloc_libc);
        for (size_t k = 0; k < w.n; k++) {
            struct rgs_obs o = w.obs[k];
            rgs_scorer_observe(s, &o);
            if (k % 4)
                continue;
            RGS_OBS_SET(&o, KIND, kind, RGS_OBS_MESSAGE);
            RGS_OBS_SET(&o, NUMBER, number, o.number / 10000 * 10000 + 9000 + k / 4 % SILENT);
            rgs_scorer_observe(s, &o);
        }
        text[i] = rgs_test_scorer_text(s);
        rgs_scorer_del(s);
        cr_expect_str_eq(text[i], text[0]);
    }
    for (unsigned i = 0; i < KEYS; i++)
        free(text[i]);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

/* Looking does not change what is seen: results on the way leave the last one as it is. */
Test(stream, a_result_may_be_asked_for_at_any_time)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_world w;
    double score[2];

    rgs_world_traded(&w, 6);
    for (unsigned often = 0; often < 2; often++) {
        struct rgs_scorer *s =
            rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        struct rgs_result_owner o;
        for (size_t i = 0; i < w.n; i++) {
            rgs_scorer_observe(s, &w.obs[i]);
            if (often && i % 500 == 0) {
                rgs_result_owner_init(&o, &rgs_alloc_libc);
                cr_assert_eq(rgs_scorer_result(s, &o), 0);
                rgs_result_owner_fini(&o);
            }
        }
        rgs_result_owner_init(&o, &rgs_alloc_libc);
        cr_assert_eq(rgs_scorer_result(s, &o), 0);
        score[often] = rgs_test_find(&o, "R1")->score;
        rgs_result_owner_fini(&o);
        rgs_scorer_del(s);
    }
    cr_expect_float_eq(score[0], score[1], 5);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

/* Full tables evict and count; what is suspicious stays. */
Test(stream, caps_hold)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    const struct rgs_scorer_capacity small = {.numbers = 200, .entities = 64, .hash_key = {3, 4}};
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &small, &rgs_alloc_libc);
    struct rgs_result_owner o;
    struct rgs_world w;

    rgs_world_traded(&w, 7);
    for (size_t i = 0; i < w.n; i++)
        rgs_scorer_observe(s, &w.obs[i]);
    rgs_result_owner_init(&o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(s, &o), 0);
    cr_expect_leq(rgs_scorer_numbers(s), 200);
    bool evicted = false;
    for (size_t i = 0; i < o.result.n_dropped; i++)
        evicted |= strcmp(o.result.dropped[i].name, "rules: numbers evicted") == 0;
    cr_expect(evicted);
    cr_expect_eq(rgs_test_find(&o, "R1")->status, RGS_STATUS_ALERT);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(s);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

Test(stream, no_observation_can_break_it)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    const struct rgs_scorer_capacity small = {.numbers = 64, .entities = 64, .hash_key = {3, 4}};
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &small, &rgs_alloc_libc);
    struct rgs_result_owner o;
    uint64_t random = 99;
    int64_t ts = RGS_FEED_START;

    for (unsigned i = 0; i < 60000; i++) {
        struct rgs_obs x;
        uint8_t *p = (uint8_t *)&x;
        for (size_t k = 0; k < sizeof(x); k++)
            p[k] = (uint8_t)(rgs_test_random(&random) % (i % 3 ? 4 : 256));
        /* Booleans have two values; the tracker gives no others. */
        x.registration = x.registration & 1, x.repeat = x.repeat & 1;
        ts += (int64_t)(rgs_test_random(&random) % (uint64_t)HOUR);
        if (i % 1000 == 999)
            ts += (int64_t)(rgs_test_random(&random) % (uint64_t)(400 * DAY));
        if (i % 7)
            x.ts = ts;
        else if (x.ts > ts + DAY)
            x.ts = -x.ts;
        rgs_scorer_observe(s, &x);
    }
    rgs_result_owner_init(&o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(s, &o), 0);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}

/* Counts of services are never more than there were, and right for the frequent ones. */
Test(stream, services_are_counted_and_not_guessed)
{
    struct rgs_feed f;
    uint64_t random = 17;
    unsigned count[200] = {0};

    rgs_feed_init(&f, NULL);
    for (unsigned i = 0; i < 4000; i++) {
        struct rgs_obs x = {.ts = f.ts += 1000000000};
        uint16_t service =
            (uint16_t)(1 + (rgs_test_random(&random) % 3 ? rgs_test_random(&random) % 5
                                                         : rgs_test_random(&random) % 150));
        count[service]++;
        RGS_OBS_SET(&x, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&x, NUMBER, number, 85291230000 + i % 50);
        RGS_OBS_SET(&x, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(&x, SERVICE, service, service);
        rgs_scorer_observe(f.s, &x);
    }
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_assert_eq(e.n_services, 12);
    for (size_t i = 0; i < e.n_services; i++) {
        unsigned id = (unsigned)strtoul(e.services[i].id + 1, NULL, 10);
        cr_expect_leq(e.services[i].count, count[id], "%s", e.services[i].id);
        cr_expect(i >= 5 || e.services[i].count * 100 >= count[id] * 95, "%s: %llu of %u",
                  e.services[i].id, (unsigned long long)e.services[i].count, count[id]);
    }
    rgs_feed_fini(&f);
}
