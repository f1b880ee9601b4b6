/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts that were told, under the lines that they belong to now. */
#include <math.h>

#include "rules/result_parts.h"

const struct rgs_stored_alert *rgs_line_told_of_part(const struct rgs_scorer *s,
                                                     const struct rgs_result_line *lines, size_t n,
                                                     const struct rgs_result_line *l)
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
        if (his && !rgs_line_of(lines, n, e, a->cluster ? a->typology : -1) &&
            (a->cluster || !rgs_line_cluster_of(s, lines, n, e)))
            first = a;
    }
    return first;
}

/* The id of the line that an alert belongs to. */
static const char *listed(const struct rgs_scorer *s, const struct rgs_result_line *lines, size_t n,
                          const struct rgs_stored_alert *a)
{
    const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);
    const struct rgs_result_line *l = e && !a->cluster ? rgs_line_cluster_of(s, lines, n, e) : NULL;

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
    l = e ? rgs_line_of(lines, n, a->cluster ? e : rgs_entity_parent(s, e), -1) : NULL;
    return l && l->of_part == a ? l->id : NULL;
}

/* A cluster that is not one any more was told of all the same, and nobody around it is. */
static bool stands_alone(const struct rgs_scorer *s, const struct rgs_result_line *lines, size_t n,
                         const struct rgs_stored_alert *a)
{
    const struct rgs_scored *e = rgs_entity_find(s, a->grain, a->id);

    if (!e || !a->cluster || rgs_line_of(lines, n, e, a->typology))
        return false;
    const struct rgs_result_line *l = rgs_line_of(lines, n, e, -1);
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

bool rgs_result_alerts(struct rgs_scorer *s, struct rgs_result_owner *o,
                       const struct rgs_result_line *lines, size_t n)
{
    struct rgs_result_alert *out = rgs_result_take(o, (s->n_alerts + 1) * sizeof(*out));
    struct rgs_rule_words word;
    char words[128];
    size_t k = 0;

    if (!out)
        return false;
    for (uint32_t i = 0; i < s->n_alerts; i++) {
        const struct rgs_stored_alert *a = &s->alerts[i];
        const char *id = listed(s, lines, n, a), *raised_as = NULL;
        const char **list = rgs_result_take(o, (a->n_rules + 1u) * sizeof(*list));
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
