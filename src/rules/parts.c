/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A suspicious cluster in an honest reseller (or block) is reported as the cluster. What is around
 * it keeps the part of the score that the cluster is of it; where the cluster is much of it, or
 * does not explain it, it keeps all. Where no block, account, device or cell holds the cluster
 * together (SIMs that rotate, cells that change), or not yet, the typology's scope does: the few
 * numbers of a reseller that are used from somewhere else are a cluster by that alone. And where a
 * typology looks for what a few numbers do among many, those numbers are it.
 *
 * Every edge is soft, so that a score moves little when a threshold does.
 */
#include <math.h>

#include "rules/scorer.h"

enum {
    UNEXPLAINED =
        45,         /* percent of the suspects: so few, and the reseller as a whole is the matter */
    EXPLAINED = 70, /* from here on the clusters are */
    SHARE_PART = 25,  /* percent of all numbers: up to here they are a part of something honest */
    SHARE_WHOLE = 35, /* from here they are what the reseller lives on */
    NAMED = 60,       /* percent of all numbers: up to here it is told which of them it is about */
    NEAR_REVIEW = 30, /* points below review where a cluster begins to count as one: over fewer, a
                         point more or less of it would move what is around it by several */
    NEARLY_ALL = 60,  /* percent of its reseller's numbers: a block is hardly a part of him */
    ALL = 90,         /* it is he */
    WHOLE_KEEPS = 75, /* percent of its score */
    FAINT = 5,        /* scores up to here stay as they are: they accuse nobody */
    CLEAR = 15,
};

/* From 0 at one value to 1 at another. */
static double ramp(double v, double from, double to)
{
    double x = (v - from) / (to - from);
    return x < 0 ? 0 : x < 1 ? x : 1;
}

/*
 * All of a reseller's or block's numbers: those that ever took a code, or, where more of them got
 * or sent messages, those. In the first days of a capture most people have had no code yet, and who
 * sells among them is no less a part of them.
 */
static double everybody(const struct rgs_scorer *s, struct rgs_scored *e)
{
    return fmax(rgs_registers_count(rgs_entity_living(s, e), RGS_LIVING_REGS), e->numbers);
}

/* How many of an entity's numbers the leading families' widest share speaks of; 0: the typology has
 * none. */
static double suspects(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_typology *t,
                       double *in_scope)
{
    double most = 0;

    *in_scope = 0;
    for (unsigned i = 0; i < t->n_rules; i++) {
        const struct rgs_instance *in = &s->rs->instances[t->instance[i]];
        struct rgs_measure m;
        if (rgs_counts_suspects(s, t, i) && in->grains >> e->grain & 1 &&
            rgs_measure(s, e, in, &m)) {
            most = fmax(most, m.value * (double)m.numbers);
            *in_scope = fmax(*in_scope, (double)m.numbers);
        }
    }
    return most;
}

/* How far an entity counts as a suspicious cluster: by one typology, and by all. */
static double counts_by(const struct rgs_scorer *s, const struct rgs_scored *c, unsigned typology)
{
    double review = s->rs->typologies[typology].review;
    return ramp(c->standing[typology].score, review - NEAR_REVIEW, review);
}

static double counts(const struct rgs_scorer *s, const struct rgs_scored *c)
{
    double most = 0;

    for (unsigned k = 0; k < s->rs->n_typologies; k++)
        most = fmax(most, counts_by(s, c, k));
    return most;
}

/* A chain for each that parts can be in: a reseller, or a block. */
static uint32_t *chain_of(struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    return &s->part_chain[grain][rgs_mix64(id) % RGS_PART_CHAINS];
}

void rgs_parts_forget(struct rgs_scorer *s)
{
    if (s->n_parts)
        memset(s->part_chain, 0, sizeof(s->part_chain));
    s->n_parts = 0;
}

void rgs_part_expect(struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology)
{
    if (counts_by(s, e, typology) > 0) {
        uint32_t i = rgs_entity_index(s, e);
        s->entities[e->grain].maybe[i / 64] |= UINT64_C(1) << i % 64;
    }
}

void rgs_parts_expect_all(struct rgs_scorer *s)
{
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        memset(s->entities[g].maybe, 0xff, rgs_maybe_words(&s->entities[g]) * sizeof(uint64_t));
}

static void note(struct rgs_scorer *s, const struct rgs_scored *c, uint32_t index)
{
    if (s->n_parts == s->parts_cap)
        return;
    uint32_t i = ++s->n_parts;
    struct rgs_part *p = &s->parts[i];
    *p = (struct rgs_part){
        .around = {[RGS_GRAIN_RESELLER] = c->parent_grain == RGS_GRAIN_RESELLER ? c->parent : 0,
                   [RGS_GRAIN_BLOCK] = c->block},
        .index = index,
        .grain = c->grain};
    for (unsigned g = 0; g <= RGS_GRAIN_BLOCK; g++) {
        if (!p->around[g])
            continue;
        uint32_t *first = chain_of(s, g, p->around[g]);
        p->next[g] = *first;
        *first = i;
    }
}

void rgs_parts_note(struct rgs_scorer *s, unsigned grain)
{
    struct rgs_entities *t = &s->entities[grain];

    for (uint32_t w = 0; w * 64 < t->fresh; w++) {
        for (uint64_t rest = t->maybe[w]; rest; rest &= rest - 1) {
            uint32_t i = w * 64 + (unsigned)__builtin_ctzll(rest);
            const struct rgs_scored *c = i && i < t->fresh ? rgs_entity_at(s, grain, i) : NULL;
            if (c && c->id && counts(s, c) > 0) {
                note(s, c, i);
            } else if (!s->looking) {
                t->maybe[w] &= ~(UINT64_C(1) << i % 64);
            }
        }
    }
}

