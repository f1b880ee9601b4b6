/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/ahead.h"

#include "rules/scorer.h"

enum { BUCKETS, RECORD, REST, LOG };

static void expect_entities(const struct rgs_scorer *s, const struct rgs_expected *x,
                            const struct rgs_number *n)
{
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        uint64_t id = rgs_entity_id_of(&x->o, g);
        uint32_t i = !id                 ? 0
                     : n && n->entity[g] ? rgs_entity_ref_index(n->entity[g])
                                         : rgs_entity_expected(s, g, id);
        if (i)
            rgs_entity_expect(s, g, i, &x->is);
    }
}

/* Each step reads only what the one before it has fetched. */
static void go_ahead(const struct rgs_scorer *s, struct rgs_expected *x)
{
    const struct rgs_number *n;

    switch (x->step) {
    case BUCKETS:
        if (x->who)
            rgs_number_expect(s, x->who);
        for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
            uint64_t id = rgs_entity_id_of(&x->o, g);
            if (id)
                rgs_entity_expect_search(s, g, id);
        }
        break;
    case RECORD:
        if (x->who)
            rgs_number_expect_record(s, x->who);
        break;
    case REST:
        n = x->who ? rgs_number_peek(s, x->who) : NULL;
        x->chunk = n ? n->log : 0;
        expect_entities(s, x, n);
        break;
    default:
        if (!x->chunk)
            return;
        x->chunk = s->numbers.chunk[x->chunk].next;
        break;
    }
    if (x->chunk)
        __builtin_prefetch(&s->numbers.chunk[x->chunk], 1);
    x->step += x->step < LOG;
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
    bool turns = o->ts >= s->next;

    if (turns)
        rgs_scorer_settle(s);
    else if (a->n == RGS_AHEAD)
        take_first(s);
    struct rgs_expected *x = &a->at[(a->first + a->n++) % RGS_AHEAD];
    x->o = *o;
    x->is = *rgs_situation_of(s, o);
    x->who = rgs_subscriber_of(o);
    x->chunk = 0;
    x->step = BUCKETS;
    if (turns) {
        rgs_scorer_settle(s);
        return;
    }
    for (unsigned i = 0; i < a->n; i++)
        go_ahead(s, &a->at[(a->first + i) % RGS_AHEAD]);
}

void rgs_scorer_advance(struct rgs_scorer *s, int64_t ts)
{
    rgs_scorer_settle(s);
    rgs_scorer_go_on(s, ts);
}
