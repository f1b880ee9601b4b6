/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorer goes on under another rule set: what stays, what begins anew, and what is told. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/ruleset.h"
#include "support/scoring.h"

#define DAY (INT64_C(86400) * 1000000000)

/* Honest, traded, hosted and rotating numbers, so that every kind of state is in use. */
static struct rgs_world world(uint64_t seed)
{
    static const struct rgs_population people[] = {
        {.reseller = 1,
         .first_number = 85261000000,
         .numbers = 60,
         .codes = 0.5,
         .messages = 2,
         .sent = 1,
         .services = 4,
         .repeat = 0.7,
         .cells = 40,
         .nodes = 5,
         .sims_per_device = 1},
        {.reseller = 2,
         .first_number = 85262000000,
         .numbers = 40,
         .from_day = 2,
         .codes = 1.5,
         .services = 30,
         .repeat = 0.1,
         .away = true,
         .cells = 2,
         .nodes = 1,
         .sims_per_device = 16},
        {.reseller = 3,
         .first_number = 85263000000,
         .numbers = 40,
         .from_day = 5,
         .codes = 2,
         .services = 30,
         .repeat = 0.1,
         .account = 4,
         .burst = 0.3,
         .failed = 0.4},
        {.reseller = 1,
         .first_number = 85261500000,
         .numbers = 30,
         .stride = 3,
         .from_day = 4,
         .codes = 1,
         .services = 20,
         .away = true,
         .cells = 8,
         .sims_per_device = 8,
         .rotate = true},
        {.first_number = 85264000000,
         .numbers = 80,
         .life_days = 6,
         .over_days = 8,
         .codes = 1,
         .services = 9,
         .repeat = 0.3,
         .cells = 30},
    };
    struct rgs_world w;

    rgs_world_of(&w, seed, 16, people, sizeof(people) / sizeof(people[0]));
    return w;
}

static struct rgs_scorer *start(const struct rgs_ruleset *r)
{
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    cr_assert_not_null(s);
    return s;
}

static void adopt(struct rgs_scorer **s, const struct rgs_ruleset *r)
{
    struct rgs_scorer *next = rgs_scorer_adopt(*s, r);
    cr_assert_not_null(next);
    rgs_scorer_del(*s);
    *s = next;
}

/* What the scorer says, and it is gone. */
static char *said(struct rgs_scorer *s)
{
    char *text = rgs_test_scorer_text(s);
    rgs_scorer_del(s);
    return text;
}

/* One run under a, and one that changes to b and back at each of the turns. */
static void expect_same(const struct rgs_world *w, const struct rgs_ruleset *a,
                        const struct rgs_ruleset *b, unsigned turns, const char *what)
{
    struct rgs_scorer *plain = start(a), *turned = start(a);

    for (size_t i = 0; i < w->n; i++) {
        rgs_scorer_observe(plain, &w->obs[i]);
        if (i % (w->n / turns) == w->n / turns / 2)
            adopt(&turned, b);
        rgs_scorer_observe(turned, &w->obs[i]);
        if (i % (w->n / turns) == w->n / turns - 1)
            adopt(&turned, a);
    }
    char *one = said(plain), *two = said(turned);
    cr_expect_str_eq(two, one, "%s", what);
    cr_expect(strlen(one) > 100);
    free(one);
    free(two);
}

Test(adopt, the_same_rules_go_on_as_if_nothing_was)
{
    struct rgs_ruleset *a = rgs_test_shipped(), *b = rgs_test_shipped();

    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct rgs_world w = world(seed);
        expect_same(&w, a, b, 9, "a rule set that is the same");
        rgs_world_fini(&w);
    }
    rgs_ruleset_del(a);
    rgs_ruleset_del(b);
}

