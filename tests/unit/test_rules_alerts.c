/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When an alert is raised, when it is kept back, and who is named in it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/scorer.h"
#include "support/feed.h"

#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)

/* Above the level by the codes of a day, and below it again on the next one. */
static void cross(struct rgs_feed *f, unsigned day)
{
    f->ts = RGS_FEED_START + day * DAY;
    rgs_feed_codes(f, 200, 30, RGS_PURPOSE_LOGIN);
    rgs_scorer_advance(f->s, f->ts + 2 * HOUR);
    struct rgs_obs quiet = {.ts = f->ts + 30 * HOUR};
    RGS_OBS_SET(&quiet, KIND, kind, RGS_OBS_MESSAGE);
    RGS_OBS_SET(&quiet, NUMBER, number, 85291230000);
    RGS_OBS_SET(&quiet, RESELLER, reseller, rgs_test_reseller(1));
    rgs_scorer_observe(f->s, &quiet);
    rgs_scorer_advance(f->s, f->ts + 40 * HOUR);
}

Test(alerts, alerts_are_suppressed_with_a_growing_distance)
{
    struct rgs_feed f;

    rgs_feed_init(&f,
                  RGS_FEED_PACK("sum: [A, B], hysteresis: 0, suppress: {limit: 3, backoff: 3d}"));
    /* Up and down every two days: crossings on days 0, 2, 4 ... 30. Quiet for 3, then 6 days, then
     * for good. */
    for (unsigned day = 0; day <= 30; day += 2)
        cross(&f, day);
    rgs_feed_reseller(&f);
    cr_assert_eq(f.o.result.n_alerts, 3, "%zu", f.o.result.n_alerts);
    static const int64_t days[] = {0, 4, 10};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq((f.o.result.alerts[i].ts - RGS_FEED_START) / DAY, days[i], "alert %zu", i);
        cr_expect_str_eq(f.o.result.alerts[i].rules[0], "A.3");
        cr_expect_eq(f.o.result.alerts[i].level, RGS_STATUS_ALERT);
    }
    rgs_feed_fini(&f);
}

static void count_alert(void *ctx, const struct rgs_result_alert *a)
{
    ++*(unsigned *)ctx;
}

/* A tap that runs for years: every alert is told, and the list keeps the newest. */
Test(alerts, the_oldest_alerts_make_room)
{
    struct rgs_feed f;
    unsigned told = 0;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], hysteresis: 0, suppress: {backoff: 1s}"));
    rgs_scorer_on_alert(f.s, count_alert, &told);
    for (unsigned day = 0; told < RGS_ALERTS + 2; day += 2) {
        unsigned before = told;
        cross(&f, day);
        cr_assert_gt(told, before, "day %u", day);
    }
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_gt(f.s->n_alerts, RGS_ALERTS / 2);
    cr_expect_leq(f.s->n_alerts, RGS_ALERTS);
    cr_assert_gt(f.o.result.n_alerts, 0);
    cr_expect_gt(f.o.result.alerts[0].ts, RGS_FEED_START + 4 * DAY, "the first ones are gone");
    cr_expect_geq(f.o.result.alerts[f.o.result.n_alerts - 1].ts, e.last_ts - 5 * DAY);
    rgs_feed_fini(&f);
}

Test(alerts, a_rise_above_what_was_told_is_never_suppressed)
{
    struct rgs_feed f;

    rgs_feed_init(&f,
                  RGS_FEED_PACK("sum: [A, B], hysteresis: 0, suppress: {limit: 1, backoff: 30d}"));
    rgs_feed_codes(&f, 20, 20, RGS_PURPOSE_LOGIN); /* 20 + 40 */
    rgs_scorer_advance(f.s, RGS_FEED_START + 2 * HOUR);
    f.ts = RGS_FEED_START + 2 * HOUR;
    rgs_feed_codes(&f, 100, 20, RGS_PURPOSE_LOGIN); /* 49 + 40 */
    rgs_scorer_advance(f.s, RGS_FEED_START + 4 * HOUR);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.status, RGS_STATUS_ALERT);
    cr_assert_eq(f.o.result.n_alerts, 2, "%zu", f.o.result.n_alerts);
    cr_expect_eq(f.o.result.alerts[0].level, RGS_STATUS_REVIEW);
    cr_expect_eq(f.o.result.alerts[1].level, RGS_STATUS_ALERT);
    cr_expect_eq(f.o.result.alerts[1].ts, e.alert_ts);
    rgs_feed_fini(&f);
}

