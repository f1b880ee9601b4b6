/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights, families, levels, decay, suppression, support, names, and the same bytes every time. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/ruleset.h"
#include "rules/scorer.h"
#include "support/scoring.h"

#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)
#define START (INT64_C(20500) * DAY)

/* Codes of the last day decide: A gives one point each to 60 (usage), B 40 when most are logins
 * (time). */
#define PACK(typology)                                                                             \
    "min_support: 20\n"                                                                            \
    "aggregates:\n"                                                                                \
    "  a: {by: [reseller, block], over: sliding 1d/1h, fn: count, where: kind == verification,\n"  \
    "      title: the codes of a day}\n"                                                           \
    "  b: {by: [reseller, block], over: sliding 1d/1h, fn: ratio(purpose == login)}\n"             \
    "rules:\n"                                                                                     \
    "  - {id: A, rev: 3, family: usage, uses: a, ramp: 1, bands: [{ge: 60, weight: 60, why: "      \
    "'{value} codes'}]}\n"                                                                         \
    "  - {id: B, family: time, uses: b, bands: [{ge: 0.5, weight: 40, why: '{value} logins'}]}\n"  \
    "typologies:\n  t: {" typology "}\n"

static struct rgs_ruleset *ruleset(const char *yaml)
{
    char *messages;
    struct rgs_ruleset *r = rgs_test_ruleset(yaml, &messages);
    cr_assert(r, "%s", messages);
    free(messages);
    return r;
}

struct feed {
    struct rgs_scorer *s;
    int64_t ts;
    unsigned n;
};

static struct feed start(const struct rgs_ruleset *r)
{
    struct feed f = {rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc), START,
                     0};
    cr_assert_not_null(f.s);
    return f;
}

/* n codes for n numbers of R1, a second apart. */
static void codes(struct feed *f, unsigned n, unsigned numbers, enum rgs_purpose purpose)
{
    for (unsigned i = 0; i < n; i++) {
        struct rgs_obs o = {.ts = f->ts += 1000000000};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000 + (f->n + i) % numbers);
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(&o, SERVICE, service, 3);
        RGS_OBS_SET(&o, ORIGIN_COUNTRY, origin_country, 'C' << 8 | 'N');
        RGS_OBS_SET(&o, PURPOSE, purpose, (uint8_t)purpose);
        rgs_scorer_observe(f->s, &o);
    }
    f->n += n;
}

static struct rgs_result_reseller reseller(struct feed *f, struct rgs_result_owner *o)
{
    rgs_result_owner_init(o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(f->s, o), 0);
    const struct rgs_result_reseller *e = rgs_test_find(o, "R1");
    cr_assert_not_null(e);
    return *e;
}

Test(score, below_the_support_nothing_is_named)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B]"));
    for (unsigned numbers = 19; numbers <= 20; numbers++) {
        struct feed f = start(r);
        struct rgs_result_owner o;
        codes(&f, 200, numbers, RGS_PURPOSE_LOGIN);
        struct rgs_result_reseller e = reseller(&f, &o);
        cr_expect_eq(e.numbers, numbers);
        cr_expect_eq(e.verifications, 200);
        cr_expect_eq(e.status, numbers < 20 ? RGS_STATUS_INSUFFICIENT : RGS_STATUS_ALERT);
        cr_expect_eq(e.score > 0, numbers >= 20);
        cr_expect_eq(e.n_typologies > 0, numbers >= 20);
        cr_expect_eq(o.result.n_alerts > 0, numbers >= 20);
        /* Not the block that they stand in, either: it says what R1 says. */
        cr_expect_eq(o.result.n_resellers, 1);
        rgs_result_owner_fini(&o);
        rgs_scorer_del(f.s);
    }
    rgs_ruleset_del(r);
}

Test(score, families_are_capped_so_that_one_cannot_decide)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B]"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    codes(&f, 400, 30, RGS_PURPOSE_RESET);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.score, 49, "%g", e.score);
    cr_expect_eq(e.status, RGS_STATUS_CLEAR);
    rgs_result_owner_fini(&o);
    codes(&f, 500, 30, RGS_PURPOSE_LOGIN);
    e = reseller(&f, &o);
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
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

Test(score, the_leading_family_bounds_the_others)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B], lead: usage"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    codes(&f, 22, 20, RGS_PURPOSE_LOGIN);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.score, 44, "%g", e.score);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

