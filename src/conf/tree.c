/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/tree.h"

#include <stdlib.h>

enum {
    CHUNK = 2048, /* the first one; each further one is twice as large, up to: */
    MAX_CHUNK = 64 * 1024,
    FEW_KEYS = 16, /* are compared each with each */
};

struct rgs_tree_chunk {
    struct rgs_tree_chunk *next;
    size_t used, cap;
};

struct rgs_yaml *rgs_tree_new(const struct rgs_conf_file *file, struct rgs_diag *diag,
                              const struct rgs_alloc *alloc)
{
    struct rgs_yaml *y = rgs_new(alloc, sizeof(*y));

    if (y)
        *y = (struct rgs_yaml){.alloc = alloc, .file = file, .diag = diag};
    else
        rgs_diag_error(diag, (struct rgs_mark){.file = file}, "out of memory");
    return y;
}

void rgs_tree_forget(struct rgs_yaml *y)
{
    while (y->chunks) {
        struct rgs_tree_chunk *next = y->chunks->next;
        rgs_free(y->alloc, y->chunks);
        y->chunks = next;
    }
    y->nodes = 0;
}

void rgs_yaml_del(struct rgs_yaml *y)
{
    if (!y)
        return;
    rgs_tree_forget(y);
    rgs_free(y->alloc, y->open);
    rgs_free(y->alloc, y);
}

void *rgs_tree_take(struct rgs_yaml *y, size_t n)
{
    n = (n + 15u) & ~(size_t)15u;
    if (!y->chunks || y->chunks->cap - y->chunks->used < n) {
        size_t cap = !y->chunks                       ? CHUNK
                     : y->chunks->cap * 2 < MAX_CHUNK ? y->chunks->cap * 2
                                                      : MAX_CHUNK;
        cap = n > cap ? n : cap;
        struct rgs_tree_chunk *c = rgs_new(y->alloc, sizeof(*c) + 16 + cap);
        if (!c)
            return NULL;
        c->cap = cap;
        c->next = y->chunks;
        y->chunks = c;
    }
    uintptr_t base = ((uintptr_t)(y->chunks + 1) + 15u) & ~(uintptr_t)15u;
    void *p = (uint8_t *)base + y->chunks->used; /* NOLINT: aligned on purpose */
    y->chunks->used += n;
    return p;
}

struct rgs_yaml_node *rgs_tree_node(struct rgs_yaml *y, enum rgs_yaml_kind kind, struct rgs_mark at,
                                    unsigned depth)
{
    if (depth > RGS_TREE_DEPTH || ++y->nodes > RGS_TREE_NODES) {
        rgs_diag_error(y->diag, at,
                       depth > RGS_TREE_DEPTH ? "nested too deeply" : "too many values");
        return NULL;
    }
    struct rgs_yaml_node *n = rgs_tree_take(y, sizeof(*n));
    if (n)
        *n = (struct rgs_yaml_node){.kind = kind, .at = at};
    return n;
}

bool rgs_tree_text(struct rgs_yaml *y, struct rgs_yaml_node *n, const char *s, size_t length)
{
    n->s = s;
    n->n = length;
    if (strlen(s) == length)
        return true;
    rgs_diag_error(y->diag, n->at, "a NUL byte inside a value");
    return false;
}

bool rgs_tree_add(struct rgs_yaml *y, struct rgs_yaml_node *item)
{
    if (y->n_open == y->cap_open) {
        size_t cap = y->cap_open ? y->cap_open * 2 : 64;
        struct rgs_yaml_node **open = rgs_new(y->alloc, cap * sizeof(struct rgs_yaml_node *));
        if (!open)
            return false;
        if (y->n_open)
            memcpy(open, y->open, y->n_open * sizeof(struct rgs_yaml_node *));
        rgs_free(y->alloc, y->open);
        y->open = open;
        y->cap_open = cap;
    }
    y->open[y->n_open++] = item;
    return true;
}

static bool before(const struct rgs_yaml_node *a, const struct rgs_yaml_node *b)
{
    return a->at.line != b->at.line ? a->at.line < b->at.line : a->at.col < b->at.col;
}

static int by_word(const void *a, const void *b)
{
    const struct rgs_yaml_node *x = *(struct rgs_yaml_node *const *)a;
    const struct rgs_yaml_node *z = *(struct rgs_yaml_node *const *)b;
    int d = strcmp(x->s, z->s);
    return d ? d : before(z, x) - before(x, z);
}

/* The first key that stands in the map before, or NULL. */
static const struct rgs_yaml_node *twice_of_few(const struct rgs_yaml_node *n)
{
    for (size_t i = 1; i < n->n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(n->key[i]->s, n->key[j]->s) == 0)
                return n->key[i];
        }
    }
    return NULL;
}

static const struct rgs_yaml_node *twice_of_many(struct rgs_yaml_node **sorted, size_t n)
{
    const struct rgs_yaml_node *first = NULL;

    qsort(sorted, n, sizeof(struct rgs_yaml_node *), by_word);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(sorted[i - 1]->s, sorted[i]->s) == 0 && (!first || before(sorted[i], first)))
            first = sorted[i];
    }
    return first;
}

static bool check_keys(struct rgs_yaml *y, const struct rgs_yaml_node *n)
{
    const struct rgs_yaml_node *twice;

    if (n->n <= FEW_KEYS) {
        twice = twice_of_few(n);
    } else {
        struct rgs_yaml_node **sorted = rgs_tree_take(y, n->n * sizeof(struct rgs_yaml_node *));
        if (!sorted)
            return false;
        memcpy(sorted, n->key, n->n * sizeof(struct rgs_yaml_node *));
        twice = twice_of_many(sorted, n->n);
    }
    if (twice)
        rgs_diag_error(y->diag, twice->at, "'%s' stands twice here", twice->s);
    return !twice;
}

bool rgs_tree_close(struct rgs_yaml *y, struct rgs_yaml_node *n, size_t since)
{
    bool map = n->kind == RGS_YAML_MAP;
    size_t from = since;

    n->n = (y->n_open - since) / (map ? 2 : 1);
    n->key = map ? rgs_tree_take(y, (n->n + 1) * sizeof(struct rgs_yaml_node *)) : NULL;
    n->item = rgs_tree_take(y, (n->n + 1) * sizeof(struct rgs_yaml_node *));
    if (!n->item || (map && !n->key))
        return false;
    for (size_t i = 0; i < n->n; i++) {
        if (map)
            n->key[i] = y->open[from++];
        n->item[i] = y->open[from++];
    }
    y->n_open = since;
    return !map || check_keys(y, n);
}

struct rgs_yaml *rgs_tree_done(struct rgs_yaml *y, struct rgs_yaml_node *root, unsigned errors)
{
    y->root = root;
    if (y->diag->errors == errors)
        return y;
    rgs_yaml_del(y);
    return NULL;
}
