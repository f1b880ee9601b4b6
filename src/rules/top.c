/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The highest scores of a running scorer, without a whole result: it takes no memory. */
#include <math.h>
#include <stdio.h>

#include "rules/scorer.h"

static void look(const struct rgs_scorer *s, const struct rgs_scored *e, struct rgs_top_line *line)
{
    *line = (struct rgs_top_line){.status = RGS_STATUS_CLEAR,
                                  .numbers = rgs_entity_support(e),
                                  .verifications = e->verifications};
    for (unsigned t = 0; t < s->rs->n_typologies; t++) {
        const struct rgs_standing *st = &e->standing[t];
        line->score = st->score > line->score ? st->score : line->score;
        if (st->own.level > line->status)
            line->status = (enum rgs_status)st->own.level;
    }
    line->score = floor(line->score * 10 + 0.5) / 10;
}

static bool before(const struct rgs_top_line *a, const struct rgs_top_line *b)
{
    return a->score != b->score ? a->score > b->score : strcmp(a->id, b->id) < 0;
}

/* Keeps the best lines in order, as a report does. */
static size_t place(struct rgs_top_line *out, size_t n, size_t cap, const struct rgs_top_line *line)
{
    size_t at = n;

    while (at && before(line, &out[at - 1]))
        at--;
    if (at == cap)
        return n;
    n = n < cap ? n + 1 : n;
    memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof(*out));
    out[at] = *line;
    return n;
}

size_t rgs_scorer_top(struct rgs_scorer *s, struct rgs_top_line *out, size_t cap)
{
    static const unsigned grains[] = {RGS_GRAIN_RESELLER, RGS_GRAIN_BLOCK};
    size_t n = 0;

    rgs_scorer_settle(s);
    for (size_t g = 0; g < sizeof(grains) / sizeof(grains[0]); g++) {
        for (uint32_t i = rgs_entity_at(s, grains[g], 0)->newer; i;
             i = rgs_entity_at(s, grains[g], i)->newer) {
            const struct rgs_scored *e = rgs_entity_at(s, grains[g], i);
            struct rgs_top_line line;
            const char *name;
            if (!rgs_entity_is_enough(s, e) ||
                (grains[g] == RGS_GRAIN_BLOCK && rgs_entity_parent(s, e)))
                continue;
            look(s, e, &line);
            if (n == cap && (!cap || line.score < out[cap - 1].score))
                continue;
            if (rgs_entity_words(s, grains[g], e->id, line.id, &name))
                n = place(out, n, cap, &line);
        }
    }
    return n;
}
