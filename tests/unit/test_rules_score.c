/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights, families, levels and their decay, support, and what counts at all. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "rules/ruleset.h"
#include "rules/scorer.h"
#include "support/feed.h"

#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)

Test(score, below_the_support_nothing_is_named)
{
    for (unsigned numbers = 19; numbers <= 20; numbers++) {
        struct rgs_feed f;
        rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B]"));
        rgs_feed_codes(&f, 200, numbers, RGS_PURPOSE_LOGIN);
        struct rgs_result_reseller e = rgs_feed_reseller(&f);
        cr_expect_eq(e.numbers, numbers);
        cr_expect_eq(e.verifications, numbers < 20 ? 0 : 200);
        cr_expect(numbers >= 20 || strcmp(e.name, e.id) == 0);
        cr_expect_eq(e.status, numbers < 20 ? RGS_STATUS_INSUFFICIENT : RGS_STATUS_ALERT);
        cr_expect_eq(e.score > 0, numbers >= 20);
        cr_expect_eq(e.n_typologies > 0, numbers >= 20);
        /* Of one number it would be what a person does, and when. */
        cr_expect_eq(e.n_services > 0, numbers >= 20);
        cr_expect(numbers >= 20 || e.n_origins == 0);
        cr_expect_eq(e.first_ts != 0, numbers >= 20);
        cr_expect_eq(e.last_ts != 0, numbers >= 20);
        cr_expect_eq(f.o.result.n_alerts > 0, numbers >= 20);
        /* Not the block that they stand in, either: it says what R1 says. */
        cr_expect_eq(f.o.result.n_resellers, 1);
        rgs_feed_fini(&f);
    }
}

Test(score, families_are_capped_so_that_one_cannot_decide)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B]"));
    rgs_feed_codes(&f, 400, 30, RGS_PURPOSE_RESET);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.score, 49, "%g", e.score);
    cr_expect_eq(e.status, RGS_STATUS_CLEAR);
    rgs_feed_codes(&f, 500, 30, RGS_PURPOSE_LOGIN);
    e = rgs_feed_reseller(&f);
    cr_expect_eq(e.score, 89, "%g", e.score);
    cr_expect_eq(e.status, RGS_STATUS_ALERT);
    cr_assert_eq(e.n_typologies, 1);
    cr_assert_eq(e.typologies[0].n_rules, 2);
    cr_expect_str_eq(e.typologies[0].rules[0].id, "A");
    cr_expect_eq(e.typologies[0].rules[0].rev, 3);
    cr_expect_str_eq(e.typologies[0].rules[0].family, "usage");
    cr_expect_str_eq(e.typologies[0].rules[0].why, "900 codes");
    cr_expect_str_eq(e.typologies[0].rules[1].why, "56 % logins");
    cr_assert_eq(e.n_counterfactual, 1);
    cr_expect_str_eq(e.counterfactual[0], "below alert if b were 49 % instead of 56 % (B)");
    cr_assert_eq(e.n_services, 1);
    cr_expect_str_eq(e.services[0].id, "s3");
    cr_expect_eq(e.services[0].count, 900);
    cr_assert_eq(e.n_origins, 1);
    cr_expect_str_eq(e.origins[0].id, "CN");
    cr_expect_eq(e.origins[0].share, 1);
    rgs_feed_fini(&f);
}

Test(score, the_leading_family_bounds_the_others)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], lead: usage"));
    rgs_feed_codes(&f, 22, 20, RGS_PURPOSE_LOGIN);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.score, 44, "%g", e.score);
    rgs_feed_fini(&f);
}

/* Of two leading families the sum is the bound. */
Test(score, several_families_lead_together)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], lead: [usage, time]"));
    rgs_feed_codes(&f, 22, 20, RGS_PURPOSE_LOGIN);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.score, 62, "%g", e.score);
    rgs_feed_fini(&f);
}

