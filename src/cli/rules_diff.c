/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The difference of two folders of rules as an analyst reads it: by aggregate, rule, typology and
 * service, each member old and new. It compares what is written, so comments, layout and the files
 * that things stand in do not count.
 */
#include "cli/rules_diff.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/load.h"
#include "cli/pack.h"
#include "conf/yaml.h"

enum { MAX_THINGS = 8192, MAX_PATH = 256 };

struct thing {
    const char *kind; /* "rule" */
    const char *name; /* "U01" */
    struct rgs_yaml_node *node;
};

struct side {
    struct rgs_file_set files;
    struct rgs_yaml **trees;
    size_t n_trees;
    struct thing *things;
    size_t n;
};

static void add(struct side *s, const char *kind, const char *name, struct rgs_yaml_node *node)
{
    if (name && s->n < MAX_THINGS)
        s->things[s->n++] = (struct thing){kind, name, node};
}

static const char *text_of(struct rgs_yaml_node *n)
{
    return n && n->kind == RGS_YAML_SCALAR ? n->s : NULL;
}

static void add_named(struct side *s, const char *kind, struct rgs_yaml_node *map)
{
    for (size_t i = 0; map && map->kind == RGS_YAML_MAP && i < map->n; i++)
        add(s, kind, text_of(map->key[i]), map->item[i]);
}

static void add_listed(struct side *s, const char *kind, struct rgs_yaml_node *list)
{
    for (size_t i = 0; list && list->kind == RGS_YAML_LIST && i < list->n; i++)
        add(s, kind, text_of(rgs_yaml_get(list->item[i], "id")), list->item[i]);
}

static void collect(struct side *s, struct rgs_yaml_node *root)
{
    if (!root || root->kind != RGS_YAML_MAP)
        return;
    if (text_of(rgs_yaml_get(root, "id"))) {
        add(s, "service", text_of(rgs_yaml_get(root, "id")), root);
        return;
    }
    for (size_t i = 0; i < root->n; i++) {
        const char *key = root->key[i]->s;
        struct rgs_yaml_node *item = root->item[i];
        if (strcmp(key, "rules") == 0)
            add_listed(s, "rule", item);
        else if (strcmp(key, "aggregates") == 0)
            add_named(s, "aggregate", item);
        else if (strcmp(key, "typologies") == 0)
            add_named(s, "typology", item);
        else if (strcmp(key, "lists") == 0)
            add_named(s, "list", item);
        else if (strcmp(key, "words") == 0)
            add_named(s, "words", item);
        else if (strcmp(key, "cases") != 0 && strcmp(key, "tests") != 0)
            add(s, "setting", key, item);
    }
}

static int by_kind_and_name(const void *a, const void *b)
{
    const struct thing *x = a, *y = b;
    int d = strcmp(x->kind, y->kind);
    return d ? d : strcmp(x->name, y->name);
}

static void close_side(struct side *s)
{
    for (size_t i = 0; i < s->n_trees; i++)
        rgs_yaml_del(s->trees[i]);
    free(s->trees);
    free(s->things);
    rgs_file_set_fini(&s->files);
}

static bool open_side(struct side *s, const struct rgs_args *args, const char *dir)
{
    char err[512] = "";
    struct rgs_diag diag;

    *s = (struct side){0};
    if (rgs_file_set_add(&s->files, dir, true, err, sizeof(err)) < 0) {
        rgs_failed(args, "%s", err);
        return false;
    }
    s->trees = calloc(s->files.n + 1, sizeof(struct rgs_yaml *));
    s->things = calloc(MAX_THINGS, sizeof(*s->things));
    if (!s->trees || !s->things) {
        rgs_failed(args, "out of memory");
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    for (size_t i = 0; i < s->files.n; i++) {
        struct rgs_yaml *y = rgs_yaml_new(&s->files.file[i], &diag, &rgs_alloc_libc);
        if (!y)
            continue;
        s->trees[s->n_trees++] = y;
        collect(s, rgs_yaml_root(y));
    }
    if (diag.text)
        fputs(diag.text, stderr);
    bool ok = diag.errors == 0;
    rgs_diag_fini(&diag);
    qsort(s->things, s->n, sizeof(*s->things), by_kind_and_name);
    return ok;
}

/* ---- one thing against the other --------------------------------------------------------------
 */

/* On one line, as YAML's flow form. */
static void flow(FILE *f, const struct rgs_yaml_node *n)
{
    if (n->kind == RGS_YAML_SCALAR) {
        fputs(n->s, f);
        return;
    }
    fputc(n->kind == RGS_YAML_MAP ? '{' : '[', f);
    for (size_t i = 0; i < n->n; i++) {
        fputs(i ? ", " : "", f);
        if (n->kind == RGS_YAML_MAP)
            fprintf(f, "%s: ", n->key[i]->s);
        flow(f, n->item[i]);
    }
    fputc(n->kind == RGS_YAML_MAP ? '}' : ']', f);
}

static char *flow_text(const struct rgs_yaml_node *n)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    if (!f)
        return NULL;
    flow(f, n);
    fclose(f);
    return text;
}

static void print_value(const struct rgs_yaml_node *n)
{
    char *text = n ? flow_text(n) : NULL;
    printf("%s", text ? text : "(none)");
    free(text);
}

