/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "rules/ruleset.h"

const char *const rgs_families[RGS_FAMILY_COUNT + 1] = {"usage", "device",   "place",   "range",
                                                        "time",  "delivery", "silence", NULL};

static bool text(struct rgs_rules_source *src, struct rgs_yaml_node *n, char out[RGS_RS_WHY])
{
    const char *s;

    if (!rgs_yaml_str(n, &s, src->diag))
        return false;
    if (n->n >= RGS_RS_WHY) {
        rgs_diag_error(src->diag, n->at, "longer than %d characters", RGS_RS_WHY - 1);
        return false;
    }
    memcpy(out, s, n->n + 1);
    return true;
}

/* Only {value} is filled in. */
static void placeholders(struct rgs_rules_source *src, const struct rgs_yaml_node *why)
{
    for (const char *open = strchr(why->s, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        if (close && strncmp(open, "{value}", 7) != 0)
            rgs_diag_error(src->diag, why->at, "'%.*s' is not filled in; '{value}' is",
                           (int)(close + 1 - open), open);
    }
}

static bool band(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_band *b)
{
    static const char *const known[] = {"ge", "lt", "weight", "why", NULL};
    unsigned errors = src->diag->errors;

    *b = (struct rgs_band){.ge = -INFINITY, .lt = INFINITY};
    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(src->diag, n->at, "expected a band, like {ge: 5, weight: 20, why: \"...\"}");
        return false;
    }
    bool has_ge = rgs_yaml_num(rgs_yaml_get(n, "ge"), -1e12, 1e12, &b->ge, src->diag);
    bool has_lt = rgs_yaml_num(rgs_yaml_get(n, "lt"), -1e12, 1e12, &b->lt, src->diag);
    if (!has_ge && !has_lt && src->diag->errors == errors)
        rgs_diag_error(src->diag, n->at, "a band needs 'ge', 'lt' or both");
    if (has_ge && has_lt && b->ge >= b->lt)
        rgs_diag_error(src->diag, n->at, "an empty band: %g is not below %g", b->ge, b->lt);
    struct rgs_yaml_node *weight = rgs_yaml_get(n, "weight"), *why = rgs_yaml_get(n, "why");
    if (!weight)
        rgs_diag_error(src->diag, n->at, "a band needs a 'weight'");
    rgs_yaml_num(weight, -100, 100, &b->weight, src->diag);
    if (!why)
        rgs_diag_error(src->diag, n->at, "a band needs a 'why': nobody acts on a bare number");
    if (text(src, why, b->why))
        placeholders(src, why);
    rgs_yaml_unknown(n, known, src->diag);
    return src->diag->errors == errors;
}

static void bands(struct rgs_rules_source *src, const struct rgs_yaml_node *n, struct rgs_rule *r)
{
    if (!n || n->kind != RGS_YAML_LIST || n->n == 0 || n->n > RGS_RS_BANDS) {
        rgs_diag_error(src->diag, n ? n->at : r->at, "rule '%s' needs 'bands', 1 to %d of them",
                       r->id, RGS_RS_BANDS);
        return;
    }
    unsigned lines[RGS_RS_BANDS];
    for (size_t i = 0; i < n->n; i++) {
        struct rgs_band *b = &r->band[r->n_bands];
        if (!band(src, n->item[i], b))
            continue;
        for (unsigned k = 0; k < r->n_bands; k++) {
            if (b->ge < r->band[k].lt && r->band[k].ge < b->lt)
                rgs_diag_error(src->diag, n->item[i]->at, "overlaps the band in line %u", lines[k]);
        }
        lines[r->n_bands++] = n->item[i]->at.line;
    }
    /* In rising order, as the weight of a value is found. */
    for (unsigned i = 1; i < r->n_bands; i++) {
        struct rgs_band b = r->band[i];
        unsigned k = i;
        for (; k > 0 && r->band[k - 1].ge > b.ge; k--)
            r->band[k] = r->band[k - 1];
        r->band[k] = b;
    }
}

static void except(struct rgs_rules_source *src, const struct rgs_yaml_node *n, struct rgs_rule *r)
{
    if (!n)
        return;
    if (n->kind != RGS_YAML_LIST || n->n > RGS_RS_EXCEPT) {
        rgs_diag_error(src->diag, n->at, "expected up to %d lists, like [list.partners]",
                       RGS_RS_EXCEPT);
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        const struct rgs_yaml_node *it = n->item[i];
        long set = it->kind == RGS_YAML_SCALAR
                       ? rgs_rules_set(src, RGS_OT_ID, RGS_O_RESELLER, it->s, rgs_text_mark(it))
                       : -1;
        if (it->kind != RGS_YAML_SCALAR)
            rgs_diag_error(src->diag, it->at, "expected list.NAME");
        if (set >= 0)
            r->except[r->n_except++] = (int16_t)set;
    }
}

