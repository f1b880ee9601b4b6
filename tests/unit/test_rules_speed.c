/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes scoring fast changes no answer. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/places.h"
#include "rules/scorer.h"
#include "support/scoring.h"

#define DAY (INT64_C(86400) * 1000000000)
#define START (INT64_C(20500) * DAY)

static void world(struct rgs_world *w, uint64_t seed)
{
    struct rgs_population people = {.reseller = 2,
                                    .first_number = 85260000000,
                                    .numbers = 5000,
                                    .codes = 0.2,
                                    .messages = 0.1,
                                    .sent = 0.1,
                                    .services = 4,
                                    .cells = 40,
                                    .sims_per_device = 1},
                          sold = {.reseller = 1,
                                  .first_number = 85291230000,
                                  .numbers = 60,
                                  .codes = 3,
                                  .services = 40,
                                  .cells = 1,
                                  .sims_per_device = 16};

    rgs_world_init(w, seed, 20);
    rgs_world_add(w, &people);
    rgs_world_add(w, &sold);
    rgs_world_finish(w);
}

/* Which observation each alert arose at. */
struct told {
    char text[8192];
    size_t n, at;
};

static void on_alert(void *ctx, const struct rgs_result_alert *a)
{
    struct told *t = ctx;

    t->n += (size_t)snprintf(t->text + t->n, sizeof(t->text) - t->n, "%zu %s %s %.9g\n", t->at,
                             a->id, a->typology, a->score);
    cr_assert_lt(t->n, sizeof(t->text));
}

/* An observation that waits is taken by whoever asks, and an alert arises at the observation that
 * it would have arisen at if none had waited. */
Test(speed, nobody_sees_that_observations_wait)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    struct rgs_world w;
    static struct told told[2];
    char *text[2];
    bool waited = false;

    world(&w, 3);
    for (unsigned at_once = 0; at_once < 2; at_once++) {
        struct rgs_scorer *s =
            rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        struct rgs_result_owner o;
        rgs_scorer_on_alert(s, on_alert, &told[at_once]);
        for (size_t i = 0; i < w.n; i++) {
            told[at_once].at = i;
            rgs_scorer_observe(s, &w.obs[i]);
            waited |= s->ahead.n > 1;
            if (at_once)
                rgs_scorer_settle(s);
        }
        rgs_result_owner_init(&o, &rgs_alloc_libc);
        cr_assert_eq(rgs_scorer_result(s, &o), 0);
        text[at_once] = rgs_test_result_text(&o.result);
        rgs_result_owner_fini(&o);
        rgs_scorer_del(s);
    }
    cr_expect(waited);
    cr_expect_gt(told[0].n, 0);
    cr_expect_str_eq(told[0].text, told[1].text);
    cr_expect_str_eq(text[0], text[1]);
    free(text[0]);
    free(text[1]);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

/* A long log's sums are remembered for a step of time. Whoever counts them anew at each observation
 * comes to the same: with logs that run full, and numbers that take the place of others. */
