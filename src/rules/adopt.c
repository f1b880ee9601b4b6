/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorer goes on under another rule set. */
#include "rules/adopt.h"

/* Values whose histograms no old record has, for each grain. */
static void recount(const struct rgs_adoption *a)
{
    const struct rgs_ruleset *old = a->old->rs, *now = a->s->rs;
    uint32_t missing[RGS_GRAIN_COUNT] = {0};

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (unsigned p = 0; p < now->n_per; p++) {
            const struct rgs_per_value *was = a->per[p] >= 0 ? &old->per[a->per[p]] : NULL;
            bool there = was && was->grains >> g & 1 && (was->pairs || !now->per[p].pairs);
            if (now->per[p].grains >> g & 1 && !there)
                missing[g] |= 1u << p;
        }
    }
    rgs_entities_recount(a->s, missing);
}

/* The same rule in the new set, else its words are kept; -1 when there is no room for them. */
static int16_t rule_of(struct rgs_scorer *s, const struct rgs_rule_words *words)
{
    struct rgs_rule_words w;

    for (unsigned i = 0; i < s->rs->n_rules; i++) {
        rgs_alert_rule_words(s, (int)i, &w);
        if (strcmp(w.text, words->text) == 0)
            return (int16_t)i;
    }
    uint32_t i = 0;
    while (i < s->n_past_rules && strcmp(s->past_rules[i].text, words->text) != 0)
        i++;
    if (i == RGS_PAST_RULES)
        return -1;
    if (i == s->n_past_rules)
        s->past_rules[s->n_past_rules++] = *words;
    return (int16_t)(RGS_RS_RULES + i);
}

/* Alerts of typologies that there still are. */
static void copy_alerts(const struct rgs_adoption *a)
{
    struct rgs_scorer *s = a->s;

    for (uint32_t i = 0; i < a->old->n_alerts; i++) {
        struct rgs_stored_alert x = a->old->alerts[i];
        unsigned t = 0, n = 0;
        while (t < s->rs->n_typologies && a->typology[t] != x.typology)
            t++;
        if (t == s->rs->n_typologies)
            continue;
        x.typology = (uint8_t)t;
        for (unsigned r = 0; r < x.n_rules; r++) {
            struct rgs_rule_words words;
            rgs_alert_rule_words(a->old, x.rule[r], &words);
            int16_t rule = rule_of(s, &words);
            if (rule >= 0)
                x.rule[n++] = rule;
        }
        x.n_rules = (uint8_t)n;
        s->alerts[s->n_alerts++] = x;
    }
    s->alerts_dropped = a->old->alerts_dropped;
}

static void copy_clock(const struct rgs_adoption *a)
{
    struct rgs_scorer *s = a->s;

    s->now = a->old->now;
    s->next_day = a->old->next_day;
    s->next = a->old->next;
    if (s->next && s->rs->every != a->old->rs->every)
        s->next = s->now - s->now % s->rs->every + s->rs->every;
    s->late = a->old->late;
    s->observations = a->old->observations;
}

/* What is scored differently is scored at once. Clusters come before what is around them. */
static void evaluate_changed(const struct rgs_adoption *a)
{
    struct rgs_scorer *s = a->s;

    rgs_parts_expect_all(s);
    rgs_parts_forget(s);
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        rgs_parts_note(s, g);
    for (unsigned k = 0; k < s->rs->n_typologies; k++) {
        unsigned t = s->rs->order[k];
        for (unsigned g = RGS_GRAIN_COUNT; !a->same[t] && g-- > 0;) {
            for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
                struct rgs_scored *e = rgs_entity_at(s, g, i);
                if (e->id && rgs_entity_is_enough(s, e))
                    rgs_entity_evaluate_one(s, e, t, s->now);
            }
        }
    }
}

struct rgs_scorer *rgs_scorer_adopt(struct rgs_scorer *old, const struct rgs_ruleset *r)
{
    rgs_scorer_settle(old);
    struct rgs_scorer *s = rgs_scorer_new(r, &old->names, &old->capacity, old->alloc);
    struct rgs_adoption a = {.old = old, .s = s};

    if (!s)
        return NULL;
    memcpy(s->seeds, old->seeds, ((size_t)s->seed_mask + 1) * sizeof(*s->seeds));
    copy_clock(&a);
    if (!rgs_adopt_plan(&a) || !rgs_adopt_entities(&a) || !rgs_adopt_numbers(&a)) {
        rgs_scorer_del(s);
        return NULL;
    }
    recount(&a);
    copy_alerts(&a);
    s->on_alert = old->on_alert;
    s->on_alert_ctx = old->on_alert_ctx;
    s->untold = s->n_alerts;
    evaluate_changed(&a);
    rgs_alerts_tell(s);
    return s;
}