/* One hour in which all seems to be for sale is not enough; as long as it goes on, it is. */
Test(alerts, who_is_new_is_in_review_at_most)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], known_for: 18h, half_life: 14d"));
    rgs_feed_codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
    rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.status, RGS_STATUS_REVIEW);
    cr_expect_not(e.alerted);
    cr_assert_eq(e.n_typologies, 1);
    cr_expect_str_eq(e.typologies[0].title, "t; no alert before it has been seen for 18 hours");
    cr_expect_gt(e.score, 75);
    f.ts = RGS_FEED_START + 19 * HOUR;
    rgs_feed_codes(&f, 60, 30, RGS_PURPOSE_LOGIN);
    rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
    e = rgs_feed_reseller(&f);
    cr_expect_eq(e.status, RGS_STATUS_ALERT);
    cr_expect_str_eq(e.typologies[0].title, "t");
    cr_expect_geq(e.alert_ts, RGS_FEED_START + 18 * HOUR);
    rgs_feed_fini(&f);
}

/* Nor is it remembered: an outage in its first hours, say. */
Test(alerts, what_was_when_it_was_new_fades_with_its_window)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], known_for: 30h, half_life: 14d"));
    rgs_feed_codes(&f, 200, 30, RGS_PURPOSE_LOGIN);
    rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
    f.ts = RGS_FEED_START + 26 * HOUR;
    rgs_feed_codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
    f.ts = RGS_FEED_START + 32 * HOUR;
    rgs_feed_codes(&f, 1, 30, RGS_PURPOSE_LOGIN);
    rgs_scorer_advance(f.s, f.ts + 2 * HOUR);
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(e.status, RGS_STATUS_CLEAR, "%d, %g points", e.status, e.score);
    cr_expect_eq(f.o.result.n_alerts, 1, "the review of the first hour");
    rgs_feed_fini(&f);
}

/* One road names the account that a number is a customer's of, another does not: its block is no
 * reseller. */
Test(alerts, a_block_is_no_reseller)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B]"));
    for (unsigned i = 0; i < 300; i++) {
        struct rgs_obs x = {.ts = f.ts += 60 * INT64_C(1000000000)};
        RGS_OBS_SET(&x, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&x, NUMBER, number, 85291230000 + i % 50);
        RGS_OBS_SET(&x, RESELLER, reseller, i < 100 ? rgs_test_reseller(1) : 8529123);
        rgs_scorer_observe(f.s, &x);
    }
    struct rgs_result_reseller e = rgs_feed_reseller(&f);
    cr_expect_eq(f.s->entities[RGS_GRAIN_RESELLER].count, 1);
    cr_expect_eq(e.verifications, 100);
    rgs_feed_fini(&f);
}

#define AWAY_PACK(rule, typology)                                                                  \
    "aggregates:\n"                                                                                \
    "  many: {by: [reseller, block], over: sliding 7d/1d, fn: distinct(service), per: number,"     \
    " reduce: share_ge(6), where: kind == verification}\n"                                         \
    "  codes: {by: [reseller, block], over: sliding 7d/1d, fn: count}\n"                           \
    "rules:\n"                                                                                     \
    "  - {id: A, family: usage, uses: many, bands: [{ge: 0.5, weight: 45, why: x}]}\n"             \
    "  - {id: B, family: time, uses: codes, bands: [{ge: 60, weight: 40, why: x}]}\n" rule         \
    "typologies:\n"                                                                                \
    "  t: {sum: [A, B], lead: usage, scope: origin.country in home_origins, title: "               \
    "away}\n" typology

static void one_code(struct rgs_feed *f, bool away, unsigned number, unsigned service)
{
    struct rgs_obs x = {.ts = f->ts += 60 * INT64_C(1000000000)};

    RGS_OBS_SET(&x, KIND, kind, RGS_OBS_VERIFICATION);
    RGS_OBS_SET(&x, NUMBER, number, 85291230000 + number);
    RGS_OBS_SET(&x, RESELLER, reseller, rgs_test_reseller(1));
    RGS_OBS_SET(&x, SERVICE, service, (uint16_t)service);
    RGS_OBS_SET(&x, ORIGIN_COUNTRY, origin_country, away ? 'C' << 8 | 'N' : 'H' << 8 | 'K');
    rgs_scorer_observe(f->s, &x);
}

