/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/real.h"
#include "rules/ruleset.h"

#define DAY (INT64_C(86400) * 1000000000)

const char *const rgs_grains[RGS_GRAIN_COUNT + 1] = {"reseller", "block", "account",
                                                     "device",   "cell",  NULL};
const char *const rgs_functions[] = {"count",       "distinct",   "ratio",      "share",
                                     "entropy",     "percentile", "run_length", "density",
                                     "synchrony",   "zscore",     "repeats",    "span",
                                     "numbers_per", "crowd",      "only",       NULL};

/* What stands between the parentheses of each function. */
enum argument {
    ARG_NONE,
    ARG_FIELD,
    ARG_CONDITION,
    ARG_CONDITION_OR_NONE,
    ARG_FIELD_NUMBER,
    ARG_NUMBER,
    ARG_Z
};
static const uint8_t arguments[] = {ARG_CONDITION_OR_NONE,
                                    ARG_FIELD,
                                    ARG_CONDITION,
                                    ARG_FIELD,
                                    ARG_FIELD,
                                    ARG_FIELD_NUMBER,
                                    ARG_NUMBER,
                                    ARG_NUMBER,
                                    ARG_FIELD,
                                    ARG_Z,
                                    ARG_FIELD,
                                    ARG_NONE,
                                    ARG_FIELD,
                                    ARG_FIELD,
                                    ARG_CONDITION};

static int index_of(const char *const *names, const char *s, size_t n)
{
    for (int i = 0; names[i]; i++) {
        if (strlen(names[i]) == n && memcmp(names[i], s, n) == 0)
            return i;
    }
    return -1;
}

static void unknown(struct rgs_rules_source *src, struct rgs_mark at, const char *what,
                    const char *s, size_t n, const char *const *names)
{
    char word[RGS_RS_NAME];

    n = n < sizeof(word) ? n : sizeof(word) - 1;
    memcpy(word, s, n);
    word[n] = '\0';
    const char *near = rgs_nearest(word, names);
    if (near)
        rgs_diag_error(src->diag, at, "unknown %s '%s'; did you mean '%s'?", what, word, near);
    else
        rgs_diag_error(src->diag, at, "unknown %s '%s'", what, word);
}

static bool grains(struct rgs_rules_source *src, struct rgs_yaml_node *n, struct rgs_aggregate *a)
{
    bool ok = true;
    size_t count = n->kind == RGS_YAML_LIST ? n->n : 1;

    for (size_t i = 0; i < count; i++) {
        const struct rgs_yaml_node *it = n->kind == RGS_YAML_LIST ? n->item[i] : n;
        int g = it->kind == RGS_YAML_SCALAR ? index_of(rgs_grains, it->s, it->n) : -1;
        if (g < 0) {
            unknown(src, it->at, "entity", it->kind == RGS_YAML_SCALAR ? it->s : "?",
                    it->kind == RGS_YAML_SCALAR ? it->n : 1, rgs_grains);
            ok = false;
        } else {
            a->grains |= 1u << g;
        }
    }
    return ok;
}

/* "sliding 7d/1h", "tumbling 1d", "session 30m" */
static bool window(struct rgs_rules_source *src, const struct rgs_yaml_node *n,
                   struct rgs_aggregate *a)
{
    static const char *const words[] = {"sliding", "tumbling", "session", NULL};
    const char *space = n->kind == RGS_YAML_SCALAR ? strchr(n->s, ' ') : NULL;
    int w = space ? index_of(words, n->s, (size_t)(space - n->s)) : -1;

    if (w < 0) {
        rgs_diag_error(src->diag, n->at,
                       "expected a window: 'sliding 7d/1h', 'tumbling 1d' or 'session 30m'");
        return false;
    }
    struct rgs_mark at = rgs_text_mark(n);
    at.col += (unsigned)(space + 1 - n->s);
    a->window = (uint8_t)w;
    const char *slash = strchr(space + 1, '/');
    size_t len = slash && w == RGS_W_SLIDING ? (size_t)(slash - space - 1) : strlen(space + 1);
    if (w == RGS_W_SLIDING && !slash) {
        rgs_diag_error(src->diag, at, "a sliding window needs a step, like 7d/1h");
        return false;
    }
    if (!rgs_duration_parse(space + 1, len, &a->length) || a->length == 0) {
        rgs_diag_error(src->diag, at, "expected a duration like 90s, 10m, 1h, 7d or 2w");
        return false;
    }
    a->step = a->length;
    if (w == RGS_W_SLIDING) {
        at.col += (unsigned)len + 1;
        if (!rgs_duration_parse(slash + 1, strlen(slash + 1), &a->step) || a->step == 0) {
            rgs_diag_error(src->diag, at, "expected a duration like 90s, 10m, 1h, 7d or 2w");
            return false;
        }
        if (a->step > a->length || a->length % a->step) {
            rgs_diag_error(src->diag, at, "the window must be a multiple of its step");
            return false;
        }
        if (a->length / a->step > RGS_RS_PANES) {
            rgs_diag_error(src->diag, at, "more than %d steps in a window; take a longer step",
                           RGS_RS_PANES);
            return false;
        }
    }
    if (a->length > src->rs->retention) {
        rgs_diag_error(src->diag, n->at, "the window is longer than the retention of %lld days",
                       (long long)(src->rs->retention / DAY));
        return false;
    }
    return true;
}

