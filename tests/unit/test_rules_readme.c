/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples of rules/README.md compile, as they stand there, and count what they say. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/ruleset.h"
#include "support/scoring.h"

enum { BLOCKS = 12, BYTES = 8192 };

#define MINUTE (INT64_C(60) * 1000000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START (INT64_C(20500) * DAY)

/* Indented blocks, without their indentation. */
static unsigned read_blocks(char block[BLOCKS][BYTES])
{
    char path[1024], line[512];
    unsigned n = 0;
    bool in = false;

    snprintf(path, sizeof(path), "%s/rules/README.md", getenv("RGS_SOURCE_ROOT"));
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f, "%s", path);
    while (fgets(line, sizeof(line), f)) {
        bool code = strncmp(line, "    ", 4) == 0;
        if (code && !in) {
            cr_assert_lt(n, BLOCKS);
            block[n++][0] = '\0';
        }
        if (code)
            strncat(block[n - 1], line + 4, BYTES - strlen(block[n - 1]) - 1);
        in = code;
    }
    fclose(f);
    return n;
}

static const char *block_with(char block[BLOCKS][BYTES], unsigned n, const char *start)
{
    for (unsigned i = 0; i < n; i++) {
        if (strncmp(block[i], start, strlen(start)) == 0)
            return block[i];
    }
    cr_assert_fail("no example that begins with %s", start);
    return NULL;
}

Test(readme, examples_compile)
{
    static char block[BLOCKS][BYTES], yaml[4 * BLOCKS * BYTES], where[BYTES];
    unsigned n = read_blocks(block);
    char *messages;

    const char *condition = block_with(block, n, "where:");
    snprintf(where, sizeof(where), "%.*s", (int)strcspn(condition, "\n"), condition);
    const char *settings = block_with(block, n, "engine:");
    /* The condition's list, and rules that the typology names beside the example. */
    snprintf(yaml, sizeof(yaml),
             "%s  watched: [s1]\n%s  other: {by: reseller, over: tumbling 1d, fn: count, %s}\n%s",
             settings, block_with(block, n, "aggregates:"), where, block_with(block, n, "rules:"));
    static const char *const ids[] = {"U02", "U03", "U04", "S01", "S02", "D01",
                                      "P01", "P02", "R01", "T01", "T02"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        size_t at = strlen(yaml);
        snprintf(yaml + at, sizeof(yaml) - at,
                 "  - {id: %s, family: %s, uses: other, bands: [{ge: 1, weight: 1, why: x}]}\n",
                 ids[i], i % 2 ? "time" : "place");
    }
    strncat(yaml, block_with(block, n, "typologies:"), sizeof(yaml) - strlen(yaml) - 1);
    struct rgs_ruleset *r = rgs_test_ruleset(yaml, &messages);
    cr_assert(r, "%s\n%s", messages, yaml);
    cr_expect_str_eq(rgs_ruleset_name(r), "standard");
    rgs_ruleset_del(r);
    free(messages);
}

/* ---- each function once -----------------------------------------------------------------------
 */

enum { NUMBERS = 40, DAYS = 10, RESELLERS = 10 };

static struct rgs_obs of(unsigned reseller, unsigned i, enum rgs_obs_kind kind, int64_t ts)
{
    struct rgs_obs o = {.ts = ts};

    RGS_OBS_SET(&o, KIND, kind, (uint8_t)kind);
    RGS_OBS_SET(&o, NUMBER, number, 85291230000 + reseller * 10000 + i);
    RGS_OBS_SET(&o, RESELLER, reseller, rgs_test_reseller(reseller));
    RGS_OBS_SET(&o, DEVICE, device, 100 * reseller + i / 8 + 1);
    RGS_OBS_SET(&o, CELL, cell, 10 * reseller + (i >= 30));
    return o;
}

static struct rgs_obs code(unsigned reseller, unsigned i, unsigned service, bool first, int64_t ts)
{
    struct rgs_obs o = of(reseller, i, RGS_OBS_VERIFICATION, ts);

    RGS_OBS_SET(&o, SERVICE, service, (uint16_t)service);
    RGS_OBS_SET(&o, REGISTRATION, registration, first);
    RGS_OBS_SET(&o, ACTIVATED, activated, 3 * 86400);
    return o;
}

static void observe(struct rgs_scorer *s, struct rgs_obs o)
{
    rgs_scorer_observe(s, &o);
}

