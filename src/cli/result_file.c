/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/result_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/load.h"
#include "conf/yaml.h"
#include "sink/report.h"

struct piece {
    struct piece *next;
    max_align_t data[];
};

struct rgs_result_file {
    struct rgs_conf_file file;
    struct rgs_yaml *yaml;
    struct rgs_diag diag;
    struct piece *pieces;
    struct rgs_result result;
};

static void *take(struct rgs_result_file *f, size_t n, size_t size)
{
    struct piece *p = calloc(1, sizeof(*p) + (n + 1) * size);
    if (!p)
        return NULL;
    p->next = f->pieces;
    f->pieces = p;
    return p->data;
}

/* The list under key; NULL with *n 0 when there is none. */
static struct rgs_yaml_node *list(struct rgs_result_file *f, struct rgs_yaml_node *n,
                                  const char *key, size_t *count)
{
    struct rgs_yaml_node *l = rgs_yaml_get(n, key);

    *count = 0;
    if (!l || l->kind != RGS_YAML_LIST) {
        rgs_diag_error(&f->diag, n->at, "no list of '%s': this is no result of analyze", key);
        return NULL;
    }
    *count = l->n;
    return l;
}

static bool is_null(const struct rgs_yaml_node *n)
{
    return !n || (n->kind == RGS_YAML_SCALAR && !n->quoted && strcmp(n->s, "null") == 0);
}

static const char *string(struct rgs_result_file *f, struct rgs_yaml_node *n, const char *key)
{
    struct rgs_yaml_node *x = rgs_yaml_get(n, key);
    const char *s = NULL;

    if (!is_null(x))
        rgs_yaml_str(x, &s, &f->diag);
    return s;
}

static const char *needed(struct rgs_result_file *f, struct rgs_yaml_node *n, const char *key)
{
    const char *s = string(f, n, key);
    if (!s)
        rgs_diag_error(&f->diag, n->at, "no '%s': this is no result of analyze", key);
    return s ? s : "";
}

static double number(struct rgs_result_file *f, struct rgs_yaml_node *n, const char *key)
{
    struct rgs_yaml_node *x = rgs_yaml_get(n, key);
    double v = 0;

    if (!is_null(x))
        rgs_yaml_num(x, -1e18, 1e18, &v, &f->diag);
    return v;
}

static uint64_t count(struct rgs_result_file *f, struct rgs_yaml_node *n, const char *key)
{
    double v = number(f, n, key);
    return v > 0 ? (uint64_t)v : 0;
}

static int64_t when(struct rgs_result_file *f, struct rgs_yaml_node *n, const char *key,
                    bool *known)
{
    struct rgs_yaml_node *x = rgs_yaml_get(n, key);
    int64_t ts = 0;
    bool there = !is_null(x) && rgs_yaml_time(x, &ts, &f->diag);

    if (known)
        *known = there;
    return ts;
}

static enum rgs_status status(struct rgs_result_file *f, struct rgs_yaml_node *n, const char *key)
{
    const char *word = needed(f, n, key);

    for (unsigned s = RGS_STATUS_INSUFFICIENT; s <= RGS_STATUS_ALERT; s++) {
        if (strcmp(word, rgs_status_word((enum rgs_status)s)) == 0)
            return (enum rgs_status)s;
    }
    rgs_diag_error(&f->diag, n->at, "unknown status '%s'", word);
    return RGS_STATUS_INSUFFICIENT;
}

static const char *const *strings(struct rgs_result_file *f, struct rgs_yaml_node *n,
                                  const char *key, size_t *count_out)
{
    struct rgs_yaml_node *l = list(f, n, key, count_out);
    const char **out = l ? take(f, l->n, sizeof(*out)) : NULL;

    if (!out)
        *count_out = 0;
    for (size_t i = 0; i < *count_out; i++)
        out[i] = l->item[i]->kind == RGS_YAML_SCALAR ? l->item[i]->s : "";
    return out;
}

static const struct rgs_result_count *shares(struct rgs_result_file *f, struct rgs_yaml_node *n,
                                             const char *key, const char *name, size_t *count_out)
{
    struct rgs_yaml_node *l = list(f, n, key, count_out);
    struct rgs_result_count *out = l ? take(f, l->n, sizeof(*out)) : NULL;

    if (!out)
        *count_out = 0;
    for (size_t i = 0; i < *count_out; i++)
        out[i] = (struct rgs_result_count){.id = needed(f, l->item[i], name),
                                           .count = count(f, l->item[i], "count"),
                                           .share = number(f, l->item[i], "share")};
    return out;
}

