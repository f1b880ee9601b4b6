/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/scorer.h"

bool rgs_situations_init(struct rgs_scorer *s)
{
    struct rgs_situations *t = &s->situations;

    for (unsigned i = 0; i < s->rs->n_conditions; i++)
        t->fields |= s->rs->conditions[i].fields;
    uint64_t rest = t->fields;
    for (; rest && t->n_fields < RGS_SITUATION_FIELDS; rest &= rest - 1)
        t->field[t->n_fields++] = (uint8_t)__builtin_ctzll(rest);
    t->remembers = rest == 0;
    t->at = rgs_new(s->alloc, RGS_SITUATIONS * sizeof(*t->at));
    return t->at != NULL;
}

void rgs_situations_fini(struct rgs_scorer *s)
{
    rgs_free(s->alloc, s->situations.at);
}

static void work_out(const struct rgs_scorer *s, const struct rgs_obs *o, struct rgs_situation *x)
{
    const struct rgs_ruleset *rs = s->rs;

    x->bits = 0;
    x->mask = x->scopes = 0;
    x->values = 0;
    for (unsigned i = 0; i < rs->n_conditions; i++)
        x->bits |= (uint64_t)(rgs_expr_eval(&rs->conditions[i], rs->sets, o) == RGS_TRUE) << i;
    for (unsigned i = 0; i < rs->n_bits; i++)
        x->mask |= (uint16_t)((x->bits >> rs->bit_condition[i] & 1) << i);
    for (unsigned p = 0; p < rs->n_per && x->mask & rs->where_bits; p++)
        x->values |= (uint32_t)((x->mask & rs->per[p].mask) == rs->per[p].mask) << p;
    for (unsigned t = 0; t < rs->n_typologies; t++) {
        int scope = rs->typologies[t].scope;
        x->scopes |= (uint16_t)((scope >= 0 && x->bits >> scope & 1) << t);
    }
    memset(x->feeds, 0, sizeof(x->feeds));
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (unsigned i = 0; i < s->n_direct[g]; i++) {
            uint64_t need = s->direct[g][i].in->need;
            x->feeds[g][i / 64] |= (uint64_t)((x->bits & need) == need) << i % 64;
        }
    }
}

const struct rgs_situation *rgs_situation_of(struct rgs_scorer *s, const struct rgs_obs *o)
{
    struct rgs_situations *t = &s->situations;
    uint64_t has = o->has & t->fields, hash = has, value[RGS_SITUATION_FIELDS];
    uint64_t by = 0x9e3779b97f4a7c15u;

    if (!t->remembers) {
        work_out(s, o, &t->other);
        return &t->other;
    }
    for (unsigned i = 0; i < t->n_fields; i++) {
        value[i] = has >> t->field[i] & 1 ? rgs_obs_get(o, t->field[i]) : 0;
        hash += value[i] * by;
        by += 2 * 0xbf58476d1ce4e5b9u; /* odd, and each another */
    }
    struct rgs_known_situation *x = &t->at[rgs_mix64(hash) % RGS_SITUATIONS];
    if (x->known && x->has == has && memcmp(x->value, value, t->n_fields * sizeof(value[0])) == 0)
        return &x->is;
    work_out(s, o, &x->is);
    x->known = true;
    x->has = has;
    memcpy(x->value, value, t->n_fields * sizeof(value[0]));
    return &x->is;
}
