/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/expr.h"

#define O(ID, member, TYPE, text, meaning)                                                         \
    {text, offsetof(struct rgs_obs, member), sizeof(rgs_obstype_##TYPE), RGS_OT_##TYPE},
const struct rgs_obs_column rgs_obs_columns[RGS_O_COUNT] = {
#include "event/obs.def"
};
#undef O
#define O(ID, member, TYPE, text, meaning) text,
const char *const rgs_obs_names[RGS_O_COUNT + 1] = {
#include "event/obs.def"
    NULL,
};
#undef O

unsigned rgs_obs_field_of(const char *name, size_t n)
{
    for (unsigned i = 0; i < RGS_O_COUNT; i++) {
        if (strlen(rgs_obs_names[i]) == n && memcmp(rgs_obs_names[i], name, n) == 0)
            return i;
    }
    return RGS_O_COUNT;
}

static bool compare(enum rgs_cmp c, uint64_t a, uint64_t b)
{
    switch (c) {
    case RGS_EQ:
        return a == b;
    case RGS_NE:
        return a != b;
    case RGS_LT:
        return a < b;
    case RGS_LE:
        return a <= b;
    case RGS_GT:
        return a > b;
    default:
        return a >= b;
    }
}

static bool contains(const struct rgs_set *s, uint64_t v)
{
    uint32_t low = 0, high = s->n;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (s->v[mid] < v)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->n && s->v[low] == v;
}

/* Kleene's tables: false wins over unknown in `and`, true wins in `or`. */
static enum rgs_truth both(enum rgs_truth a, enum rgs_truth b)
{
    if (a == RGS_FALSE || b == RGS_FALSE)
        return RGS_FALSE;
    return a == RGS_UNKNOWN || b == RGS_UNKNOWN ? RGS_UNKNOWN : RGS_TRUE;
}

static enum rgs_truth either(enum rgs_truth a, enum rgs_truth b)
{
    if (a == RGS_TRUE || b == RGS_TRUE)
        return RGS_TRUE;
    return a == RGS_UNKNOWN || b == RGS_UNKNOWN ? RGS_UNKNOWN : RGS_FALSE;
}

static enum rgs_truth leaf(const struct rgs_expr_op *op, const struct rgs_set *sets,
                           const struct rgs_obs *o)
{
    bool yes;

    if (!(o->has >> op->field & 1))
        return RGS_UNKNOWN;
    uint64_t v = rgs_obs_get(o, op->field);
    if (op->code == RGS_X_CMP) {
        yes = compare((enum rgs_cmp)op->cmp, v, op->value);
    } else if (op->code == RGS_X_IN) {
        yes = contains(&sets[op->set], v);
    } else {
        if (!(o->has >> op->other & 1))
            return RGS_UNKNOWN;
        yes = compare((enum rgs_cmp)op->cmp, v, rgs_obs_get(o, op->other));
    }
    return yes ? RGS_TRUE : RGS_FALSE;
}

enum rgs_truth rgs_expr_eval(const struct rgs_expr *x, const struct rgs_set *sets,
                             const struct rgs_obs *o)
{
    enum rgs_truth stack[RGS_EXPR_OPS + 1];
    unsigned n = 0;

    for (const struct rgs_expr_op *op = x->ops; op < x->ops + x->n; op++) {
        switch (op->code) {
        case RGS_X_AND:
            n--;
            stack[n - 1] = both(stack[n - 1], stack[n]);
            break;
        case RGS_X_OR:
            n--;
            stack[n - 1] = either(stack[n - 1], stack[n]);
            break;
        case RGS_X_NOT:
            if (stack[n - 1] != RGS_UNKNOWN)
                stack[n - 1] = stack[n - 1] == RGS_TRUE ? RGS_FALSE : RGS_TRUE;
            break;
        default:
            stack[n++] = leaf(op, sets, o);
        }
    }
    return n ? stack[0] : RGS_TRUE;
}
