/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "rules/scorer.h"

/* ---- classes ----------------------------------------------------------------------------------
 */

static const struct rgs_expr_op *ops_end(const struct rgs_expr *x)
{
    return x->ops + x->n;
}

static bool is_leaf(const struct rgs_expr_op *op)
{
    return op->code == RGS_X_CMP || op->code == RGS_X_CMP_FIELD || op->code == RGS_X_IN;
}

/* Two fields that are compared with one another keep their values. */
static bool is_compared(const struct rgs_ruleset *rs, unsigned field)
{
    for (unsigned i = 0; i < rs->n_conditions; i++) {
        const struct rgs_expr *x = &rs->conditions[i];
        for (const struct rgs_expr_op *op = x->ops; op < ops_end(x); op++) {
            if (op->code == RGS_X_CMP_FIELD && (op->field == field || op->other == field))
                return true;
        }
    }
    return false;
}

/* What the field is compared with; out may be NULL. */
static uint32_t constants_of(const struct rgs_ruleset *rs, unsigned field, uint64_t *out)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < rs->n_conditions; i++) {
        const struct rgs_expr *x = &rs->conditions[i];
        for (const struct rgs_expr_op *op = x->ops; op < ops_end(x); op++) {
            if (!is_leaf(op) || op->field != field || op->code == RGS_X_CMP_FIELD)
                continue;
            const struct rgs_set one = {&op->value, 1},
                                 *set = op->code == RGS_X_IN ? &rs->sets[op->set] : &one;
            if (out && set->n)
                memcpy(out + n, set->v, set->n * sizeof(*out));
            n += set->n;
        }
    }
    return n;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

static uint32_t sorted(uint64_t *v, uint32_t n)
{
    uint32_t kept = 0;

    qsort(v, n, sizeof(*v), by_value);
    for (uint32_t i = 0; i < n; i++) {
        if (kept == 0 || v[kept - 1] != v[i])
            v[kept++] = v[i];
    }
    return kept;
}

/* The constants that are less, twice, and one more where it is one itself. */
static uint64_t class_of(const struct rgs_classes *c, uint64_t v)
{
    enum { FEW = 8 };
    uint32_t low = 0, high = c->n;
    uint64_t class = 0;

    if (!c->constant)
        return v;
    while (high - low > FEW) {
        uint32_t mid = low + (high - low) / 2;
        if (c->constant[mid] < v)
            low = mid + 1;
        else
            high = mid;
    }
    for (uint32_t i = low; i < high; i++)
        class += (uint64_t)(c->constant[i] < v) + (c->constant[i] <= v);
    /* Of many, the next one was cut off. */
    class += high < c->n && c->constant[high] == v;
    return 2 * (uint64_t)low + class;
}

/* Bits for the classes of a field. */
static unsigned width(const struct rgs_classes *c)
{
    return c->constant ? 64 - (unsigned)__builtin_clzll(2 * (uint64_t)c->n + 1)
                       : rgs_obs_columns[c->field].size * 8u;
}

enum { BYTES = 256 };

/* Of a field that is a byte all classes are worked out now. */
static void list_bytes(struct rgs_classes *c, uint8_t *of_byte)
{
    if (rgs_obs_columns[c->field].size != 1 || width(c) > 8)
        return;
    c->of_byte = of_byte;
    for (unsigned v = 0; v < BYTES; v++)
        of_byte[v] = (uint8_t)class_of(c, v);
}

static bool find_classes(struct rgs_scorer *s)
{
    struct rgs_situations *t = &s->situations;
    size_t most = 1;
    unsigned used = 64; /* bits of the last word */

    for (unsigned f = 0; f < RGS_O_COUNT; f++)
        most += constants_of(s->rs, f, NULL);
    uint64_t *room = t->constants = rgs_new(s->alloc, most * sizeof(*room));
    t->of_bytes = rgs_new(s->alloc, RGS_O_COUNT * BYTES);
    if (!room || !t->of_bytes)
        return false;
    t->remembers = true;
    for (uint64_t rest = t->fields; rest && t->remembers; rest &= rest - 1) {
        unsigned field = (unsigned)__builtin_ctzll(rest);
        struct rgs_classes *c = &t->classes[field];
        c->field = (uint8_t)field;
        c->offset = rgs_obs_columns[c->field].offset;
        if (!is_compared(s->rs, c->field)) {
            c->constant = room;
            c->n = sorted(room, constants_of(s->rs, c->field, room));
            room += c->n;
        }
        list_bytes(c, t->of_bytes + field * BYTES);
        if (used + width(c) > 64) {
            used = 0;
            t->remembers = t->n_words++ < RGS_SITUATION_WORDS;
        }
        c->word = (uint8_t)(t->n_words - 1);
        c->shift = (uint8_t)used;
        used += width(c);
    }
    return true;
}