/* Of two leading families the sum is the bound. */
Test(score, several_families_lead_together)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B], lead: [usage, time]"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    codes(&f, 22, 20, RGS_PURPOSE_LOGIN);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.score, 62, "%g", e.score);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

/* A rule on what is missing is silent where the road shows no such thing of anybody. */
Test(score, what_nobody_is_seen_to_do_is_not_missed)
{
    struct rgs_ruleset *r =
        ruleset("aggregates:\n"
                "  a: {by: reseller, over: sliding 1d/1h, fn: count}\n"
                "rules:\n"
                "  - {id: A, family: usage, uses: a, bands: [{ge: 1, weight: 30, why: x}]}\n"
                "  - {id: B, family: silence, uses: a, seen: kind == origination, bands: [{ge: 1, "
                "weight: 20, "
                "why: x}]}\n"
                "typologies:\n  t: {sum: [A, B]}\n");
    for (uint8_t road = 1; road <= 2; road++) {
        for (unsigned n = RGS_SEEN - 1; n <= RGS_SEEN; n++) {
            struct feed f = start(r);
            struct rgs_result_owner o;
            for (unsigned i = 0; i < n; i++) {
                struct rgs_obs sent = {.ts = f.ts += 1000000000};
                RGS_OBS_SET(&sent, KIND, kind, RGS_OBS_ORIGINATION);
                RGS_OBS_SET(&sent, NUMBER, number, 85261110000);
                RGS_OBS_SET(&sent, PROTO, proto, road);
                rgs_scorer_observe(f.s, &sent);
            }
            for (unsigned i = 0; i < 40; i++) {
                struct rgs_obs code = {.ts = f.ts += 1000000000};
                RGS_OBS_SET(&code, KIND, kind, RGS_OBS_VERIFICATION);
                RGS_OBS_SET(&code, NUMBER, number, 85291230000 + i);
                RGS_OBS_SET(&code, RESELLER, reseller, rgs_test_reseller(1));
                RGS_OBS_SET(&code, PROTO, proto, 1);
                rgs_scorer_observe(f.s, &code);
            }
            struct rgs_result_reseller e = reseller(&f, &o);
            cr_expect_eq(e.score, road == 1 && n == RGS_SEEN ? 50 : 30, "road %u, %u sent: %g",
                         road, n, e.score);
            rgs_result_owner_fini(&o);
            rgs_scorer_del(f.s);
        }
    }
    rgs_ruleset_del(r);
}

/* SIMs stand in for numbers that a tap never shows; who is known by his number later counts once.
 */
Test(score, sims_without_numbers_count_from_their_second_code)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B]"));
    static const struct {
        unsigned codes_each;
        bool later; /* the numbers come to be known */
        unsigned numbers;
    } rows[] = {{1, false, 0}, {2, false, 30}, {3, false, 30}, {3, true, 30}};

    for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
        struct feed f = start(r);
        struct rgs_result_owner o;
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
        rgs_result_owner_init(&o, &rgs_alloc_libc);
        cr_assert_eq(rgs_scorer_result(f.s, &o), 0);
        const struct rgs_result_reseller *e = rgs_test_find(&o, "R1");
        cr_expect_eq(e ? e->numbers : 0, rows[k].numbers, "row %zu: %u", k,
                     e ? (unsigned)e->numbers : 999);
        cr_expect_eq(rgs_scorer_numbers(f.s), 30, "row %zu", k);
        rgs_result_owner_fini(&o);
        rgs_scorer_del(f.s);
    }
    rgs_ruleset_del(r);
}

Test(score, scores_halve_in_a_half_life_and_levels_hold_on)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B], half_life: 10d, hysteresis: 8"));
    struct feed f = start(r);
    static const struct {
        int64_t days;
        double score;
        enum rgs_status status;
    } steps[] = {{0, 89, RGS_STATUS_ALERT},   /* 89 * 2^(-d/10) */
                 {3, 72.3, RGS_STATUS_ALERT}, /* inside of the hysteresis */
                 {5, 62.9, RGS_STATUS_REVIEW}, {9, 47.7, RGS_STATUS_REVIEW},
                 {12, 38.7, RGS_STATUS_CLEAR}, {20, 22.3, RGS_STATUS_CLEAR}};

    codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
    int64_t base = f.ts;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct rgs_result_owner o;
        rgs_scorer_advance(f.s, base + steps[i].days * DAY);
        struct rgs_result_reseller e = reseller(&f, &o);
        cr_expect_float_eq(e.score, steps[i].score, 0.11, "day %lld: %g", (long long)steps[i].days,
                           e.score);
        cr_expect_eq(e.status, steps[i].status, "day %lld: %d", (long long)steps[i].days, e.status);
        cr_expect_eq(e.alerted, true);
        cr_expect_eq(o.result.n_alerts, 1);
        rgs_result_owner_fini(&o);
    }
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