/* 25 of 120 numbers are used from CN, and take codes for six services there; the others for one. */
Test(alerts, a_part_of_a_reseller_is_named_as_its_cluster)
{
    static const struct {
        unsigned others;
        enum rgs_status parent;
        bool cluster;
    } cases[] = {{95, RGS_STATUS_CLEAR, true}, {5, RGS_STATUS_ALERT, false}};
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct rgs_feed f;
        rgs_feed_init(&f, AWAY_PACK("", ""));
        for (unsigned i = 0; i < 25 * 6 + cases[k].others; i++) {
            bool away = i < 25 * 6;
            one_code(&f, away, away ? i % 25 : i, away ? 1 + i / 25 : 1);
        }
        rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
        struct rgs_result_reseller parent = rgs_feed_reseller(&f);
        cr_expect_eq(parent.status, cases[k].parent, "%zu: %d", k, parent.status);
        cr_expect_eq(parent.alerted, !cases[k].cluster);
        const struct rgs_result_reseller *c = rgs_test_find(&f.o, "cluster:R1/t");
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
        for (size_t i = 0; i < f.o.result.n_alerts; i++) {
            of_parent += strcmp(f.o.result.alerts[i].id, "R1") == 0;
            of_cluster += strcmp(f.o.result.alerts[i].id, "cluster:R1/t") == 0;
        }
        cr_expect_eq(of_parent > 0, !cases[k].cluster);
        cr_expect_eq(of_cluster > 0, cases[k].cluster);
        rgs_feed_fini(&f);
    }
}

/* What a scope says of a few, another typology does not say of all of the reseller: not in his line
 * either. */
Test(alerts, a_typology_that_gives_way_is_not_in_the_line)
{
    struct rgs_feed f;

    rgs_feed_init(&f, AWAY_PACK("  - {id: C, family: usage, uses: codes, bands: [{ge: 60, weight: "
                                "45, why: x}]}\n",
                                "  u: {sum: [B, C], unless: [t], by: reseller}\n"));
    for (unsigned i = 0; i < 25 * 6 + 95; i++) {
        bool away = i < 25 * 6;
        one_code(&f, away, away ? i % 25 : i, away ? 1 + i / 25 : 1);
    }
    rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
    struct rgs_result_reseller parent = rgs_feed_reseller(&f);
    cr_assert_not_null(rgs_test_find(&f.o, "cluster:R1/t"));
    cr_expect_eq(parent.status, RGS_STATUS_CLEAR, "%d", parent.status);
    cr_expect(!parent.alerted);
    cr_expect_lt(parent.score, 50, "%g", parent.score);
    rgs_feed_fini(&f);
}

/* The cluster was told of; then the others begin to do the same, and the reseller is the matter. */
Test(alerts, who_is_told_of_as_a_whole_was_first_told_of_when_his_part_was)
{
    struct rgs_feed f;

    rgs_feed_init(&f, AWAY_PACK("", ""));
    for (unsigned i = 0; i < 95; i++)
        one_code(&f, false, 1000 + i, 1);
    for (unsigned i = 0; i < 25 * 6; i++)
        one_code(&f, true, i % 25, 1 + i / 25);
    rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
    int64_t told = f.ts;
    f.ts += DAY;
    for (unsigned i = 0; i < 95 * 6; i++)
        one_code(&f, true, 1000 + i % 95, 1 + i / 95);
    rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
    struct rgs_result_reseller whole = rgs_feed_reseller(&f);
    cr_expect_eq(whole.status, RGS_STATUS_ALERT);
    cr_expect(whole.alerted);
    cr_expect_leq(whole.alert_ts, told);
    cr_expect_null(rgs_test_find(&f.o, "cluster:R1/t"));
    size_t of_cluster = 0;
    for (size_t i = 0; i < f.o.result.n_alerts; i++) {
        const struct rgs_result_alert *a = &f.o.result.alerts[i];
        cr_expect_str_eq(a->id, "R1");
        if (a->raised_as) {
            cr_expect_str_eq(a->raised_as, "cluster:R1/t");
            cr_expect_eq(a->ts, whole.alert_ts);
            of_cluster++;
        }
    }
    cr_expect_eq(of_cluster, 1, "%zu", of_cluster);
    rgs_feed_fini(&f);
}

/* Sales end, and other people come, with or without somebody new who sells among them: what the
 * desk was told of stays in the list, under its name. */
