/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/ruleset.h"

/* This engine's language; a rule set says which it needs. */
enum { LANGUAGE = 1 };

#define HOUR (INT64_C(3600) * 1000000000)

bool rgs_rules_name(struct rgs_rules_source *src, char *out, const char *s, struct rgs_mark at)
{
    size_t n = strlen(s);
    bool ok = n > 0 && n < RGS_RS_NAME;

    for (size_t i = 0; i < n && ok; i++)
        ok = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
             (s[i] >= '0' && s[i] <= '9') || strchr("_.-:", s[i]);
    if (!ok) {
        rgs_diag_error(src->diag, at, "a name has 1 to %d letters, digits, '_', '-', '.' or ':'",
                       RGS_RS_NAME - 1);
        return false;
    }
    memcpy(out, s, n + 1);
    return true;
}

/* The node of a setting, once over all files. */
static struct rgs_yaml_node *once(struct rgs_rules_source *src, struct rgs_yaml_node *root,
                                  const char *key, unsigned which)
{
    struct rgs_yaml_node *n = rgs_yaml_get(root, key);
    struct rgs_mark *seen = &src->rs->seen[which];

    if (!n)
        return NULL;
    if (seen->line) {
        rgs_diag_error(src->diag, n->at, "'%s' was already given in line %u of another file", key,
                       seen->line);
        return NULL;
    }
    *seen = n->at;
    return n;
}

static void duration(struct rgs_rules_source *src, struct rgs_yaml_node *n, int64_t least,
                     int64_t most, const char *range, int64_t *out)
{
    int64_t v;
    if (!n || !rgs_yaml_duration(n, &v, src->diag))
        return;
    if (v < least || v > most)
        rgs_diag_error(src->diag, n->at, "'%s' is outside %s", n->s, range);
    else
        *out = v;
}