Test(score, alerts_are_suppressed_with_a_growing_distance)
{
    struct rgs_ruleset *r =
        ruleset(PACK("sum: [A, B], hysteresis: 0, suppress: {limit: 3, backoff: 3d}"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    /* Up and down every two days: crossings on days 0, 2, 4 ... 30. Quiet for 3, then 6 days, then
     * for good. */
    for (unsigned day = 0; day <= 30; day += 2) {
        f.ts = START + day * DAY;
        codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
        rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
        struct rgs_obs o2 = {.ts = f.ts + 30 * HOUR};
        RGS_OBS_SET(&o2, KIND, kind, RGS_OBS_MESSAGE);
        RGS_OBS_SET(&o2, NUMBER, number, 85291230000);
        RGS_OBS_SET(&o2, RESELLER, reseller, rgs_test_reseller(1));
        rgs_scorer_observe(f.s, &o2);
        rgs_scorer_advance(f.s, f.ts + 40 * HOUR);
    }
    reseller(&f, &o);
    cr_assert_eq(o.result.n_alerts, 3, "%zu", o.result.n_alerts);
    static const int64_t days[] = {0, 4, 10};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq((o.result.alerts[i].ts - START) / DAY, days[i], "alert %zu", i);
        cr_expect_str_eq(o.result.alerts[i].rules[0], "A.3");
        cr_expect_eq(o.result.alerts[i].level, RGS_STATUS_ALERT);
    }
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

static void count_alert(void *ctx, const struct rgs_result_alert *a)
{
    ++*(unsigned *)ctx;
}

/* A tap that runs for years: every alert is told, and the list keeps the newest. */
Test(score, the_oldest_alerts_make_room)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B], hysteresis: 0, suppress: {backoff: 1s}"));
    struct feed f = start(r);
    struct rgs_result_owner o;
    unsigned told = 0;

    rgs_scorer_on_alert(f.s, count_alert, &told);
    for (unsigned day = 0; told < RGS_ALERTS + 2; day += 2) {
        unsigned before = told;
        f.ts = START + day * DAY;
        codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
        rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
        cr_assert_gt(told, before, "day %u", day);
        struct rgs_obs quiet = {.ts = f.ts + 30 * HOUR};
        RGS_OBS_SET(&quiet, KIND, kind, RGS_OBS_MESSAGE);
        RGS_OBS_SET(&quiet, NUMBER, number, 85291230000);
        RGS_OBS_SET(&quiet, RESELLER, reseller, rgs_test_reseller(1));
        rgs_scorer_observe(f.s, &quiet);
        rgs_scorer_advance(f.s, f.ts + 40 * HOUR);
    }
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_gt(f.s->n_alerts, RGS_ALERTS / 2);
    cr_expect_leq(f.s->n_alerts, RGS_ALERTS);
    cr_assert_gt(o.result.n_alerts, 0);
    cr_expect_gt(o.result.alerts[0].ts, START + 4 * DAY, "the first ones are gone");
    cr_expect_geq(o.result.alerts[o.result.n_alerts - 1].ts, e.last_ts - 5 * DAY);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

Test(score, a_rise_above_what_was_told_is_never_suppressed)
{
    struct rgs_ruleset *r =
        ruleset(PACK("sum: [A, B], hysteresis: 0, suppress: {limit: 1, backoff: 30d}"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    codes(&f, 20, 20, RGS_PURPOSE_LOGIN); /* 20 + 40 */
    rgs_scorer_advance(f.s, START + 2 * HOUR);
    f.ts = START + 2 * HOUR;
    codes(&f, 100, 20, RGS_PURPOSE_LOGIN); /* 49 + 40 */
    rgs_scorer_advance(f.s, START + 4 * HOUR);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.status, RGS_STATUS_ALERT);
    cr_assert_eq(o.result.n_alerts, 2, "%zu", o.result.n_alerts);
    cr_expect_eq(o.result.alerts[0].level, RGS_STATUS_REVIEW);
    cr_expect_eq(o.result.alerts[1].level, RGS_STATUS_ALERT);
    cr_expect_eq(o.result.alerts[1].ts, e.alert_ts);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}

/* 25 of 120 numbers are used from CN, and take codes for six services there; the others for one. */
Test(score, a_part_of_a_reseller_is_named_as_its_cluster)
{
    static const struct {
        unsigned others;
        enum rgs_status parent;
        bool cluster;
    } cases[] = {{95, RGS_STATUS_CLEAR, true}, {5, RGS_STATUS_ALERT, false}};
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct rgs_ruleset *r = ruleset(
            "aggregates:\n"
            "  many: {by: [reseller, block], over: sliding 7d/1d, fn: distinct(service), per: "
            "number,"
            " reduce: share_ge(6), where: kind == verification}\n"
            "  codes: {by: [reseller, block], over: sliding 7d/1d, fn: count}\n"
            "rules:\n"
            "  - {id: A, family: usage, uses: many, bands: [{ge: 0.5, weight: 45, why: x}]}\n"
            "  - {id: B, family: time, uses: codes, bands: [{ge: 60, weight: 40, why: x}]}\n"
            "typologies:\n"
            "  t: {sum: [A, B], lead: usage, scope: origin.country in home_origins, title: "
            "away}\n");
        struct feed f = start(r);
        struct rgs_result_owner o;
        for (unsigned i = 0; i < 25 * 6 + cases[k].others; i++) {
            bool away = i < 25 * 6;
            struct rgs_obs x = {.ts = f.ts += 60 * INT64_C(1000000000)};
            RGS_OBS_SET(&x, KIND, kind, RGS_OBS_VERIFICATION);
            RGS_OBS_SET(&x, NUMBER, number, 85291230000 + (away ? i % 25 : i));
            RGS_OBS_SET(&x, RESELLER, reseller, rgs_test_reseller(1));
            RGS_OBS_SET(&x, SERVICE, service, (uint16_t)(away ? 1 + i / 25 : 1));
            RGS_OBS_SET(&x, ORIGIN_COUNTRY, origin_country, away ? 'C' << 8 | 'N' : 'H' << 8 | 'K');
            rgs_scorer_observe(f.s, &x);
        }
        rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
        struct rgs_result_reseller parent = reseller(&f, &o);
        cr_expect_eq(parent.status, cases[k].parent, "%zu: %d", k, parent.status);
        cr_expect_eq(parent.alerted, !cases[k].cluster);
        const struct rgs_result_reseller *c = rgs_test_find(&o, "cluster:R1/t");
        cr_assert_eq(c != NULL, cases[k].cluster, "%zu", k);
        if (c) {
            cr_expect_eq(c->status, RGS_STATUS_ALERT);
            cr_expect_str_eq(c->parent, "R1");
            cr_expect_str_eq(c->name, "away");
            cr_expect_eq(c->numbers, 25);
            cr_expect_eq(c->verifications, 150);
            cr_expect_eq(c->n_typologies, 1);
            /* Its own codes, six services of 25 each, and none of what is around it. */
            cr_expect_eq(c->n_services, 6);
            for (size_t i = 0; i < c->n_services; i++)
                cr_expect_eq(c->services[i].count, 25);
            cr_expect_eq(c->n_origins, 1);
            cr_expect_str_eq(c->origins[0].id, "CN");
            cr_expect_lt(c->last_ts, f.ts, "the last code is of others");
        }
        /* Of R1 there is an alert only while it is the matter; it was, before the others came. */
        size_t of_parent = 0, of_cluster = 0;
        for (size_t i = 0; i < o.result.n_alerts; i++) {
            of_parent += strcmp(o.result.alerts[i].id, "R1") == 0;
            of_cluster += strcmp(o.result.alerts[i].id, "cluster:R1/t") == 0;
        }
        cr_expect_eq(of_parent > 0, !cases[k].cluster);
        cr_expect_eq(of_cluster > 0, cases[k].cluster);
        rgs_result_owner_fini(&o);
        rgs_scorer_del(f.s);
        rgs_ruleset_del(r);
    }
}

/* 25 of 200 numbers take codes for six services one after another and nothing else, at the same
 * place as all: no scope, block or device tells them apart. The others get messages, too. */
Test(score, what_a_few_do_among_many_is_a_cluster_of_their_own)
{
    static const struct {
        unsigned hidden, others;
        bool cluster;
    } cases[] = {{25, 175, true}, {19, 175, false}, {120, 40, false}};
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct rgs_ruleset *r = ruleset(
            "aggregates:\n"
            "  only: {by: reseller, over: sliding 7d/1d, fn: only(kind == verification), per: "
            "number,"
            " reduce: share_ge(5), where: kind == verification or kind == message}\n"
            "  codes: {by: reseller, over: sliding 7d/1d, fn: count, where: kind == verification}\n"
            "rules:\n"
            "  - {id: A, family: silence, uses: only, bands: [{ge: 0.05, weight: 45, why: x}]}\n"
            "  - {id: B, family: time, uses: codes, bands: [{ge: 60, weight: 40, why: x}]}\n"
            "typologies:\n"
            "  t: {sum: [A, B], lead: silence, inside: true, title: hidden}\n");
        struct feed f = start(r);
        struct rgs_result_owner o;
        for (unsigned i = 0; i < cases[k].hidden * 6 + cases[k].others * 2; i++) {
            bool hides = i < cases[k].hidden * 6;
            unsigned other = i - cases[k].hidden * 6;
            struct rgs_obs x = {.ts = f.ts += 60 * INT64_C(1000000000)};
            RGS_OBS_SET(&x, KIND, kind,
                        hides || other % 2 ? RGS_OBS_VERIFICATION : RGS_OBS_MESSAGE);
            RGS_OBS_SET(&x, NUMBER, number,
                        85291230000 + (hides ? i % cases[k].hidden : 1000 + other / 2));
            RGS_OBS_SET(&x, RESELLER, reseller, rgs_test_reseller(1));
            if (x.kind == RGS_OBS_VERIFICATION)
                RGS_OBS_SET(&x, SERVICE, service, (uint16_t)(hides ? 11 + i / cases[k].hidden : 1));
            rgs_scorer_observe(f.s, &x);
        }
        rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
        struct rgs_result_reseller parent = reseller(&f, &o);
        cr_expect_eq(parent.status, cases[k].hidden > 100 ? RGS_STATUS_ALERT : RGS_STATUS_CLEAR,
                     "%zu: %d", k, parent.status);
        const struct rgs_result_reseller *c = rgs_test_find(&o, "cluster:R1/t");
        cr_assert_eq(c != NULL, cases[k].cluster, "%zu", k);
        if (c) {
            cr_expect_eq(c->status, RGS_STATUS_ALERT);
            cr_expect_str_eq(c->parent, "R1");
            cr_expect_eq(c->numbers, 25);
            /* Its own codes, by its numbers' logs: none for the service of the others. */
            cr_expect_eq(c->verifications, 150);
            cr_expect_eq(c->n_services, 6);
            for (size_t i = 0; i < c->n_services; i++)
                cr_expect_eq(c->services[i].count, 25);
            cr_expect_eq(c->n_origins, 0);
            cr_expect_leq(c->first_ts, START + DAY);
            cr_expect_geq(c->last_ts, c->first_ts);
        }
        rgs_result_owner_fini(&o);
        rgs_scorer_del(f.s);
        rgs_ruleset_del(r);
    }
}

