/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scorer knows as the analyze result. */
#include <errno.h>

#include "rules/result_parts.h"

static bool dropped(struct rgs_scorer *s, struct rgs_result_owner *o)
{
    struct rgs_result_named *d = rgs_result_take(o, 8 * sizeof(*d));
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
            if (e->id && rgs_entity_is_enough(s, e))
                rgs_entity_evaluate(s, e, s->now);
        }
        rgs_parts_note(s, g);
    }
    rgs_alerts_tell(s);
    struct rgs_result_line *lines = rgs_result_take(o, (rgs_lines_most(s) + 1) * sizeof(*lines));
    if (!lines || !rgs_lines_collect(s, o, lines, &n))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        lines[i].of_part = rgs_line_told_of_part(s, lines, n, &lines[i]);
    struct rgs_result_reseller *out = rgs_result_take(o, (n + 1) * sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        if (!out || !rgs_line_say(s, o, &lines[i], &out[i]))
            return -ENOMEM;
    }
    if (!out || !rgs_result_alerts(s, o, lines, n) || !dropped(s, o))
        return -ENOMEM;
    r->resellers = out;
    r->n_resellers = n;
    r->ruleset_name = s->rs->name;
    r->ruleset_revision = s->rs->revision;
    r->ruleset_sha256 = s->rs->sha256;
    return 0;
}
