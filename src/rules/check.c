/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said only when everything is known: names across files, evidence, families. */
#include "rules/ruleset.h"

#define BIT(ID) (UINT64_C(1) << RGS_O_##ID)

/* Fields that tell where somebody is or comes from, and nothing about what is done. */
#define ORIGIN_FIELDS                                                                              \
    (BIT(ORIGIN_COUNTRY) | BIT(ORIGIN_EVIDENCE) | BIT(NUMBER_COUNTRY) | BIT(NUMBER_OFFSHORE))

/* Which observations they are, by which road, of how old a number, and what only another origin is
 * held against: beside an origin they are no evidence. */
#define PLAIN_FIELDS                                                                               \
    (BIT(KIND) | BIT(PROTO) | BIT(CONFIDENCE) | BIT(SENDER) | BIT(NUMBER_TYPE) | BIT(HOSTED) |     \
     BIT(HOME_ROUTED) | BIT(ACTIVATED) | BIT(KNOWN_FOR) | BIT(SERVICE_HOME) |                      \
     BIT(SERVICE_FOREIGN))

/* Who is counted, where it is not what they do. */
#define PEOPLE_FIELDS (BIT(NUMBER) | BIT(SIM) | BIT(DEVICE))

static int aggregate_of(const struct rgs_ruleset *rs, const char *name)
{
    for (unsigned i = 0; i < rs->n_aggregates; i++) {
        if (strcmp(rs->aggregates[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static int find_aggregate(struct rgs_rules_source *src, const char *name, struct rgs_mark at)
{
    const struct rgs_ruleset *rs = src->rs;
    const char *names[RGS_RS_AGGREGATES + 1] = {NULL};
    int i = aggregate_of(rs, name);

    if (i >= 0)
        return i;
    for (unsigned k = 0; k < rs->n_aggregates; k++)
        names[k] = rs->aggregates[k].name;
    const char *near = rgs_nearest(name, names);
    if (near)
        rgs_diag_error(src->diag, at, "no aggregate '%s'; did you mean '%s'?", name, near);
    else
        rgs_diag_error(src->diag, at, "no aggregate '%s'", name);
    return -1;
}

static uint64_t fields_of(const struct rgs_ruleset *rs, int condition)
{
    return condition < 0 ? 0 : rs->conditions[condition].fields;
}

/*
 * A condition that says where somebody is, and beside it nothing but what `given` says already.
 */
static bool is_origin_only(const struct rgs_ruleset *rs, int condition, uint64_t given)
{
    uint64_t fields = fields_of(rs, condition);
    return (fields & ORIGIN_FIELDS) != 0 && (fields & ~ORIGIN_FIELDS & ~PLAIN_FIELDS & ~given) == 0;
}

/*
 * True when the value tells apart by origin only: a share or number of origins, a ratio whose
 * condition is an origin, or how many observations or people come from somewhere.
 */
static bool rests_on_origin(const struct rgs_ruleset *rs, const struct rgs_aggregate *a)
{
    uint64_t field = a->field < RGS_O_COUNT ? UINT64_C(1) << a->field : 0;

    switch (a->fn) {
    case RGS_FN_DISTINCT:
        if (field & PEOPLE_FIELDS && is_origin_only(rs, a->where, 0))
            return true;
        __attribute__((fallthrough));
    case RGS_FN_SHARE:
    case RGS_FN_ENTROPY:
    case RGS_FN_NUMBERS_PER:
    case RGS_FN_PERCENTILE:
        return (field & ORIGIN_FIELDS) != 0;
    case RGS_FN_RATIO:
    case RGS_FN_ONLY:
        return is_origin_only(rs, a->cond, fields_of(rs, a->where));
    case RGS_FN_COUNT:
        return is_origin_only(rs, a->where, 0) ||
               is_origin_only(rs, a->cond, fields_of(rs, a->where));
    case RGS_FN_ZSCORE:
        return a->of >= 0 && rests_on_origin(rs, &rs->aggregates[a->of]);
    default:
        return false;
    }
}

static void check_aggregate(struct rgs_rules_source *src, struct rgs_aggregate *a)
{
    if (!a->valid || a->fn != RGS_FN_ZSCORE)
        return;
    a->of = (int16_t)find_aggregate(src, a->of_name, a->of_at);
    if (a->of < 0)
        return;
    const struct rgs_aggregate *of = &src->rs->aggregates[a->of];
    if (of->fn == RGS_FN_ZSCORE) {
        rgs_diag_error(src->diag, a->of_at, "a z-score of a z-score says nothing");
        a->of = -1;
    } else if (a->grains & ~of->grains) {
        rgs_diag_error(src->diag, a->of_at, "'%s' is not worked out by every entity of '%s'",
                       of->name, a->name);
    }
}

static void check_rule(struct rgs_rules_source *src, struct rgs_rule *r)
{
    bool weighted = false;

    if (!r->uses_name[0])
        return;
    r->uses = (int16_t)find_aggregate(src, r->uses_name, r->uses_at);
    if (r->uses < 0)
        return;
    for (unsigned i = 0; i < r->n_bands; i++)
        weighted |= r->band[i].weight != 0;
    const struct rgs_aggregate *a = &src->rs->aggregates[r->uses];
    if (weighted && a->valid && rests_on_origin(src->rs, a))
        rgs_diag_error(src->diag, r->uses_at,
                       "rule '%s' would give weight to where people come from: '%s' has no other "
                       "evidence; put the origin into a typology's scope",
                       r->id, a->name);
}

static void check_unless(struct rgs_rules_source *src, struct rgs_typology *t)
{
    const struct rgs_ruleset *rs = src->rs;
    const char *names[RGS_RS_TYPOLOGIES + 1] = {NULL};

    for (unsigned i = 0; i < rs->n_typologies; i++)
        names[i] = rs->typologies[i].id;
    for (unsigned k = 0; k < t->n_unless; k++) {
        const char *name = t->unless_name[k], *near = rgs_nearest(name, names);
        unsigned i = 0;
        while (i < rs->n_typologies && strcmp(names[i], name) != 0)
            i++;
        if (i < rs->n_typologies)
            t->unless |= 1u << i;
        else if (near)
            rgs_diag_error(src->diag, t->unless_at[k], "no typology '%s'; did you mean '%s'?", name,
                           near);
        else
            rgs_diag_error(src->diag, t->unless_at[k], "no typology '%s'", name);
    }
}

/* Who gives way to others is scored behind them. */
static void order_typologies(struct rgs_rules_source *src)
{
    struct rgs_ruleset *rs = src->rs;
    uint32_t done = 0;
    unsigned n = 0;

    for (bool more = true; more && n < rs->n_typologies;) {
        more = false;
        for (unsigned i = 0; i < rs->n_typologies; i++) {
            if (done >> i & 1 || rs->typologies[i].unless & ~done)
                continue;
            rs->order[n++] = (uint8_t)i;
            done |= 1u << i;
            more = true;
        }
    }
    for (unsigned i = 0; n < rs->n_typologies && i < rs->n_typologies; i++) {
        if (!(done >> i & 1))
            rgs_diag_error(src->diag, rs->typologies[i].unless_at[0],
                           "'%s' gives way to others that give way to it in the end",
                           rs->typologies[i].id);
    }
}

static void check_typology(struct rgs_rules_source *src, struct rgs_typology *t)
{
    const struct rgs_ruleset *rs = src->rs;
    unsigned seen = 0, n = 0;
    uint32_t grains = 0;
    bool shares = false;

    for (unsigned i = 0; i < t->n_rules; i++) {
        const struct rgs_rule *r = &rs->rules[t->rule[i]];
        bool adds = false;
        for (unsigned k = 0; k < r->n_bands; k++)
            adds |= r->band[k].weight > 0;
        if (adds && !r->shadow && !(seen >> r->family & 1)) {
            seen |= 1u << r->family;
            n++;
        }
        if (r->uses >= 0)
            grains |= rs->aggregates[r->uses].grains;
        shares |= t->lead >> r->family & 1 && r->uses >= 0 &&
                  rs->aggregates[r->uses].reduce == RGS_R_SHARE_GE;
    }
    if (t->valid && t->inside && !shares)
        rgs_diag_error(src->diag, t->at,
                       "typology '%s' with 'inside' needs a leading rule on a share of the numbers "
                       "(reduce: share_ge)",
                       t->id);
    if (t->valid && n < t->need_families)
        rgs_diag_error(src->diag, t->at,
                       "typology '%s' needs %u families of evidence, its rules have %u", t->id,
                       t->need_families, n);
    t->grains = t->grains ? t->grains & grains : grains;
    /* One family less than needed must stay below alert, one alone below review. */
    double fewer = (t->alert - 1) / (t->need_families > 1 ? t->need_families - 1 : 1);
    t->family_cap = fewer < t->review - 1 ? fewer : t->review - 1;
}

void rgs_rules_check(struct rgs_rules_source *src)
{
    struct rgs_ruleset *rs = src->rs;

    for (unsigned i = 0; i < rs->n_aggregates; i++)
        check_aggregate(src, &rs->aggregates[i]);
    for (unsigned i = 0; i < rs->n_rules; i++)
        check_rule(src, &rs->rules[i]);
    for (unsigned i = 0; i < rs->n_typologies; i++)
        check_typology(src, &rs->typologies[i]);
    for (unsigned i = 0; i < rs->n_typologies; i++)
        check_unless(src, &rs->typologies[i]);
    order_typologies(src);
}
