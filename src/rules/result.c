/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scorer knows as the analyze result: which entities are worth a line, and what each line
 * says. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "rules/scorer.h"

/* ---- the owner's memory -----------------------------------------------------------------------
 */

struct chunk {
    struct chunk *next;
    size_t used, cap;
    uint64_t data[];
};

void rgs_result_owner_init(struct rgs_result_owner *o, const struct rgs_alloc *alloc)
{
    *o = (struct rgs_result_owner){.alloc = alloc};
}

void rgs_result_owner_fini(struct rgs_result_owner *o)
{
    for (struct chunk *c = o->chunks, *next; c; c = next) {
        next = c->next;
        rgs_free(o->alloc, c);
    }
    rgs_result_owner_init(o, o->alloc);
}

static void *take(struct rgs_result_owner *o, size_t n)
{
    struct chunk *c = o->chunks;

    n = (n + 7u) & ~(size_t)7u;
    if (!c || c->cap - c->used < n) {
        size_t cap = n > 16384 ? n : 16384;
        c = rgs_new(o->alloc, sizeof(*c) + cap);
        if (!c)
            return NULL;
        c->cap = cap;
        c->next = o->chunks;
        o->chunks = c;
    }
    void *p = (uint8_t *)c->data + c->used;
    c->used += n;
    return p;
}

const char *rgs_result_str(struct rgs_result_owner *o, const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = take(o, n);
    if (copy)
        memcpy(copy, s, n);
    return copy;
}

/* ---- names ------------------------------------------------------------------------------------
 */

bool rgs_entity_words(const struct rgs_scorer *s, unsigned grain, uint64_t id, char out[128],
                      const char **name)
{
    const char *word = NULL, *parent;

    *name = NULL;
    switch (grain) {
    case RGS_GRAIN_RESELLER:
        word = s->names.reseller ? s->names.reseller(s->names.ctx, id, name, &parent) : NULL;
        if (word)
            snprintf(out, 128, "%s", word);
        return word != NULL;
    case RGS_GRAIN_BLOCK:
        snprintf(out, 128, "block:%llu", (unsigned long long)id);
        return true;
    case RGS_GRAIN_ACCOUNT:
        word = s->names.account ? s->names.account(s->names.ctx, id) : NULL;
        if (word)
            snprintf(out, 128, "account:%s", word);
        return word != NULL;
    default:
        word = s->names.token ? s->names.token(s->names.ctx, (enum rgs_grain)grain, id) : NULL;
        /* Without a key an id tells nothing but that it is the same one: half of it, mixed again.
         */
        if (word)
            snprintf(out, 128, "%s:%s", rgs_grains[grain], word);
        else
            snprintf(out, 128, "%s:%08x", rgs_grains[grain], (unsigned)(rgs_mix64(id) >> 32));
        return true;
    }
}

bool rgs_cluster_words(const struct rgs_scorer *s, const struct rgs_scored *e, unsigned typology,
                       char out[128])
{
    char around[128];
    const char *name;

    if (!rgs_entity_words(s, e->grain, e->id, around, &name))
        return false;
    snprintf(out, 128, "cluster:%.64s/%s", around, s->rs->typologies[typology].id);
    return true;
}

void rgs_alert_rule_words(const struct rgs_scorer *s, int rule, struct rgs_rule_words *out)
{
    if (rule >= RGS_RS_RULES)
        *out = s->past_rules[rule - RGS_RS_RULES];
    else
        snprintf(out->text, sizeof(out->text), "%s.%u", s->rs->rules[rule].id,
                 s->rs->rules[rule].rev);
}

/* ---- which lines ------------------------------------------------------------------------------
 */

struct line {
    struct rgs_scored *e;
    const char *id, *name;
    double score; /* rounded as it is shown, so that the order is the shown one */
    enum rgs_status status;
    int cluster; /* the typology in whose scope the line's numbers are; -1: all of them */
    const struct rgs_stored_alert *of_part; /* that it was first told of by; NULL: by its own */
};

/* By all typologies but those that give way to another one, which is told of instead. */
static enum rgs_status status_of(const struct rgs_scorer *s, const struct rgs_scored *e,
                                 double *score)
{
    unsigned level = RGS_STATUS_CLEAR;

    *score = 0;
    if (rgs_entity_support(e) < s->rs->min_support)
        return RGS_STATUS_INSUFFICIENT;
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_standing *st = &e->standing[t];
        if (rgs_gives_way(s, e, t, st->own.level))
            continue;
        *score = st->score > *score ? st->score : *score;
        level = st->own.level > level ? st->own.level : level;
    }
    *score = floor(*score * 10 + 0.5) / 10;
    return (enum rgs_status)level;
}

