/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML document as a tree of nodes with their places, on libyaml. One reader for rules, services,
 * scenarios and configuration. No tags, no aliases across documents; depth, size, anchors and
 * directives are capped, so that no text takes longer than its length allows, and a key that stands
 * twice in a mapping is an error.
 */
#ifndef RGS_CONF_YAML_H
#define RGS_CONF_YAML_H

#include "conf/diag.h"

enum rgs_yaml_kind { RGS_YAML_SCALAR, RGS_YAML_LIST, RGS_YAML_MAP };

struct rgs_yaml_node {
    enum rgs_yaml_kind kind;
    struct rgs_mark at;
    const char *s; /* scalar, NUL-terminated (a scalar with a NUL inside is refused) */
    size_t n;      /* its length; for lists and maps the number of items */
    bool quoted;
    bool used;                   /* set by the lookups below, for rgs_yaml_unknown() */
    struct rgs_yaml_node **key;  /* maps */
    struct rgs_yaml_node **item; /* lists and maps */
};

struct rgs_yaml;

/* file: [borrow] as long as the tree. NULL after an error, which is in diag. */
struct rgs_yaml *rgs_yaml_new(const struct rgs_conf_file *file, struct rgs_diag *diag,
                              const struct rgs_alloc *alloc);
void rgs_yaml_del(struct rgs_yaml *y);
/* The root; NULL for an empty document. */
struct rgs_yaml_node *rgs_yaml_root(const struct rgs_yaml *y);

/* The item under key, or NULL; marks the key as used. n may be any node or NULL. */
struct rgs_yaml_node *rgs_yaml_get(struct rgs_yaml_node *n, const char *key);
/* Reports every key of map n that nothing asked for, with the nearest of the NULL-ended known
 * names. */
void rgs_yaml_unknown(struct rgs_yaml_node *n, const char *const *known, struct rgs_diag *diag);
/* The nearest of the NULL-ended names (edit distance at most a third of the length), or NULL. */
const char *rgs_nearest(const char *word, const char *const *names);

/* Scalars. An absent node (NULL) leaves *out alone and is no error; a wrong one is reported. true:
 * *out was set. */
bool rgs_yaml_str(struct rgs_yaml_node *n, const char **out, struct rgs_diag *diag);
bool rgs_yaml_int(struct rgs_yaml_node *n, int64_t least, int64_t most, int64_t *out,
                  struct rgs_diag *diag);
bool rgs_yaml_num(struct rgs_yaml_node *n, double least, double most, double *out,
                  struct rgs_diag *diag);
bool rgs_yaml_bool(struct rgs_yaml_node *n, bool *out, struct rgs_diag *diag);
/* Seconds since the epoch, with up to nine decimals, as ns; a double would round them. */
bool rgs_yaml_time(struct rgs_yaml_node *n, int64_t *out, struct rgs_diag *diag);
bool rgs_seconds_parse(const char *s, int64_t *out);
/* "90s", "10m", "1h", "7d", "2w" as nanoseconds. */
bool rgs_yaml_duration(struct rgs_yaml_node *n, int64_t *out, struct rgs_diag *diag);
bool rgs_duration_parse(const char *s, size_t n, int64_t *out);

#endif
