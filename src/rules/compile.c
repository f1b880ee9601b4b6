/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From checked aggregates and typologies to instances: conditions as bits, states as offsets. */
#include "rules/ruleset.h"

#include <stddef.h>

#include "rules/slots.h"

static uint64_t bit(int condition)
{
    return condition < 0 ? 0 : UINT64_C(1) << condition;
}

/* The log's bit of a condition; reports when there are too many. */
static uint16_t log_bit(struct rgs_rules_source *src, int condition, struct rgs_mark at)
{
    struct rgs_ruleset *rs = src->rs;

    if (condition < 0)
        return 0;
    for (unsigned i = 0; i < rs->n_bits; i++) {
        if (rs->bit_condition[i] == condition)
            return (uint16_t)(1u << i);
    }
    if (rs->n_bits == RGS_RS_BITS) {
        rgs_diag_error(src->diag, at, "more than %d different conditions in per-number aggregates",
                       RGS_RS_BITS);
        return 0;
    }
    rs->bit_condition[rs->n_bits] = (int16_t)condition;
    return (uint16_t)(1u << rs->n_bits++);
}

static uint8_t track(struct rgs_rules_source *src, unsigned field, struct rgs_mark at)
{
    struct rgs_ruleset *rs = src->rs;

    for (unsigned i = 0; i < rs->n_tracks; i++) {
        if (rs->track_field[i] == field)
            return (uint8_t)i;
    }
    if (rs->n_tracks == RGS_RS_TRACKS) {
        rgs_diag_error(src->diag, at, "distinct per number of more than %d different fields",
                       RGS_RS_TRACKS);
        return 0;
    }
    rs->track_field[rs->n_tracks] = (uint8_t)field;
    return (uint8_t)rs->n_tracks++;
}

/* The condition that always holds, for aggregates without any. */
static int16_t always(struct rgs_rules_source *src, struct rgs_mark at)
{
    struct rgs_ruleset *rs = src->rs;

    for (unsigned i = 0; i < rs->n_conditions; i++) {
        if (rs->conditions[i].n == 0)
            return (int16_t)i;
    }
    if (rs->n_conditions == RGS_RS_CONDITIONS) {
        rgs_diag_error(src->diag, at, "more than %d different conditions", RGS_RS_CONDITIONS);
        return -1;
    }
    rs->conditions[rs->n_conditions] = (struct rgs_expr){0};
    return (int16_t)rs->n_conditions++;
}

static void per_value(struct rgs_rules_source *src, const struct rgs_aggregate *a,
                      struct rgs_instance *in)
{
    struct rgs_ruleset *rs = src->rs;
    int where = a->where < 0 ? always(src, a->at) : a->where;
    struct rgs_per_value v = {.fn = a->fn, .pairs = a->fn == RGS_FN_RUN_LENGTH};

    if (!a->per_number)
        v.fn = RGS_FN_RUN_LENGTH; /* the number is there, or it is not */
    else if (a->fn == RGS_FN_DISTINCT)
        v.track = track(src, a->field, a->at);
    else if (a->fn == RGS_FN_CROWD)
        v.grain = a->field == RGS_O_DEVICE ? RGS_GRAIN_DEVICE
                  : a->field == RGS_O_CELL ? RGS_GRAIN_CELL
                                           : RGS_GRAIN_ACCOUNT;
    uint16_t where_bit = log_bit(src, where, a->at);
    rs->where_bits |= where_bit;
    v.mask = where_bit | log_bit(src, in->scope, a->at);
    v.cond_mask = log_bit(src, a->cond, a->at);
    v.panes = (uint32_t)(a->length / rs->unit);
    unsigned i = 0;
    while (i < rs->n_per && (rs->per[i].fn != v.fn || rs->per[i].track != v.track ||
                             rs->per[i].mask != v.mask || rs->per[i].cond_mask != v.cond_mask ||
                             rs->per[i].panes != v.panes || rs->per[i].grain != v.grain))
        i++;
    if (i == RGS_RS_PER_NUMBER) {
        rgs_diag_error(src->diag, a->at,
                       "more than %d different per-number values; share windows and conditions",
                       RGS_RS_PER_NUMBER);
        return;
    }
    if (i == rs->n_per)
        rs->per[rs->n_per++] = v;
    rs->per[i].pairs |= v.pairs;
    rs->per[i].grains |= in->grains;
    rs->max_panes = v.panes > rs->max_panes ? v.panes : rs->max_panes;
    rs->min_panes = rs->min_panes == 0 || v.panes < rs->min_panes ? v.panes : rs->min_panes;
    in->per = (uint8_t)i;
}

