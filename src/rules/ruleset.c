/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/ruleset.h"

#include <math.h>

#define DAY (INT64_C(86400) * 1000000000)

static bool allocate(struct rgs_ruleset *rs)
{
    const struct rgs_alloc *a = rs->alloc;

    rs->conditions = rgs_new(a, (RGS_RS_CONDITIONS + 1) * sizeof(*rs->conditions));
    rs->aggregates = rgs_new(a, RGS_RS_AGGREGATES * sizeof(*rs->aggregates));
    rs->rules = rgs_new(a, RGS_RS_RULES * sizeof(*rs->rules));
    rs->typologies = rgs_new(a, RGS_RS_TYPOLOGIES * sizeof(*rs->typologies));
    rs->instances = rgs_new(a, RGS_RS_INSTANCES * sizeof(*rs->instances));
    return rs->conditions && rs->aggregates && rs->rules && rs->typologies && rs->instances;
}

static void parse(struct rgs_rules_source *src, struct rgs_yaml **trees, size_t n)
{
    static const char *const known[] = {
        "engine",      "name",         "revision", "retention",  "lateness", "every",      "cases",
        "min_support", "home_origins", "lists",    "aggregates", "rules",    "typologies", NULL};

    for (size_t i = 0; i < n; i++) {
        struct rgs_yaml_node *root = trees[i] ? rgs_yaml_root(trees[i]) : NULL;
        if (root && root->kind != RGS_YAML_MAP)
            rgs_diag_error(src->diag, root->at, "expected aggregates, rules, typologies or lists");
        rgs_rules_parse_settings(src, root);
        rgs_rules_parse_lists(src, root);
    }
    for (size_t i = 0; i < n; i++)
        rgs_rules_parse_aggregates(src, trees[i] ? rgs_yaml_root(trees[i]) : NULL);
    for (size_t i = 0; i < n; i++)
        rgs_rules_parse_rules(src, trees[i] ? rgs_yaml_root(trees[i]) : NULL);
    for (size_t i = 0; i < n; i++) {
        struct rgs_yaml_node *root = trees[i] ? rgs_yaml_root(trees[i]) : NULL;
        rgs_rules_parse_typologies(src, root);
        rgs_yaml_get(root, "cases");
        rgs_yaml_unknown(root, known, src->diag);
    }
}

struct rgs_ruleset *rgs_ruleset_new(const struct rgs_conf_file *files, size_t n,
                                    const struct rgs_rules_lookup *lookup, struct rgs_diag *diag,
                                    const struct rgs_alloc *alloc)
{
    static const struct rgs_rules_lookup none = {0};
    struct rgs_ruleset *rs = rgs_new(alloc, sizeof(*rs));
    struct rgs_yaml **trees = rgs_new(alloc, (n + 1) * sizeof(struct rgs_yaml *));
    unsigned before = diag->errors;

    if (rs)
        rs->alloc = alloc;
    if (!rs || !trees || !allocate(rs)) {
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
        rgs_free(alloc, trees);
        rgs_ruleset_del(rs);
        return NULL;
    }
    memcpy(rs->name, "rules", 6);
    memcpy(rs->revision, "0", 2);
    rs->retention = 30 * DAY;
    rs->lateness = DAY / 288;
    rs->every = DAY / 24;
    rs->min_support = 20;
    rs->home[0] = 'C' << 8 | 'N';
    rs->n_home = 1;
    struct rgs_rules_source src = {rs, lookup ? lookup : &none, diag};
    for (size_t i = 0; i < n; i++)
        trees[i] = rgs_yaml_new(&files[i], diag, alloc);
    parse(&src, trees, n);
    rgs_rules_check(&src);
    if (diag->errors == before && rs->n_typologies == 0)
        rgs_diag_error(diag, n ? (struct rgs_mark){.file = &files[0]} : (struct rgs_mark){0},
                       "no typology: nothing could be scored");
    if (diag->errors == before)
        rgs_rules_compile(&src);
    for (size_t i = 0; i < n; i++)
        rgs_yaml_del(trees[i]);
    rgs_free(alloc, trees);
    if (diag->errors == before)
        rgs_rules_hash(rs);
    if (diag->errors == before && rs->sha256[0] == '\0')
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
    if (diag->errors != before) {
        rgs_ruleset_del(rs);
        return NULL;
    }
    return rs;
}

void rgs_ruleset_del(struct rgs_ruleset *rs)
{
    if (!rs)
        return;
    for (unsigned i = 0; i < rs->n_lists; i++) {
        for (uint32_t k = 0; k < rs->lists[i].n; k++)
            rgs_free(rs->alloc, rs->lists[i].item[k]);
        rgs_free(rs->alloc, rs->lists[i].item);
        rgs_free(rs->alloc, rs->lists[i].item_at);
    }
    for (unsigned i = 0; i < rs->n_sets; i++)
        rgs_free(rs->alloc, rs->set_values[i]);
    rgs_free(rs->alloc, rs->conditions);
    rgs_free(rs->alloc, rs->aggregates);
    rgs_free(rs->alloc, rs->rules);
    rgs_free(rs->alloc, rs->typologies);
    rgs_free(rs->alloc, rs->instances);
    rgs_free(rs->alloc, rs);
}

const char *rgs_ruleset_name(const struct rgs_ruleset *r)
{
    return r->name;
}

const char *rgs_ruleset_revision(const struct rgs_ruleset *r)
{
    return r->revision;
}

const char *rgs_ruleset_sha256(const struct rgs_ruleset *r)
{
    return r->sha256;
}