Test(speed, what_is_remembered_of_a_log_is_what_it_amounts_to)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    const struct rgs_scorer_capacity small = {.numbers = 60, .entities = 64, .hash_key = {3, 4}};
    struct rgs_population busy = {.reseller = 1,
                                  .first_number = 85291230000,
                                  .numbers = 64,
                                  .codes = 4,
                                  .messages = 6,
                                  .sent = 6,
                                  .services = 12,
                                  .repeat = 0.8,
                                  .cells = 3,
                                  .sims_per_device = 8};
    struct rgs_scorer *s[2];
    struct rgs_world w;
    unsigned remembered = 0;

    rgs_world_init(&w, 5, 40);
    rgs_world_add(&w, &busy);
    rgs_world_finish(&w);
    for (unsigned k = 0; k < 2; k++)
        s[k] = rgs_scorer_new(r, &rgs_test_names, &small, &rgs_alloc_libc);
    cr_assert(s[0]->numbers.rows.remembered);
    for (size_t i = 0; i < w.n; i++) {
        rgs_scorer_observe(s[0], &w.obs[i]);
        rgs_rows_forget(&s[1]->numbers);
        rgs_scorer_observe(s[1], &w.obs[i]);
        if (i % 64 == 0)
            cr_assert_arr_eq(s[0]->numbers.at, s[1]->numbers.at,
                             s[0]->numbers.fresh * sizeof(*s[0]->numbers.at));
    }
    for (uint32_t i = 0; i <= s[0]->numbers.rows.remembered_mask; i++)
        remembered += s[0]->numbers.rows.remembered[i].number != 0;
    cr_expect_gt(remembered, 40);
    cr_expect_gt(s[0]->numbers.log_dropped, 0);
    cr_expect_gt(s[0]->numbers.evicted, 0);
    for (unsigned k = 0; k < 2; k++)
        rgs_scorer_del(s[k]);
    rgs_world_fini(&w);
    rgs_ruleset_del(r);
}

Test(speed, places_are_those_that_a_loop_finds)
{
    uint64_t random = 7;

    for (unsigned round = 0; round < 2000; round++) {
        uint32_t at[16], least = UINT32_MAX, places = 0, ids = 0;
        uint16_t id[16];
        const uint32_t wanted = (uint32_t)rgs_test_random(&random) << 30;
        for (unsigned i = 0; i < 16; i++) {
            at[i] = (uint32_t)rgs_test_random(&random) << 30 | (uint32_t)(round % 3);
            id[i] = (uint16_t)(at[i] >> 16);
            least = at[i] < least ? at[i] : least;
            places |= (uint32_t)(at[i] == wanted) << i;
            ids |= (uint32_t)(id[i] == wanted >> 16) << i;
        }
        cr_assert_eq(rgs_places_of(at, wanted), places);
        cr_assert_eq(rgs_ids_of(id, (uint16_t)(wanted >> 16)), ids);
        cr_assert_eq(rgs_least_of(at), least);
    }
}

/* Half octaves: each quantity lies between the edges of its bin. */
Test(speed, a_quantity_is_counted_between_its_edges)
{
    for (unsigned octave = 0; octave < 32; octave++) {
        for (unsigned part = 0; part < 64; part++) {
            uint32_t v = (uint32_t)((UINT64_C(64) + part) << octave >> 6);
            struct rgs_quantile q = {0};
            unsigned b = 0;
            rgs_quantile_add(&q, RGS_SET_GENS, (struct rgs_pane){1, 1}, v);
            while (q.bin[1][b] == 0)
                b++;
            cr_assert(v >= exp2((b - 1) / 2.0), "%u", v);
            cr_assert(b == RGS_QUANTILE_BINS - 1 || v < exp2(b / 2.0), "%u", v);
        }
    }
}

/* Numbers that give way to others leave the wheel of expiry from wherever they stand in it. */
Test(speed, the_wheel_holds_together_when_numbers_are_evicted)
{
    struct rgs_ruleset *r = rgs_test_shipped();
    const struct rgs_scorer_capacity small = {.numbers = 50, .entities = 64, .hash_key = {3, 4}};
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &small, &rgs_alloc_libc);
    const struct rgs_numbers *t = &s->numbers;
    uint64_t random = 11;

    for (unsigned i = 0; i < 5000; i++) {
        struct rgs_obs o = {.ts = START + i * DAY / 500};
        RGS_OBS_SET(&o, KIND, kind, RGS_OBS_VERIFICATION);
        RGS_OBS_SET(&o, NUMBER, number, 85291230000 + rgs_test_random(&random) % 120);
        RGS_OBS_SET(&o, SERVICE, service, (uint16_t)(1 + i % 7));
        rgs_scorer_observe(s, &o);
    }
    cr_assert_eq(rgs_scorer_numbers(s), 50);
    cr_expect_gt(t->evicted, 1000);
    unsigned in_wheel = 0;
    for (uint32_t slot = 0; slot < t->wheel_size; slot++) {
        uint32_t before = 0;
        for (uint32_t i = t->wheel[slot]; i; before = i, i = t->spoke[i].next) {
            cr_assert_eq(t->spoke[i].before, before);
            cr_assert_eq(t->at[i].due, slot);
            cr_assert_leq(++in_wheel, 50);
        }
    }
    cr_expect_eq(in_wheel, 50, "every number's values expire, %u do", in_wheel);
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}

