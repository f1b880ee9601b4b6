/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which entities are worth a line of the result, and what hides behind another one's. */
#include <math.h>

#include "rules/result_parts.h"

/* By all typologies but those that give way to another one, which is told of instead; or by those
 * of them only that say of a reseller what he does, and not what a market does to his numbers. */
static enum rgs_status level_by(const struct rgs_scorer *s, const struct rgs_scored *e, bool his,
                                double *score)
{
    unsigned level = RGS_STATUS_CLEAR;

    *score = 0;
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_standing *st = &e->standing[t];
        if ((his && s->rs->typologies[t].whole) || rgs_gives_way(s, e, t, st->own.level))
            continue;
        *score = st->score > *score ? st->score : *score;
        level = st->own.level > level ? st->own.level : level;
    }
    *score = floor(*score * 10 + 0.5) / 10;
    return (enum rgs_status)level;
}

static enum rgs_status status_of(const struct rgs_scorer *s, const struct rgs_scored *e,
                                 double *score)
{
    if (rgs_entity_is_enough(s, e))
        return level_by(s, e, false, score);
    *score = 0;
    return RGS_STATUS_INSUFFICIENT;
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

static bool same_numbers(const struct rgs_result_line *lines, size_t n, const struct rgs_scored *e)
{
    for (size_t i = 0; i < n; i++) {
        if (lines[i].e->fingerprint == e->fingerprint && lines[i].e->members == e->members &&
            lines[i].e->grain != RGS_GRAIN_RESELLER && lines[i].cluster < 0 && e->members)
            return true;
    }
    return false;
}

const struct rgs_result_line *rgs_line_cluster_of(const struct rgs_scorer *s,
                                                  const struct rgs_result_line *lines, size_t n,
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

static bool before(const struct rgs_result_line *a, const struct rgs_result_line *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    return strcmp(a->id, b->id) < 0;
}

/* Shell sort: in place, no recursion, the same on every run. */
static void sort(struct rgs_result_line *v, size_t n)
{
    for (size_t gap = n / 2; gap; gap /= 2) {
        for (size_t i = gap; i < n; i++) {
            struct rgs_result_line x = v[i];
            size_t k = i;
            for (; k >= gap && before(&x, &v[k - gap]); k -= gap)
                v[k] = v[k - gap];
            v[k] = x;
        }
    }
}

size_t rgs_lines_most(const struct rgs_scorer *s)
{
    size_t n = 0;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        n += s->entities[g].count;
    return 2 * n; /* itself, and a cluster in it */
}

/* The typology by which there was a cluster in it at alert that fades, and nothing else was said;
 * or -1. */
static int cluster_told(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    double own;
    int first = -1;

    if (status_of(s, e, &own) == RGS_STATUS_ALERT || was_told(s, e))
        return -1;
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_standing *st = &e->standing[t];
        if (st->told > 0 && !rgs_gives_way(s, e, t, RGS_STATUS_ALERT) &&
            (first < 0 || st->cluster.alert_ts < e->standing[first].cluster.alert_ts))
            first = (int)t;
    }
    return first;
}

/* The entity's numbers in the scope of one typology, where that is what is suspicious. */
static bool cluster_line(const struct rgs_scorer *s, struct rgs_scored *e,
                         struct rgs_result_line *l)
{
    *l = (struct rgs_result_line){.e = e, .cluster = -1};
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_standing *st = &e->standing[t];
        if (st->cluster.level >= RGS_STATUS_REVIEW && st->members > 0 &&
            !rgs_gives_way(s, e, t, st->cluster.level) &&
            (l->cluster < 0 || st->raw > e->standing[l->cluster].raw))
            l->cluster = (int)t;
    }
    if (l->cluster < 0)
        l->cluster = cluster_told(s, e);
    if (l->cluster < 0)
        return false;
    const struct rgs_standing *st = &e->standing[l->cluster];
    l->score = floor(st->raw * 10 + 0.5) / 10;
    l->status = (enum rgs_status)st->cluster.level;
    /* Who sells himself has no need of somebody hidden in him. */
    double own;
    if (st->counted && l->status >= RGS_STATUS_REVIEW && level_by(s, e, true, &own) >= l->status)
        return false;
    l->name = s->rs->typologies[l->cluster].title;
    return true;
}

bool rgs_lines_collect(struct rgs_scorer *s, struct rgs_result_owner *o,
                       struct rgs_result_line *lines, size_t *n)
{
    char words[128];

    *n = 0;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            struct rgs_scored *e = rgs_entity_at(s, g, i);
            struct rgs_result_line l;
            if (!e->id)
                continue;
            if (rgs_entity_is_enough(s, e) && cluster_line(s, e, &l) &&
                rgs_cluster_words(s, e, (unsigned)l.cluster, words)) {
                l.id = rgs_result_str(o, words);
                if (!l.id)
                    return false;
                lines[(*n)++] = l;
            }
            l = (struct rgs_result_line){.e = e, .cluster = -1};
            l.status = status_of(s, e, &l.score);
            if (!worth_a_line(s, e, l.status) || !rgs_entity_words(s, g, e->id, words, &l.name) ||
                (g > RGS_GRAIN_BLOCK && same_numbers(lines, *n, e)) ||
                rgs_line_cluster_of(s, lines, *n, e))
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

const struct rgs_result_line *rgs_line_of(const struct rgs_result_line *lines, size_t n,
                                          const struct rgs_scored *e, int cluster)
{
    for (size_t i = 0; i < n; i++) {
        if (lines[i].e == e && lines[i].cluster == cluster)
            return &lines[i];
    }
    return NULL;
}