/* An alert was told of it under its own name, and stands. */
static bool was_told(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    for (uint32_t i = 0; i < s->n_alerts; i++) {
        const struct rgs_stored_alert *a = &s->alerts[i];
        if (a->id == e->id && a->grain == e->grain && a->level == RGS_STATUS_ALERT && !a->cluster &&
            e->standing[a->typology].own.alert_ts && !e->standing[a->typology].own.withdrawn)
            return true;
    }
    return false;
}

/*
 * Resellers of the inventory have a line each, and so have blocks that no inventory names. What
 * lies inside another entity has one only when it tells more than the entity around it, or did:
 * who stopped selling before the capture ends was caught all the same.
 */
static bool worth_a_line(const struct rgs_scorer *s, const struct rgs_scored *e,
                         enum rgs_status status)
{
    const struct rgs_scored *p = rgs_entity_parent(s, e);
    double score;

    if (e->grain == RGS_GRAIN_RESELLER)
        return true;
    if (status == RGS_STATUS_INSUFFICIENT)
        return false;
    if (e->grain == RGS_GRAIN_BLOCK && !p)
        return true;
    if (status < RGS_STATUS_REVIEW)
        return was_told(s, e) && !(p && was_told(s, p));
    return !p || status_of(s, p, &score) < status;
}

static bool same_numbers(const struct line *lines, size_t n, const struct rgs_scored *e)
{
    for (size_t i = 0; i < n; i++) {
        if (lines[i].e->fingerprint == e->fingerprint && lines[i].e->members == e->members &&
            lines[i].e->grain != RGS_GRAIN_RESELLER && lines[i].cluster < 0 && e->members)
            return true;
    }
    return false;
}

/*
 * The line of the cluster that a device, cell or account is a part of: the same trade under the
 * same reseller, at no higher level. One thing has one line.
 */
static const struct line *cluster_of(const struct rgs_scorer *s, const struct line *lines, size_t n,
                                     const struct rgs_scored *e)
{
    const struct rgs_scored *p = e->grain > RGS_GRAIN_BLOCK ? rgs_entity_parent(s, e) : NULL;
    double score;
    enum rgs_status status = status_of(s, e, &score);

    for (size_t i = 0; i < n && p; i++) {
        if (lines[i].e == p && lines[i].cluster >= 0 && lines[i].status >= status &&
            e->standing[lines[i].cluster].own.level == (unsigned)status)
            return &lines[i];
    }
    return NULL;
}

static bool before(const struct line *a, const struct line *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    return strcmp(a->id, b->id) < 0;
}

/* Shell sort: in place, no recursion, the same on every run. */
static void sort(struct line *v, size_t n)
{
    for (size_t gap = n / 2; gap; gap /= 2) {
        for (size_t i = gap; i < n; i++) {
            struct line x = v[i];
            size_t k = i;
            for (; k >= gap && before(&x, &v[k - gap]); k -= gap)
                v[k] = v[k - gap];
            v[k] = x;
        }
    }
}

static size_t candidates(const struct rgs_scorer *s)
{
    size_t n = 0;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        n += s->entities[g].count;
    return 2 * n; /* itself, and a cluster in it */
}

/* The entity's numbers in the scope of one typology, where that is what is suspicious. */
static bool cluster_line(const struct rgs_scorer *s, struct rgs_scored *e, struct line *l)
{
    *l = (struct line){.e = e, .cluster = -1};
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_standing *st = &e->standing[t];
        if (st->cluster.level >= RGS_STATUS_REVIEW && st->members > 0 &&
            !rgs_gives_way(s, e, t, st->cluster.level) &&
            (l->cluster < 0 || st->raw > e->standing[l->cluster].raw))
            l->cluster = (int)t;
    }
    if (l->cluster < 0)
        return false;
    const struct rgs_standing *st = &e->standing[l->cluster];
    l->score = floor(st->raw * 10 + 0.5) / 10;
    l->status = (enum rgs_status)st->cluster.level;
    /* Who sells himself has no need of somebody hidden in him. */
    double own;
    if (st->counted && status_of(s, e, &own) >= l->status)
        return false;
    l->name = s->rs->typologies[l->cluster].title;
    return true;
}

