/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shipped pack against populations: what is traded is found, what is honest is left alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/scoring.h"

enum { SEEDS = 4 };

/* Ordinary customers of the same network, so that nothing is scored in an empty world. */
static const struct rgs_population ordinary = {.reseller = 90,
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
                                               .sims_per_device = 1};

struct row {
    const char *name;
    const char *id; /* whose status is looked at */
    enum rgs_status least, most;
    double days;
    struct rgs_population p[3];
};

/* clang-format off */
static const struct row rows[] = {
    {"parked SIMs", "R1", RGS_STATUS_ALERT, RGS_STATUS_ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .from_day = 5, .over_days = 12, .life_days = 10,
         .codes = 1.8, .services = 10, .repeat = 0.05, .away = true, .cells = 3, .nodes = 2, .sims_per_device = 32}}},
    {"parked SIMs of a scattered range without devices", "R1", RGS_STATUS_ALERT, RGS_STATUS_ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .stride = 37, .from_day = 5, .over_days = 12,
         .life_days = 10, .codes = 1.8, .services = 10, .repeat = 0.05, .away = true, .nodes = 2}}},
    {"hosted range", "R2", RGS_STATUS_ALERT, RGS_STATUS_ALERT, 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 60, .from_day = 3, .over_days = 14, .life_days = 9,
         .codes = 2.2, .services = 12, .repeat = 0.04, .account = 1}}},
    {"travel eSIM", "R3", RGS_STATUS_CLEAR, RGS_STATUS_CLEAR, 28, {
        {.reseller = 3, .first_number = 85298800000, .numbers = 800, .stride = 11, .over_days = 22, .life_days = 7,
         .codes = 0.5, .messages = 0.2, .sent = 0.05, .services = 3, .repeat = 0.5, .away = true, .cells = 60,
         .nodes = 20, .sims_per_device = 1}}},
};
/* clang-format on */

static void run(const struct row *row, uint64_t seed, const struct rgs_ruleset *rules)
{
    struct rgs_world w;
    struct rgs_result_owner o;

    rgs_world_init(&w, seed, row->days);
    rgs_world_add(&w, &ordinary);
    for (size_t i = 0; i < 3 && row->p[i].numbers; i++)
        rgs_world_add(&w, &row->p[i]);
    rgs_world_finish(&w);
    rgs_world_score(&w, rules, &o);
    char *text = rgs_test_result_text(&o.result);
    const struct rgs_result_reseller *e = rgs_test_find(&o, row->id);
    if (getenv("RGS_TEST_SHOW"))
        fprintf(stderr, "== %s, seed %llu\n%s", row->name, (unsigned long long)seed, text);
    cr_expect(e && e->status >= row->least && e->status <= row->most, "%s, seed %llu:\n%s",
              row->name, (unsigned long long)seed, text);
    const struct rgs_result_reseller *honest = rgs_test_find(&o, "R90");
    cr_expect(honest && honest->status == RGS_STATUS_CLEAR, "ordinary beside %s:\n%s", row->name,
              text);
    free(text);
    rgs_result_owner_fini(&o);
    rgs_world_fini(&w);
}

Test(pack, populations)
{
    struct rgs_ruleset *rules = rgs_test_shipped();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
            run(&rows[i], seed, rules);
    }
    rgs_ruleset_del(rules);
}