static bool field_argument(struct rgs_rules_source *src, struct rgs_aggregate *a, const char *s,
                           size_t n, struct rgs_mark at)
{
    unsigned f = rgs_obs_field_of(s, n);

    if (f == RGS_O_COUNT) {
        unknown(src, at, "field", s, n, rgs_obs_names);
        return false;
    }
    a->field = (uint8_t)f;
    bool is_int = rgs_obs_columns[f].type == RGS_OT_INT;
    if (a->fn == RGS_FN_PERCENTILE && !is_int) {
        rgs_diag_error(src->diag, at, "percentile needs a field that is a number, like activated");
        return false;
    }
    if (a->fn != RGS_FN_PERCENTILE && (is_int || rgs_obs_columns[f].type == RGS_OT_BOOL)) {
        rgs_diag_error(src->diag, at, "%s needs a field with many values; '%s' is %s",
                       rgs_functions[a->fn], rgs_obs_names[f], is_int ? "a quantity" : "yes or no");
        return false;
    }
    if ((a->fn == RGS_FN_RUN_LENGTH || a->fn == RGS_FN_DENSITY) && f != RGS_O_NUMBER) {
        rgs_diag_error(src->diag, at, "%s looks at numbers: write %s(number)", rgs_functions[a->fn],
                       rgs_functions[a->fn]);
        return false;
    }
    if (a->fn == RGS_FN_CROWD && f != RGS_O_DEVICE && f != RGS_O_CELL && f != RGS_O_ACCOUNT) {
        rgs_diag_error(src->diag, at, "crowd looks at devices, cells or accounts: crowd(device)");
        return false;
    }
    if (a->fn == RGS_FN_SYNCHRONY && f != RGS_O_SERVICE) {
        rgs_diag_error(src->diag, at, "synchrony looks at services: write synchrony(service)");
        return false;
    }
    return true;
}

/* "zscore(name, past)" or "zscore(name, peers)" */
static bool z_argument(struct rgs_rules_source *src, struct rgs_aggregate *a, const char *s,
                       size_t n, struct rgs_mark at)
{
    const char *comma = memchr(s, ',', n);
    size_t len = comma ? (size_t)(comma - s) : 0;
    const char *how = comma ? comma + 1 : "";
    size_t how_n = comma ? n - len - 1 : 0;

    for (; how_n && *how == ' '; how++)
        how_n--;
    bool past = how_n == 4 && memcmp(how, "past", 4) == 0;
    if (len == 0 || len >= RGS_RS_NAME || (!past && !(how_n == 5 && !memcmp(how, "peers", 5)))) {
        rgs_diag_error(src->diag, at, "write zscore(AGGREGATE, past) or zscore(AGGREGATE, peers)");
        return false;
    }
    a->against = past ? RGS_AGAINST_PAST : RGS_AGAINST_PEERS;
    memcpy(a->of_name, s, len);
    a->of_at = at;
    return true;
}

static bool number_argument(struct rgs_rules_source *src, const char *s, size_t n, double most,
                            struct rgs_mark at, double *out)
{
    char word[24];
    size_t used;

    for (; n && *s == ' '; s++)
        n--;
    n = n < sizeof(word) ? n : sizeof(word) - 1;
    memcpy(word, s, n);
    word[n] = '\0';
    *out = rgs_real_read(word, &used);
    if (used == 0 || word[used] || !(*out >= 0) || *out > most) {
        rgs_diag_error(src->diag, at, "expected a number from 0 to %g", most);
        return false;
    }
    return true;
}

