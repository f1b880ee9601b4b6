/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/concern.h"

static bool sums_up(const struct rgs_per_value *v)
{
    return v->fn == RGS_FN_COUNT || v->fn == RGS_FN_RATIO || v->fn == RGS_FN_REPEATS ||
           v->fn == RGS_FN_SPAN || v->fn == RGS_FN_ONLY;
}

static void find_concern(const struct rgs_scorer *s, const struct rgs_log_entry *x,
                         struct rgs_concern *c)
{
    const struct rgs_per_value *per = s->numbers.per;
    uint32_t open = 0;

    *c = (struct rgs_concern){.mask = x->mask, .track = x->track, .known = true};
    for (unsigned p = 0; p < s->rs->n_per; p++) {
        if (!rgs_entry_counts(&per[p], x, s->numbers.pane))
            continue;
        if (sums_up(&per[p]))
            open |= 1u << p;
        else
            c->per[c->n++] = (uint8_t)p;
    }
    c->n_distinct = c->n;
    while (open) {
        unsigned first = (unsigned)__builtin_ctz(open);
        c->group[c->n_groups++] = c->n;
        for (unsigned p = first; p < s->rs->n_per; p++) {
            if (open >> p & 1 && per[p].mask == per[first].mask &&
                per[p].panes == per[first].panes) {
                c->per[c->n++] = (uint8_t)p;
                open &= ~(1u << p);
            }
        }
    }
    c->group[c->n_groups] = c->n;
}

/* What comes in time concerns the same values as all that had its conditions before. */
const struct rgs_concern *rgs_concern_of(struct rgs_scorer *s, const struct rgs_log_entry *x,
                                         struct rgs_concern *late)
{
    struct rgs_concern *c =
        &s->numbers.concern[rgs_mix64((uint64_t)x->mask << 8 | x->track) % RGS_CONCERNS];

    if (rgs_entry_age(s->numbers.pane, x->stamp) != 0)
        c = late;
    else if (c->known && c->mask == x->mask && c->track == x->track)
        return c;
    find_concern(s, x, c);
    return c;
}

void rgs_sum_up(const struct rgs_per_value *per, const struct rgs_concern *c,
                const struct rgs_log_entry *e, unsigned a, struct rgs_tally *tally)
{
    for (unsigned g = 0; g < c->n_groups; g++) {
        unsigned k = c->group[g], end = c->group[g + 1];
        const struct rgs_per_value *v = &per[c->per[k]];
        if ((e->mask & v->mask) != v->mask || a >= v->panes)
            continue;
        tally[k].total += e->count;
        tally[k].oldest = a > tally[k].oldest ? a : tally[k].oldest;
        tally[k].newest = a < tally[k].newest ? a : tally[k].newest;
        for (; k < end; k++) {
            v = &per[c->per[k]];
            tally[k].hits += (e->mask & v->cond_mask) == v->cond_mask ? e->count : 0;
        }
    }
}