static bool same(const struct rgs_yaml_node *a, const struct rgs_yaml_node *b)
{
    if (!a || !b || a->kind != b->kind || a->n != b->n)
        return false;
    if (a->kind == RGS_YAML_SCALAR)
        return strcmp(a->s, b->s) == 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct rgs_yaml_node *other = b->item[i];
        if (a->kind == RGS_YAML_MAP) {
            other = NULL;
            for (size_t k = 0; k < b->n && !other; k++)
                other = strcmp(a->key[i]->s, b->key[k]->s) == 0 ? b->item[k] : NULL;
        }
        if (!same(a->item[i], other))
            return false;
    }
    return true;
}

static void changed(const struct rgs_yaml_node *a, const struct rgs_yaml_node *b, const char *path);

static void changed_keys(struct rgs_yaml_node *a, struct rgs_yaml_node *b, const char *path)
{
    char inner[MAX_PATH];
    const char *dot = *path ? "." : "";

    for (size_t i = 0; i < a->n; i++) {
        snprintf(inner, sizeof(inner), "%s%s%s", path, dot, a->key[i]->s);
        changed(a->item[i], rgs_yaml_get(b, a->key[i]->s), inner);
    }
    for (size_t i = 0; i < b->n; i++) {
        if (rgs_yaml_get(a, b->key[i]->s))
            continue;
        snprintf(inner, sizeof(inner), "%s%s%s", path, dot, b->key[i]->s);
        changed(NULL, b->item[i], inner);
    }
}

/* Lists of the same length are compared item by item (bands); others by what came and what went. */
static void changed_items(const struct rgs_yaml_node *a, const struct rgs_yaml_node *b,
                          const char *path)
{
    char inner[MAX_PATH];

    if (a->n == b->n && a->n && a->item[0]->kind == RGS_YAML_MAP) {
        for (size_t i = 0; i < a->n; i++) {
            snprintf(inner, sizeof(inner), "%s[%zu]", path, i + 1);
            changed(a->item[i], b->item[i], inner);
        }
        return;
    }
    for (unsigned side = 0; side < 2; side++) {
        const struct rgs_yaml_node *from = side ? b : a, *to = side ? a : b;
        for (size_t i = 0; i < from->n; i++) {
            bool there = false;
            for (size_t k = 0; k < to->n && !there; k++)
                there = same(from->item[i], to->item[k]);
            if (there)
                continue;
            printf("      %s: %s ", path, side ? "added" : "removed");
            print_value(from->item[i]);
            putchar('\n');
        }
    }
}

static void changed(const struct rgs_yaml_node *a, const struct rgs_yaml_node *b, const char *path)
{
    if (a && b && same(a, b))
        return;
    if (a && b && a->kind == RGS_YAML_MAP && b->kind == RGS_YAML_MAP) {
        /* rgs_yaml_get() only marks what it found, which nothing looks at here */
        changed_keys((struct rgs_yaml_node *)(uintptr_t)a, (struct rgs_yaml_node *)(uintptr_t)b,
                     path);
        return;
    }
    if (a && b && a->kind == RGS_YAML_LIST && b->kind == RGS_YAML_LIST) {
        changed_items(a, b, path);
        return;
    }
    printf("      %s%s", path, *path ? ": " : "");
    print_value(a);
    fputs(" → ", stdout);
    print_value(b);
    putchar('\n');
}

/* Members of what does not fit a few lines, each on its own. */
static void print_members(const struct rgs_yaml_node *n)
{
    for (size_t i = 0; n->kind == RGS_YAML_MAP && i < n->n; i++) {
        printf("      %s: ", n->key[i]->s);
        print_value(n->item[i]);
        putchar('\n');
    }
}

static void brief(const struct thing *t, char sign)
{
    enum { FEW_LINES = 400 };
    char *text = flow_text(t->node);
    bool fits = text && strlen(text) < FEW_LINES;

    printf("  %c %s %s", sign, t->kind, t->name);
    if (fits)
        printf("  %s", text);
    putchar('\n');
    if (!fits)
        print_members(t->node);
    free(text);
}

static void compare(const struct side *a, const struct side *b, unsigned count[3])
{
    size_t i = 0, k = 0;

    while (i < a->n || k < b->n) {
        int d = i == a->n ? 1 : k == b->n ? -1 : by_kind_and_name(&a->things[i], &b->things[k]);
        if (d < 0) {
            brief(&a->things[i++], '-');
            count[1]++;
        } else if (d > 0) {
            brief(&b->things[k++], '+');
            count[0]++;
        } else {
            if (!same(a->things[i].node, b->things[k].node)) {
                printf("  ~ %s %s\n", a->things[i].kind, a->things[i].name);
                changed(a->things[i].node, b->things[k].node, "");
                count[2]++;
            }
            i++, k++;
        }
    }
}

int rgs_rules_diff(const struct rgs_args *args, const char *a, const char *b)
{
    struct side left = {0}, right = {0};
    unsigned count[3] = {0};
    int status = RGS_EXIT_FAILED;

    bool ok = open_side(&left, args, a);
    ok = open_side(&right, args, b) && ok;
    if (ok) {
        compare(&left, &right, count);
        printf("%u added, %u removed, %u changed\n", count[0], count[1], count[2]);
        status = RGS_EXIT_OK;
    }
    close_side(&left);
    close_side(&right);
    return status;
}