static bool collect(struct rgs_scorer *s, struct rgs_result_owner *o, struct line *lines, size_t *n)
{
    char words[128];

    *n = 0;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            struct rgs_scored *e = rgs_entity_at(s, g, i);
            struct line l;
            if (!e->id)
                continue;
            if (rgs_entity_support(e) >= s->rs->min_support && cluster_line(s, e, &l)) {
                l.id = rgs_cluster_words(s, e, (unsigned)l.cluster, words)
                           ? rgs_result_str(o, words)
                           : NULL;
                if (!l.id)
                    return false;
                lines[(*n)++] = l;
            }
            l = (struct line){.e = e, .cluster = -1};
            l.status = status_of(s, e, &l.score);
            if (!worth_a_line(s, e, l.status) || !rgs_entity_words(s, g, e->id, words, &l.name) ||
                (g > RGS_GRAIN_BLOCK && same_numbers(lines, *n, e)) || cluster_of(s, lines, *n, e))
                continue;
            l.id = rgs_result_str(o, words);
            if (!l.id)
                return false;
            lines[(*n)++] = l;
        }
    }
    sort(lines, *n);
    return true;
}

/* ---- what a line says -------------------------------------------------------------------------
 */

static bool counts(struct rgs_scorer *s, struct rgs_result_owner *o, const struct rgs_tops *top,
                   uint64_t total, bool services, const struct rgs_result_count **out,
                   size_t *n_out)
{
    struct rgs_result_count *c = take(o, top->n * sizeof(*c));
    size_t n = 0;
    char word[16];

    if (!c)
        return false;
    for (size_t i = 0; i < top->n; i++) {
        uint32_t count = top->count[i] - top->inherited[i];
        if (!count)
            continue;
        const char *id =
            services && s->names.service ? s->names.service(s->names.ctx, top->id[i]) : NULL;
        if (services && !id)
            snprintf(word, sizeof(word), "service-%u", top->id[i]);
        else if (!services)
            snprintf(word, sizeof(word), "%c%c", top->id[i] >> 8, top->id[i] & 0xff);
        struct rgs_result_count x = {
            .id = id ? id : rgs_result_str(o, word),
            .count = count,
            .share = total ? floor((double)count / (double)total * 1000 + 0.5) / 1000 : 0};
        if (!x.id)
            return false;
        size_t k = n++;
        for (; k > 0 && (c[k - 1].count < x.count ||
                         (c[k - 1].count == x.count && strcmp(c[k - 1].id, x.id) > 0));
             k--)
            c[k] = c[k - 1];
        c[k] = x;
    }
    *out = c;
    *n_out = n < RGS_TOP_SHOWN ? n : RGS_TOP_SHOWN;
    return true;
}

static bool rules(struct rgs_result_owner *o, const struct rgs_contribution *c, unsigned n,
                  struct rgs_result_typology *t)
{
    struct rgs_result_rule *r = take(o, (n + 1) * sizeof(*r));
    char why[RGS_RS_WHY + 128];

    if (!r)
        return false;
    for (unsigned i = 0; i < n; i++) {
        rgs_why_words(&c[i], why, sizeof(why));
        r[i] = (struct rgs_result_rule){.id = c[i].rule->id,
                                        .rev = c[i].rule->rev,
                                        .family = rgs_families[c[i].rule->family],
                                        .value = floor(c[i].m.value * 1000 + 0.5) / 1000,
                                        .weight = floor(c[i].weight * 10 + 0.5) / 10,
                                        .why = rgs_result_str(o, why),
                                        .shadow = floor(c[i].shadow * 10 + 0.5) / 10};
        if (!r[i].why)
            return false;
    }
    t->rules = r;
    t->n_rules = n;
    return true;
}

/* Beside what puts a line into review, a typology with fewer points says nothing. */
enum { FAINT = 15 };

static bool typologies(struct rgs_scorer *s, struct rgs_result_owner *o, const struct line *l,
                       struct rgs_result_reseller *out)
{
    struct rgs_scored *e = l->e;
    enum rgs_status status = l->status;
    struct rgs_result_typology *t = take(o, (s->rs->n_typologies + 1) * sizeof(*t));
    const char **why_not = take(o, sizeof(*why_not));
    struct rgs_contribution c[RGS_RS_SUM];
    char words[8192];
    double key[RGS_RS_TYPOLOGIES];
    size_t n = 0;

