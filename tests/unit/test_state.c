/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State as bytes: what was written and read goes on as if nothing had been. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "rules/rules.h"
#include "support/scoring.h"

struct bytes {
    uint8_t *p;
    size_t n, cap, at;
};

static bool move_out(void *ctx, void *p, size_t n)
{
    struct bytes *b = ctx;

    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        b->p = realloc(b->p, b->cap);
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

static bool move_in(void *ctx, void *p, size_t n)
{
    struct bytes *b = ctx;

    if (n > b->n - b->at)
        return false;
    memcpy(p, b->p + b->at, n);
    b->at += n;
    return true;
}

/* Another scorer, which knows what this one does. */
static struct rgs_scorer *moved(struct rgs_scorer *s, const struct rgs_ruleset *rules)
{
    struct bytes b = {0};
    struct rgs_image out = {.mode = RGS_IMAGE_WRITE, .move = move_out, .ctx = &b};
    struct rgs_image in = {.mode = RGS_IMAGE_READ, .move = move_in, .ctx = &b};

    rgs_scorer_image(s, &out);
    cr_assert_not(out.failed);
    rgs_scorer_del(s);
    s = rgs_scorer_new(rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    rgs_scorer_image(s, &in);
    cr_assert(!in.failed && b.at == b.n);
    free(b.p);
    return s;
}

static void world(struct rgs_world *w)
{
    const struct rgs_population p[] = {{.reseller = 1,
                                        .first_number = 85291230000,
                                        .numbers = 40,
                                        .codes = 1.5,
                                        .services = 9,
                                        .away = true,
                                        .cells = 2,
                                        .nodes = 1,
                                        .sims_per_device = 20,
                                        .over_days = 2},
                                       {.reseller = 2,
                                        .first_number = 85292230000,
                                        .numbers = 60,
                                        .codes = 0.3,
                                        .messages = 0.6,
                                        .sent = 0.5,
                                        .services = 3,
                                        .repeat = 0.8,
                                        .cells = 30,
                                        .nodes = 3,
                                        .sims_per_device = 1}};

    rgs_world_init(w, 5, 24);
    for (size_t i = 0; i < sizeof(p) / sizeof(p[0]); i++)
        rgs_world_add(w, &p[i]);
    rgs_world_finish(w);
    /* A part of them are seen as SIMs first, and get their numbers later. */
    for (size_t i = 0; i < w->n / 2; i++) {
        struct rgs_obs *o = &w->obs[i];
        if (!RGS_OBS_HAS(o, NUMBER) || o->number % 3)
            continue;
        RGS_OBS_SET(o, SIM, sim, 454030000000000 + o->number % 10000000);
        if (i < w->n / 4)
            o->has &= ~(UINT64_C(1) << RGS_O_NUMBER);
    }
}

/* To the byte, wherever it is put down and taken up again: what is small and easily forgotten (what
 * the tap was seen to show, SIMs that wait for their numbers) tells much later. */
Test(scorer, goes_on_to_the_byte)
{
    struct rgs_ruleset *rules = rgs_test_shipped();
    struct rgs_world w;
    char *want = NULL;

    world(&w);
    for (unsigned every = 0; every < 4; every++) {
        static const size_t steps[] = {SIZE_MAX, 1009, 211, 4001};
        struct rgs_result_owner o;
        struct rgs_scorer *s =
            rgs_scorer_new(rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        for (size_t i = 0; i < w.n; i++) {
            rgs_scorer_observe(s, &w.obs[i]);
            if (i % steps[every] == steps[every] - 1)
                s = moved(s, rules);
        }
        s = every ? moved(s, rules) : s;
        rgs_result_owner_init(&o, &rgs_alloc_libc);
        cr_assert_eq(rgs_scorer_result(s, &o), 0);
        char *text = rgs_test_result_text(&o.result);
        if (want)
            cr_assert_str_eq(text, want, "put down every %zu observations", steps[every]);
        else
            cr_assert(o.result.n_alerts > 0 && o.result.n_resellers > 1);
        if (want)
            free(text);
        else
            want = text;
        rgs_result_owner_fini(&o);
        rgs_scorer_del(s);
    }
    free(want);
    rgs_world_fini(&w);
    rgs_ruleset_del(rules);
}