/* A rule on what is missing is silent where the road shows no such thing of anybody; road 3 is what
 * applications submit for others, where whoever answers one of them says nothing of other people.
 */
Test(score, what_nobody_is_seen_to_do_is_not_missed)
{
    static const char yaml[] =
        "aggregates:\n"
        "  a: {by: reseller, over: sliding 1d/1h, fn: count}\n"
        "rules:\n"
        "  - {id: A, family: usage, uses: a, bands: [{ge: 1, weight: 30, why: x}]}\n"
        "  - {id: B, family: silence, uses: a, seen: kind == origination, bands: [{ge: 1, "
        "weight: 20, "
        "why: x}]}\n"
        "typologies:\n  t: {sum: [A, B]}\n";
    for (uint8_t road = 1; road <= 3; road++) {
        bool submitted = road == 3;
        for (unsigned n = RGS_SEEN - 1; n <= RGS_SEEN; n++) {
            struct rgs_feed f;
            rgs_feed_init(&f, yaml);
            for (unsigned i = 0; i < n; i++) {
                struct rgs_obs sent = {.ts = f.ts += 1000000000};
                RGS_OBS_SET(&sent, KIND, kind, RGS_OBS_ORIGINATION);
                RGS_OBS_SET(&sent, NUMBER, number, 85261110000);
                RGS_OBS_SET(&sent, PROTO, proto, submitted ? 2 : road);
                if (submitted)
                    RGS_OBS_SET(&sent, HOSTED, hosted, false);
                rgs_scorer_observe(f.s, &sent);
            }
            for (unsigned i = 0; i < 40; i++) {
                struct rgs_obs code = {.ts = f.ts += 1000000000};
                RGS_OBS_SET(&code, KIND, kind, RGS_OBS_VERIFICATION);
                RGS_OBS_SET(&code, NUMBER, number, 85291230000 + i);
                RGS_OBS_SET(&code, RESELLER, reseller, rgs_test_reseller(1));
                RGS_OBS_SET(&code, PROTO, proto, submitted ? 2 : 1);
                if (submitted)
                    RGS_OBS_SET(&code, HOSTED, hosted, false);
                rgs_scorer_observe(f.s, &code);
            }
            struct rgs_result_reseller e = rgs_feed_reseller(&f);
            cr_expect_eq(e.score, road == 1 && n == RGS_SEEN ? 50 : 30, "road %u, %u sent: %g",
                         road, n, e.score);
            rgs_feed_fini(&f);
        }
    }
}

/* SIMs stand in for numbers that a tap never shows; who is known by his number later counts once.
 */
Test(score, sims_without_numbers_count_from_their_second_code)
{
    static const struct {
        unsigned codes_each;
        bool later; /* the numbers come to be known */
        unsigned numbers;
    } rows[] = {{1, false, 0}, {2, false, 30}, {3, false, 30}, {3, true, 30}};

    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        struct rgs_feed f;
        rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B]"));
        for (unsigned i = 0; i < 30 * (rows[k].codes_each + rows[k].later); i++) {
            struct rgs_obs c = {.ts = f.ts += 1000000000};
            RGS_OBS_SET(&c, KIND, kind, RGS_OBS_VERIFICATION);
            RGS_OBS_SET(&c, SIM, sim, 454031234000000 + i % 30);
            RGS_OBS_SET(&c, RESELLER, reseller, rgs_test_reseller(1));
            RGS_OBS_SET(&c, SERVICE, service, 3);
            if (i >= 30 * rows[k].codes_each)
                RGS_OBS_SET(&c, NUMBER, number, 85291230000 + i % 30);
            rgs_scorer_observe(f.s, &c);
        }
        rgs_feed_result(&f);
        const struct rgs_result_reseller *e = rgs_test_find(&f.o, "R1");
        cr_expect_eq(e ? e->numbers : 0, rows[k].numbers, "row %zu: %u", k,
                     e ? (unsigned)e->numbers : 999);
        cr_expect_eq(rgs_scorer_numbers(f.s), 30, "row %zu", k);
        rgs_feed_fini(&f);
    }
}