/* A typology is passed over where nothing was ever in its scope; not so where that means
 * something. */
Test(speed, no_count_is_a_count)
{
    static const char *const fns[] = {"fn: count", "fn: distinct(service)"};

    for (unsigned k = 0; k < 2; k++) {
        char yaml[800], *messages;
        snprintf(yaml, sizeof(yaml),
                 "min_support: 20\n"
                 "aggregates:\n  a: {by: reseller, over: sliding 1d/1h, %s}\n"
                 "rules:\n"
                 "  - {id: A, family: usage, uses: a, bands: [{lt: 1, weight: 30, why: 'none'}]}\n"
                 "  - {id: B, family: time, uses: a, bands: [{lt: 1, weight: 20, why: 'none'}]}\n"
                 "typologies:\n  t: {scope: kind == message, sum: [A, B]}\n",
                 fns[k]);
        struct rgs_ruleset *r = rgs_test_ruleset(yaml, &messages);
        cr_assert(r, "%s", messages);
        free(messages);
        cr_expect_eq(r->typologies[0].silent, k == 1);
        struct rgs_scorer *s =
            rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        struct rgs_result_owner o;
        for (unsigned i = 0; i < 30; i++) {
            struct rgs_obs x = {.ts = START + i};
            RGS_OBS_SET(&x, KIND, kind, RGS_OBS_VERIFICATION);
            RGS_OBS_SET(&x, NUMBER, number, 85291230000 + i);
            RGS_OBS_SET(&x, RESELLER, reseller, rgs_test_reseller(1));
            rgs_scorer_observe(s, &x);
        }
        rgs_result_owner_init(&o, &rgs_alloc_libc);
        cr_assert_eq(rgs_scorer_result(s, &o), 0);
        cr_expect_float_eq(rgs_test_find(&o, "R1")->score, k == 0 ? 50 : 0, 1e-6, "%s", fns[k]);
        rgs_result_owner_fini(&o);
        rgs_scorer_del(s);
        rgs_ruleset_del(r);
    }
}

/* ---- situations -------------------------------------------------------------------------------
 */

/* A rule set that counts where each of the conditions holds. */
static struct rgs_ruleset *counting(const char *const *where)
{
    char yaml[8192], *messages;
    size_t n = (size_t)snprintf(
        yaml, sizeof(yaml),
        "home_origins: [CN, HK]\n"
        "lists:\n  many: [s3, s5, s6, s9, s12, s20, s21, s22, s40, s41, s60]\n  abroad: [US, GB]\n"
        "aggregates:\n");

    for (unsigned i = 0; where[i]; i++)
        n += (size_t)snprintf(
            yaml + n, sizeof(yaml) - n,
            "  a%u: {by: reseller, over: sliding 1d/1h, fn: count, where: \"%s\"}\n", i, where[i]);
    n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "rules:\n");
    for (unsigned i = 0; where[i]; i++)
        n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
                              "  - {id: A%u, family: %s, uses: a%u, bands: [{ge: 1, weight: 1, "
                              "why: x}]}\n",
                              i, i % 2 ? "usage" : "time", i);
    n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "typologies:\n  t: {sum: [A0");
    for (unsigned i = 1; where[i]; i++)
        n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, ", A%u", i);
    snprintf(yaml + n, sizeof(yaml) - n, "]}\n");
    struct rgs_ruleset *r = rgs_test_ruleset(yaml, &messages);
    cr_assert(r, "%s", messages);
    free(messages);
    return r;
}

