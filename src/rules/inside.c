/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the numbers did that a typology with `inside` speaks of. No scope told them apart when their
 * codes came, so their logs are asked: codes, services (of a log that ran full a part), and times
 * to the step; not where they were used.
 */
#include "rules/scorer.h"

bool rgs_counts_suspects(const struct rgs_scorer *s, const struct rgs_typology *t, unsigned i)
{
    const struct rgs_rule *r = &s->rs->rules[t->rule[i]];

    return s->rs->instances[t->instance[i]].reduce == RGS_R_SHARE_GE && t->lead >> r->family & 1 &&
           r->band[r->n_bands - 1].weight > 0;
}

static uint8_t bin_at(double bound)
{
    return bound >= UINT32_MAX ? RGS_BINS - 1 : bound > 0 ? rgs_bin_of((uint32_t)bound) : 0;
}

/* The definition of the number's value that one of the leading shares counts it for, or NULL. */
static const struct rgs_per_value *counted(const struct rgs_scorer *s, const struct rgs_number *n,
                                           const struct rgs_typology *t)
{
    for (unsigned i = 0; i < t->n_rules; i++) {
        const struct rgs_instance *in = &s->rs->instances[t->instance[i]];
        if (rgs_counts_suspects(s, t, i) && n->bin[in->per] != RGS_BIN_NONE &&
            n->bin[in->per] >= bin_at(in->p))
            return &s->numbers.per[in->per];
    }
    return NULL;
}

uint64_t rgs_inside_facts(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                          struct rgs_scope_facts *out)
{
    const struct rgs_numbers *t = &s->numbers;
    struct rgs_log_entry log[RGS_LOG_MOST];
    uint64_t codes = 0;

    *out = (struct rgs_scope_facts){.first_ts = e->last_ts, .last_ts = e->first_ts};
    for (uint32_t i = 1; i < t->fresh; i++) {
        const struct rgs_number *n = &t->at[i];
        if (n->id == 0 || rgs_entity_of(s, e->grain, n->entity[e->grain]) != e)
            continue;
        const struct rgs_per_value *v = counted(s, n, &s->rs->typologies[typology]);
        unsigned entries = v ? rgs_number_log(t, n, log) : 0;
        for (unsigned k = 0; k < entries; k++) {
            uint16_t mask = v->mask | v->cond_mask;
            if (log[k].track != 0 || (log[k].mask & mask) != mask)
                continue;
            int64_t from = (t->pane - rgs_entry_age(t->pane, log[k].stamp)) * s->rs->unit;
            int64_t to = from + s->rs->unit - 1;
            from = from > e->first_ts ? from : e->first_ts;
            to = to < e->last_ts ? to : e->last_ts;
            out->first_ts = from < out->first_ts ? from : out->first_ts;
            out->last_ts = to > out->last_ts ? to : out->last_ts;
            codes += log[k].count;
            for (unsigned c = 0; log[k].value && c < log[k].count; c++)
                rgs_count_service(&out->services, log[k].value);
        }
    }
    return codes;
}