Test(score, scores_halve_in_a_half_life_and_levels_hold_on)
{
    struct rgs_feed f;
    static const struct {
        int64_t days;
        double score;
        enum rgs_status status;
    } steps[] = {{0, 89, RGS_STATUS_ALERT},   /* 89 * 2^(-d/10) */
                 {3, 72.3, RGS_STATUS_ALERT}, /* inside of the hysteresis */
                 {5, 62.9, RGS_STATUS_REVIEW}, {9, 47.7, RGS_STATUS_REVIEW},
                 {12, 38.7, RGS_STATUS_CLEAR}, {20, 22.3, RGS_STATUS_CLEAR}};

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], half_life: 10d, hysteresis: 8"));
    rgs_feed_codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
    int64_t base = f.ts;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        rgs_scorer_advance(f.s, base + steps[i].days * DAY);
        struct rgs_result_reseller e = rgs_feed_reseller(&f);
        cr_expect_float_eq(e.score, steps[i].score, 0.11, "day %lld: %g", (long long)steps[i].days,
                           e.score);
        cr_expect_eq(e.status, steps[i].status, "day %lld: %d", (long long)steps[i].days, e.status);
        cr_expect_eq(e.alerted, true);
        cr_expect_eq(f.o.result.n_alerts, 1);
    }
    rgs_feed_fini(&f);
}

Test(score, exceptions_and_shadow_rules)
{
    static const char *const packs[] = {"except: [list.partners]", "shadow: true", "shadow: false"};
    for (size_t i = 0; i < 3; i++) {
        char yaml[2048];
        snprintf(yaml, sizeof(yaml),
                 "lists:\n  partners: [R7, R1]\n"
                 "aggregates:\n  a: {by: reseller, over: sliding 1d/1h, fn: count}\n"
                 "rules:\n"
                 "  - {id: A, family: usage, uses: a, %s, bands: [{ge: 60, weight: 45, why: x}]}\n"
                 "  - {id: B, family: time, uses: a, bands: [{ge: 60, weight: 40, why: x}]}\n"
                 "  - {id: C, family: place, uses: a, bands: [{ge: 1e9, weight: 1, why: x}]}\n"
                 "typologies:\n  t: {sum: [A, B, C]}\n",
                 packs[i]);
        struct rgs_feed f;
        rgs_feed_init(&f, yaml);
        rgs_feed_codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
        struct rgs_result_reseller e = rgs_feed_reseller(&f);
        cr_expect_eq(e.score, i == 2 ? 85 : 40, "%s: %g", packs[i], e.score);
        cr_expect_eq(e.typologies[0].n_rules, i == 0 ? 1 : 2);
        cr_expect_eq(e.typologies[0].rules[0].shadow, i == 1 ? 45 : 0);
        cr_expect_eq(f.o.result.n_alerts, i == 2 ? 1 : 0);
        rgs_feed_fini(&f);
    }
}

Test(score, late_observations_are_counted_and_passed_over)
{
    struct rgs_feed f;

    rgs_feed_init(&f, "lateness: 10m\n" RGS_FEED_PACK("sum: [A, B]"));
    rgs_feed_codes(&f, 60, 30, RGS_PURPOSE_LOGIN);
    f.ts += DAY;
    rgs_feed_codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    f.ts -= 9 * HOUR / 60;
    rgs_feed_codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    f.ts -= HOUR;
    rgs_feed_codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.verifications, 62);
    cr_assert_eq(f.o.result.n_dropped, 1);
    cr_expect_str_eq(f.o.result.dropped[0].name, "rules: observations too late");
    cr_expect_eq(f.o.result.dropped[0].count, 1);
    rgs_feed_fini(&f);
}