static void support(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_rule *r)
{
    int64_t numbers = src->rs->min_support, count = 0;

    if (n && n->kind != RGS_YAML_MAP)
        rgs_diag_error(src->diag, n->at, "expected {numbers: N} or {count: N}");
    rgs_yaml_int(rgs_yaml_get(n, "numbers"), 1, 1000000, &numbers, src->diag);
    rgs_yaml_int(rgs_yaml_get(n, "count"), 1, 1000000000, &count, src->diag);
    rgs_yaml_unknown(n, (const char *const[]){"numbers", "count", NULL}, src->diag);
    if (numbers < src->rs->min_support)
        rgs_diag_error(src->diag, rgs_yaml_get(n, "numbers")->at,
                       "below the rule set's min_support of %u numbers", src->rs->min_support);
    r->min_numbers = (uint32_t)numbers;
    r->min_count = (uint32_t)count;
}

static int family_of(const char *s)
{
    for (int f = 0; f < RGS_FAMILY_COUNT; f++) {
        if (strcmp(s, rgs_families[f]) == 0)
            return f;
    }
    return -1;
}

static void family(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_rule *r)
{
    const char *s;

    if (!n)
        rgs_diag_error(src->diag, r->at, "rule '%s' has no 'family'", r->id);
    if (!rgs_yaml_str(n, &s, src->diag))
        return;
    if (family_of(s) >= 0) {
        r->family = (uint8_t)family_of(s);
        return;
    }
    const char *near = rgs_nearest(s, rgs_families);
    if (near)
        rgs_diag_error(src->diag, n->at, "unknown family '%s'; did you mean '%s'?", s, near);
    else
        rgs_diag_error(src->diag, n->at,
                       "unknown family '%s' (usage device place range time delivery silence)", s);
}

static void rule(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_rule *r)
{
    static const char *const known[] = {"id",     "rev",  "family", "uses", "min_support", "bands",
                                        "except", "ramp", "shadow", "seen", NULL};
    unsigned errors = src->diag->errors;
    struct rgs_yaml_node *uses = rgs_yaml_get(n, "uses"), *seen = rgs_yaml_get(n, "seen");
    int64_t rev = 1;
    const char *s;

    rgs_yaml_int(rgs_yaml_get(n, "rev"), 1, 1000000, &rev, src->diag);
    r->rev = (unsigned)rev;
    family(src, rgs_yaml_get(n, "family"), r);
    if (!uses)
        rgs_diag_error(src->diag, r->at, "rule '%s' has no 'uses'", r->id);
    if (rgs_yaml_str(uses, &s, src->diag) && rgs_rules_name(src, r->uses_name, s, uses->at))
        r->uses_at = uses->at;
    support(src, rgs_yaml_get(n, "min_support"), r);
    rgs_yaml_num(rgs_yaml_get(n, "ramp"), 0, 1, &r->ramp, src->diag);
    rgs_yaml_bool(rgs_yaml_get(n, "shadow"), &r->shadow, src->diag);
    if (rgs_yaml_str(seen, &s, src->diag))
        r->seen = rgs_rules_condition(src, s, seen->n, rgs_text_mark(seen));
    bands(src, rgs_yaml_get(n, "bands"), r);
    except(src, rgs_yaml_get(n, "except"), r);
    rgs_yaml_unknown(n, known, src->diag);
    r->valid = src->diag->errors == errors;
}

void rgs_rules_parse_rules(struct rgs_rules_source *src, struct rgs_yaml_node *root)
{
    struct rgs_ruleset *rs = src->rs;
    struct rgs_yaml_node *list = rgs_yaml_get(root, "rules");
    const char *s;

    if (list && list->kind != RGS_YAML_LIST) {
        rgs_diag_error(src->diag, list->at, "expected a list of rules");
        return;
    }
    for (size_t i = 0; list && i < list->n; i++) {
        struct rgs_yaml_node *n = list->item[i], *id = rgs_yaml_get(n, "id");
        if (rs->n_rules == RGS_RS_RULES) {
            rgs_diag_error(src->diag, n->at, "more than %d rules", RGS_RS_RULES);
            return;
        }
        struct rgs_rule *r = &rs->rules[rs->n_rules];
        *r = (struct rgs_rule){.at = n->at, .uses = -1, .seen = -1};
        if (!id)
            rgs_diag_error(src->diag, n->at, "a rule needs an 'id'");
        if (!rgs_yaml_str(id, &s, src->diag) || !rgs_rules_name(src, r->id, s, id->at))
            continue;
        bool twice = false;
        for (unsigned k = 0; k < rs->n_rules; k++)
            twice |= strcmp(rs->rules[k].id, r->id) == 0;
        if (twice) {
            rgs_diag_error(src->diag, id->at, "rule '%s' is defined twice", r->id);
            continue;
        }
        rs->n_rules++;
        rule(src, n, r);
    }
}