static bool function(struct rgs_rules_source *src, const struct rgs_yaml_node *n,
                     struct rgs_aggregate *a)
{
    if (n->kind != RGS_YAML_SCALAR) {
        rgs_diag_error(src->diag, n->at, "expected a function, like distinct(service)");
        return false;
    }
    struct rgs_mark at = rgs_text_mark(n);
    const char *open = strchr(n->s, '(');
    size_t len = open ? (size_t)(open - n->s) : n->n;
    int fn = index_of(rgs_functions, n->s, len);
    if (fn < 0) {
        unknown(src, at, "function", n->s, len, rgs_functions);
        return false;
    }
    a->fn = (uint8_t)fn;
    if ((!open && arguments[fn] != ARG_NONE && arguments[fn] != ARG_CONDITION_OR_NONE) ||
        (open && n->s[n->n - 1] != ')')) {
        rgs_diag_error(src->diag, at, "%s needs its argument in parentheses", rgs_functions[fn]);
        return false;
    }
    const char *arg = open ? open + 1 : "";
    size_t arg_n = open ? n->n - len - 2 : 0;
    at.col += (unsigned)len + 1;
    switch (arguments[fn]) {
    case ARG_NONE:
        if (arg_n) {
            rgs_diag_error(src->diag, at, "%s takes no argument", rgs_functions[fn]);
            return false;
        }
        return true;
    case ARG_CONDITION_OR_NONE:
        if (!open)
            return true;
        __attribute__((fallthrough));
    case ARG_CONDITION:
        a->cond = rgs_rules_condition(src, arg, arg_n, at);
        return a->cond >= 0;
    case ARG_Z:
        return z_argument(src, a, arg, arg_n, at);
    case ARG_FIELD_NUMBER: {
        const char *comma = memchr(arg, ',', arg_n);
        if (!comma) {
            rgs_diag_error(src->diag, at, "write percentile(FIELD, P) with P from 0 to 100");
            return false;
        }
        size_t name_n = (size_t)(comma - arg);
        struct rgs_mark p_at = at;
        p_at.col += (unsigned)name_n + 1;
        return field_argument(src, a, arg, name_n, at) &&
               number_argument(src, comma + 1, arg_n - name_n - 1, 100, p_at, &a->fn_p);
    }
    default:
        return field_argument(src, a, arg, arg_n, at);
    }
}

/* reduce: p50 | mean | share_ge(k) */
static bool reduction(struct rgs_rules_source *src, const struct rgs_yaml_node *n,
                      struct rgs_aggregate *a)
{
    struct rgs_mark at = n->at;

    if (n->kind == RGS_YAML_SCALAR) {
        at = rgs_text_mark(n);
        if (strcmp(n->s, "mean") == 0) {
            a->reduce = RGS_R_MEAN;
            return true;
        }
        if (strcmp(n->s, "max") == 0) {
            a->reduce = RGS_R_PERCENTILE;
            a->p = 100;
            return true;
        }
        if (n->s[0] == 'p' && n->n > 1) {
            a->reduce = RGS_R_PERCENTILE;
            at.col += 1;
            return number_argument(src, n->s + 1, n->n - 1, 100, at, &a->p);
        }
        if (strncmp(n->s, "share_ge(", 9) == 0 && n->s[n->n - 1] == ')') {
            a->reduce = RGS_R_SHARE_GE;
            at.col += 9;
            return number_argument(src, n->s + 9, n->n - 10, 1e9, at, &a->p);
        }
    }
    rgs_diag_error(src->diag, at, "expected p50, p90, mean, max or share_ge(K)");
    return false;
}

static bool per_number(struct rgs_rules_source *src, struct rgs_yaml_node *n,
                       struct rgs_aggregate *a)
{
    struct rgs_yaml_node *per = rgs_yaml_get(n, "per"), *reduce = rgs_yaml_get(n, "reduce");
    const char *s;

    if (!per && !reduce) {
        if (a->fn == RGS_FN_SPAN || a->fn == RGS_FN_REPEATS || a->fn == RGS_FN_CROWD ||
            a->fn == RGS_FN_ONLY || (a->fn == RGS_FN_COUNT && a->cond >= 0)) {
            rgs_diag_error(src->diag, a->at,
                           "%s%s is worked out per number: add 'per: number, "
                           "reduce: p50'",
                           rgs_functions[a->fn], a->fn == RGS_FN_COUNT ? " with a condition" : "");
            return false;
        }
        return true;
    }
    if (!rgs_yaml_str(per, &s, src->diag) || strcmp(s, "number") != 0) {
        rgs_diag_error(src->diag, per ? per->at : reduce->at, "'reduce' needs 'per: number'");
        return false;
    }
    if (!reduce) {
        rgs_diag_error(src->diag, per->at, "'per: number' needs 'reduce', like p50");
        return false;
    }
    a->per_number = true;
    if (a->fn != RGS_FN_COUNT && a->fn != RGS_FN_DISTINCT && a->fn != RGS_FN_RATIO &&
        a->fn != RGS_FN_REPEATS && a->fn != RGS_FN_SPAN && a->fn != RGS_FN_CROWD &&
        a->fn != RGS_FN_ONLY) {
        rgs_diag_error(src->diag, per->at, "%s cannot be worked out per number",
                       rgs_functions[a->fn]);
        return false;
    }
    if (a->window != RGS_W_SLIDING) {
        rgs_diag_error(src->diag, per->at, "'per: number' needs a sliding window");
        return false;
    }
    if (a->fn == RGS_FN_REPEATS && a->field != RGS_O_SERVICE) {
        rgs_diag_error(src->diag, per->at, "repeats per number are of services");
        return false;
    }
    return reduction(src, reduce, a);
}

