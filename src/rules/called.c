/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What entities, clusters and rules are called where people read of them. */
#include <stdio.h>

#include "rules/scorer.h"

bool rgs_entity_words(const struct rgs_scorer *s, unsigned grain, uint64_t id, char out[128],
                      const char **name)
{
    const char *kind, *word = NULL, *parent;

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
        kind = grain == RGS_GRAIN_CELL && id & RGS_PLACE_NODE ? "node" : rgs_grains[grain];
        word = s->names.token ? s->names.token(s->names.ctx, (enum rgs_grain)grain, id) : NULL;
        /* Without a key an id tells nothing but that it is the same one: half of it, mixed again.
         */
        if (word)
            snprintf(out, 128, "%s:%s", kind, word);
        else
            snprintf(out, 128, "%s:%08x", kind, (unsigned)(rgs_mix64(id) >> 32));
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