static void sum(struct rgs_rules_source *src, const struct rgs_yaml_node *n, struct rgs_typology *t)
{
    const struct rgs_ruleset *rs = src->rs;
    const char *names[RGS_RS_RULES + 1] = {NULL};

    for (unsigned i = 0; i < rs->n_rules; i++)
        names[i] = rs->rules[i].id;
    if (!n || n->kind != RGS_YAML_LIST || n->n == 0 || n->n > RGS_RS_SUM) {
        rgs_diag_error(src->diag, n ? n->at : t->at, "typology '%s' needs 'sum', 1 to %d rules",
                       t->id, RGS_RS_SUM);
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        const struct rgs_yaml_node *it = n->item[i];
        const char *s = it->kind == RGS_YAML_SCALAR ? it->s : "?";
        int found = -1;
        for (unsigned k = 0; k < rs->n_rules; k++)
            found = strcmp(rs->rules[k].id, s) == 0 ? (int)k : found;
        bool twice = false;
        for (unsigned k = 0; k < t->n_rules; k++)
            twice |= t->rule[k] == found;
        if (found >= 0 && !twice) {
            t->rule[t->n_rules++] = (int16_t)found;
            continue;
        }
        const char *near = found < 0 ? rgs_nearest(s, names) : NULL;
        if (found >= 0)
            rgs_diag_error(src->diag, it->at, "rule '%s' stands twice here", s);
        else if (near)
            rgs_diag_error(src->diag, it->at, "no rule '%s'; did you mean '%s'?", s, near);
        else
            rgs_diag_error(src->diag, it->at, "no rule '%s'", s);
    }
}

/* A family, or a list of them. */
static void lead(struct rgs_rules_source *src, const struct rgs_yaml_node *n,
                 struct rgs_typology *t)
{
    for (size_t i = 0; n && i < (n->kind == RGS_YAML_LIST ? n->n : 1); i++) {
        const struct rgs_yaml_node *it = n->kind == RGS_YAML_LIST ? n->item[i] : n;
        int f = it->kind == RGS_YAML_SCALAR ? family_of(it->s) : -1;
        if (f < 0)
            rgs_diag_error(src->diag, it->at, "unknown family '%s'",
                           it->kind == RGS_YAML_SCALAR ? it->s : "?");
        else
            t->lead |= 1u << f;
    }
}

/* Names of typologies, found when all are known. */
static void unless(struct rgs_rules_source *src, const struct rgs_yaml_node *n,
                   struct rgs_typology *t)
{
    if (n && (n->kind != RGS_YAML_LIST || n->n == 0 || n->n > RGS_RS_EXCEPT)) {
        rgs_diag_error(src->diag, n->at, "expected a list of 1 to %d typologies", RGS_RS_EXCEPT);
        return;
    }
    for (size_t i = 0; n && i < n->n; i++) {
        const struct rgs_yaml_node *it = n->item[i];
        if (!rgs_rules_name(src, t->unless_name[t->n_unless],
                            it->kind == RGS_YAML_SCALAR ? it->s : "", it->at))
            continue;
        t->unless_at[t->n_unless++] = it->at;
    }
}

static void levels(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_typology *t)
{
    int64_t need = 2, limit = 0;
    struct rgs_yaml_node *families = rgs_yaml_get(n, "need_families");

    lead(src, rgs_yaml_get(n, "lead"), t);
    rgs_yaml_bool(rgs_yaml_get(n, "inside"), &t->inside, src->diag);
    rgs_yaml_bool(rgs_yaml_get(n, "whole"), &t->whole, src->diag);
    rgs_yaml_num(rgs_yaml_get(n, "cap"), 1, 100, &t->cap, src->diag);
    rgs_yaml_num(rgs_yaml_get(n, "review"), 1, 100, &t->review, src->diag);
    rgs_yaml_num(rgs_yaml_get(n, "alert"), 1, 100, &t->alert, src->diag);
    rgs_yaml_num(rgs_yaml_get(n, "hysteresis"), 0, 50, &t->hysteresis, src->diag);
    if (t->review >= t->alert)
        rgs_diag_error(src->diag, t->at, "review (%g) must lie below alert (%g)", t->review,
                       t->alert);
    if (rgs_yaml_int(families, 1, RGS_FAMILY_COUNT, &need, src->diag) && need < 2)
        rgs_diag_error(
            src->diag, families->at,
            "a typology needs two families at least: one that is evaded must not decide");
    t->need_families = (unsigned)need;
    struct rgs_yaml_node *sup = rgs_yaml_get(n, "suppress");
    rgs_yaml_int(rgs_yaml_get(sup, "limit"), 1, 1000, &limit, src->diag);
    rgs_yaml_duration(rgs_yaml_get(sup, "backoff"), &t->backoff, src->diag);
    if (t->backoff > INT64_C(30) * 86400 * 1000000000)
        rgs_diag_error(src->diag, rgs_yaml_get(sup, "backoff")->at, "a backoff is at most 30d");
    rgs_yaml_unknown(sup, (const char *const[]){"limit", "backoff", NULL}, src->diag);
    t->limit = (unsigned)limit;
}