/* run_length, and distinct(number) over a sliding window, are exact through the numbers' own logs.
 */
static bool through_numbers(const struct rgs_aggregate *a)
{
    return a->per_number || a->fn == RGS_FN_RUN_LENGTH ||
           (a->fn == RGS_FN_DISTINCT && a->field == RGS_O_NUMBER && a->window == RGS_W_SLIDING);
}

static int16_t instance(struct rgs_rules_source *src, int16_t aggregate, int16_t scope,
                        uint32_t grains)
{
    struct rgs_ruleset *rs = src->rs;
    const struct rgs_aggregate *a = &rs->aggregates[aggregate];

    for (unsigned i = 0; i < rs->n_instances; i++) {
        struct rgs_instance *in = &rs->instances[i];
        if (in->aggregate == aggregate && in->scope == scope) {
            in->grains |= grains & a->grains;
            if (in->per_number)
                rs->per[in->per].grains |= in->grains;
            if (in->of >= 0)
                instance(src, a->of, scope, in->grains);
            return (int16_t)i;
        }
    }
    int16_t of = a->fn == RGS_FN_ZSCORE ? instance(src, a->of, scope, grains & a->grains) : -1;
    if (rs->n_instances == RGS_RS_INSTANCES) {
        rgs_diag_error(src->diag, a->at, "more than %d aggregates under scopes", RGS_RS_INSTANCES);
        return 0;
    }
    struct rgs_instance *in = &rs->instances[rs->n_instances];
    *in = (struct rgs_instance){.aggregate = aggregate,
                                .scope = scope,
                                .fn = a->fn,
                                .window = a->window,
                                .reduce = a->reduce,
                                .against = a->against,
                                .field = a->field,
                                .p = a->p,
                                .fn_p = a->fn_p,
                                .of = of,
                                .grains = grains & a->grains,
                                .step = a->step,
                                .panes = (uint32_t)(a->length / a->step)};
    in->gen = (in->panes + RGS_SET_GENS - 1) / RGS_SET_GENS;
    in->need = bit(a->where) | bit(scope);
    in->cond_need = in->need | bit(a->cond);
    in->per_number = through_numbers(a);
    if (in->per_number)
        per_value(src, a, in);
    if (a->fn == RGS_FN_ZSCORE && a->against == RGS_AGAINST_PEERS)
        in->z = (uint16_t)rs->n_z++;
    return (int16_t)rs->n_instances++;
}

uint32_t rgs_state_size(const struct rgs_instance *in)
{
    switch (in->fn) {
    case RGS_FN_COUNT:
    case RGS_FN_RATIO:
        return in->panes * (uint32_t)sizeof(struct rgs_pane_counts);
    case RGS_FN_DISTINCT:
    case RGS_FN_SHARE:
    case RGS_FN_ENTROPY:
        return sizeof(struct rgs_set_values);
    case RGS_FN_DENSITY:
    case RGS_FN_NUMBERS_PER:
        return 2 * sizeof(struct rgs_set_values);
    case RGS_FN_PERCENTILE:
        return sizeof(struct rgs_quantile);
    case RGS_FN_SYNCHRONY:
        return sizeof(struct rgs_sync);
    case RGS_FN_ZSCORE:
        return in->against == RGS_AGAINST_PAST ? sizeof(struct rgs_past) : 0;
    default:
        return 0;
    }
}

uint32_t rgs_state_head_size(const struct rgs_instance *in)
{
    switch (in->fn) {
    case RGS_FN_COUNT:
    case RGS_FN_RATIO:
        return sizeof(struct rgs_ring);
    case RGS_FN_DISTINCT:
    case RGS_FN_SHARE:
    case RGS_FN_ENTROPY:
        return sizeof(struct rgs_set_head);
    case RGS_FN_DENSITY:
    case RGS_FN_NUMBERS_PER:
        return 2 * sizeof(struct rgs_set_head);
    default:
        return 0;
    }
}

uint32_t rgs_state_expected(const struct rgs_instance *in)
{
    const uint32_t most = 3 * 64; /* cache lines */
    uint32_t size = rgs_state_size(in);

    switch (in->fn) {
    case RGS_FN_COUNT:
    case RGS_FN_RATIO: /* until another pane begins */
        return 0;
    case RGS_FN_DISTINCT:
    case RGS_FN_SHARE:
    case RGS_FN_ENTROPY:
    case RGS_FN_DENSITY:
    case RGS_FN_NUMBERS_PER:
        return offsetof(struct rgs_set_values, count);
    default:
        return size < most ? size : most;
    }
}

