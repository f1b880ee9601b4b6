/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A result that leaves no trace: what scoring writes into entities is put back afterwards. */
#include <errno.h>

#include "rules/scorer.h"

/* Records from the first index on, one after the other; their slots and facts are not written to.
 */
static void copy(struct rgs_scorer *s, uint8_t *saved, bool back)
{
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        size_t n = s->entities[g].slots_at;
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            struct rgs_scored *e = rgs_entity_at(s, g, i);
            if (!e->id || !rgs_entity_is_enough(s, e))
                continue;
            if (back)
                memcpy(e, saved, n);
            else
                memcpy(saved, e, n);
            saved += n;
        }
    }
}

static size_t size(const struct rgs_scorer *s)
{
    size_t n = 1;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        n += (size_t)s->entities[g].count * s->entities[g].slots_at;
    return n;
}

int rgs_scorer_preview(struct rgs_scorer *s, struct rgs_result_owner *o)
{
    rgs_scorer_settle(s);
    uint8_t *saved = rgs_new(s->alloc, size(s));
    uint32_t n_alerts = s->n_alerts;
    uint64_t dropped = s->alerts_dropped;

    if (!saved)
        return -ENOMEM;
    copy(s, saved, false);
    s->looking = true;
    int status = rgs_scorer_result(s, o);
    s->looking = false;
    copy(s, saved, true);
    s->n_alerts = n_alerts;
    s->alerts_dropped = dropped;
    rgs_free(s->alloc, saved);
    return status;
}