static void typology(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_typology *t)
{
    static const char *const known[] = {
        "title",  "scope",      "sum",           "half_life", "cap", "review",
        "alert",  "hysteresis", "need_families", "suppress",  "by",  "lead",
        "unless", "inside",     "whole",         "known_for", NULL};
    unsigned errors = src->diag->errors;
    struct rgs_yaml_node *scope = rgs_yaml_get(n, "scope"), *by = rgs_yaml_get(n, "by");
    const char *s;

    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(src->diag, n->at, "expected sum, review, alert");
        return;
    }
    if (rgs_yaml_str(scope, &s, src->diag))
        t->scope = rgs_rules_condition(src, s, scope->n, rgs_text_mark(scope));
    sum(src, rgs_yaml_get(n, "sum"), t);
    if (rgs_yaml_duration(rgs_yaml_get(n, "half_life"), &t->half_life, src->diag) &&
        t->half_life == 0)
        rgs_diag_error(src->diag, rgs_yaml_get(n, "half_life")->at, "a half-life is longer than 0");
    struct rgs_yaml_node *known_for = rgs_yaml_get(n, "known_for");
    if (rgs_yaml_duration(known_for, &t->known_for, src->diag) &&
        t->known_for > INT64_C(30) * 86400 * 1000000000)
        rgs_diag_error(src->diag, known_for->at, "known_for is at most 30d");
    levels(src, n, t);
    unless(src, rgs_yaml_get(n, "unless"), t);
    if (!text(src, rgs_yaml_get(n, "title"), t->title))
        memcpy(t->title, t->id, sizeof(t->id));
    t->grains = 0;
    for (size_t i = 0; by && i < (by->kind == RGS_YAML_LIST ? by->n : 1); i++) {
        const struct rgs_yaml_node *it = by->kind == RGS_YAML_LIST ? by->item[i] : by;
        unsigned g = 0;
        while (g < RGS_GRAIN_COUNT &&
               (it->kind != RGS_YAML_SCALAR || strcmp(rgs_grains[g], it->s) != 0))
            g++;
        if (g == RGS_GRAIN_COUNT)
            rgs_diag_error(src->diag, it->at, "expected reseller, block, account, device or cell");
        t->grains |= 1u << g;
    }
    rgs_yaml_unknown(n, known, src->diag);
    t->valid = src->diag->errors == errors;
}

void rgs_rules_parse_typologies(struct rgs_rules_source *src, struct rgs_yaml_node *root)
{
    struct rgs_ruleset *rs = src->rs;
    struct rgs_yaml_node *map = rgs_yaml_get(root, "typologies");

    if (map && map->kind != RGS_YAML_MAP) {
        rgs_diag_error(src->diag, map->at, "expected typologies by name");
        return;
    }
    for (size_t i = 0; map && i < map->n; i++) {
        if (rs->n_typologies == RGS_RS_TYPOLOGIES) {
            rgs_diag_error(src->diag, map->key[i]->at, "more than %d typologies",
                           RGS_RS_TYPOLOGIES);
            return;
        }
        struct rgs_typology *t = &rs->typologies[rs->n_typologies];
        *t = (struct rgs_typology){.at = map->key[i]->at,
                                   .scope = -1,
                                   .cap = 100,
                                   .review = 50,
                                   .alert = 75,
                                   .hysteresis = 5};
        if (!rgs_rules_name(src, t->id, map->key[i]->s, t->at))
            continue;
        bool twice = false;
        for (unsigned k = 0; k < rs->n_typologies; k++)
            twice |= strcmp(rs->typologies[k].id, t->id) == 0;
        if (twice) {
            rgs_diag_error(src->diag, t->at, "typology '%s' is defined twice", t->id);
            continue;
        }
        rs->n_typologies++;
        typology(src, map->item[i], t);
    }
}
