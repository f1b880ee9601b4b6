/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule set's fingerprint: everything that can move a score or its words, in one fixed order;
 * and fingerprints of its parts.
 */
#include <openssl/evp.h>

#include "base/hex.h"
#include "base/real.h"
#include "rules/ruleset.h"

struct hash {
    EVP_MD_CTX *md;
    bool ok;
    bool words; /* names and sentences count, too */
};

static void put(struct hash *h, const void *p, size_t n)
{
    h->ok = h->ok && EVP_DigestUpdate(h->md, p, n) == 1;
}

static void word(struct hash *h, const char *s)
{
    put(h, s, strlen(s) + 1);
}

static void name(struct hash *h, const char *s)
{
    if (h->words)
        word(h, s);
}

static void number(struct hash *h, double v)
{
    char text[40];
    put(h, text, rgs_real_exact(text, sizeof(text), v) + 1);
}

static void condition(struct hash *h, const struct rgs_ruleset *rs, int i)
{
    number(h, i < 0 ? 0 : rs->conditions[i].n);
    for (unsigned k = 0; i >= 0 && k < rs->conditions[i].n; k++) {
        const struct rgs_expr_op *op = &rs->conditions[i].ops[k];
        number(h, op->code);
        number(h, op->cmp);
        number(h, op->field);
        number(h, op->other);
        put(h, &op->value, sizeof(op->value));
        if (op->code == RGS_X_IN)
            put(h, rs->sets[op->set].v, rs->sets[op->set].n * sizeof(uint64_t));
    }
}

static void aggregate(struct hash *h, const struct rgs_ruleset *rs, const struct rgs_aggregate *a)
{
    name(h, a->name);
    name(h, a->title);
    name(h, a->of_name);
    const double v[] = {a->grains,       a->fn,    a->window,     a->reduce,
                        a->against,      a->field, a->per_number, (double)a->length,
                        (double)a->step, a->p,     a->fn_p};
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        number(h, v[i]);
    condition(h, rs, a->where);
    condition(h, rs, a->cond);
}

static void rule(struct hash *h, const struct rgs_ruleset *rs, const struct rgs_rule *r)
{
    word(h, r->id);
    name(h, r->uses_name);
    const double v[] = {r->rev, r->family, r->shadow, r->min_numbers, r->min_count, r->ramp};
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        number(h, v[i]);
    for (unsigned i = 0; i < r->n_bands; i++) {
        number(h, r->band[i].ge);
        number(h, r->band[i].lt);
        number(h, r->band[i].weight);
        name(h, r->band[i].why);
    }
    condition(h, rs, r->seen);
    for (unsigned i = 0; i < r->n_except; i++)
        put(h, rs->sets[r->except[i]].v, rs->sets[r->except[i]].n * sizeof(uint64_t));
}

static void typology(struct hash *h, const struct rgs_ruleset *rs, const struct rgs_typology *t)
{
    word(h, t->id);
    name(h, t->title);
    condition(h, rs, t->scope);
    for (unsigned i = 0; i < t->n_rules; i++)
        word(h, rs->rules[t->rule[i]].id);
    for (unsigned i = 0; i < t->n_unless; i++)
        word(h, t->unless_name[i]);
    const double v[] = {
        t->grains, t->lead,       (double)t->half_life, t->cap,   t->review,
        t->alert,  t->hysteresis, t->need_families,     t->limit, (double)t->backoff,
        t->inside, t->whole,      (double)t->known_for};
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        number(h, v[i]);
}

/* The next name behind `after` in alphabetical order, so that files may be split and sorted at
 * will. */
#define EACH_BY_NAME(h, rs, items, n, key, fn)                                                     \
    for (const char *after = ""; after;) {                                                         \
        const char *best = NULL;                                                                   \
        unsigned best_i = 0;                                                                       \
        for (unsigned i = 0; i < (n); i++) {                                                       \
            const char *k = (items)[i].key;                                                        \
            if (strcmp(k, after) > 0 && (!best || strcmp(k, best) < 0)) {                          \
                best = k;                                                                          \
                best_i = i;                                                                        \
            }                                                                                      \
        }                                                                                          \
        if (best)                                                                                  \
            fn(h, rs, &(items)[best_i]);                                                           \
        after = best;                                                                              \
    }

static struct hash begin(bool words)
{
    struct hash h = {.md = EVP_MD_CTX_new(), .words = words};
    h.ok = h.md && EVP_DigestInit_ex(h.md, EVP_sha256(), NULL) == 1;
    return h;
}

static bool end(struct hash *h, struct rgs_digest *out)
{
    unsigned n = 0;
    h->ok = h->ok && EVP_DigestFinal_ex(h->md, out->b, &n) == 1 && n == sizeof(out->b);
    EVP_MD_CTX_free(h->md);
    return h->ok;
}

bool rgs_digest_condition(const struct rgs_ruleset *rs, int i, struct rgs_digest *out)
{
    struct hash h = begin(false);
    condition(&h, rs, i);
    return end(&h, out);
}

/* An aggregate with all that it is made of. */
static void value(struct hash *h, const struct rgs_ruleset *rs, const struct rgs_aggregate *a)
{
    aggregate(h, rs, a);
    if (a->fn == RGS_FN_ZSCORE)
        aggregate(h, rs, &rs->aggregates[a->of]);
}

bool rgs_digest_state(const struct rgs_ruleset *rs, const struct rgs_instance *in,
                      struct rgs_digest *out)
{
    const struct rgs_aggregate *a = &rs->aggregates[in->aggregate];
    struct hash h = begin(false);
    const double v[] = {in->fn,         in->window, in->against, in->field,
                        in->per_number, in->gen,    in->panes,   (double)in->step};

    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        number(&h, v[i]);
    condition(&h, rs, a->where);
    condition(&h, rs, a->cond);
    condition(&h, rs, in->scope);
    if (in->fn == RGS_FN_ZSCORE)
        value(&h, rs, a);
    return end(&h, out);
}

bool rgs_digest_typology(const struct rgs_ruleset *rs, const struct rgs_typology *t,
                         struct rgs_digest *out)
{
    struct hash h = begin(false);

    typology(&h, rs, t);
    number(&h, rs->min_support);
    for (unsigned i = 0; i < t->n_rules; i++) {
        const struct rgs_rule *r = &rs->rules[t->rule[i]];
        rule(&h, rs, r);
        value(&h, rs, &rs->aggregates[r->uses]);
    }
    return end(&h, out);
}

void rgs_rules_hash(struct rgs_ruleset *rs)
{
    struct hash h = begin(true);
    struct rgs_digest sum;

    const double v[] = {(double)rs->retention, (double)rs->lateness, (double)rs->every,
                        rs->min_support};
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
        number(&h, v[i]);
    put(&h, rs->home, rs->n_home * sizeof(rs->home[0]));
    EACH_BY_NAME(&h, rs, rs->aggregates, rs->n_aggregates, name, aggregate)
    EACH_BY_NAME(&h, rs, rs->rules, rs->n_rules, id, rule)
    EACH_BY_NAME(&h, rs, rs->typologies, rs->n_typologies, id, typology)
    bool ok = end(&h, &sum);
    if (ok)
        rgs_hex_write(rs->sha256, sum.b, sizeof(sum.b));
}