/* Functions that have no meaning in every window. */
static bool fits_window(struct rgs_rules_source *src, const struct rgs_aggregate *a,
                        struct rgs_mark at)
{
    bool steps =
        a->fn == RGS_FN_SYNCHRONY || (a->fn == RGS_FN_ZSCORE && a->against == RGS_AGAINST_PAST);

    if (a->fn == RGS_FN_RUN_LENGTH && a->window != RGS_W_SLIDING) {
        rgs_diag_error(src->diag, at, "run_length needs a sliding window");
        return false;
    }
    if (steps && a->window == RGS_W_SESSION) {
        rgs_diag_error(src->diag, at, "%s compares steps of time: a session has none",
                       rgs_functions[a->fn]);
        return false;
    }
    return true;
}

static void aggregate(struct rgs_rules_source *src, struct rgs_yaml_node *key,
                      struct rgs_yaml_node *n, struct rgs_aggregate *a)
{
    static const char *const known[] = {"by",  "over",   "where", "fn",
                                        "per", "reduce", "title", NULL};
    static const char *const needed[] = {"by", "over", "fn"};
    struct rgs_yaml_node *node[3];
    const char *s;
    bool ok = true;

    if (n->kind != RGS_YAML_MAP) {
        rgs_diag_error(src->diag, n->at, "expected by, over, fn");
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        node[i] = rgs_yaml_get(n, needed[i]);
        if (!node[i])
            rgs_diag_error(src->diag, key->at, "aggregate '%s' has no '%s'%s", a->name, needed[i],
                           i == 1 ? ": a window is mandatory" : "");
        ok &= node[i] != NULL;
    }
    ok &= !node[0] || grains(src, node[0], a);
    ok &= !node[1] || window(src, node[1], a);
    ok &= !node[2] || function(src, node[2], a);
    ok = ok && fits_window(src, a, node[1]->at);
    struct rgs_yaml_node *where = rgs_yaml_get(n, "where");
    if (rgs_yaml_str(where, &s, src->diag)) {
        a->where = rgs_rules_condition(src, s, where->n, rgs_text_mark(where));
        ok &= a->where >= 0;
    }
    ok = ok && per_number(src, n, a);
    rgs_yaml_get(n, "per");
    rgs_yaml_get(n, "reduce");
    if (rgs_yaml_str(rgs_yaml_get(n, "title"), &s, src->diag)) {
        if (strlen(s) >= sizeof(a->title))
            rgs_diag_error(src->diag, rgs_yaml_get(n, "title")->at, "longer than %d characters",
                           RGS_RS_WHY - 1);
        else
            memcpy(a->title, s, strlen(s) + 1);
    } else {
        memcpy(a->title, a->name, sizeof(a->name));
    }
    rgs_yaml_unknown(n, known, src->diag);
    a->valid = ok;
}

void rgs_rules_parse_aggregates(struct rgs_rules_source *src, struct rgs_yaml_node *root)
{
    struct rgs_ruleset *rs = src->rs;
    struct rgs_yaml_node *map = rgs_yaml_get(root, "aggregates");

    if (map && map->kind != RGS_YAML_MAP) {
        rgs_diag_error(src->diag, map->at, "expected aggregates by name");
        return;
    }
    for (size_t i = 0; map && i < map->n; i++) {
        if (rs->n_aggregates == RGS_RS_AGGREGATES) {
            rgs_diag_error(src->diag, map->key[i]->at, "more than %d aggregates",
                           RGS_RS_AGGREGATES);
            return;
        }
        struct rgs_aggregate *a = &rs->aggregates[rs->n_aggregates];
        *a = (struct rgs_aggregate){
            .at = map->key[i]->at, .where = -1, .cond = -1, .of = -1, .field = RGS_O_COUNT};
        if (!rgs_rules_name(src, a->name, map->key[i]->s, a->at))
            continue;
        bool twice = false;
        for (unsigned k = 0; k < rs->n_aggregates; k++)
            twice |= strcmp(rs->aggregates[k].name, a->name) == 0;
        if (twice) {
            rgs_diag_error(src->diag, a->at, "aggregate '%s' is defined twice", a->name);
            continue;
        }
        rs->n_aggregates++;
        aggregate(src, map->key[i], map->item[i], a);
    }
}