/* Every kind of window, at every grain. */
#define AGGREGATES                                                                                 \
    "  counted: {by: [reseller, block, cell], over: sliding 3d/1h, fn: count,\n"                   \
    "    where: kind == verification}\n"                                                           \
    "  services: {by: [reseller, block, device], over: sliding 7d/1h, where: kind == "             \
    "verification,\n    fn: distinct(service), per: number, reduce: p50}\n"                        \
    "  failed: {by: [reseller, account], over: sliding 5d/1h, fn: ratio(result == failed),\n"      \
    "    where: kind == delivery}\n"                                                               \
    "  many: {by: [reseller, block], over: sliding 5d/1h, fn: distinct(service)}\n"                \
    "  runs: {by: [reseller, block], over: sliding 7d/1h, fn: run_length(number),\n"               \
    "    where: kind == verification}\n"                                                           \
    "  together: {by: [reseller], over: sliding 7d/1d, fn: synchrony(service)}\n"                  \
    "  past: {by: [reseller], over: sliding 7d/1d, fn: 'zscore(counted, past)'}\n"                 \
    "  crowded: {by: [reseller, block], over: sliding 7d/1h, where: kind == verification,\n"       \
    "    fn: crowd(device), per: number, reduce: share_ge(4)}\n"
#define RULES                                                                                      \
    "  - {id: A, family: usage, uses: services, bands: [{ge: 3, weight: 45, why: '{value}'}]}\n"   \
    "  - {id: B, family: time, uses: counted, ramp: 1, bands: [{ge: 90, weight: 30, why: x}]}\n"   \
    "  - {id: C, family: range, uses: runs, bands: [{ge: 2, weight: 20, why: '{value}'}]}\n"       \
    "  - {id: D, family: delivery, uses: failed, bands: [{ge: 0.1, weight: 9, why: '{value}'}]}\n" \
    "  - {id: E, family: time, uses: together, bands: [{ge: 2, weight: 5, why: '{value}'}]}\n"     \
    "  - {id: F, family: time, uses: past, bands: [{ge: 1, weight: 3, why: '{value}'}]}\n"         \
    "  - {id: G, family: device, uses: crowded, bands: [{ge: 0.3, weight: 7, why: '{value}'}]}\n"  \
    "  - {id: H, family: usage, uses: many, bands: [{ge: 20, weight: 2, why: '{value}'}]}\n"
#define TYPOLOGY "  t: {sum: [A, B, C, D, E, F, G, H], half_life: 4d}\n"

#define PACK(settings, aggregates, rules, typologies)                                              \
    settings "min_support: 20\naggregates:\n" aggregates "rules:\n" rules "typologies:"            \
             "\n" typologies

Test(adopt, what_did_not_change_keeps_its_state)
{
    static const struct {
        const char *what, *yaml;
    } other[] = {
        {"named otherwise",
         PACK("name: x\n",
              "  more: {by: [cell, reseller], over: tumbling 1d, fn: share(service)}\n" AGGREGATES,
              RULES, TYPOLOGY)},
        {"more aggregates before and behind",
         PACK("",
              "  a1: {by: [cell, reseller], over: tumbling 1d, fn: share(service)}\n"
              "  a2: {by: [block, reseller], over: sliding 6d/1h, where: kind == verification,\n"
              "    fn: count, per: number, reduce: mean}\n" AGGREGATES
              "  a3: {by: reseller, over: sliding 7d/1h, where: kind == verification,\n"
              "    fn: ratio(result == failed), per: number, reduce: mean}\n"
              "  a4: {by: reseller, over: sliding 7d/1h, where: kind == delivery,\n"
              "    fn: distinct(cell), per: number, reduce: mean}\n",
              "  - {id: A1, family: usage, uses: a1, bands: [{ge: 0.1, weight: 1, why: x}]}\n"
              "  - {id: A2, family: time, uses: a2, bands: [{ge: 1, weight: 1, why: x}]}\n" RULES
              "  - {id: A3, family: time, uses: a3, bands: [{ge: 0.1, weight: 1, why: x}]}\n"
              "  - {id: A4, family: time, uses: a4, bands: [{ge: 1, weight: 1, why: x}]}\n",
              "  s: {scope: 'number.offshore', sum: [A1, A2, A3, A4]}\n" TYPOLOGY)},
    };
    struct rgs_ruleset *a = rgs_test_good_ruleset(PACK("", AGGREGATES, RULES, TYPOLOGY));

    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        struct rgs_ruleset *b = rgs_test_good_ruleset(other[i].yaml);
        struct rgs_world w = world(20 + i);
        expect_same(&w, a, b, 5, other[i].what);
        rgs_world_fini(&w);
        rgs_ruleset_del(b);
    }
    rgs_ruleset_del(a);
}

