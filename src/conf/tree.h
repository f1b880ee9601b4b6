/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of YAML and of JSON build: nodes in memory of their own, and their limits. */
#ifndef RGS_CONF_TREE_H
#define RGS_CONF_TREE_H

#include "conf/yaml.h"

enum {
    RGS_TREE_DEPTH = 24,     /* rules need 6 */
    RGS_TREE_NODES = 400000, /* the full service catalogue has some ten thousand */
};

struct rgs_tree_chunk;

struct rgs_yaml {
    const struct rgs_alloc *alloc;
    const struct rgs_conf_file *file;
    struct rgs_diag *diag;
    struct rgs_tree_chunk *chunks;
    struct rgs_yaml_node *root;
    unsigned nodes;
    struct rgs_yaml_node **open; /* items of the lists and maps whose end is still to come */
    size_t n_open, cap_open;
};

/* NULL when memory is short, which is in diag. */
struct rgs_yaml *rgs_tree_new(const struct rgs_conf_file *file, struct rgs_diag *diag,
                              const struct rgs_alloc *alloc);
/* Frees all nodes and their texts. */
void rgs_tree_forget(struct rgs_yaml *y);
/* n bytes that live as long as the nodes. */
void *rgs_tree_take(struct rgs_yaml *y, size_t n);

/* What follows gives NULL or false after an error, or when memory is short, which is in no diag. */
struct rgs_yaml_node *rgs_tree_node(struct rgs_yaml *y, enum rgs_yaml_kind kind, struct rgs_mark at,
                                    unsigned depth);
/* Makes n the scalar with this text, which was taken, with a NUL behind it. */
bool rgs_tree_text(struct rgs_yaml *y, struct rgs_yaml_node *n, const char *s, size_t length);
/* One more item of the list or map that was opened last: of maps, keys and values in turn. */
bool rgs_tree_add(struct rgs_yaml *y, struct rgs_yaml_node *item);
/* Gives n all items that were added since n_open was `since`. */
bool rgs_tree_close(struct rgs_yaml *y, struct rgs_yaml_node *n, size_t since);
/* The tree with this root, which may be NULL; NULL, and nothing left of it, when diag has had an
 * error since it had so many. */
struct rgs_yaml *rgs_tree_done(struct rgs_yaml *y, struct rgs_yaml_node *root, unsigned errors);

#endif
