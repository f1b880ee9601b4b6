/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers under another rule set: their logs with other bits, and their values. */
#include "rules/adopt.h"

static int64_t rounded_up(int64_t v, int64_t by)
{
    return (v + by - 1) / by;
}

/* An old entry as the new set would have written it; false when nobody asks for it any more. */
static bool translate(const struct rgs_adoption *a, struct rgs_log_entry *e)
{
    const struct rgs_ruleset *from = a->old->rs, *to = a->s->rs;
    int64_t pane = a->old->numbers.pane - (uint16_t)((uint16_t)a->old->numbers.pane - e->stamp);
    uint16_t mask = 0;

    if (a->track[e->track] < 0)
        return false;
    for (unsigned i = 0; i < RGS_RS_BITS; i++)
        mask |= e->mask >> i & 1 ? a->bit[i] : 0;
    /* The begin of its step: so it leaves its windows when it would have left them. */
    pane = from->unit == to->unit ? pane : pane * from->unit / to->unit;
    e->track = (uint8_t)a->track[e->track];
    e->mask = mask;
    e->stamp = (uint16_t)pane;
    return mask & to->where_bits && a->s->numbers.pane - pane < to->max_panes;
}

static void copy_number(const struct rgs_adoption *a, uint32_t i)
{
    struct rgs_scorer *s = a->s;
    const struct rgs_number *old = &a->old->numbers.at[i];
    struct rgs_number *n = &s->numbers.at[i];
    struct rgs_log_entry e[RGS_LOG_MOST];
    unsigned count = rgs_number_log(&a->old->numbers, old, e), kept = 0;

    for (unsigned k = 0; k < count; k++) {
        if (translate(a, &e[k]))
            e[kept++] = e[k];
    }
    n->log = 0; /* its chunks are the old one's */
    rgs_number_store(&s->numbers, n, e, kept);
    uint32_t made = 0;
    memset(n->bin, RGS_BIN_NONE, sizeof(n->bin));
    for (unsigned p = 0; p < s->rs->n_per; p++) {
        if (a->per[p] >= 0)
            n->bin[p] = old->bin[a->per[p]];
        else
            made |= 1u << p;
    }
    rgs_number_bins(s, n, made, n->bin);
}

/* The expiry wheel with other spokes: every number at its time, in the order that it stood in. */
static bool copy_wheel(const struct rgs_adoption *a)
{
    const struct rgs_numbers *old = &a->old->numbers;
    struct rgs_numbers *t = &a->s->numbers;
    int64_t from = a->old->rs->unit, to = a->s->rs->unit;
    uint32_t *last = rgs_new(a->s->alloc, (size_t)t->wheel_size * sizeof(*last));

    if (!last)
        return false;
    for (uint32_t k = 1; k <= old->wheel_size; k++) {
        int64_t pane = old->pane + k;
        int64_t due = from == to ? k : rounded_up(pane * from, to) - t->pane;
        due = due < 1 ? 1 : due < (int64_t)a->s->rs->min_panes ? due : a->s->rs->min_panes;
        uint32_t slot = (uint32_t)((t->pane + due) % t->wheel_size);
        for (uint32_t i = old->wheel[pane % old->wheel_size]; i; i = old->spoke[i].next) {
            t->at[i].due = (uint16_t)slot;
            t->spoke[i] = (struct rgs_spoke){.before = last[slot]};
            if (last[slot])
                t->spoke[last[slot]].next = i;
            else
                t->wheel[slot] = i;
            last[slot] = i;
        }
    }
    rgs_free(a->s->alloc, last);
    return true;
}

bool rgs_adopt_numbers(const struct rgs_adoption *a)
{
    const struct rgs_numbers *old = &a->old->numbers;
    struct rgs_numbers *t = &a->s->numbers;
    bool same_clock = a->old->rs->unit == a->s->rs->unit;

    memcpy(t->at, old->at, old->fresh * sizeof(*t->at));
    memcpy(t->bucket, old->bucket, ((size_t)old->mask + 1) * sizeof(*t->bucket));
    t->count = old->count;
    t->sims = old->sims;
    t->fresh = old->fresh;
    t->spare = old->spare;
    t->evicted = old->evicted;
    t->log_dropped = old->log_dropped;
    t->pane = same_clock ? old->pane : a->old->now / a->s->rs->unit;
    t->jumped =
        same_clock ? old->jumped : rounded_up(old->jumped * a->old->rs->unit, a->s->rs->unit);
    rgs_numbers_age(a->s);
    for (uint32_t i = 1; i < t->fresh; i++) {
        if (t->at[i].id)
            copy_number(a, i);
    }
    return copy_wheel(a);
}