/* n codes of R1, a minute apart, every other one for a login, by 40 numbers. */
struct feed {
    struct rgs_scorer *s;
    int64_t ts;
    unsigned n;
};

static void codes(struct feed *f, unsigned n)
{
    for (unsigned i = 0; i < n; i++, f->n++) {
        struct rgs_obs o = {.ts = f->ts += INT64_C(60) * 1000000000};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000 + f->n % 40);
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(1));
        RGS_OBS_SET(&o, SERVICE, service, (uint16_t)(1 + f->n / 40 % 9));
        RGS_OBS_SET(&o, PURPOSE, purpose, f->n / 40 % 2 ? RGS_PURPOSE_LOGIN : RGS_PURPOSE_RESET);
        rgs_scorer_observe(f->s, &o);
    }
}

static struct feed feed(const struct rgs_ruleset *r)
{
    return (struct feed){start(r), 20500 * DAY, 0};
}

static struct rgs_result_reseller reseller(struct feed *f, struct rgs_result_owner *o)
{
    rgs_result_owner_init(o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(f->s, o), 0);
    const struct rgs_result_reseller *e = rgs_test_find(o, "R1");
    cr_assert_not_null(e);
    return *e;
}

#define SIMPLE(what, over, bands, typology)                                                        \
    "aggregates:\n"                                                                                \
    "  a: {by: reseller, over: " over ", where: kind == verification, fn: count}\n"                \
    "  b: {by: reseller, over: " over ", where: kind == verification, " what "}\n"                 \
    "rules:\n"                                                                                     \
    "  - {id: A, family: usage, uses: a, bands: [{ge: 1, weight: 49, why: '{value} codes'}]}\n"    \
    "  - {id: B, rev: 2, family: time, uses: b, bands: [" bands "]}\n"                             \
    "typologies:\n  " typology "\n"
#define DISTINCT "fn: distinct(service), per: number, reduce: p50"
#define LOGINS "fn: ratio(purpose == login), per: number, reduce: mean"
#define HALF "{ge: 0.1, weight: 51, why: '{value} of it'}"
#define NEVER "{ge: 9999, weight: 51, why: '{value}'}"

static unsigned told;

static void on_alert(void *ctx, const struct rgs_result_alert *a)
{
    (void)a;
    told += ctx != NULL;
}

Test(adopt, a_changed_typology_is_scored_at_once_and_told_once)
{
    struct rgs_ruleset *calm = rgs_test_good_ruleset(SIMPLE(
        DISTINCT, "sliding 2d/1h", NEVER,
        "t: {sum: [A, B], half_life: 30d, hysteresis: 0, suppress: {limit: 1, backoff: 1h}}"));
    struct rgs_ruleset *sharp = rgs_test_good_ruleset(SIMPLE(
        DISTINCT, "sliding 2d/1h", HALF,
        "t: {sum: [A, B], half_life: 30d, hysteresis: 0, suppress: {limit: 1, backoff: 1h}}"));
    struct feed f = feed(calm);
    struct rgs_result_owner o;

    told = 0;
    rgs_scorer_on_alert(f.s, on_alert, &told);
    codes(&f, 800);
    cr_expect_eq(told, 0);
    adopt(&f.s, sharp);
    cr_expect_eq(told, 1, "%u", told);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.status, RGS_STATUS_ALERT);
    cr_assert_eq(o.result.n_alerts, 1);
    cr_expect_eq(o.result.alerts[0].n_rules, 2);
    cr_expect_str_eq(o.result.ruleset_sha256, rgs_ruleset_sha256(sharp));
    rgs_result_owner_fini(&o);
    /* Back: the score that the other set left is not remembered, in spite of its half life. */
    adopt(&f.s, calm);
    e = reseller(&f, &o);
    cr_expect_eq(e.score, 49, "%g", e.score);
    cr_expect_eq(e.status, RGS_STATUS_CLEAR);
    rgs_result_owner_fini(&o);
    adopt(&f.s, sharp);
    adopt(&f.s, sharp);
    codes(&f, 400);
    cr_expect_eq(told, 1, "what was told is not told again: %u", told);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(calm);
    rgs_ruleset_del(sharp);
}