Test(alerts, what_was_told_stays_when_its_reason_is_over)
{
    static const struct {
        unsigned others, later; /* from the begin on, and who sell when it is over */
        const char *id;
    } cases[] = {{0, 22, "R1"}, {95, 0, "cluster:R1/t"}};
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct rgs_feed f;
        rgs_feed_init(&f, AWAY_PACK("", ""));
        for (unsigned i = 0; i < cases[k].others; i++)
            one_code(&f, false, 1000 + i, 1);
        for (unsigned i = 0; i < 25 * 6; i++)
            one_code(&f, true, i % 25, 1 + i / 25);
        rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
        f.ts += 10 * DAY;
        for (unsigned i = 0; i < 95; i++)
            one_code(&f, false, 1000 + i, 1);
        for (unsigned i = 0; i < cases[k].later * 6; i++)
            one_code(&f, true, i % cases[k].later, 1 + i / cases[k].later);
        rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
        struct rgs_result_reseller now = rgs_feed_reseller(&f);
        cr_expect_eq(now.status, RGS_STATUS_CLEAR, "%zu: %d", k, now.status);
        const struct rgs_result_reseller *c = rgs_test_find(&f.o, "cluster:R1/t");
        cr_assert_not_null(c);
        cr_expect_geq(c->numbers, cases[k].later ? cases[k].later : 25);
        /* A cluster that is over keeps the line that it had, and the time of its alert. */
        if (cases[k].later == 0) {
            cr_expect_eq(c->status, RGS_STATUS_CLEAR);
            cr_expect(c->alerted && c->alert_ts <= f.ts - 10 * DAY);
        }
        size_t told = 0;
        for (size_t i = 0; i < f.o.result.n_alerts; i++) {
            const struct rgs_result_alert *a = &f.o.result.alerts[i];
            told += a->level == RGS_STATUS_ALERT && strcmp(a->id, cases[k].id) == 0;
        }
        cr_expect_eq(told, 1, "%zu: %zu", k, told);
        rgs_feed_fini(&f);
    }
}

/* 25 of 200 numbers take codes for six services one after another and nothing else, at the same
 * place as all: no scope, block or device tells them apart. The others get messages, too. */
Test(alerts, what_a_few_do_among_many_is_a_cluster_of_their_own)
{
    static const struct {
        unsigned hidden, others;
        bool cluster;
    } cases[] = {{25, 175, true}, {19, 175, false}, {120, 40, false}};
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        static const char yaml[] =
            "aggregates:\n"
            "  only: {by: reseller, over: sliding 7d/1d, fn: only(kind == verification), per: "
            "number,"
            " reduce: share_ge(5), where: kind == verification or kind == message}\n"
            "  codes: {by: reseller, over: sliding 7d/1d, fn: count, where: kind == verification}\n"
            "rules:\n"
            "  - {id: A, family: silence, uses: only, bands: [{ge: 0.05, weight: 45, why: x}]}\n"
            "  - {id: B, family: time, uses: codes, bands: [{ge: 60, weight: 40, why: x}]}\n"
            "typologies:\n"
            "  t: {sum: [A, B], lead: silence, inside: true, title: hidden}\n";
        struct rgs_feed f;
        rgs_feed_init(&f, yaml);
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
        struct rgs_result_reseller parent = rgs_feed_reseller(&f);
        cr_expect_eq(parent.status, cases[k].hidden > 100 ? RGS_STATUS_ALERT : RGS_STATUS_CLEAR,
                     "%zu: %d", k, parent.status);
        const struct rgs_result_reseller *c = rgs_test_find(&f.o, "cluster:R1/t");
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
            cr_expect_leq(c->first_ts, RGS_FEED_START + DAY);
            cr_expect_geq(c->last_ts, c->first_ts);
        }
        /* When it is over it keeps its line. */
        int64_t told = f.ts;
        f.ts += 10 * DAY;
        for (unsigned i = 0; i < 30; i++)
            one_code(&f, false, 2000 + i, 1);
        rgs_scorer_advance(f.s, f.ts + 12 * HOUR);
        rgs_feed_result(&f);
        c = rgs_test_find(&f.o, "cluster:R1/t");
        cr_assert_eq(c != NULL, cases[k].cluster, "%zu", k);
        if (c) {
            cr_expect_eq(c->status, RGS_STATUS_CLEAR);
            cr_expect_eq(c->numbers, 25);
            cr_expect(c->alerted && c->alert_ts <= told);
        }
        rgs_feed_fini(&f);
    }
}

/* A device whose numbers are one reseller's is a part of him; a cell is where anybody is, and the
 * reseller of most who live there has no part in what is done from it. At a node, where no cell is
 * seen, each reseller's numbers are by themselves. */