static void vary(struct rgs_obs *o, uint64_t *random)
{
    static const uint32_t ages[] = {0, 59, 60, 61, 43199, 43200, 43201, UINT32_MAX};
    static const rgs_country countries[] = {'C' << 8 | 'N', 'H' << 8 | 'K', 'U' << 8 | 'S',
                                            'U' << 8 | 'T', 'A' << 8 | 'A', 'Z' << 8 | 'Z'};
    uint64_t r = rgs_test_random(random);

    *o = (struct rgs_obs){.ts = START};
    RGS_OBS_SET(o, KIND, kind, (uint8_t)(1 + r % 6));
    RGS_OBS_SET(o, SERVICE, service, (uint16_t)((r >> 4) % 64));
    RGS_OBS_SET(o, KNOWN_FOR, known_for, ages[(r >> 12) % 8]);
    RGS_OBS_SET(o, CONFIDENCE, confidence, (uint8_t)(88 + (r >> 16) % 5));
    RGS_OBS_SET(o, ORIGIN_COUNTRY, origin_country, countries[(r >> 20) % 6]);
    RGS_OBS_SET(o, SERVICE_HOME, service_home, countries[(r >> 24) % 6]);
    RGS_OBS_SET(o, NUMBER, number, 85291230000 + (r >> 28) % 3);
    RGS_OBS_SET(o, PEER, peer, 85291230000 + (r >> 32) % 3);
    RGS_OBS_SET(o, REPEAT, repeat, r >> 36 & 1);
    for (unsigned f = 0; f < RGS_O_COUNT; f++)
        o->has &= ~((rgs_test_random(random) % 5 == 0 ? UINT64_C(1) : 0) << f);
}

/* How many situations are remembered after many observations, each of which got what the conditions
 * say. */
static unsigned remembered(const char *const *where, bool remembers)
{
    struct rgs_ruleset *r = counting(where);
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    uint64_t random = 17;
    unsigned n = 0;

    cr_expect_eq(s->situations.remembers, remembers);
    for (unsigned k = 0; k < 20000; k++) {
        struct rgs_obs o;
        uint64_t bits = 0;
        vary(&o, &random);
        for (unsigned i = 0; i < r->n_conditions; i++)
            bits |= (uint64_t)(rgs_expr_eval(&r->conditions[i], r->sets, &o) == RGS_TRUE) << i;
        cr_assert_eq(rgs_situation_of(s, &o)->bits, bits);
    }
    for (unsigned i = 0; i < RGS_SITUATIONS; i++)
        n += s->situations.at[i].known;
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
    return n;
}

Test(speed, observations_that_conditions_tell_not_apart_are_one_situation)
{
    static const char *const ages[] = {"known_for >= 43200", "known_for < 60 or known_for == 61",
                                       NULL};
    static const char *const constants[] = {"kind == verification and known_for >= 43200",
                                            "service in list.many",
                                            "service == s20 and not repeat",
                                            "confidence >= 90 or confidence == 88",
                                            "service.home in home_origins or service.home == US",
                                            "service.home in list.abroad",
                                            "number == 85291230001 or known_for < 60",
                                            NULL};
    static const char *const fields[] = {"service.home != origin.country and repeat",
                                         "number == peer", "known_for > 43199", NULL};

    /* Absent, less than 60, 60, 61, between, 43200 and more: of each that occurs one. */
    cr_expect_leq(remembered(ages, true), 7);
    cr_expect_gt(remembered(constants, true), 400, "more combinations than are remembered");
    remembered(fields, true);
}

/* Whole values of so many fields are no key: each observation is worked out by itself. */
Test(speed, conditions_on_too_many_whole_values_are_worked_out)
{
    static const char *const where[] = {"number == peer",
                                        "reseller == block",
                                        "account == device",
                                        "sim == cell",
                                        "serving_node == code",
                                        "number == device",
                                        NULL};

    cr_expect_eq(remembered(where, false), 0);
}
