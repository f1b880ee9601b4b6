/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/scorer.h"

void rgs_scorer_census(struct rgs_scorer *s, struct rgs_census *out)
{
    rgs_scorer_settle(s);
    *out = (struct rgs_census){
        .ruleset = rgs_ruleset_name(s->rs),
        .revision = rgs_ruleset_revision(s->rs),
        .sha256 = rgs_ruleset_sha256(s->rs),
        .numbers = s->numbers.count,
        .late = s->late,
        .numbers_evicted = s->numbers.evicted,
        .facts_dropped = s->numbers.log_dropped,
        .sketches_missing = s->sketch_missing,
        .alerts_dropped = s->alerts_dropped,
    };
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        out->entities[g] = s->entities[g].count;
        out->entities_evicted += s->entities[g].evicted;
    }
}

const char *rgs_grain_word(enum rgs_grain grain)
{
    return rgs_grains[grain];
}