Test(alerts, a_device_is_of_its_reseller_and_a_cell_of_nobody)
{
    static const struct {
        const char *grain, *id, *parent;
    } rows[] = {{"device", "device:", "R1"}, {"cell", "cell:", "nobody"}, {"cell", "node:", "R1"}};
    for (size_t k = 0; k < 3; k++) {
        char yaml[512];
        struct rgs_feed f;
        snprintf(yaml, sizeof(yaml),
                 "aggregates:\n  a: {by: %s, over: sliding 1d/1h, fn: count}\n"
                 "  b: {by: %s, over: sliding 1d/1h, fn: ratio(purpose == login)}\n"
                 "rules:\n"
                 "  - {id: A, family: usage, uses: a, bands: [{ge: 60, weight: 60, why: x}]}\n"
                 "  - {id: B, family: time, uses: b, bands: [{ge: 0.5, weight: 40, why: x}]}\n"
                 "typologies:\n  t: {sum: [A, B], by: %s}\n",
                 rows[k].grain, rows[k].grain, rows[k].grain);
        rgs_feed_init(&f, yaml);
        for (unsigned i = 0; i < 800; i++) {
            struct rgs_obs o = {.ts = f.ts += 1000000000};
            bool other = k == 2 && i % 2;
            RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
            RGS_OBS_SET(&o, NUMBER, number, (other ? 85261110000 : 85291230000) + i / 2 % 30);
            RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(other ? 2 : 1));
            RGS_OBS_SET(&o, PURPOSE, purpose, other ? RGS_PURPOSE_RESET : RGS_PURPOSE_LOGIN);
            if (k == 0)
                RGS_OBS_SET(&o, DEVICE, device, 35123456000001);
            else if (k == 1)
                RGS_OBS_SET(&o, CELL, cell, 7000);
            else
                RGS_OBS_SET(&o, SERVING_NODE, serving_node, 7000);
            rgs_scorer_observe(f.s, &o);
        }
        rgs_feed_result(&f);
        const struct rgs_result_reseller *x = NULL;
        unsigned lines = 0;
        for (size_t i = 0; i < f.o.result.n_resellers; i++) {
            if (strncmp(f.o.result.resellers[i].id, rows[k].id, strlen(rows[k].id)) != 0)
                continue;
            x = &f.o.result.resellers[i];
            lines++;
        }
        cr_assert_eq(lines, 1, "%s: %u", rows[k].id, lines);
        cr_expect_eq(x->status, RGS_STATUS_ALERT);
        cr_expect_eq(x->numbers, 30);
        cr_expect_str_eq(x->parent ? x->parent : "nobody", rows[k].parent);
        rgs_feed_fini(&f);
    }
}

/* Of a seller that has nothing but one block, the block speaks where only blocks are looked at. */
Test(alerts, a_block_speaks_where_its_reseller_is_not_looked_at)
{
    struct rgs_feed f;

    rgs_feed_init(&f, RGS_FEED_PACK("sum: [A, B], by: block"));
    rgs_feed_codes(&f, 400, 30, RGS_PURPOSE_LOGIN);
    cr_expect_eq(rgs_feed_reseller(&f).status, RGS_STATUS_CLEAR);
    const struct rgs_result_reseller *block = rgs_test_find(&f.o, "block:8529123");
    cr_assert_not_null(block);
    cr_expect_eq(block->status, RGS_STATUS_ALERT);
    cr_expect_str_eq(block->parent, "R1");
    rgs_feed_fini(&f);
}

/* Forty numbers of nobody's sell; the reseller of another one among them has nothing to do with it.
 */
Test(alerts, one_number_makes_nobody_a_blocks_parent)
{
    struct rgs_population p[] = {rgs_test_customers, rgs_test_parked, rgs_test_parked};
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_result_owner o;
    struct rgs_world w;

    p[1].reseller = 0;
    p[1].numbers = 40;
    p[2].first_number += 100;
    p[2].numbers = 1;
    rgs_world_of(&w, 8, 21, p, 3);
    rgs_world_score(&w, r, &o);
    for (size_t i = 0; i < o.result.n_resellers; i++) {
        const struct rgs_result_reseller *l = &o.result.resellers[i];
        cr_expect(!l->parent, "%s in %s", l->id, l->parent);
    }
    const struct rgs_result_reseller *b = rgs_test_find(&o, "block:8529123");
    cr_expect(b && b->status == RGS_STATUS_ALERT);
    rgs_result_owner_fini(&o);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

struct told {
    unsigned whole, parts;
    int64_t whole_ts;
    char text[2048];
};

static void note_told(void *ctx, const struct rgs_result_alert *a)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);

    if (a->level != RGS_STATUS_ALERT)
        return;
    bool whole = strcmp(a->id, "R1") == 0;
    t->whole += whole;
    t->parts += !whole;
    t->whole_ts = whole ? a->ts : t->whole_ts;
    snprintf(t->text + n, sizeof(t->text) - n, "%s %s\n", a->id, a->typology);
}