Test(score, weights_grow_along_ramps_and_are_full_inside_of_bands)
{
    const struct rgs_rule rising = {
        .ramp = 0.5,
        .n_bands = 2,
        .band = {{.ge = 4, .lt = 8, .weight = 10}, {.ge = 8, .lt = INFINITY, .weight = 30}}};
    const struct rgs_rule falling = {
        .ramp = 0.5, .n_bands = 1, .band = {{.ge = -INFINITY, .lt = 2, .weight = 8}}};
    struct rgs_rule sharp = rising;
    sharp.ramp = 0;
    static const struct {
        double value, rising, sharp, falling;
    } rows[] = {{0, 0, 0, 8},   {1, 0, 0, 8},   {2, 0, 0, 8},   {2.5, 2.5, 0, 4}, {3, 5, 0, 0},
                {4, 10, 10, 0}, {6, 20, 10, 0}, {7, 25, 10, 0}, {8, 30, 30, 0},   {100, 30, 30, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct rgs_band *why;
        cr_expect_float_eq(rgs_rule_weight(&rising, rows[i].value, &why), rows[i].rising, 1e-9,
                           "rising %g", rows[i].value);
        cr_expect_eq(why != NULL, rows[i].rising != 0, "rising %g", rows[i].value);
        cr_expect_float_eq(rgs_rule_weight(&sharp, rows[i].value, &why), rows[i].sharp, 1e-9);
        cr_expect_float_eq(rgs_rule_weight(&falling, rows[i].value, &why), rows[i].falling, 1e-9,
                           "falling %g", rows[i].value);
    }
}

/* In a typology in which there is a rest to be let in. */
static bool leads_somewhere(const struct rgs_ruleset *r, unsigned rule)
{
    for (unsigned i = 0; i < r->n_typologies; i++) {
        const struct rgs_typology *t = &r->typologies[i];
        bool leads = false, rest = false;
        for (unsigned k = 0; k < t->n_rules; k++) {
            bool leading = t->lead >> r->rules[t->rule[k]].family & 1;
            leads |= leading && t->rule[k] == (int)rule;
            rest |= !leading;
        }
        if (leads && rest)
            return true;
    }
    return false;
}

/*
 * No bound of the shipped pack may move a score by more than 5 points when it moves by a tenth. A
 * point of a leading family can let another one of the rest in.
 */
Test(score, no_threshold_of_the_pack_decides_alone)
{
    struct rgs_ruleset *r = rgs_test_shipped();

    for (unsigned i = 0; i < r->n_rules; i++) {
        for (unsigned b = 0; b < r->rules[i].n_bands; b++) {
            for (unsigned edge = 0; edge < 2; edge++) {
                struct rgs_rule moved = r->rules[i];
                double *at = edge ? &moved.band[b].lt : &moved.band[b].ge;
                if (isinf(*at))
                    continue;
                double was = *at, worst = 0;
                for (int sign = -1; sign <= 1; sign += 2) {
                    moved = r->rules[i];
                    for (unsigned k = 0; k < moved.n_bands; k++) {
                        if (moved.band[k].ge == was)
                            moved.band[k].ge = was * (1 + 0.1 * sign);
                        if (moved.band[k].lt == was)
                            moved.band[k].lt = was * (1 + 0.1 * sign);
                    }
                    for (double v = 0; v < 3 * was; v += was / 500) {
                        const struct rgs_band *why;
                        double d = fabs(rgs_rule_weight(&r->rules[i], v, &why) -
                                        rgs_rule_weight(&moved, v, &why));
                        worst = d > worst ? d : worst;
                    }
                }
                worst *= leads_somewhere(r, i) ? 2 : 1;
                cr_expect_leq(worst, 5, "rule %s, bound %g: %.2f points", r->rules[i].id, was,
                              worst);
            }
        }
    }
    rgs_ruleset_del(r);
}