static bool country_of(const char *s, size_t n, uint64_t *out)
{
    if (n != 2 || s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z')
        return false;
    *out = (uint64_t)s[0] << 8 | (uint64_t)s[1];
    return true;
}

static void home_origins(struct rgs_rules_source *src, struct rgs_yaml_node *n)
{
    struct rgs_ruleset *rs = src->rs;
    uint64_t c;

    if (!n)
        return;
    rs->n_home = 0;
    if (n->kind != RGS_YAML_LIST || n->n > sizeof(rs->home) / sizeof(rs->home[0])) {
        rgs_diag_error(src->diag, n->at, "expected a list of up to 16 countries, like [CN]");
        return;
    }
    for (size_t i = 0; i < n->n; i++) {
        if (n->item[i]->kind != RGS_YAML_SCALAR || !country_of(n->item[i]->s, n->item[i]->n, &c))
            rgs_diag_error(src->diag, n->item[i]->at, "expected a country of two capital letters");
        else
            rs->home[rs->n_home++] = (rgs_country)c;
    }
}

static void engine(struct rgs_rules_source *src, struct rgs_yaml_node *n)
{
    const char *s;
    int64_t v = 0;

    if (!rgs_yaml_str(n, &s, src->diag))
        return;
    bool ok = strncmp(s, ">=", 2) == 0 && s[2] >= '1' && s[2] <= '9' && strlen(s) < 8;
    for (size_t i = 2; ok && s[i]; i++) {
        ok = s[i] >= '0' && s[i] <= '9';
        v = v * 10 + (s[i] - '0');
    }
    if (!ok)
        rgs_diag_error(src->diag, n->at, "expected a version like \">=1\"");
    else if (v > LANGUAGE)
        rgs_diag_error(src->diag, n->at, "these rules need version %d of the language, this is %d",
                       (int)v, LANGUAGE);
}

void rgs_rules_parse_settings(struct rgs_rules_source *src, struct rgs_yaml_node *root)
{
    struct rgs_ruleset *rs = src->rs;
    struct rgs_yaml_node *n;
    int64_t v = rs->min_support;
    const char *s;

    engine(src, rgs_yaml_get(root, "engine"));
    if (rgs_yaml_str(once(src, root, "name", 0), &s, src->diag))
        rgs_rules_name(src, rs->name, s, rgs_yaml_get(root, "name")->at);
    if (rgs_yaml_str(once(src, root, "revision", 1), &s, src->diag))
        rgs_rules_name(src, rs->revision, s, rgs_yaml_get(root, "revision")->at);
    duration(src, once(src, root, "retention", 2), HOUR, 180 * 24 * HOUR, "1h..180d",
             &rs->retention);
    duration(src, once(src, root, "lateness", 3), 0, 24 * HOUR, "0s..24h", &rs->lateness);
    duration(src, once(src, root, "every", 4), HOUR / 60, 24 * HOUR, "1m..24h", &rs->every);
    n = once(src, root, "min_support", 5);
    if (n && n->kind == RGS_YAML_MAP) {
        rgs_yaml_int(rgs_yaml_get(n, "numbers"), 1, 1000000, &v, src->diag);
        rgs_yaml_unknown(n, (const char *const[]){"numbers", NULL}, src->diag);
    } else {
        rgs_yaml_int(n, 1, 1000000, &v, src->diag);
    }
    rs->min_support = (uint32_t)v;
    home_origins(src, once(src, root, "home_origins", 6));
}

void rgs_rules_parse_lists(struct rgs_rules_source *src, struct rgs_yaml_node *root)
{
    struct rgs_ruleset *rs = src->rs;
    struct rgs_yaml_node *lists = rgs_yaml_get(root, "lists");

    if (lists && lists->kind != RGS_YAML_MAP) {
        rgs_diag_error(src->diag, lists->at, "expected lists by name");
        return;
    }
    for (size_t i = 0; lists && i < lists->n; i++) {
        struct rgs_yaml_node *key = lists->key[i], *items = lists->item[i];
        if (rs->n_lists == RGS_RS_LISTS) {
            rgs_diag_error(src->diag, key->at, "more than %d lists", RGS_RS_LISTS);
            return;
        }
        struct rgs_list *l = &rs->lists[rs->n_lists];
        if (!rgs_rules_name(src, l->name, key->s, key->at))
            continue;
        bool twice = false;
        for (unsigned k = 0; k < rs->n_lists; k++)
            twice |= strcmp(rs->lists[k].name, l->name) == 0;
        if (twice || items->kind != RGS_YAML_LIST) {
            rgs_diag_error(src->diag, key->at,
                           twice ? "list '%s' is defined twice" : "list '%s' is no list", l->name);
            continue;
        }
        l->at = key->at;
        l->item = rgs_new(rs->alloc, (items->n + 1) * sizeof(*l->item));
        l->item_at = rgs_new(rs->alloc, (items->n + 1) * sizeof(*l->item_at));
        rs->n_lists++;
        for (size_t k = 0; l->item && l->item_at && k < items->n; k++) {
            const struct rgs_yaml_node *it = items->item[k];
            if (it->kind != RGS_YAML_SCALAR || it->n == 0) {
                rgs_diag_error(src->diag, it->at, "a list holds words");
                continue;
            }
            char *copy = rgs_new(rs->alloc, it->n + 1);
            if (!copy)
                break;
            memcpy(copy, it->s, it->n);
            l->item_at[l->n] = it->at;
            l->item[l->n++] = copy;
        }
        if (!l->item || !l->item_at || l->n > items->n)
            rgs_diag_error(src->diag, l->at, "out of memory");
    }
}

static bool word(void *ctx, enum rgs_obs_type type, unsigned field, const char *s, size_t n,
                 uint64_t *out)
{
    struct rgs_rules_source *src = ctx;

    *out = 0;
    switch (type) {
    case RGS_OT_COUNTRY:
        return country_of(s, n, out);
    case RGS_OT_SERVICE:
        *out = src->lookup->service ? src->lookup->service(src->lookup->ctx, s, n) : 0;
        return *out != 0;
    case RGS_OT_CATEGORY:
        *out = src->lookup->category ? src->lookup->category(src->lookup->ctx, s, n) : 0;
        return *out != 0;
    case RGS_OT_BOOL:
        *out = n == 4 && memcmp(s, "true", 4) == 0;
        return *out || (n == 5 && memcmp(s, "false", 5) == 0);
    case RGS_OT_ID:
        if (field == RGS_O_NUMBER || field == RGS_O_BLOCK || field == RGS_O_PEER) {
            struct rgs_digits d = rgs_digits_of(s, n);
            *out = rgs_digits_u64(&d);
            return d.n == n && *out != 0;
        }
        *out = rgs_id_of(s, n);
        return true;
    case RGS_OT_INT:
        return false;
    default:
        *out = rgs_obs_value((enum rgs_obs_field)field, s, n);
        return *out != 0;
    }
}

static bool set_fill(struct rgs_rules_source *src, enum rgs_obs_type type, unsigned field, int list,
                     uint64_t *v, uint32_t *n)
{
    const struct rgs_ruleset *rs = src->rs;
    bool ok = true;

    *n = 0;
    for (unsigned i = 0; list < 0 && i < rs->n_home; i++)
        v[(*n)++] = rs->home[i];
    for (uint32_t i = 0; list >= 0 && i < rs->lists[list].n; i++) {
        const char *s = rs->lists[list].item[i];
        if (word(src, type, field, s, strlen(s), &v[*n])) {
            (*n)++;
        } else {
            rgs_diag_error(src->diag, rs->lists[list].item_at[i],
                           "'%s' is no value of '%s', which is looked up in this list", s,
                           rgs_obs_names[field]);
            ok = false;
        }
    }
    for (uint32_t i = 1; i < *n; i++) {
        uint64_t x = v[i];
        uint32_t k = i;
        for (; k > 0 && v[k - 1] > x; k--)
            v[k] = v[k - 1];
        v[k] = x;
    }
    return ok;
}

long rgs_rules_set(struct rgs_rules_source *src, enum rgs_obs_type type, unsigned field,
                   const char *name, struct rgs_mark at)
{
    struct rgs_ruleset *rs = src->rs;
    const char *names[RGS_RS_LISTS + 1] = {NULL};
    int list = -1;

    if (strcmp(name, "home_origins") == 0) {
        if (type != RGS_OT_COUNTRY) {
            rgs_diag_error(src->diag, at, "home_origins holds countries; '%s' is none",
                           rgs_obs_names[field]);
            return -1;
        }
    } else {
        const char *plain = strncmp(name, "list.", 5) == 0 ? name + 5 : NULL;
        for (unsigned i = 0; i < rs->n_lists; i++) {
            names[i] = rs->lists[i].name;
            if (plain && strcmp(plain, rs->lists[i].name) == 0)
                list = (int)i;
        }
        if (list < 0) {
            const char *near = plain ? rgs_nearest(plain, names) : NULL;
            if (!plain)
                rgs_diag_error(src->diag, at, "expected list.NAME or home_origins, found '%s'",
                               name);
            else if (near)
                rgs_diag_error(src->diag, at, "no list '%s'; did you mean 'list.%s'?", plain, near);
            else
                rgs_diag_error(src->diag, at, "no list '%s'", plain);
            return -1;
        }
    }
    for (unsigned i = 0; i < rs->n_sets; i++) {
        if (rs->set_key[i].list == list && rs->set_key[i].field == field)
            return i;
    }
    if (rs->n_sets == sizeof(rs->sets) / sizeof(rs->sets[0])) {
        rgs_diag_error(src->diag, at, "too many different uses of lists");
        return -1;
    }
    uint32_t n = list < 0 ? rs->n_home : rs->lists[list].n;
    uint64_t *v = rgs_new(rs->alloc, (n + 1) * sizeof(*v));
    if (!v) {
        rgs_diag_error(src->diag, at, "out of memory");
        return -1;
    }
    bool ok = set_fill(src, type, field, list, v, &n);
    unsigned i = rs->n_sets++;
    rs->set_key[i].list = (int16_t)list;
    rs->set_key[i].field = (uint8_t)field;
    rs->set_values[i] = v;
    rs->sets[i] = (struct rgs_set){v, n};
    return ok ? (long)i : -1;
}

static bool same(const struct rgs_expr *a, const struct rgs_expr *b)
{
    if (a->n != b->n)
        return false;
    for (unsigned i = 0; i < a->n; i++) {
        const struct rgs_expr_op *x = &a->ops[i], *y = &b->ops[i];
        if (x->code != y->code || x->cmp != y->cmp || x->field != y->field ||
            x->other != y->other || x->set != y->set || x->value != y->value)
            return false;
    }
    return true;
}

static long set_of(void *ctx, enum rgs_obs_type type, unsigned field, const char *name,
                   struct rgs_mark at)
{
    return rgs_rules_set(ctx, type, field, name, at);
}

int16_t rgs_rules_condition(struct rgs_rules_source *src, const char *text, size_t n,
                            struct rgs_mark at)
{
    struct rgs_ruleset *rs = src->rs;
    const struct rgs_expr_env env = {src, word, set_of, src->diag};

    if (rs->n_conditions == RGS_RS_CONDITIONS) {
        rgs_diag_error(src->diag, at, "more than %d different conditions", RGS_RS_CONDITIONS);
        return -1;
    }
    struct rgs_expr *x = &rs->conditions[rs->n_conditions];
    if (!rgs_expr_parse(x, text, n, at, &env))
        return -1;
    for (unsigned i = 0; i < rs->n_conditions; i++) {
        if (same(x, &rs->conditions[i]))
            return (int16_t)i;
    }
    return (int16_t)rs->n_conditions++;
}