/* Of a seller that has nothing but one block, the block speaks where only blocks are looked at. */
Test(score, a_block_speaks_where_its_reseller_is_not_looked_at)
{
    struct rgs_ruleset *r = ruleset(PACK("sum: [A, B], by: block"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    codes(&f, 400, 30, RGS_PURPOSE_LOGIN);
    cr_expect_eq(reseller(&f, &o).status, RGS_STATUS_CLEAR);
    const struct rgs_result_reseller *block = rgs_test_find(&o, "block:8529123");
    cr_assert_not_null(block);
    cr_expect_eq(block->status, RGS_STATUS_ALERT);
    cr_expect_str_eq(block->parent, "R1");
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
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
        struct rgs_ruleset *r = ruleset(yaml);
        struct feed f = start(r);
        struct rgs_result_owner o;
        codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
        struct rgs_result_reseller e = reseller(&f, &o);
        cr_expect_eq(e.score, i == 2 ? 85 : 40, "%s: %g", packs[i], e.score);
        cr_expect_eq(e.typologies[0].n_rules, i == 0 ? 1 : 2);
        cr_expect_eq(o.result.n_alerts, i == 2 ? 1 : 0);
        rgs_result_owner_fini(&o);
        rgs_scorer_del(f.s);
        rgs_ruleset_del(r);
    }
}

Test(score, late_observations_are_counted_and_passed_over)
{
    struct rgs_ruleset *r = ruleset("lateness: 10m\n" PACK("sum: [A, B]"));
    struct feed f = start(r);
    struct rgs_result_owner o;

    codes(&f, 60, 30, RGS_PURPOSE_LOGIN);
    f.ts += DAY;
    codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    f.ts -= 9 * HOUR / 60;
    codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    f.ts -= HOUR;
    codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.verifications, 62);
    cr_assert_eq(o.result.n_dropped, 1);
    cr_expect_str_eq(o.result.dropped[0].name, "rules: observations too late");
    cr_expect_eq(o.result.dropped[0].count, 1);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
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

static bool leads_somewhere(const struct rgs_ruleset *r, unsigned rule)
{
    for (unsigned i = 0; i < r->n_typologies; i++) {
        for (unsigned k = 0; k < r->typologies[i].n_rules; k++) {
            if (r->typologies[i].rule[k] == (int)rule &&
                r->typologies[i].lead >> r->rules[rule].family & 1)
                return true;
        }
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

static void world(struct rgs_world *w, uint64_t seed)
{
    const struct rgs_population p[] = {{.reseller = 90,
                                        .first_number = 85260000000,
                                        .numbers = 300,
                                        .stride = 7,
                                        .codes = 0.12,
                                        .messages = 0.3,
                                        .sent = 0.2,
                                        .services = 4,
                                        .repeat = 0.8,
                                        .cells = 80,
                                        .nodes = 6,
                                        .sims_per_device = 1},
                                       {.reseller = 1,
                                        .first_number = 85291230000,
                                        .numbers = 60,
                                        .over_days = 12,
                                        .life_days = 10,
                                        .codes = 1.8,
                                        .services = 10,
                                        .repeat = 0.05,
                                        .away = true,
                                        .cells = 3,
                                        .nodes = 2,
                                        .sims_per_device = 32}};
    rgs_world_init(w, seed, 21);
    for (size_t i = 0; i < 2; i++)
        rgs_world_add(w, &p[i]);
    rgs_world_finish(w);
}

Test(score, the_same_stream_gives_the_same_bytes)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_world w;
    char *text[2];

    world(&w, 5);
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

/* Looking does not change what is seen: results on the way leave the last one as it is. */
Test(score, a_result_may_be_asked_for_at_any_time)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_world w;
    double score[2];

    world(&w, 6);
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
Test(score, caps_hold)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    const struct rgs_scorer_capacity small = {.numbers = 200, .entities = 64, .hash_key = {3, 4}};
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &small, &rgs_alloc_libc);
    struct rgs_result_owner o;
    struct rgs_world w;

    world(&w, 7);
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

Test(score, no_observation_can_break_it)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    const struct rgs_scorer_capacity small = {.numbers = 64, .entities = 64, .hash_key = {3, 4}};
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &small, &rgs_alloc_libc);
    struct rgs_result_owner o;
    uint64_t random = 99;
    int64_t ts = START;

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
Test(score, services_are_counted_and_not_guessed)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct feed f = start(r);
    struct rgs_result_owner o;
    uint64_t random = 17;
    unsigned count[200] = {0};

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
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_assert_eq(e.n_services, 12);
    for (size_t i = 0; i < e.n_services; i++) {
        unsigned id = (unsigned)strtoul(e.services[i].id + 1, NULL, 10);
        cr_expect_leq(e.services[i].count, count[id], "%s", e.services[i].id);
        cr_expect(i >= 5 || e.services[i].count * 100 >= count[id] * 95, "%s: %llu of %u",
                  e.services[i].id, (unsigned long long)e.services[i].count, count[id]);
    }
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(r);
}
