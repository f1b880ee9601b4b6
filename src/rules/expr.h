/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conditions over an observation: `where`, `scope` and the conditions inside functions.
 *
 *   kind == verification and (service.foreign or service.home in list.abroad) and not repeat
 *
 * Logic is three-valued: a comparison with an absent field is unknown, and unknown is not true.
 */
#ifndef RGS_RULES_EXPR_H
#define RGS_RULES_EXPR_H

#include "conf/yaml.h"
#include "event/obs.h"

enum rgs_truth { RGS_FALSE, RGS_TRUE, RGS_UNKNOWN };

enum rgs_obs_type {
    RGS_OT_KIND,
    RGS_OT_PROTO,
    RGS_OT_PURPOSE,
    RGS_OT_SENDER,
    RGS_OT_NUMTYPE,
    RGS_OT_RESULT,
    RGS_OT_CATEGORY,
    RGS_OT_BOOL,
    RGS_OT_INT,
    RGS_OT_COUNTRY,
    RGS_OT_SERVICE,
    RGS_OT_ID,
};

struct rgs_obs_column {
    const char *name;
    uint16_t offset;
    uint8_t size;
    uint8_t type; /* enum rgs_obs_type */
};
/* By enum rgs_obs_field. */
extern const struct rgs_obs_column rgs_obs_columns[RGS_O_COUNT];
/* Names as written in rules, NULL-ended, in the order of enum rgs_obs_field. */
extern const char *const rgs_obs_names[RGS_O_COUNT + 1];
/* The field of that name, or RGS_O_COUNT. */
unsigned rgs_obs_field_of(const char *name, size_t n);

static inline uint64_t rgs_obs_get(const struct rgs_obs *o, unsigned field)
{
    const struct rgs_obs_column *c = &rgs_obs_columns[field];
    const uint8_t *p = (const uint8_t *)o + c->offset;
    uint64_t v8;
    uint32_t v4;
    uint16_t v2;

    switch (c->size) {
    case 1:
        return *p;
    case 2:
        memcpy(&v2, p, 2);
        return v2;
    case 4:
        memcpy(&v4, p, 4);
        return v4;
    default:
        memcpy(&v8, p, 8);
        return v8;
    }
}

enum rgs_expr_code { RGS_X_CMP, RGS_X_CMP_FIELD, RGS_X_IN, RGS_X_AND, RGS_X_OR, RGS_X_NOT };
enum rgs_cmp { RGS_EQ, RGS_NE, RGS_LT, RGS_LE, RGS_GT, RGS_GE };

struct rgs_expr_op {
    uint8_t code, cmp, field, other;
    uint32_t set;
    uint64_t value;
};

enum { RGS_EXPR_OPS = 48 }; /* a page of conditions; nobody reads a longer one */

/* Postfix. n == 0: no condition, always true. */
struct rgs_expr {
    struct rgs_expr_op ops[RGS_EXPR_OPS];
    uint16_t n;
    uint64_t fields; /* bit per field that it names */
};

/* A sorted set of values, for `in`. */
struct rgs_set {
    const uint64_t *v;
    uint32_t n;
};

enum rgs_truth rgs_expr_eval(const struct rgs_expr *x, const struct rgs_set *sets,
                             const struct rgs_obs *o);

/* What the parser asks for: the value of a word of a type, and the set behind `in NAME` (-1:
 * reported). */
struct rgs_expr_env {
    void *ctx;
    bool (*word)(void *ctx, enum rgs_obs_type type, unsigned field, const char *s, size_t n,
                 uint64_t *out);
    long (*set)(void *ctx, enum rgs_obs_type type, unsigned field, const char *name,
                struct rgs_mark at);
    struct rgs_diag *diag;
};

/* Parses text[0..n); `at` is the place of text[0]. False after an error, which is in diag. */
bool rgs_expr_parse(struct rgs_expr *x, const char *text, size_t n, struct rgs_mark at,
                    const struct rgs_expr_env *env);

/* The place of a scalar's first character: behind its quote, if it has one. */
static inline struct rgs_mark rgs_text_mark(const struct rgs_yaml_node *n)
{
    struct rgs_mark m = n->at;
    m.col += n->quoted;
    return m;
}

#endif