bool rgs_situations_init(struct rgs_scorer *s)
{
    struct rgs_situations *t = &s->situations;

    for (unsigned i = 0; i < s->rs->n_conditions; i++)
        t->fields |= s->rs->conditions[i].fields;
    t->at = rgs_new(s->alloc, RGS_SITUATIONS * sizeof(*t->at));
    return t->at && find_classes(s);
}

void rgs_situations_fini(struct rgs_scorer *s)
{
    rgs_free(s->alloc, s->situations.at);
    rgs_free(s->alloc, s->situations.constants);
    rgs_free(s->alloc, s->situations.of_bytes);
}

/* ---- situations -------------------------------------------------------------------------------
 */

static void note_heads(const struct rgs_scorer *s, struct rgs_situation *x)
{
    enum { LINE = 64, LINES = 32 };

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        x->heads[g] = 0;
        for (unsigned i = 0; i < s->rs->n_instances; i++) {
            const struct rgs_direct *d = &s->direct[g][i];
            unsigned line = d->head / LINE;
            if (d->in && x->feeds[i / 64] >> i % 64 & 1 && line < LINES)
                x->heads[g] |= 1u << line;
        }
    }
}

static void work_out(const struct rgs_scorer *s, const struct rgs_obs *o, struct rgs_situation *x)
{
    const struct rgs_ruleset *rs = s->rs;

    memset(x, 0, sizeof(*x));
    for (unsigned i = 0; i < rs->n_conditions; i++)
        x->bits |= (uint64_t)(rgs_expr_eval(&rs->conditions[i], rs->sets, o) == RGS_TRUE) << i;
    for (unsigned i = 0; i < rs->n_bits; i++)
        x->mask |= (uint16_t)((x->bits >> rs->bit_condition[i] & 1) << i);
    for (unsigned p = 0; p < rs->n_per && x->mask & rs->where_bits; p++)
        x->values |= (uint32_t)((x->mask & rs->per[p].mask) == rs->per[p].mask) << p;
    for (unsigned t = 0; t < rs->n_typologies; t++) {
        int scope = rs->typologies[t].scope;
        x->scopes |= (uint16_t)((scope >= 0 && x->bits >> scope & 1) << t);
    }
    for (unsigned i = 0; i < rs->n_instances; i++) {
        uint64_t need = rs->instances[i].need;
        x->feeds[i / 64] |= (uint64_t)((x->bits & need) == need) << i % 64;
    }
    note_heads(s, x);
}

static uint64_t key_of(const struct rgs_situations *t, const struct rgs_obs *o,
                       struct rgs_situation_key *key)
{
    uint64_t hash = o->has & t->fields;

    key->has = hash;
    for (unsigned w = 0; w < t->n_words; w++)
        key->word[w] = 0;
    for (uint64_t rest = hash; rest; rest &= rest - 1) {
        const struct rgs_classes *c = &t->classes[__builtin_ctzll(rest)];
        uint64_t class = c->of_byte ? c->of_byte[((const uint8_t *)o)[c->offset]]
                                    : class_of(c, rgs_obs_get(o, c->field));
        key->word[c->word] |= class << c->shift;
    }
    for (unsigned w = 0; w < t->n_words; w++)
        hash = rgs_mix64(hash ^ key->word[w]);
    return hash;
}

static bool is_same(const struct rgs_situations *t, const struct rgs_situation_key *a,
                    const struct rgs_situation_key *b)
{
    bool same = a->has == b->has;

    for (unsigned w = 0; w < t->n_words; w++)
        same = same && a->word[w] == b->word[w];
    return same;
}

const struct rgs_situation *rgs_situation_of(struct rgs_scorer *s, const struct rgs_obs *o)
{
    struct rgs_situations *t = &s->situations;
    struct rgs_situation_key key;

    if (!t->remembers) {
        work_out(s, o, &t->other);
        return &t->other;
    }
    struct rgs_known_situation *x = &t->at[key_of(t, o, &key) % RGS_SITUATIONS];
    if (x->known && is_same(t, &x->key, &key))
        return &x->is;
    work_out(s, o, &x->is);
    x->known = true;
    x->key = key;
    return &x->is;
}
