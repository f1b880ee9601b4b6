/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/ahead.h"

#include "rules/scorer.h"

static void expect_entities(const struct rgs_scorer *s, const struct rgs_expected *x,
                            const struct rgs_number *n)
{
    /* Who has a longer log has most values already, and they stay what they are. */
    bool moves = n ? n->entries < RGS_LOG_FEW : x->starts;

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        if (!x->id[g])
            continue;
        uint32_t i = n && n->entity[g] ? rgs_entity_ref_index(n->entity[g])
                                       : s->entities[g].bucket[x->bucket[g]];
        if (i)
            rgs_entity_expect(s, g, i, &x->is, moves ? x->is.values : 0);
        else
            rgs_entity_expect_seed(s, g, x->id[g]);
    }
}

/* Each step reads only what the one before it has fetched. */
static void expect_buckets(const struct rgs_scorer *s, struct rgs_expected *x)
{
    if (x->who)
        rgs_number_expect(s, x->who);
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        if (x->id[g])
            x->bucket[g] = rgs_entity_expect_search(s, g, x->id[g]);
    }
}

static void expect_record(const struct rgs_scorer *s, const struct rgs_expected *x)
{
    if (x->who)
        rgs_number_expect_record(s, x->who);
}

static void expect_rest(const struct rgs_scorer *s, struct rgs_expected *x)
{
    const struct rgs_number *n = x->who ? rgs_number_peek(s, x->who) : NULL;

    x->starts = x->who && !n && RGS_OBS_HAS(&x->o, KIND) && x->o.kind == RGS_OBS_VERIFICATION;
    expect_entities(s, x, n);
    /* Whose first value it is may stand beside others of its row. */
    if (x->starts) {
        rgs_number_expect(s, x->who - 1);
        rgs_number_expect(s, x->who + 1);
    }
    x->chunk = n ? n->log : 0;
    if (!x->chunk)
        return;
    rgs_fetch(&s->numbers.logs.chunk[x->chunk]);
    rgs_survey_expect(&s->numbers, n);
}

static void expect_beside(const struct rgs_scorer *s, const struct rgs_expected *x)
{
    if (x->starts) {
        rgs_number_expect_record(s, x->who - 1);
        rgs_number_expect_record(s, x->who + 1);
    }
}

/* The next chunk of each log that has one. */
static void expect_further(const struct rgs_scorer *s, struct rgs_ahead *a)
{
    for (uint32_t rest = a->logs; rest; rest &= rest - 1) {
        struct rgs_expected *x = &a->at[__builtin_ctz(rest)];
        x->chunk = s->numbers.logs.chunk[x->chunk].next;
        if (x->chunk)
            rgs_fetch(&s->numbers.logs.chunk[x->chunk]);
        else
            a->logs &= ~(rest & -rest);
    }
}

/* The newest has just come, and each that waits goes one step ahead. */
static void go_ahead(const struct rgs_scorer *s, struct rgs_ahead *a)
{
    unsigned newest = a->first + a->n - 1;

    expect_buckets(s, &a->at[newest % RGS_AHEAD_RING]);
    expect_further(s, a);
    if (a->n > 1)
        expect_record(s, &a->at[(newest - 1) % RGS_AHEAD_RING]);
    if (a->n > 2) {
        unsigned third = (newest - 2) % RGS_AHEAD_RING;
        expect_rest(s, &a->at[third]);
        a->logs |= (uint32_t)(a->at[third].chunk != 0) << third;
    }
    if (a->n > 3)
        expect_beside(s, &a->at[(newest - 3) % RGS_AHEAD_RING]);
}

static void take_first(struct rgs_scorer *s)
{
    struct rgs_ahead *a = &s->ahead;
    const struct rgs_expected *x = &a->at[a->first];

    a->logs &= ~(1u << a->first);
    a->first = (a->first + 1) % RGS_AHEAD_RING;
    a->n--;
    rgs_scorer_take(s, &x->o, &x->is);
}

void rgs_scorer_settle(struct rgs_scorer *s)
{
    while (s->ahead.n)
        take_first(s);
}

void rgs_scorer_observe(struct rgs_scorer *s, const struct rgs_obs *o)
{
    struct rgs_ahead *a = &s->ahead;

    if (o->ts >= s->next || s->numbers.count < RGS_AHEAD_FROM) {
        rgs_scorer_settle(s);
        rgs_scorer_take(s, o, rgs_situation_of(s, o));
        return;
    }
    if (a->n == RGS_AHEAD)
        take_first(s);
    struct rgs_expected *x = &a->at[(a->first + a->n++) % RGS_AHEAD_RING];
    x->o = *o;
    x->is = *rgs_situation_of(s, o);
    x->who = rgs_subscriber_of(o);
    rgs_entity_ids(o, x->id);
    go_ahead(s, a);
}

void rgs_scorer_advance(struct rgs_scorer *s, int64_t ts)
{
    rgs_scorer_settle(s);
    rgs_scorer_go_on(s, ts);
}