int rgs_ruleset_scope(const struct rgs_ruleset *r, const char *typology)
{
    for (unsigned t = 0; t < r->n_typologies; t++) {
        if (strcmp(r->typologies[t].id, typology) == 0)
            return r->typologies[t].scope;
    }
    return -1;
}

bool rgs_ruleset_in_scope(const struct rgs_ruleset *r, int scope, const struct rgs_obs *o)
{
    return rgs_expr_eval(&r->conditions[scope], r->sets, o) == RGS_TRUE;
}

uint64_t rgs_ruleset_scope_fields(const struct rgs_ruleset *r)
{
    uint64_t fields = 0;
    for (unsigned t = 0; t < r->n_typologies; t++) {
        if (r->typologies[t].scope >= 0)
            fields |= r->conditions[r->typologies[t].scope].fields;
    }
    return fields;
}

int64_t rgs_ruleset_retention(const struct rgs_ruleset *r)
{
    return r->retention;
}

/* A bound between two weights. */
struct edge {
    double at, below, above;
    const struct rgs_band *lower, *upper;
};

static unsigned edges_of(const struct rgs_rule *r, struct edge e[2 * RGS_RS_BANDS])
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->n_bands; i++) {
        const struct rgs_band *b = &r->band[i];
        bool joined = i > 0 && r->band[i - 1].lt == b->ge;
        if (!isinf(b->ge))
            e[n++] = (struct edge){b->ge, joined ? r->band[i - 1].weight : 0, b->weight,
                                   joined ? &r->band[i - 1] : NULL, b};
        bool joins = i + 1 < r->n_bands && r->band[i + 1].ge == b->lt;
        if (!isinf(b->lt) && !joins)
            e[n++] = (struct edge){b->lt, b->weight, 0, b, NULL};
    }
    return n;
}

/*
 * A band has its full weight in all of its range. With a ramp the weight outside of it does not
 * jump: it grows over the part `ramp` of the bound, on the weaker side of each bound.
 */
double rgs_rule_weight(const struct rgs_rule *r, double value, const struct rgs_band **why)
{
    struct edge e[2 * RGS_RS_BANDS];
    double weight = 0, first = r->band[0].ge;
    unsigned i = 0;

    *why = NULL;
    /* Most values are below all bands, and what leads up to the first. */
    if (value < first && value <= first - r->ramp * fabs(first))
        return 0;
    unsigned n = edges_of(r, e);
    for (unsigned k = 0; k < r->n_bands; k++) {
        if (value >= r->band[k].ge && value < r->band[k].lt) {
            weight = r->band[k].weight;
            *why = &r->band[k];
        }
    }
    while (i < n && e[i].at <= value)
        i++;
    double base = weight;
    if (i < n && fabs(e[i].above) > fabs(base)) {
        double from = e[i].at - r->ramp * fabs(e[i].at);
        if (i > 0 && from < e[i - 1].at)
            from = e[i - 1].at;
        if (r->ramp > 0 && value > from) {
            weight = base + (e[i].above - base) * (value - from) / (e[i].at - from);
            *why = *why ? *why : e[i].upper;
        }
    }
    if (i > 0 && fabs(e[i - 1].below) > fabs(base)) {
        double to = e[i - 1].at + r->ramp * fabs(e[i - 1].at);
        if (i < n && to > e[i].at)
            to = e[i].at;
        if (r->ramp > 0 && value < to) {
            double w = base + (e[i - 1].below - base) * (to - value) / (to - e[i - 1].at);
            if (fabs(w) > fabs(weight)) {
                weight = w;
                *why = base != 0 ? *why : e[i - 1].lower;
            }
        }
    }
    return weight;
}

static double nearer(double v, double from, double next)
{
    return (v - from) * (next - v) > 0 ? v : next;
}

/*
 * Between two bounds: where the ramp down from the lower one and that up to the higher one, or what
 * lies between the two, are as strong as each other. The stronger counts: there the weight is
 * least, or jumps to the other side.
 */
static double next_crossing(const struct rgs_rule *r, const struct edge *low,
                            const struct edge *high, double from, double next)
{
    double base = low->above;
    double starts = fmax(high->at - r->ramp * fabs(high->at), low->at);
    double ends = fmin(low->at + r->ramp * fabs(low->at), high->at);
    double down = (low->below - base) / (ends - low->at);
    double up = (high->above - base) / (high->at - starts);
    /* What divides by no slope lies nowhere. */
    const double at[] = {
        (up * starts + down * ends) / (up + down),
        (up * starts - down * ends - 2 * base) / (up - down),
        ends + 2 * base / down,
    };

    for (unsigned i = 0; i < 3; i++) {
        if (at[i] > low->at && at[i] < high->at)
            next = nearer(at[i], from, next);
    }
    return next;
}

double rgs_rule_next_bend(const struct rgs_rule *r, double from, double next)
{
    struct edge e[2 * RGS_RS_BANDS + 1];
    unsigned n = edges_of(r, e);

    for (unsigned i = 0; i < n; i++) {
        double ramp = r->ramp * fabs(e[i].at);
        next = nearer(e[i].at - ramp, from, next);
        next = nearer(e[i].at, from, next);
        next = nearer(e[i].at + ramp, from, next);
    }
    if (n > 0 && r->ramp > 0) {
        e[n] = (struct edge){.at = INFINITY, .above = e[n - 1].above};
        for (unsigned i = 1; i <= n; i++)
            next = next_crossing(r, &e[i - 1], &e[i], from, next);
    }
    return next;
}