    if (!t || !why_not)
        return false;
    for (unsigned i = 0; i < s->rs->n_typologies && status != RGS_STATUS_INSUFFICIENT; i++) {
        const struct rgs_typology *ty = &s->rs->typologies[i];
        const struct rgs_standing *st = &e->standing[i];
        const struct rgs_level *level = l->cluster < 0 ? &st->own : &st->cluster;
        double score;
        if (!(ty->grains >> e->grain & 1) || (l->cluster >= 0 && l->cluster != (int)i))
            continue;
        unsigned k = rgs_typology_sum(s, e, ty, c, &score);
        double shown = l->cluster < 0 ? floor(st->score * 10 + 0.5) / 10 : l->score;
        bool gives_way = rgs_gives_way(s, e, i, level->level);
        if (level->alert_ts && !level->withdrawn && !gives_way &&
            (!out->alerted || level->alert_ts < out->alert_ts)) {
            out->alerted = true;
            out->alert_ts = level->alert_ts;
        }
        if (shown <= 0 || gives_way || (status >= RGS_STATUS_REVIEW && shown < FAINT))
            continue;
        size_t at = n++;
        /* At the same score the one with a scope comes first: it says more. */
        double order = shown + (ty->scope >= 0 ? 0.01 : 0);
        for (; at > 0 && key[at - 1] < order; at--) {
            t[at] = t[at - 1];
            key[at] = key[at - 1];
        }
        key[at] = order;
        t[at] = (struct rgs_result_typology){.id = ty->id, .score = shown, .title = ty->title};
        if (!rules(o, c, k, &t[at]))
            return false;
    }
    if (status >= RGS_STATUS_REVIEW &&
        rgs_counterfactual_words(s, e, l->cluster, status, words, sizeof(words))) {
        why_not[0] = rgs_result_str(o, words);
        if (!why_not[0])
            return false;
        out->n_counterfactual = 1;
    }
    out->typologies = t;
    out->n_typologies = n;
    out->counterfactual = why_not;
    return true;
}

static const struct line *line_of(const struct line *lines, size_t n, const struct rgs_scored *e,
                                  int cluster)
{
    for (size_t i = 0; i < n; i++) {
        if (lines[i].e == e && lines[i].cluster == cluster)
            return &lines[i];
    }
    return NULL;
}

/*
 * Where a reseller (or block) is told of as a whole, a part or a cluster of his that has no line
 * any more may have been told of before: the first such alert, if it came before his own.
 */
static const struct rgs_stored_alert *
told_of_part(const struct rgs_scorer *s, const struct line *lines, size_t n, const struct line *l)
{
    const struct rgs_stored_alert *first = NULL;
    int64_t own = INT64_MAX;

    if (l->cluster >= 0 || l->status != RGS_STATUS_ALERT || l->e->grain > RGS_GRAIN_BLOCK)
        return NULL;
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_level *level = &l->e->standing[t].own;
        if (level->alert_ts && !level->withdrawn && level->alert_ts < own &&
            !rgs_gives_way(s, l->e, t, level->level))
            own = level->alert_ts;
    }
    for (uint32_t i = 0; i < s->n_alerts; i++) {
        const struct rgs_stored_alert *a = &s->alerts[i];
        if (a->level != RGS_STATUS_ALERT || a->ts >= (first ? first->ts : own))
            continue;
        const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);
        bool his = e && (a->cluster ? e == l->e
                                    : rgs_entity_parent(s, e) == l->e &&
                                          !e->standing[a->typology].own.withdrawn);
        if (his && !line_of(lines, n, e, a->cluster ? a->typology : -1) &&
            (a->cluster || !cluster_of(s, lines, n, e)))
            first = a;
    }
    return first;
}

/* A cluster was first told of when the first of its parts was. */
static void first_alert(const struct rgs_scorer *s, const struct line *l,
                        struct rgs_result_reseller *out)
{
    for (unsigned g = RGS_GRAIN_BLOCK + 1; g < RGS_GRAIN_COUNT; g++) {
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            const struct rgs_scored *e = rgs_entity_at(s, g, i);
            int64_t ts = e->id ? e->standing[l->cluster].own.alert_ts : 0;
            if (ts && (!out->alerted || ts < out->alert_ts) && cluster_of(s, l, 1, e)) {
                out->alerted = true;
                out->alert_ts = ts;
            }
        }
    }
}