unsigned rgs_sketched_sets(const struct rgs_instance *in)
{
    return in->fn == RGS_FN_DISTINCT                                  ? 1
           : in->fn == RGS_FN_DENSITY || in->fn == RGS_FN_NUMBERS_PER ? 2
                                                                      : 0;
}

static bool is_kept(const struct rgs_instance *in, unsigned grain)
{
    return !in->per_number && in->grains >> grain & 1;
}

static void lay_out(struct rgs_ruleset *rs)
{
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        uint32_t at = 0;
        /* Rings first, so that each head stands in one cache line. */
        for (unsigned k = 0; k < 2 * rs->n_instances; k++) {
            struct rgs_instance *in = &rs->instances[k % rs->n_instances];
            bool ring = in->fn == RGS_FN_COUNT || in->fn == RGS_FN_RATIO;
            if (is_kept(in, g) && ring == (k < rs->n_instances)) {
                in->head[g] = at;
                at += rgs_state_head_size(in);
            }
        }
        at = (at + 63) & ~63u;
        for (unsigned i = 0; i < rs->n_per; i++) {
            if (rs->per[i].grains >> g & 1) {
                rs->per[i].slot[g] = at;
                at += (uint32_t)sizeof(struct rgs_histogram);
            }
        }
        /* First what is whole cache lines. */
        for (unsigned k = 0; k < 2 * rs->n_instances; k++) {
            struct rgs_instance *in = &rs->instances[k % rs->n_instances];
            uint32_t size = rgs_state_size(in);
            if (is_kept(in, g) && (size % 64 == 0) == (k < rs->n_instances)) {
                in->slot[g] = at;
                at += (size + 7) & ~7u;
            }
        }
        rs->slots_size[g] = at;
    }
}

/* A count is 0 of nothing, and a score against the past learns of it: other functions have no
 * value. */
static void find_silent(struct rgs_ruleset *rs)
{
    for (unsigned i = 0; i < rs->n_typologies; i++) {
        struct rgs_typology *t = &rs->typologies[i];
        t->silent = t->scope >= 0;
        for (unsigned k = 0; k < t->n_rules; k++) {
            const struct rgs_instance *in = &rs->instances[t->instance[k]];
            if (in->per_number)
                rs->per[in->per].typologies |= (uint16_t)(1u << i);
            else if (in->fn == RGS_FN_COUNT || in->fn == RGS_FN_ZSCORE)
                t->silent = false;
        }
    }
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t t = a % b;
        a = b;
        b = t;
    }
    return a;
}

/* The log's clock: the common measure of all steps that numbers need. */
static void unit(struct rgs_rules_source *src)
{
    struct rgs_ruleset *rs = src->rs;

    for (unsigned i = 0; i < rs->n_aggregates; i++) {
        const struct rgs_aggregate *a = &rs->aggregates[i];
        if (a->valid && through_numbers(a))
            rs->unit = rs->unit ? gcd(rs->unit, a->step) : a->step;
    }
    if (!rs->unit)
        rs->unit = INT64_C(86400) * 1000000000;
    for (unsigned i = 0; i < rs->n_aggregates; i++) {
        const struct rgs_aggregate *a = &rs->aggregates[i];
        if (a->valid && through_numbers(a) && a->length / rs->unit > 2000)
            rgs_diag_error(
                src->diag, a->at,
                "its window has %lld steps of the finest per-number step; make the steps "
                "of per-number aggregates more alike",
                (long long)(a->length / rs->unit));
    }
}

void rgs_rules_compile(struct rgs_rules_source *src)
{
    struct rgs_ruleset *rs = src->rs;

    rs->track_field[0] = RGS_O_SERVICE;
    rs->n_tracks = 1;
    unit(src);
    for (unsigned i = 0; i < rs->n_typologies && !src->diag->errors; i++) {
        struct rgs_typology *t = &rs->typologies[i];
        for (unsigned k = 0; k < t->n_rules; k++)
            t->instance[k] = instance(src, rs->rules[t->rule[k]].uses, t->scope, t->grains);
    }
    for (unsigned i = 0; i < rs->n_rules; i++)
        rs->seen_conditions |= bit(rs->rules[i].seen);
    find_silent(rs);
    lay_out(rs);
}
