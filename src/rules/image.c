/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorer's state as bytes. What follows from the rule set is not in it. */
#include "rules/scorer.h"

static void numbers(struct rgs_scorer *s, struct rgs_image *im)
{
    struct rgs_numbers *t = &s->numbers;

    rgs_image_same(im, t->cap);
    rgs_image_same(im, t->wheel_size);
    rgs_image_same(im, sizeof(*t->at));
    rgs_image_same(im, sizeof(*t->logs.chunk));
    RGS_IMAGE(im, t->count);
    RGS_IMAGE(im, t->sims);
    RGS_IMAGE(im, t->fresh);
    RGS_IMAGE(im, t->spare);
    RGS_IMAGE(im, t->logs.fresh);
    RGS_IMAGE(im, t->logs.spare);
    RGS_IMAGE(im, t->logs.count);
    RGS_IMAGE(im, t->pane);
    RGS_IMAGE(im, t->jumped);
    RGS_IMAGE(im, t->born);
    RGS_IMAGE(im, t->young);
    RGS_IMAGE(im, t->evicted);
    RGS_IMAGE(im, t->log_dropped);
    if (!rgs_image_fits(im, t->fresh, (uint64_t)t->cap + 1) ||
        !rgs_image_fits(im, t->logs.fresh, (uint64_t)t->logs.cap + 1))
        return;
    rgs_image_bytes(im, t->at, t->fresh * sizeof(*t->at));
    rgs_image_bytes(im, t->logs.chunk, t->logs.fresh * sizeof(*t->logs.chunk));
    rgs_image_bytes(im, t->bucket, ((size_t)t->mask + 1) * sizeof(*t->bucket));
    rgs_image_bytes(im, t->wheel, t->wheel_size * sizeof(*t->wheel));
    rgs_image_bytes(im, t->spoke, t->fresh * sizeof(*t->spoke));
    rgs_rows_forget(t);
    if (t->young) /* how far they reach follows from the pane */
        rgs_numbers_age(s);
}

static void entities(struct rgs_entities *t, struct rgs_image *im)
{
    rgs_image_same(im, t->cap);
    rgs_image_same(im, t->stride);
    RGS_IMAGE(im, t->count);
    RGS_IMAGE(im, t->fresh);
    RGS_IMAGE(im, t->spare);
    RGS_IMAGE(im, t->evicted);
    RGS_IMAGE(im, t->n_dirty);
    if (!rgs_image_fits(im, t->fresh, (uint64_t)t->cap + 1) ||
        !rgs_image_fits(im, t->n_dirty, (uint64_t)t->cap + 1))
        return;
    rgs_image_bytes(im, t->mem, t->fresh * t->stride);
    rgs_image_bytes(im, t->dirty, t->n_dirty * sizeof(*t->dirty));
    rgs_image_bytes(im, t->bucket, ((size_t)t->mask + 1) * sizeof(*t->bucket));
}

static void sketches(struct rgs_scorer *s, struct rgs_image *im)
{
    rgs_image_same(im, s->sketch_cap);
    RGS_IMAGE(im, s->sketch_fresh);
    RGS_IMAGE(im, s->sketch_spare);
    RGS_IMAGE(im, s->sketch_missing);
    if (rgs_image_fits(im, s->sketch_fresh, (uint64_t)s->sketch_cap + 1))
        rgs_image_bytes(im, s->sketches, s->sketch_fresh * sizeof(*s->sketches));
}

static void alerts(struct rgs_scorer *s, struct rgs_image *im)
{
    rgs_image_same(im, sizeof(*s->alerts));
    RGS_IMAGE(im, s->n_alerts);
    RGS_IMAGE(im, s->alerts_dropped);
    RGS_IMAGE(im, s->n_past_rules);
    if (!rgs_image_fits(im, s->n_alerts, RGS_ALERTS) ||
        !rgs_image_fits(im, s->n_past_rules, RGS_PAST_RULES))
        return;
    rgs_image_bytes(im, s->alerts, s->n_alerts * sizeof(*s->alerts));
    rgs_image_bytes(im, s->past_rules, s->n_past_rules * sizeof(*s->past_rules));
}

void rgs_scorer_image(struct rgs_scorer *s, struct rgs_image *im)
{
    rgs_scorer_settle(s);
    numbers(s, im);
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        entities(&s->entities[g], im);
    rgs_image_same(im, s->seed_mask);
    rgs_image_bytes(im, s->seeds, ((size_t)s->seed_mask + 1) * sizeof(*s->seeds));
    sketches(s, im);
    rgs_image_same(im, s->rs->n_z);
    rgs_image_bytes(im, s->peers, (s->rs->n_z * RGS_GRAIN_COUNT + 1) * sizeof(*s->peers));
    alerts(s, im);
    RGS_IMAGE(im, s->now);
    RGS_IMAGE(im, s->next);
    RGS_IMAGE(im, s->next_day);
    RGS_IMAGE(im, s->late);
    RGS_IMAGE(im, s->observations);
    RGS_IMAGE(im, s->seen);
    if (im->mode == RGS_IMAGE_READ) {
        s->untold = s->n_alerts;
        rgs_parts_expect_all(s);
    }
}