/* The value that rule B of R1 has after n more codes. */
static double value_after(struct feed *f, unsigned n)
{
    struct rgs_result_owner o;
    double value = -1;

    codes(f, n);
    struct rgs_result_reseller e = reseller(f, &o);
    for (size_t i = 0; e.n_typologies && i < e.typologies[0].n_rules; i++) {
        if (strcmp(e.typologies[0].rules[i].id, "B") == 0)
            value = e.typologies[0].rules[i].value;
    }
    rgs_result_owner_fini(&o);
    return value;
}

Test(adopt, a_new_value_sees_what_the_logs_can_tell)
{
    struct rgs_ruleset *before = rgs_test_good_ruleset(
        SIMPLE("fn: count, per: number, reduce: mean", "sliding 2d/1h", NEVER, "t: {sum: [A, B]}"));
    struct rgs_ruleset *after =
        rgs_test_good_ruleset(SIMPLE(DISTINCT, "sliding 2d/1h", HALF, "t: {sum: [A, B]}"));
    struct feed f = feed(before), all = feed(after);

    codes(&f, 320);
    codes(&all, 320);
    adopt(&f.s, after);
    cr_expect_eq(value_after(&f, 0), 8);
    /* From here on it is the same scorer as one that had it from the first day. */
    for (unsigned i = 0; i < 90; i++)
        cr_expect_eq(value_after(&f, 50), value_after(&all, 50), "%u", i);
    rgs_scorer_del(f.s);
    rgs_scorer_del(all.s);
    rgs_ruleset_del(before);
    rgs_ruleset_del(after);
}

Test(adopt, what_the_logs_do_not_tell_begins_with_the_next_step)
{
    struct rgs_ruleset *before =
        rgs_test_good_ruleset(SIMPLE(DISTINCT, "sliding 1d/1h", NEVER, "t: {sum: [A, B]}"));
    struct rgs_ruleset *after =
        rgs_test_good_ruleset(SIMPLE(LOGINS, "sliding 1d/1h", HALF, "t: {sum: [A, B]}"));
    struct feed f = feed(before);

    codes(&f, 1000);
    adopt(&f.s, after);
    cr_expect_eq(value_after(&f, 0), -1, "no log says which of the codes were for logins");
    codes(&f, 60); /* into the next step */
    double v = value_after(&f, 400);
    cr_expect(v > 0.4 && v < 0.6, "half of them were, of those behind the change: %g", v);
    for (unsigned i = 0; i < 60; i++) {
        adopt(&f.s, after);
        v = value_after(&f, 40);
        cr_expect(v > 0.4 && v < 0.6, "%u: %g", i, v);
    }
    rgs_scorer_del(f.s);
    rgs_ruleset_del(before);
    rgs_ruleset_del(after);
}

