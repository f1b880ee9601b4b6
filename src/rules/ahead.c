/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/ahead.h"

#include "rules/scorer.h"

/* Steps by how many came since. */
enum { BUCKETS, RECORD, REST, BESIDE };

static void expect_entities(const struct rgs_scorer *s, const struct rgs_expected *x,
                            const struct rgs_number *n)
{
    /* Who has a longer log has most values already, and they stay what they are. */
    bool moves = n ? n->entries < RGS_LOG_CHUNK : x->starts;

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        uint64_t id = rgs_entity_id_of(&x->o, g);
        uint32_t i = !id                 ? 0
                     : n && n->entity[g] ? rgs_entity_ref_index(n->entity[g])
                                         : rgs_entity_expected(s, g, id);
        if (i)
            rgs_entity_expect(s, g, i, &x->is, moves ? x->is.values : 0);
        else if (id)
            rgs_entity_expect_seed(s, g, id);
    }
}

/* Each step reads only what the one before it has fetched. */
static void expect_buckets(const struct rgs_scorer *s, const struct rgs_expected *x)
{
    if (x->who)
        rgs_number_expect(s, x->who);
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        uint64_t id = rgs_entity_id_of(&x->o, g);
        if (id)
            rgs_entity_expect_search(s, g, id);
    }
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
    if (x->chunk)
        __builtin_prefetch(&s->numbers.chunk[x->chunk], 1);
}

static void expect_further(const struct rgs_scorer *s, struct rgs_expected *x)
{
    if (x->chunk) {
        x->chunk = s->numbers.chunk[x->chunk].next;
        __builtin_prefetch(&s->numbers.chunk[x->chunk], 1);
    }
}

/* The newest has just come, and each that waits goes one step ahead. */
static void go_ahead(const struct rgs_scorer *s, struct rgs_ahead *a)
{
    for (unsigned back = 0; back < a->n; back++) {
        struct rgs_expected *x = &a->at[(a->first + a->n - 1 - back) % RGS_AHEAD];
        if (back == BUCKETS) {
            expect_buckets(s, x);
        } else if (back == RECORD) {
            if (x->who)
                rgs_number_expect_record(s, x->who);
        } else if (back == REST) {
            expect_rest(s, x);
        } else {
            if (back == BESIDE && x->starts) {
                rgs_number_expect_record(s, x->who - 1);
                rgs_number_expect_record(s, x->who + 1);
            }
            expect_further(s, x);
        }
    }
}

static void take_first(struct rgs_scorer *s)
{
    struct rgs_ahead *a = &s->ahead;
    const struct rgs_expected *x = &a->at[a->first];

    a->first = (a->first + 1) % RGS_AHEAD;
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
    struct rgs_expected *x = &a->at[(a->first + a->n++) % RGS_AHEAD];
    x->o = *o;
    x->is = *rgs_situation_of(s, o);
    x->who = rgs_subscriber_of(o);
    go_ahead(s, a);
}

void rgs_scorer_advance(struct rgs_scorer *s, int64_t ts)
{
    rgs_scorer_settle(s);
    rgs_scorer_go_on(s, ts);
}
