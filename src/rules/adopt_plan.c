/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of an old rule set means the same in a new one. */
#include "rules/adopt.h"

struct digests {
    struct rgs_digest old[RGS_RS_INSTANCES], now[RGS_RS_INSTANCES];
};

static bool conditions(struct digests *d, const struct rgs_ruleset *from,
                       const struct rgs_ruleset *to)
{
    bool ok = true;
    for (unsigned i = 0; i < from->n_conditions; i++)
        ok = ok && rgs_digest_condition(from, (int)i, &d->old[i]);
    for (unsigned i = 0; i < to->n_conditions; i++)
        ok = ok && rgs_digest_condition(to, (int)i, &d->now[i]);
    return ok;
}

static void plan_bits(struct rgs_adoption *a, const struct digests *d)
{
    const struct rgs_ruleset *from = a->old->rs, *to = a->s->rs;

    for (unsigned i = 0; i < from->n_bits; i++) {
        for (unsigned k = 0; k < to->n_bits && !a->bit[i]; k++) {
            if (!rgs_digest_equal(&d->old[from->bit_condition[i]], &d->now[to->bit_condition[k]]))
                continue;
            a->bit[i] = (uint16_t)(1u << k);
            a->known |= a->bit[i];
            if (from->where_bits >> i & 1)
                a->logged |= a->bit[i];
        }
    }
}

/* What the tap was seen to show, it still shows. */
static void plan_seen(struct rgs_adoption *a, const struct digests *d)
{
    const struct rgs_ruleset *from = a->old->rs, *to = a->s->rs;

    for (unsigned k = 0; k < to->n_conditions; k++) {
        unsigned i = 0;
        while (i < from->n_conditions &&
               !(from->seen_conditions >> i & 1 && rgs_digest_equal(&d->old[i], &d->now[k])))
            i++;
        for (unsigned road = 0; road < RGS_RS_ROADS && i < from->n_conditions; road++)
            a->s->seen[road][k] = a->old->seen[road][i];
    }
}

static void plan_tracks(struct rgs_adoption *a)
{
    const struct rgs_ruleset *from = a->old->rs, *to = a->s->rs;

    for (unsigned i = 0; i < from->n_tracks; i++) {
        a->track[i] = -1;
        for (unsigned k = 0; k < to->n_tracks; k++) {
            if (to->track_field[k] == from->track_field[i])
                a->track[i] = (int8_t)k;
        }
    }
}

static uint16_t new_mask(const struct rgs_adoption *a, uint16_t old, bool *whole)
{
    uint16_t mask = 0;
    for (unsigned i = 0; i < RGS_RS_BITS; i++) {
        if (old >> i & 1) {
            *whole = *whole && a->bit[i];
            mask |= a->bit[i];
        }
    }
    return mask;
}

static bool same_value(const struct rgs_adoption *a, const struct rgs_per_value *old,
                       const struct rgs_per_value *now)
{
    bool whole = true;

    return a->old->rs->unit == a->s->rs->unit && old->fn == now->fn && old->panes == now->panes &&
           old->grain == now->grain && a->track[old->track] == now->track &&
           new_mask(a, old->mask, &whole) == now->mask &&
           new_mask(a, old->cond_mask, &whole) == now->cond_mask && whole;
}

/* The old log holds what the value counts, but not all of it, or not what it asks of it. */
static bool half_known(const struct rgs_adoption *a, const struct rgs_per_value *v)
{
    return (v->mask & a->known) == v->mask &&
           (!(v->mask & a->logged) || (v->cond_mask & a->known) != v->cond_mask);
}

static void plan_values(struct rgs_adoption *a)
{
    const struct rgs_numbers *old = &a->old->numbers;
    struct rgs_numbers *now = &a->s->numbers;
    int64_t pane = a->old->now / a->s->rs->unit;

    for (unsigned p = 0; p < a->s->rs->n_per; p++) {
        a->per[p] = -1;
        for (unsigned q = 0; q < a->old->rs->n_per && a->per[p] < 0; q++) {
            if (same_value(a, &a->old->rs->per[q], &now->per[p]))
                a->per[p] = (int8_t)q;
        }
        int q = a->per[p];
        bool young = q >= 0 ? old->young >> q & 1 : half_known(a, &now->per[p]);
        now->born[p] = q >= 0 ? old->born[q] : pane;
        now->young |= (uint32_t)young << p;
    }
}

static bool plan_instances(struct rgs_adoption *a, struct digests *d)
{
    const struct rgs_ruleset *from = a->old->rs, *to = a->s->rs;
    bool ok = true;

    for (unsigned i = 0; i < from->n_instances; i++)
        ok = ok && rgs_digest_state(from, &from->instances[i], &d->old[i]);
    for (unsigned i = 0; i < to->n_instances && ok; i++) {
        ok = rgs_digest_state(to, &to->instances[i], &d->now[i]);
        a->instance[i] = -1;
        for (unsigned k = 0; k < from->n_instances && a->instance[i] < 0; k++) {
            if (rgs_digest_equal(&d->old[k], &d->now[i]))
                a->instance[i] = (int16_t)k;
        }
    }
    return ok;
}

static bool plan_typologies(struct rgs_adoption *a, const struct digests *d)
{
    const struct rgs_ruleset *from = a->old->rs, *to = a->s->rs;
    struct rgs_digest old, now;

    for (unsigned i = 0; i < to->n_typologies; i++) {
        const struct rgs_typology *t = &to->typologies[i];
        a->typology[i] = a->scope[i] = -1;
        for (unsigned k = 0; k < from->n_typologies; k++) {
            const struct rgs_typology *u = &from->typologies[k];
            bool named = strcmp(t->id, u->id) == 0;
            if (named)
                a->typology[i] = (int16_t)k;
            if (t->scope >= 0 && u->scope >= 0 && (named || a->scope[i] < 0) &&
                rgs_digest_equal(&d->old[u->scope], &d->now[t->scope]))
                a->scope[i] = (int16_t)k;
        }
        if (a->typology[i] < 0)
            continue;
        if (!rgs_digest_typology(from, &from->typologies[a->typology[i]], &old) ||
            !rgs_digest_typology(to, t, &now))
            return false;
        a->same[i] = rgs_digest_equal(&old, &now);
    }
    return true;
}

bool rgs_adopt_plan(struct rgs_adoption *a)
{
    struct digests *d = rgs_new(a->s->alloc, sizeof(*d));
    bool ok = d && conditions(d, a->old->rs, a->s->rs);

    if (ok) {
        plan_bits(a, d);
        plan_seen(a, d);
        plan_tracks(a);
        plan_values(a);
        ok = plan_typologies(a, d) && plan_instances(a, d);
    }
    rgs_free(a->s->alloc, d);
    return ok;
}
