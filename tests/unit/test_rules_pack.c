/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shipped pack against populations: what is traded is found, what is honest is left alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/scoring.h"

enum { SEEDS = 4 };

struct row {
    const char *name;
    const char *id; /* whose status is looked at */
    enum rgs_status least, most;
    double days;
    struct rgs_population p[3];
};

#define PARKED                                                                                     \
    .from_day = 5, .over_days = 12, .life_days = 10, .codes = 1.8, .services = 10, .repeat = 0.05, \
    .away = true
#define HOSTED                                                                                     \
    .from_day = 3, .over_days = 14, .life_days = 9, .codes = 2.2, .services = 12, .repeat = 0.04,  \
    .account = 1
#define HONEST                                                                                     \
    .codes = 0.12, .messages = 0.3, .sent = 0.2, .services = 4, .repeat = 0.8, .sims_per_device = 1

#define ALERT RGS_STATUS_ALERT, RGS_STATUS_ALERT
#define REVIEW RGS_STATUS_REVIEW, RGS_STATUS_REVIEW
#define CLEAR RGS_STATUS_CLEAR, RGS_STATUS_CLEAR

/* clang-format off */
static const struct row rows[] = {
    /* ---- the trade ---- */
    {"parked SIMs", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, PARKED, .cells = 3, .nodes = 2,
         .sims_per_device = 32}}},
    {"parked SIMs of a scattered range, without devices", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .stride = 37, PARKED, .nodes = 2}}},
    {"parked SIMs over many cells", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .stride = 3, PARKED, .cells = 40, .nodes = 20,
         .sims_per_device = 32}}},
    {"parked SIMs that rotate through the devices", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, PARKED, .cells = 3, .nodes = 2,
         .sims_per_device = 8, .rotate = true}}},
    {"parked SIMs that send messages, too", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, PARKED, .cells = 3, .nodes = 2, .sent = 0.5,
         .messages = 0.4, .sims_per_device = 32}}},
    {"parked SIMs, slowly", "R1", ALERT, 42, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .from_day = 3, .over_days = 5, .codes = 0.35,
         .services = 14, .repeat = 0.05, .away = true, .cells = 3, .nodes = 2, .sims_per_device = 32}}},
    {"parked SIMs, 30 % diluted", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 70, .stride = 5, PARKED, .cells = 3, .nodes = 2,
         .sims_per_device = 32},
        {.reseller = 1, .first_number = 85291231003, .numbers = 30, .stride = 3, HONEST, .cells = 60, .nodes = 6}}},
    {"parked SIMs, 60 % diluted", "R1", ALERT, 28, {
        {.reseller = 1, .first_number = 85291230000, .numbers = 60, .stride = 5, PARKED, .nodes = 2},
        {.reseller = 1, .first_number = 85291231003, .numbers = 90, .stride = 3, HONEST, .cells = 60, .nodes = 6}}},
    {"hosted range", "R2", ALERT, 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 60, HOSTED}}},
    {"hosted range, scattered", "R2", ALERT, 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 60, .stride = 13, HOSTED}}},
    {"hosted range, 30 % diluted", "R2", ALERT, 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 70, .stride = 2, HOSTED},
        {.reseller = 2, .first_number = 85294401001, .numbers = 30, .stride = 2, .codes = 0.12, .messages = 0.3,
         .sent = 0.2, .services = 4, .repeat = 0.8, .account = 1}}},
    {"hosted range, 60 % diluted", "R2+", ALERT, 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 60, .stride = 2, .from_day = 3,
         .over_days = 14, .life_days = 9, .codes = 2.2, .services = 16, .repeat = 0.04, .account = 1},
        {.reseller = 2, .first_number = 85294401001, .numbers = 90, .stride = 2, .codes = 0.12, .messages = 0.3,
         .sent = 0.2, .services = 4, .repeat = 0.8, .account = 1}}},
    {"hosted range of twelve services, 60 % diluted: seen, not always accused", "R2+", RGS_STATUS_REVIEW, RGS_STATUS_ALERT, 28, {
        {.reseller = 2, .first_number = 85294400000, .numbers = 60, .stride = 2, HOSTED},
        {.reseller = 2, .first_number = 85294401001, .numbers = 90, .stride = 2, .codes = 0.12, .messages = 0.3,
         .sent = 0.2, .services = 4, .repeat = 0.8, .account = 1}}},
    {"hosted range in no inventory", "block:8529440", ALERT, 28, {
        {.first_number = 85294400000, .numbers = 60, HOSTED}}},
    {"an agent's device in an honest reseller", "cluster:R3/roaming_bank", ALERT, 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 140, HONEST, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296100500, .numbers = 32, PARKED, .nodes = 1, .sims_per_device = 32}}},
    {"an agent's device leaves the reseller clear", "R3", CLEAR, 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 140, HONEST, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296100500, .numbers = 32, PARKED, .nodes = 1, .sims_per_device = 32}}},
    {"an agent's block in an honest reseller", "block:8529611", ALERT, 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 140, HONEST, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296110500, .numbers = 40, PARKED, .nodes = 1}}},
    {"half of a reseller is an agent's, and it is told which", "cluster:R3/roaming_bank", ALERT, 28, {
        {.reseller = 3, .first_number = 85296100000, .numbers = 60, HONEST, .cells = 60, .nodes = 6},
        {.reseller = 3, .first_number = 85296100500, .numbers = 48, PARKED, .cells = 3, .nodes = 2, .sims_per_device = 32}}},
    {"hijacked handsets, slowly", "R4", ALERT, 28, {
        {.reseller = 4, .first_number = 85297100000, .numbers = 60, .stride = 3, .codes = 0.7, .messages = 0.3,
         .sent = 0.3, .services = 30, .repeat = 0.2, .again = 0.28, .cells = 40, .nodes = 6, .sims_per_device = 1},
        {.reseller = 4, .first_number = 85297101000, .numbers = 160, .stride = 3, HONEST, .cells = 40, .nodes = 6}}},
    {"hijacked handsets", "R4", ALERT, 28, {
        {.reseller = 4, .first_number = 85297100000, .numbers = 60, .stride = 3, .from_day = 4, .codes = 1,
         .messages = 0.3, .sent = 0.3, .services = 30, .repeat = 0.1, .burst = 0.4, .cells = 40, .nodes = 6,
         .sims_per_device = 1},
        {.reseller = 4, .first_number = 85297101000, .numbers = 100, .stride = 3, HONEST, .cells = 40, .nodes = 6}}},
    {"as many new services, and no buyer waits in vain: hunters of bonuses look like this", "R4", REVIEW, 28, {
        {.reseller = 4, .first_number = 85297100000, .numbers = 60, .stride = 3, .codes = 0.7, .messages = 0.3,
         .sent = 0.3, .services = 30, .repeat = 0.2, .cells = 40, .nodes = 6, .sims_per_device = 1},
        {.reseller = 4, .first_number = 85297101000, .numbers = 160, .stride = 3, HONEST, .cells = 40, .nodes = 6}}},
    {"inflated traffic", "R5", ALERT, 28, {
        {.reseller = 5, .first_number = 85297200000, .numbers = 120, .stride = 9, HONEST, .cells = 40, .nodes = 6},
        {.reseller = 5, .first_number = 85297204000, .numbers = 2500, .from_day = 14, .over_days = 10, .life_days = 1,
         .codes = 1.5, .services = 1, .catalogue = 1, .failed = 0.8}}},
    /* ---- honest ---- */
    {"travel eSIM", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 1200, .stride = 3, .over_days = 22, .life_days = 7,
         .codes = 0.5, .messages = 0.2, .sent = 0.05, .services = 3, .repeat = 0.5, .away = true, .cells = 60,
         .nodes = 20, .sims_per_device = 1}}},
    {"commuters", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 200, .stride = 7, .codes = 0.3, .messages = 0.5,
         .sent = 0.3, .services = 5, .repeat = 0.8, .away = true, .cells = 30, .nodes = 2, .sims_per_device = 1}}},
    {"diaspora", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 150, .stride = 7, .codes = 0.2, .messages = 0.1,
         .services = 4, .repeat = 0.8, .away = true, .cells = 100, .nodes = 8, .sims_per_device = 1}}},
    {"corporate range", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 120, .codes = 0.4, .messages = 0.2, .sent = 0.1,
         .services = 3, .repeat = 0.8, .cells = 2, .nodes = 1, .sims_per_device = 1}}},
    {"corporate range abroad", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 120, .codes = 0.4, .messages = 0.2, .sent = 0.1,
         .services = 3, .repeat = 0.8, .away = true, .cells = 2, .nodes = 1, .sims_per_device = 1}}},
    {"machines", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 200, .codes = 0.05, .messages = 1, .sent = 1,
         .services = 1, .catalogue = 1, .cells = 20, .nodes = 2, .sims_per_device = 1}}},
    {"heavy users of bank codes", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 100, .stride = 3, .codes = 2.5, .messages = 0.2,
         .services = 3, .repeat = 0.95, .cells = 40, .nodes = 6, .sims_per_device = 1}}},
    {"students' SIM promotion", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 400, .from_day = 10, .over_days = 0.5, .codes = 0.35,
         .messages = 0.4, .sent = 0.2, .services = 5, .repeat = 0.6, .cells = 4, .nodes = 1, .sims_per_device = 1}}},
    {"new operator's consecutive range", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 500, .over_days = 20, .codes = 0.3, .messages = 0.3,
         .sent = 0.2, .services = 4, .repeat = 0.7, .cells = 50, .nodes = 4, .sims_per_device = 1}}},
    {"recycled numbers", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 100, .codes = 0.15, .services = 4, .repeat = 0.8,
         .messages = 0.2, .sent = 0.2, .life_days = 14, .cells = 40, .nodes = 6, .sims_per_device = 1},
        {.reseller = 6, .first_number = 85298800000, .numbers = 100, .from_day = 14, .codes = 0.15, .services = 4,
         .repeat = 0.8, .messages = 0.2, .sent = 0.2, .first_service = 60, .cells = 40, .nodes = 6,
         .sims_per_device = 1}}},
    {"an app maker's test range", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 60, .codes = 6, .services = 1, .catalogue = 1,
         .repeat = 1, .account = 2}}},
    {"an app maker's test bench of cards, in its first days", "R6", CLEAR, 4, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 60, .codes = 3, .services = 1, .catalogue = 1,
         .repeat = 1, .away = true, .nodes = 1, .sims_per_device = 5}}},
    {"bad coverage", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 200, .stride = 3, .codes = 0.4, .messages = 0.3,
         .sent = 0.1, .services = 5, .repeat = 0.7, .failed = 0.35, .cells = 20, .nodes = 4, .sims_per_device = 1}}},
    {"marketing blasts", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 300, .codes = 0.1, .messages = 2, .sent = 0.05,
         .services = 3, .repeat = 0.8, .account = 3, .failed = 0.1}}},
    {"a few second cards in a small reseller", "R6", CLEAR, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 45, .stride = 3, HONEST, .cells = 20, .nodes = 4},
        {.reseller = 6, .first_number = 85298801000, .numbers = 6, .from_day = 5, .life_days = 14, .codes = 1,
         .services = 20, .repeat = 0.05, .cells = 20, .nodes = 4, .sims_per_device = 1}}},
    {"too few numbers to say anything", "R6", RGS_STATUS_INSUFFICIENT, RGS_STATUS_INSUFFICIENT, 28, {
        {.reseller = 6, .first_number = 85298800000, .numbers = 19, PARKED, .cells = 1, .nodes = 1,
         .sims_per_device = 32}}},
};
/* clang-format on */

