/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON (RFC 8259) as the nodes of conf/yaml.h, with their places: for what programs write, which is
 * read in one go, or item by item where it may be long. Texts are the quoted scalars. Depth and the
 * number of values are capped as in YAML.
 */
#ifndef RGS_CONF_JSON_TREE_H
#define RGS_CONF_JSON_TREE_H

#include "conf/yaml.h"

/* As rgs_yaml_new(); it always has a root. */
struct rgs_yaml *rgs_json_tree(const struct rgs_conf_file *file, struct rgs_diag *diag,
                               const struct rgs_alloc *alloc);

enum { RGS_JSON_TREE_KEY = 32 };

/*
 * Takes what stands in a list directly below the root: NULL where the list begins, then each item,
 * [borrow] during the call. The list's key is cut to RGS_JSON_TREE_KEY - 1 bytes. False: stop.
 */
typedef bool rgs_json_tree_fn(void *ctx, const char *key, struct rgs_yaml_node *item);
/* Of an object only one such item, or other member, is in memory at a time; what is no object has
 * no lists. False after an error, which is in diag, and when it was stopped. */
bool rgs_json_tree_items(const struct rgs_conf_file *file, struct rgs_diag *diag,
                         const struct rgs_alloc *alloc, rgs_json_tree_fn *take, void *ctx);

#endif