static bool tops(struct rgs_scorer *s, struct rgs_result_owner *o, struct rgs_services *services,
                 uint64_t codes, struct rgs_origins *origin, uint64_t origins,
                 struct rgs_result_reseller *out)
{
    const struct rgs_tops top[2] = {rgs_services_tops(services), rgs_origins_tops(origin)};

    return counts(s, o, &top[0], codes, true, &out->services, &out->n_services) &&
           counts(s, o, &top[1], origins, false, &out->origins, &out->n_origins);
}

static bool line(struct rgs_scorer *s, struct rgs_result_owner *o, const struct line *l,
                 struct rgs_result_reseller *out)
{
    const struct rgs_scored *p = rgs_entity_parent(s, l->e);
    char words[128];
    const char *name;

    *out = (struct rgs_result_reseller){.id = l->id,
                                        .name = l->name ? l->name : l->id,
                                        .score = l->score,
                                        .status = l->status,
                                        .numbers = rgs_entity_support(l->e),
                                        .verifications = l->e->verifications};
    if (l->cluster >= 0) {
        const struct rgs_standing *st = &l->e->standing[l->cluster];
        out->numbers = (uint64_t)st->members;
        struct rgs_scope_facts *f = rgs_entity_facts(s, l->e, (unsigned)l->cluster), of_inside;
        out->verifications = st->codes;
        if (st->counted) {
            out->verifications = rgs_inside_facts(s, l->e, (unsigned)l->cluster, &of_inside);
            /* All of the scope were used where it says. */
            of_inside.origin = f->origin;
            of_inside.origins = s->rs->typologies[l->cluster].scope >= 0 ? f->origins : 0;
            f = &of_inside;
        }
        out->parent = rgs_entity_words(s, l->e->grain, l->e->id, words, &name)
                          ? rgs_result_str(o, words)
                          : NULL;
        out->first_ts = f->first_ts;
        out->last_ts = f->last_ts;
        bool ok = out->parent &&
                  tops(s, o, &f->services, out->verifications, &f->origin, f->origins, out) &&
                  typologies(s, o, l, out);
        first_alert(s, l, out);
        return ok;
    }
    if (l->e->grain == RGS_GRAIN_RESELLER) {
        s->names.reseller(s->names.ctx, l->e->id, &name, &out->parent);
    } else if (p && l->e->grain != RGS_GRAIN_CELL &&
               rgs_entity_words(s, p->grain, p->id, words, &name)) {
        /* A cell is a place: whose numbers most of its residents have is nobody's part in it. */
        out->parent = rgs_result_str(o, words);
        if (!out->parent)
            return false;
    }
    /* Of a few numbers, or of one, it would be what persons do, and when. */
    if (l->status == RGS_STATUS_INSUFFICIENT)
        return true;
    out->first_ts = l->e->first_ts;
    out->last_ts = l->e->last_ts;
    if (l->of_part) {
        out->alerted = true;
        out->alert_ts = l->of_part->ts;
    }
    return tops(s, o, &l->e->services, l->e->verifications, &l->e->origin, l->e->origins, out) &&
           typologies(s, o, l, out);
}

/* ---- alerts -----------------------------------------------------------------------------------
 */

/* The id of the line that an alert belongs to. */
static const char *listed(const struct rgs_scorer *s, const struct line *lines, size_t n,
                          const struct rgs_stored_alert *a)
{
    const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);
    const struct line *l = e && !a->cluster ? cluster_of(s, lines, n, e) : NULL;

    /* What a part raised before the cluster did is the cluster's first alert. */
    if (l && l->cluster == a->typology) {
        int64_t own = l->e->standing[a->typology].cluster.alert_ts;
        return !own || a->ts < own ? l->id : NULL;
    }
    for (size_t i = 0; i < n; i++) {
        /* A reseller's alert that turned out to be a cluster's is withdrawn. */
        const struct rgs_standing *st = &lines[i].e->standing[a->typology];
        if (lines[i].e->grain == a->grain && lines[i].e->id == a->id &&
            (a->cluster ? lines[i].cluster == a->typology : lines[i].cluster < 0))
            return a->level == RGS_STATUS_ALERT && !a->cluster && st->own.withdrawn ? NULL
                                                                                    : lines[i].id;
    }
    l = e ? line_of(lines, n, a->cluster ? e : rgs_entity_parent(s, e), -1) : NULL;
    return l && l->of_part == a ? l->id : NULL;
}