Test(adopt, another_clock_of_the_logs_keeps_what_they_hold)
{
    struct rgs_ruleset *days =
        rgs_test_good_ruleset(SIMPLE(DISTINCT, "sliding 4d/1d", HALF, "t: {sum: [A, B]}"));
    struct rgs_ruleset *hours =
        rgs_test_good_ruleset(SIMPLE(DISTINCT, "sliding 4d/1h", HALF, "t: {sum: [A, B]}"));
    struct feed f = feed(days);

    cr_expect_eq(value_after(&f, 200), 5);
    adopt(&f.s, hours);
    cr_expect_eq(value_after(&f, 0), 5);
    cr_expect_eq(value_after(&f, 80), 7);
    adopt(&f.s, days);
    cr_expect_eq(value_after(&f, 0), 7);
    cr_expect_eq(value_after(&f, 80), 9);
    adopt(&f.s, hours);
    /* And they forget at their time: four days later only the present is in the window. */
    f.ts += 4 * DAY;
    cr_expect_eq(value_after(&f, 80), 2);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(days);
    rgs_ruleset_del(hours);
}

#define FEWER(typology)                                                                            \
    "aggregates:\n  a: {by: reseller, over: sliding 2d/1h, fn: count}\n"                           \
    "rules:\n"                                                                                     \
    "  - {id: A, rev: 7, family: usage, uses: a, bands: [{ge: 1, weight: 49, why: x}]}\n"          \
    "  - {id: C, family: time, uses: a, bands: [{ge: 9999, weight: 51, why: x}]}\n"                \
    "typologies:\n  " typology "\n"

Test(adopt, alerts_name_rules_that_are_no_more)
{
    struct rgs_ruleset *two =
        rgs_test_good_ruleset(SIMPLE(DISTINCT, "sliding 2d/1h", HALF, "t: {sum: [A, B]}"));
    struct rgs_ruleset *one = rgs_test_good_ruleset(FEWER("t: {sum: [A, C], hysteresis: 0}"));
    struct rgs_ruleset *gone = rgs_test_good_ruleset(FEWER("u: {sum: [A, C]}"));
    struct feed f = feed(two);
    struct rgs_result_owner o;

    codes(&f, 400);
    adopt(&f.s, one);
    adopt(&f.s, one);
    struct rgs_result_reseller e = reseller(&f, &o);
    cr_expect_eq(e.status, RGS_STATUS_CLEAR);
    cr_expect(e.alerted, "that it was alerted stays");
    cr_assert_geq(o.result.n_alerts, 1);
    cr_assert_eq(o.result.alerts[0].n_rules, 2);
    cr_expect_str_eq(o.result.alerts[0].rules[0], "A.1");
    cr_expect_str_eq(o.result.alerts[0].rules[1], "B.2");
    rgs_result_owner_fini(&o);
    adopt(&f.s, gone);
    e = reseller(&f, &o);
    cr_expect_eq(o.result.n_alerts, 0);
    rgs_result_owner_fini(&o);
    rgs_scorer_del(f.s);
    rgs_ruleset_del(two);
    rgs_ruleset_del(one);
    rgs_ruleset_del(gone);
}

/* ---- memory ------------------------------------------------------------------------------------
 */

static long left;

static void *scarce(void *ctx, size_t n)
{
    (void)ctx;
    return left-- > 0 ? calloc(1, n) : NULL;
}

static void drop(void *ctx, void *p)
{
    (void)ctx;
    free(p);
}

Test(adopt, when_memory_is_short_the_old_one_goes_on)
{
    static const struct rgs_alloc alloc = {scarce, drop, NULL};
    struct rgs_ruleset *r = rgs_test_good_ruleset(PACK("", AGGREGATES, RULES, TYPOLOGY));
    struct rgs_world w = world(4);
    struct rgs_scorer *plain = start(r), *next = NULL;
    unsigned refused = 0;

    left = 1000;
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &alloc);
    for (size_t i = 0; i < w.n; i++) {
        rgs_scorer_observe(plain, &w.obs[i]);
        rgs_scorer_observe(s, &w.obs[i]);
    }
    for (long i = 0; !next; i++) {
        left = i;
        next = rgs_scorer_adopt(s, r);
        refused += next == NULL;
        cr_assert_lt(i, 200);
    }
    cr_expect_gt(refused, 10);
    rgs_scorer_del(next);
    left = 1000;
    char *one = said(plain), *two = said(s);
    cr_expect_str_eq(two, one);
    free(one);
    free(two);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}