/* What the README says of R1; nine others are like it, without the last evening. */
static void live(struct rgs_scorer *s)
{
    for (unsigned d = 0; d < DAYS; d++) {
        int64_t ten = START + d * DAY + 10 * HOUR;
        for (unsigned i = 0; i < NUMBERS; i++) {
            for (unsigned r = 1; r <= RESELLERS; r++) {
                struct rgs_obs o = code(r, i, 1 + (i + d) % 4, d < 4, ten + i * MINUTE);
                RGS_OBS_SET(&o, PURPOSE, purpose, d % 2 ? RGS_PURPOSE_RESET : RGS_PURPOSE_LOGIN);
                observe(s, o);
            }
            struct rgs_obs o = of(1, i, RGS_OBS_DELIVERY, ten + i * MINUTE);
            RGS_OBS_SET(&o, RESULT, result, i % 4 ? RGS_DELIVERY_DELIVERED : RGS_DELIVERY_FAILED);
            observe(s, o);
        }
        for (unsigned i = 0; i < 10; i++)
            observe(s, of(1, i, RGS_OBS_ORIGINATION, ten + 2 * HOUR + i * MINUTE));
    }
    int64_t evening = START + (DAYS - 1) * DAY + 20 * HOUR;
    for (unsigned i = 0; i < NUMBERS; i++) {
        struct rgs_obs o = code(1, i, 9, true, evening + i * MINUTE / 6);
        RGS_OBS_SET(&o, PURPOSE, purpose, RGS_PURPOSE_LOGIN);
        observe(s, o);
    }
    rgs_scorer_advance(s, evening + 25 * MINUTE);
}

/* Exact, but where the table of functions says otherwise. */
static const struct {
    const char *name;
    double value, off; /* part of it */
} expected[] = {
    {"codes_today", 80, 0},
    {"codes_in_a_row", 40, 0},
    {"services", 5, 0},
    {"undelivered", 0.25, 0},
    {"busiest_cell", 0.75, 0},
    {"variety", 2.294, 1e-3},
    {"how_new", 3 * 86400, 0.4},
    {"box", 8, 0.18},
    {"filled", 40, 0.18},
    {"side_by_side", 40, 0},
    {"in_step", 54, 0.02},
    {"jump", 40 / (1.4826 * 4), 1e-3},
    {"unlike_others", 40 / (1.4826 * 4), 1e-3},
    {"typical", 5, 0},
    {"many", 1, 0},
    {"pace", 8, 0},
    {"returns", 6, 0},
    {"logins", 0.5, 0.025},
    {"again", 1.6, 0.1},
    {"life", 6, 0},
    {"gateway", 8, 0},
    {"nothing_else", 2, 0},
};
enum { EXAMPLES = sizeof(expected) / sizeof(expected[0]) };

/* The texts, one after the other, behind what stands in yaml. */
static void append(char yaml[4 * BYTES], const char *a, const char *b, const char *c)
{
    size_t at = strlen(yaml);
    int n = snprintf(yaml + at, 4 * BYTES - at, "%s%s%s", a, b, c);

    cr_assert(n >= 0 && (size_t)n < 4 * BYTES - at, "the examples have outgrown the buffer");
}

Test(readme, functions_count_what_is_said_of_them)
{
    static char block[BLOCKS][BYTES], yaml[4 * BYTES];
    const char *example = block_with(block, read_blocks(block), "# each function once");

    append(yaml, "min_support: 20\n", example, "rules:\n");
    for (unsigned i = 0; i < EXAMPLES; i++) {
        const char *name = expected[i].name;
        append(yaml, "  - {id: ", name, i % 2 ? ", family: usage" : ", family: time");
        append(yaml, ", uses: ", name, ", bands: [{ge: -1000, weight: 1, why: x}]}\n");
    }
    append(yaml, "typologies:\n  t: {sum: [", expected[0].name, "");
    for (unsigned i = 1; i < EXAMPLES; i++)
        append(yaml, ", ", expected[i].name, "");
    append(yaml, "]}\n", "", "");
    struct rgs_ruleset *r = rgs_test_good_ruleset(yaml);
    cr_assert_eq(r->n_aggregates, EXAMPLES, "an example that nothing is expected of");
    struct rgs_scorer *s = rgs_scorer_new(r, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    struct rgs_result_owner o;
    live(s);
    rgs_result_owner_init(&o, &rgs_alloc_libc);
    cr_assert_eq(rgs_scorer_result(s, &o), 0);
    const struct rgs_result_reseller *x = rgs_test_find(&o, "R1");
    cr_assert(x && x->n_typologies == 1 && x->typologies[0].n_rules == EXAMPLES);
    for (unsigned i = 0; i < EXAMPLES; i++) {
        const struct rgs_result_rule *u = NULL;
        for (unsigned k = 0; k < EXAMPLES; k++) {
            if (strcmp(x->typologies[0].rules[k].id, expected[i].name) == 0)
                u = &x->typologies[0].rules[k];
        }
        cr_assert_not_null(u, "%s", expected[i].name);
        cr_expect(fabs(u->value - expected[i].value) <= expected[i].off * expected[i].value + 1e-9,
                  "%s: %g, said to be %g", u->id, u->value, expected[i].value);
    }
    rgs_result_owner_fini(&o);
    rgs_scorer_del(s);
    rgs_ruleset_del(r);
}