/* A cluster that is not one any more was told of all the same, and nobody around it is. */
static bool stands_alone(const struct rgs_scorer *s, const struct line *lines, size_t n,
                         const struct rgs_stored_alert *a)
{
    const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);

    if (!e || !a->cluster || line_of(lines, n, e, a->typology))
        return false;
    const struct line *l = line_of(lines, n, e, -1);
    return !l || l->status < RGS_STATUS_ALERT;
}

/* Whom it was told of. */
static bool alert_words(const struct rgs_scorer *s, const struct rgs_stored_alert *a,
                        char words[128])
{
    const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);
    const char *name;

    if (a->cluster)
        return e && rgs_cluster_words(s, e, a->typology, words);
    return rgs_entity_words(s, a->grain, a->id, words, &name);
}

static bool alerts(struct rgs_scorer *s, struct rgs_result_owner *o, const struct line *lines,
                   size_t n)
{
    struct rgs_result_alert *out = take(o, (s->n_alerts + 1) * sizeof(*out));
    struct rgs_rule_words word;
    char words[128];
    size_t k = 0;

    if (!out)
        return false;
    for (uint32_t i = 0; i < s->n_alerts; i++) {
        const struct rgs_stored_alert *a = &s->alerts[i];
        const char *id = listed(s, lines, n, a), *raised_as = NULL;
        const char **list = take(o, (a->n_rules + 1u) * sizeof(*list));
        if (!list)
            return false;
        bool known = alert_words(s, a, words);
        if (!id && known && stands_alone(s, lines, n, a))
            id = rgs_result_str(o, words);
        if (!id)
            continue;
        if (known && strcmp(words, id) != 0) {
            raised_as = rgs_result_str(o, words);
            if (!raised_as)
                return false;
        }
        for (unsigned r = 0; r < a->n_rules; r++) {
            rgs_alert_rule_words(s, a->rule[r], &word);
            list[r] = rgs_result_str(o, word.text);
            if (!list[r])
                return false;
        }
        out[k++] = (struct rgs_result_alert){.ts = a->ts,
                                             .id = id,
                                             .raised_as = raised_as,
                                             .typology = s->rs->typologies[a->typology].id,
                                             .score = floor(a->score * 10 + 0.5) / 10,
                                             .level = (enum rgs_status)a->level,
                                             .rules = list,
                                             .n_rules = a->n_rules};
    }
    o->result.alerts = out;
    o->result.n_alerts = k;
    return true;
}

static bool dropped(struct rgs_scorer *s, struct rgs_result_owner *o)
{
    struct rgs_result_named *d = take(o, 8 * sizeof(*d));
    struct rgs_census c;
    size_t n = 0;

    if (!d)
        return false;
    rgs_scorer_census(s, &c);
    const struct rgs_result_named rows[] = {
        {"rules: observations too late", c.late},
        {"rules: numbers evicted", c.numbers_evicted},
        {"rules: facts of a number beyond its log", c.facts_dropped},
        {"rules: entities evicted", c.entities_evicted},
        {"rules: sketches missing", c.sketches_missing},
        {"rules: oldest alerts beyond the list", c.alerts_dropped},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].count)
            d[n++] = rows[i];
    }
    o->result.dropped = d;
    o->result.n_dropped = n;
    return true;
}

int rgs_scorer_result(struct rgs_scorer *s, struct rgs_result_owner *o)
{
    struct rgs_result *r = &o->result;
    size_t n = 0;

    rgs_scorer_settle(s);
    rgs_parts_forget(s);
    for (unsigned g = RGS_GRAIN_COUNT; g-- > 0;) {
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            struct rgs_scored *e = rgs_entity_at(s, g, i);
            if (e->id && rgs_entity_support(e) >= s->rs->min_support)
                rgs_entity_evaluate(s, e, s->now);
        }
        rgs_parts_note(s, g);
    }
    struct line *lines = take(o, (candidates(s) + 1) * sizeof(*lines));
    if (!lines || !collect(s, o, lines, &n))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        lines[i].of_part = told_of_part(s, lines, n, &lines[i]);
    struct rgs_result_reseller *out = take(o, (n + 1) * sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        if (!out || !line(s, o, &lines[i], &out[i]))
            return -ENOMEM;
    }
    if (!out || !alerts(s, o, lines, n) || !dropped(s, o))
        return -ENOMEM;
    r->resellers = out;
    r->n_resellers = n;
    r->ruleset_name = s->rs->name;
    r->ruleset_revision = s->rs->revision;
    r->ruleset_sha256 = s->rs->sha256;
    return 0;
}