/* "R2+" is R2, or the cluster in him that is told of where the trade is between a part of his
 * numbers and all that he does. */
static const struct rgs_result_reseller *find(const struct rgs_result_owner *o, const char *id)
{
    size_t own = strcspn(id, "+");
    const struct rgs_result_reseller *most = NULL;

    for (size_t i = 0; id[own] && i < o->result.n_resellers; i++) {
        const struct rgs_result_reseller *e = &o->result.resellers[i];
        const char *whose = e->parent ? e->parent : e->id;
        if (strlen(whose) == own && !strncmp(whose, id, own) && (!most || e->status > most->status))
            most = e;
    }
    if (id[own])
        return most;
    for (size_t i = 0; i < o->result.n_resellers; i++) {
        const struct rgs_result_reseller *e = &o->result.resellers[i];
        if (strcmp(e->id, id) == 0 ||
            (id[strlen(id) - 1] == ':' && !strncmp(e->id, id, strlen(id))))
            return e;
    }
    return NULL;
}

static void run(const struct row *row, uint64_t seed, const struct rgs_ruleset *rules)
{
    struct rgs_world w;
    struct rgs_result_owner o;

    rgs_world_init(&w, seed, row->days);
    rgs_world_add(&w, &rgs_test_customers);
    for (size_t i = 0; i < 3 && row->p[i].numbers; i++)
        rgs_world_add(&w, &row->p[i]);
    rgs_world_finish(&w);
    rgs_world_score(&w, rules, &o);
    char *text = rgs_test_result_text(&o.result);
    const struct rgs_result_reseller *e = find(&o, row->id);
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
