/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a line of the result says. */
#include <math.h>
#include <stdio.h>

#include "rules/result_parts.h"

static bool counts(struct rgs_scorer *s, struct rgs_result_owner *o, const struct rgs_tops *top,
                   uint64_t total, bool services, const struct rgs_result_count **out,
                   size_t *n_out)
{
    struct rgs_result_count *c = rgs_result_take(o, top->n * sizeof(*c));
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
    struct rgs_result_rule *r = rgs_result_take(o, (n + 1) * sizeof(*r));
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

/* And why it is in review only, where that is not for its score. */
static const char *title_of(struct rgs_result_owner *o, const struct rgs_scored *e,
                            const struct rgs_typology *t, double score)
{
    char words[RGS_RS_WHY + 80];

    if (score < t->alert || !rgs_is_too_new(e, t))
        return t->title;
    snprintf(words, sizeof(words), "%s; no alert before it has been seen for %g hours", t->title,
             (double)t->known_for / 3600e9);
    return rgs_result_str(o, words);
}

/* Beside what puts a line into review, a typology with fewer points says nothing. */
enum { FAINT = 15 };

static bool typologies(struct rgs_scorer *s, struct rgs_result_owner *o,
                       const struct rgs_result_line *l, struct rgs_result_reseller *out)
{
    struct rgs_scored *e = l->e;
    enum rgs_status status = l->status;
    struct rgs_result_typology *t = rgs_result_take(o, (s->rs->n_typologies + 1) * sizeof(*t));
    const char **why_not = rgs_result_take(o, sizeof(*why_not));
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
        t[at] = (struct rgs_result_typology){
            .id = ty->id, .score = shown, .title = title_of(o, e, ty, shown)};
        if (!t[at].title || !rules(o, c, k, &t[at]))
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

/* A cluster was first told of when the first of its parts was. */
static void first_alert(const struct rgs_scorer *s, const struct rgs_result_line *l,
                        struct rgs_result_reseller *out)
{
    for (unsigned g = RGS_GRAIN_BLOCK + 1; g < RGS_GRAIN_COUNT; g++) {
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            const struct rgs_scored *e = rgs_entity_at(s, g, i);
            int64_t ts = e->id ? e->standing[l->cluster].own.alert_ts : 0;
            if (ts && (!out->alerted || ts < out->alert_ts) && rgs_line_cluster_of(s, l, 1, e)) {
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

bool rgs_line_say(struct rgs_scorer *s, struct rgs_result_owner *o, const struct rgs_result_line *l,
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
        out->numbers = (uint64_t)(st->members > 0 ? st->members : st->told);
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
    } else if (p && (l->e->grain != RGS_GRAIN_CELL || l->e->id & RGS_PLACE_NODE) &&
               rgs_entity_words(s, p->grain, p->id, words, &name)) {
        /* A cell is a place: whose numbers most of its residents have is nobody's part in it. Of a
         * node only his are meant. */
        out->parent = rgs_result_str(o, words);
        if (!out->parent)
            return false;
    }
    /* Of a few numbers, or of one, it would be what persons do, and when, under a name that may be
     * theirs. */
    if (l->status == RGS_STATUS_INSUFFICIENT) {
        out->name = out->id;
        out->verifications = 0;
        return true;
    }
    out->first_ts = l->e->first_ts;
    out->last_ts = l->e->last_ts;
    if (l->of_part) {
        out->alerted = true;
        out->alert_ts = l->of_part->ts;
    }
    return tops(s, o, &l->e->services, l->e->verifications, &l->e->origin, l->e->origins, out) &&
           typologies(s, o, l, out);
}