/* Others judge resellers as such, wherever their numbers are used. */
static bool resellers_are_judged(const struct rgs_ruleset *rs)
{
    for (unsigned i = 0; i < rs->n_typologies; i++) {
        if (rs->typologies[i].scope < 0 && rs->typologies[i].grains >> RGS_GRAIN_RESELLER & 1)
            return true;
    }
    return false;
}

/* What is left of a score whose reason is this part of the entity's numbers: that part, up to one
 * share of them in percent, and all of it from another one on. */
static double kept(double part, double from, double to)
{
    double over = ramp(part * 100, from, to);
    return part < 1 ? part + (1 - part) * over : 1;
}

/* What looks for a few among many says nothing more of the reseller, as far as others judge him. */
static double kept_by(const struct rgs_scorer *s, const struct rgs_typology *t, double part)
{
    return t->inside && resellers_are_judged(s->rs) ? kept(part, NAMED, ALL)
                                                    : kept(part, SHARE_PART, SHARE_WHOLE);
}

/* What is left where these suspicious numbers, so many of them, may be all its suspects, among so
 * many around them. */
static double left_by(double explained, double members, double all, double around)
{
    double told = ramp(explained * 100 / all, UNEXPLAINED, EXPLAINED);

    return 1 - told * (1 - kept(members / around, SHARE_PART, SHARE_WHOLE));
}

/* The same, where they are the cluster that a typology has found that looks for a few among many:
 * what speaks of all of them is not about those. */
static double left_by_clusters(const struct rgs_scorer *s, const struct rgs_scored *e, double all,
                               double around)
{
    double least = 1;

    for (unsigned k = 0; k < s->rs->n_typologies; k++) {
        const struct rgs_standing *st = &e->standing[k];
        double review = s->rs->typologies[k].review,
               members = st->members * ramp(st->raw, review - NEAR_REVIEW, review);
        if (s->rs->typologies[k].inside)
            least = fmin(least, left_by(members, members, all, around));
    }
    return least;
}

/* What is left where suspicious entities inside it, of one grain, explain all its suspects. */
static double unexplained(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_typology *t,
                          double all, double around)
{
    double explained[RGS_GRAIN_COUNT] = {0}, members[RGS_GRAIN_COUNT] = {0}, least = 1, unused;

    for (uint32_t i = *chain_of(s, e->grain, e->id); i; i = s->parts[i].next[e->grain]) {
        unsigned g = s->parts[i].grain;
        if (g <= e->grain || s->parts[i].around[e->grain] != e->id)
            continue;
        struct rgs_scored *c = rgs_entity_at(s, g, s->parts[i].index);
        double weight = counts(s, c);
        explained[g] += weight * suspects(s, c, t, &unused);
        members[g] += weight * c->members;
    }
    for (unsigned g = e->grain + 1; g < RGS_GRAIN_COUNT; g++)
        least = fmin(least, left_by(explained[g], members[g], all, around));
    return t->whole ? fmin(least, left_by_clusters(s, e, all, around)) : least;
}

/* Then a typology of clusters only does not mean a block that is all of its reseller: what asks
 * less of parts than of wholes would else accuse the whole. */
static double a_part(const struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_typology *t)
{
    struct rgs_scored *p = rgs_entity_parent(s, e);

    if (e->grain != RGS_GRAIN_BLOCK || t->grains >> RGS_GRAIN_RESELLER & 1 || !p ||
        !resellers_are_judged(s->rs))
        return 1;
    return 1 - (1 - WHOLE_KEEPS / 100.0) *
                   ramp(everybody(s, e) * 100 / everybody(s, p), NEARLY_ALL, ALL);
}

/* By its scope, or by what it counts: the few in whom that is are named, and not the many. */
static bool makes_clusters(const struct rgs_typology *t)
{
    return (t->scope >= 0 || t->inside) && !t->whole;
}

static double without_parts(struct rgs_scorer *s, struct rgs_scored *e, unsigned typology,
                            double raw)
{
    const struct rgs_typology *t = &s->rs->typologies[typology];
    double in_scope, all;

    if (e->grain > RGS_GRAIN_BLOCK || raw <= FAINT ||
        (!makes_clusters(t) && !t->whole && s->n_parts == 0))
        return 1;
    all = suspects(s, e, t, &in_scope);
    /* What looks for a part of the numbers: they are too few to be spoken of. */
    if ((t->inside || t->whole) && all < s->rs->min_support)
        return 0;
    if (all <= 0)
        return 1;
    double around = everybody(s, e), part = unexplained(s, e, t, all, around);
    if (makes_clusters(t)) {
        bool scoped = !t->inside && in_scope * 100 < NAMED * around;
        double by_share = kept_by(s, t, all / around), few = scoped ? in_scope : all;
        struct rgs_standing *st = &e->standing[typology];
        /* A block's numbers are among its reseller's, which says it. */
        if (few * 100 < NAMED * around && few >= s->rs->min_support && !rgs_entity_parent(s, e)) {
            st->members = few;
            st->counted = !scoped;
        }
        part = fmin(part, by_share);
    }
    return 1 - ramp(raw, FAINT, CLEAR) * (1 - part);
}

double rgs_own_part(struct rgs_scorer *s, struct rgs_scored *e, unsigned typology, double raw)
{
    return without_parts(s, e, typology, raw) * a_part(s, e, &s->rs->typologies[typology]);
}
