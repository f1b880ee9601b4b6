/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/result_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/load.h"
#include "conf/json_tree.h"
#include "sink/report.h"
#include "store/grown.h"

enum { MAX_FILE = 1 << 30, PIECE = 64 * 1024 };

struct piece {
    struct piece *next;
    size_t used, cap;
    max_align_t data[];
};

/* What is read is copied, since the tree of a line goes before the next one is read. */
struct rgs_result_file {
    struct rgs_diag diag;
    struct piece *pieces;
    struct rgs_result_reseller *resellers;
    struct rgs_result_alert *alerts;
    size_t resellers_cap, alerts_cap;
    bool listed[2]; /* resellers, alerts */
    struct rgs_result result;
};

static void short_of_memory(struct rgs_result_file *f)
{
    rgs_diag_error(&f->diag, (struct rgs_mark){0}, "out of memory");
}

/* NULL when memory is short, which is an error then. */
static void *take(struct rgs_result_file *f, size_t n, size_t size)
{
    size_t all = (n * size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);

    if (!f->pieces || f->pieces->cap - f->pieces->used < all) {
        size_t cap = all > PIECE ? all : PIECE;
        struct piece *p = malloc(sizeof(*p) + cap);
        if (!p) {
            short_of_memory(f);
            return NULL;
        }
        *p = (struct piece){f->pieces, 0, cap};
        f->pieces = p;
    }
    void *at = (char *)f->pieces->data + f->pieces->used;
    f->pieces->used += all;
    return memset(at, 0, all);
}

static const char *copy(struct rgs_result_file *f, const char *s)
{
    size_t n = strlen(s) + 1;
    char *out = take(f, n, 1);
    return out ? memcpy(out, s, n) : "";
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

    return !is_null(x) && rgs_yaml_str(x, &s, &f->diag) ? copy(f, s) : NULL;
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
        out[i] = l->item[i]->kind == RGS_YAML_SCALAR ? copy(f, l->item[i]->s) : "";
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

static void alert(struct rgs_result_file *f, struct rgs_yaml_node *n, struct rgs_result_alert *a)
{
    a->ts = when(f, n, "ts", NULL);
    a->id = needed(f, n, "id");
    a->raised_as = string(f, n, "raised_as");
    a->typology = needed(f, n, "typology");
    a->score = number(f, n, "score");
    a->level = status(f, n, "level");
    a->rules = strings(f, n, "rules", &a->n_rules);
}

/* ---- lines and alerts, one by one -------------------------------------------------------------
 */

/* Room for one more; NULL when memory is short, which is an error then. */
static void *room(struct rgs_result_file *f, void *all, size_t n, size_t *cap, size_t size)
{
    void *more = rgs_grown(all, n, cap, size);
    if (!more)
        short_of_memory(f);
    return more;
}

static bool add_reseller(struct rgs_result_file *f, struct rgs_yaml_node *n)
{
    struct rgs_result *r = &f->result;
    unsigned errors = f->diag.errors;
    struct rgs_result_reseller *all =
        room(f, f->resellers, r->n_resellers, &f->resellers_cap, sizeof(*all));

    if (!all)
        return false;
    r->resellers = f->resellers = all;
    all[r->n_resellers] = (struct rgs_result_reseller){0};
    reseller(f, n, &all[r->n_resellers]);
    r->n_resellers += f->diag.errors == errors;
    return f->diag.errors == errors;
}

static bool add_alert(struct rgs_result_file *f, struct rgs_yaml_node *n)
{
    struct rgs_result *r = &f->result;
    unsigned errors = f->diag.errors;
    struct rgs_result_alert *all = room(f, f->alerts, r->n_alerts, &f->alerts_cap, sizeof(*all));

    if (!all)
        return false;
    r->alerts = f->alerts = all;
    all[r->n_alerts] = (struct rgs_result_alert){0};
    alert(f, n, &all[r->n_alerts]);
    r->n_alerts += f->diag.errors == errors;
    return f->diag.errors == errors;
}

struct rgs_result_file *rgs_result_new(void)
{
    struct rgs_result_file *f = calloc(1, sizeof(*f));
    if (f)
        rgs_diag_init(&f->diag, &rgs_alloc_libc);
    return f;
}

static bool add_alone(struct rgs_result_file *f, struct rgs_bytes json,
                      bool add(struct rgs_result_file *f, struct rgs_yaml_node *n))
{
    const struct rgs_conf_file file = {"site", json};
    struct rgs_yaml *tree = rgs_json_tree(&file, &f->diag, &rgs_alloc_libc);
    bool ok = tree && add(f, rgs_yaml_root(tree));

    rgs_yaml_del(tree);
    rgs_diag_fini(&f->diag);
    return ok;
}

bool rgs_result_add_reseller(struct rgs_result_file *f, struct rgs_bytes json)
{
    return add_alone(f, json, add_reseller);
}

bool rgs_result_add_alert(struct rgs_result_file *f, struct rgs_bytes json)
{
    return add_alone(f, json, add_alert);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

static const char *const lists[] = {"resellers", "alerts"};

/* The first line that cannot be read is the last one that is looked at. */
static bool take_item(void *ctx, const char *key, struct rgs_yaml_node *item)
{
    struct rgs_result_file *f = ctx;
    unsigned k = strcmp(key, lists[0]) != 0;

    if (k && strcmp(key, lists[1]) != 0)
        return true;
    if (item)
        return k ? add_alert(f, item) : add_reseller(f, item);
    bool twice = f->listed[k];
    if (twice)
        rgs_diag_error(&f->diag, (struct rgs_mark){0}, "'%s' stands twice", key);
    f->listed[k] = true;
    return !twice;
}

struct rgs_result_file *rgs_result_parse(const char *name, struct rgs_bytes text, bool quiet)
{
    const struct rgs_conf_file file = {name, text};
    struct rgs_result_file *f = rgs_result_new();

    if (!f)
        return NULL;
    bool ok = rgs_json_tree_items(&file, &f->diag, &rgs_alloc_libc, take_item, f);
    for (unsigned k = 0; ok && k < 2; k++) {
        if (!f->listed[k])
            rgs_diag_error(&f->diag, (struct rgs_mark){.file = &file},
                           "no list of '%s': this is no result of analyze", lists[k]);
    }
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
    uint8_t *text = rgs_read_file_upto(path, MAX_FILE, &n, err, sizeof(err));

    if (!text) {
        rgs_say("%s", err);
        return NULL;
    }
    struct rgs_result_file *f = rgs_result_parse(path, rgs_bytes(text, n), false);
    free(text);
    return f;
}

void rgs_result_close(struct rgs_result_file *f)
{
    if (!f)
        return;
    for (struct piece *p = f->pieces, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    rgs_diag_fini(&f->diag);
    free(f->resellers);
    free(f->alerts);
    free(f);
}

const struct rgs_result *rgs_result_of(const struct rgs_result_file *f)
{
    return &f->result;
}