static void typology(struct rgs_result_file *f, struct rgs_yaml_node *n,
                     struct rgs_result_typology *t)
{
    t->id = needed(f, n, "id");
    t->title = string(f, n, "title");
    t->score = number(f, n, "score");
    struct rgs_yaml_node *l = list(f, n, "rules", &t->n_rules);
    struct rgs_result_rule *rules = l ? take(f, l->n, sizeof(*rules)) : NULL;
    if (!rules)
        t->n_rules = 0;
    for (size_t i = 0; i < t->n_rules; i++) {
        struct rgs_yaml_node *u = l->item[i];
        rules[i] = (struct rgs_result_rule){.id = needed(f, u, "id"),
                                            .rev = (unsigned)count(f, u, "rev"),
                                            .family = needed(f, u, "family"),
                                            .value = number(f, u, "value"),
                                            .weight = number(f, u, "weight"),
                                            .why = needed(f, u, "why"),
                                            .shadow = number(f, u, "shadow")};
    }
    t->rules = rules;
}

static void reseller(struct rgs_result_file *f, struct rgs_yaml_node *n,
                     struct rgs_result_reseller *x)
{
    x->id = needed(f, n, "id");
    x->name = string(f, n, "name");
    x->parent = string(f, n, "parent");
    x->score = number(f, n, "score");
    x->status = status(f, n, "status");
    x->alert_ts = when(f, n, "alert_ts", &x->alerted);
    x->numbers = count(f, n, "numbers");
    x->verifications = count(f, n, "verifications");
    x->first_ts = when(f, n, "first_ts", NULL);
    x->last_ts = when(f, n, "last_ts", NULL);
    x->services = shares(f, n, "services", "id", &x->n_services);
    x->origins = shares(f, n, "origins", "country", &x->n_origins);
    x->counterfactual = strings(f, n, "counterfactual", &x->n_counterfactual);
    struct rgs_yaml_node *l = list(f, n, "typologies", &x->n_typologies);
    struct rgs_result_typology *t = l ? take(f, l->n, sizeof(*t)) : NULL;
    if (!t)
        x->n_typologies = 0;
    for (size_t i = 0; i < x->n_typologies; i++)
        typology(f, l->item[i], &t[i]);
    x->typologies = t;
}

static void read_result(struct rgs_result_file *f, struct rgs_yaml_node *root)
{
    struct rgs_result *r = &f->result;
    struct rgs_yaml_node *l = list(f, root, "resellers", &r->n_resellers);
    struct rgs_result_reseller *x = l ? take(f, l->n, sizeof(*x)) : NULL;

    if (!x)
        r->n_resellers = 0;
    for (size_t i = 0; i < r->n_resellers; i++)
        reseller(f, l->item[i], &x[i]);
    r->resellers = x;
    l = list(f, root, "alerts", &r->n_alerts);
    struct rgs_result_alert *a = l ? take(f, l->n, sizeof(*a)) : NULL;
    if (!a)
        r->n_alerts = 0;
    for (size_t i = 0; i < r->n_alerts; i++) {
        a[i] = (struct rgs_result_alert){.ts = when(f, l->item[i], "ts", NULL),
                                         .id = needed(f, l->item[i], "id"),
                                         .raised_as = string(f, l->item[i], "raised_as"),
                                         .typology = needed(f, l->item[i], "typology"),
                                         .score = number(f, l->item[i], "score"),
                                         .level = status(f, l->item[i], "level")};
        a[i].rules = strings(f, l->item[i], "rules", &a[i].n_rules);
    }
    r->alerts = a;
}

struct rgs_result_file *rgs_result_parse(const char *name, char *text, size_t n, bool quiet)
{
    struct rgs_result_file *f = calloc(1, sizeof(*f));

    if (!f) {
        free(text);
        return NULL;
    }
    rgs_diag_init(&f->diag, &rgs_alloc_libc);
    f->file = (struct rgs_conf_file){name, rgs_bytes(text, n)};
    f->yaml = rgs_yaml_new(&f->file, &f->diag, &rgs_alloc_libc);
    struct rgs_yaml_node *root = f->yaml ? rgs_yaml_root(f->yaml) : NULL;
    if (root && root->kind == RGS_YAML_MAP)
        read_result(f, root);
    else if (!f->diag.errors)
        rgs_diag_error(&f->diag, (struct rgs_mark){.file = &f->file},
                       "this is no result of analyze");
    if (f->diag.text && !quiet)
        fputs(f->diag.text, stderr);
    if (f->diag.errors) {
        rgs_result_close(f);
        return NULL;
    }
    return f;
}

struct rgs_result_file *rgs_result_open(const char *path)
{
    char err[512];
    size_t n;
    uint8_t *text = rgs_read_file(path, &n, err, sizeof(err));

    if (!text) {
        rgs_say("%s", err);
        return NULL;
    }
    return rgs_result_parse(path, (char *)text, n, false);
}

void rgs_result_close(struct rgs_result_file *f)
{
    if (!f)
        return;
    for (struct piece *p = f->pieces, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    rgs_yaml_del(f->yaml);
    rgs_diag_fini(&f->diag);
    free((void *)(uintptr_t)f->file.text.p);
    free(f);
}

const struct rgs_result *rgs_result_of(const struct rgs_result_file *f)
{
    return &f->result;
}