/* A seller's devices, cells and block reach the level with him: one alert, and not one for each. */
Test(alerts, who_is_told_of_is_not_told_of_again_by_his_parts)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    struct told t = {0};
    struct rgs_world w;

    rgs_world_traded(&w, 5);
    rgs_scorer_on_alert(s, note_told, &t);
    for (size_t i = 0; i < w.n; i++)
        rgs_scorer_observe(s, &w.obs[i]);
    rgs_scorer_advance(s, w.obs[w.n - 1].ts + DAY);
    cr_expect_eq(t.whole, 1, "%s", t.text);
    cr_expect_eq(t.parts, 0, "%s", t.text);
    rgs_scorer_del(s);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

/* A reseller's numbers at one node are a group by chance: it takes more of them. */
Test(alerts, a_group_at_a_node_is_larger_than_other_groups)
{
    const struct rgs_population p[] = {rgs_test_customers,
                                       {.reseller = 3,
                                        .first_number = 85296100000,
                                        .numbers = 240,
                                        .codes = 0.12,
                                        .messages = 0.3,
                                        .sent = 0.2,
                                        .services = 4,
                                        .repeat = 0.8,
                                        .sims_per_device = 1,
                                        .nodes = 6},
                                       {.reseller = 3,
                                        .first_number = 85296101050,
                                        .stride = 31,
                                        .from_day = 5,
                                        .over_days = 5,
                                        .codes = 1.8,
                                        .services = 30,
                                        .repeat = 0.05,
                                        .sims_per_device = 1,
                                        .nodes = 1}};
    struct rgs_ruleset *r = rgs_test_shipped();

    for (unsigned n = 24; n <= 25; n++) {
        struct rgs_population traded = p[2];
        struct rgs_result_owner o;
        struct rgs_world w;
        unsigned nodes = 0;

        traded.numbers = n;
        rgs_world_of(&w, 8, 28, (struct rgs_population[]){p[0], p[1], traded}, 3);
        rgs_world_score(&w, r, &o);
        for (size_t i = 0; i < o.result.n_resellers; i++)
            nodes += strncmp(o.result.resellers[i].id, "node:", 5) == 0;
        char *text = rgs_test_result_text(&o.result);
        cr_expect_eq(nodes, n >= 25, "%u numbers: %u nodes\n%s", n, nodes, text);
        free(text);
        rgs_result_owner_fini(&o);
        rgs_world_fini(&w);
    }
    rgs_ruleset_del(r);
}

/* Numbers that nothing but their usage holds together are told of as hidden trade, and the reseller
 * as a whole is not accused beside them. */
Test(alerts, what_a_hidden_cluster_explains_is_not_held_against_the_whole)
{
    const struct rgs_population honest = {.reseller = 3,
                                          .first_number = 85296100000,
                                          .numbers = 160,
                                          .codes = 0.12,
                                          .messages = 0.3,
                                          .sent = 0.2,
                                          .services = 4,
                                          .repeat = 0.8,
                                          .sims_per_device = 1},
                                traded = {.reseller = 3,
                                          .first_number = 85296101050,
                                          .numbers = 40,
                                          .stride = 31,
                                          .codes = 1,
                                          .services = 40,
                                          .repeat = 0.05,
                                          .again = 0.28,
                                          .sims_per_device = 1};
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_result_owner o;
    struct rgs_world w;

    rgs_world_of(&w, 8, 28, (struct rgs_population[]){rgs_test_customers, honest, traded}, 3);
    rgs_world_score(&w, r, &o);
    char *text = rgs_test_result_text(&o.result);
    const struct rgs_result_reseller *whole = rgs_test_find(&o, "R3"),
                                     *cluster = rgs_test_find(&o, "cluster:R3/hidden_trade");
    cr_expect(cluster && cluster->status == RGS_STATUS_ALERT, "%s", text);
    cr_expect(whole && whole->status == RGS_STATUS_CLEAR, "%s", text);
    free(text);
    rgs_result_owner_fini(&o);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}
