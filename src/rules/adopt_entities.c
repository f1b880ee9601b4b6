/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entities under another rule set: the same records at the same places, with other slots. */
#include "rules/adopt.h"

static void copy_standing(const struct rgs_adoption *a, const struct rgs_scored *from,
                          struct rgs_scored *to)
{
    for (unsigned t = 0; t < a->s->rs->n_typologies; t++) {
        struct rgs_standing *st = &to->standing[t];
        int named = a->typology[t];
        if (named >= 0)
            *st = from->standing[named];
        if (!a->same[t]) {
            /* What was told stays told; the score is made anew, and remembers none. */
            st->raw = st->score = st->members = st->told = 0;
            st->at = 0;
            st->codes = a->scope[t] >= 0 ? from->standing[a->scope[t]].codes : 0;
        }
    }
}

static void copy_facts(const struct rgs_adoption *a, struct rgs_scored *from, struct rgs_scored *to)
{
    if (to->grain > RGS_GRAIN_BLOCK)
        return;
    memcpy(rgs_entity_living(a->s, to), rgs_entity_living(a->old, from), RGS_LIVING_REGS);
    for (unsigned t = 0; t < a->s->rs->n_typologies; t++) {
        if (a->scope[t] >= 0)
            *rgs_entity_facts(a->s, to, t) = *rgs_entity_facts(a->old, from, (unsigned)a->scope[t]);
    }
}

static void copy_slots(const struct rgs_adoption *a, struct rgs_scored *from, struct rgs_scored *to)
{
    const struct rgs_ruleset *old = a->old->rs, *now = a->s->rs;
    unsigned g = to->grain;

    for (unsigned p = 0; p < now->n_per; p++) {
        if (now->per[p].grains >> g & 1 && a->per[p] >= 0 && old->per[a->per[p]].grains >> g & 1)
            memcpy(rgs_entity_slot(a->s, to, now->per[p].slot[g]),
                   rgs_entity_slot(a->old, from, old->per[a->per[p]].slot[g]),
                   sizeof(struct rgs_histogram));
    }
    for (unsigned i = 0; i < now->n_instances; i++) {
        const struct rgs_instance *in = &now->instances[i];
        const struct rgs_instance *was =
            a->instance[i] >= 0 ? &old->instances[a->instance[i]] : NULL;
        if (in->per_number || !(in->grains >> g & 1) || !was || !(was->grains >> g & 1))
            continue;
        memcpy(rgs_entity_slot(a->s, to, in->head[g]), rgs_entity_slot(a->old, from, was->head[g]),
               rgs_state_head_size(in));
        memcpy(rgs_entity_slot(a->s, to, in->slot[g]), rgs_entity_slot(a->old, from, was->slot[g]),
               rgs_state_size(in));
    }
}

static void mark_sketches(const struct rgs_scorer *s, struct rgs_scored *e, uint8_t *used)
{
    for (unsigned k = 0; k < s->rs->n_instances; k++) {
        const struct rgs_direct *d = &s->direct[e->grain][k];
        const struct rgs_set_head *set = rgs_entity_slot(s, e, d->head);
        for (unsigned i = 0; d->in && i < rgs_sketched_sets(d->in); i++)
            used[set[i].sketch] = 1;
    }
}

/* Those whose sets were not carried over are free again. */
static bool copy_sketches(const struct rgs_adoption *a)
{
    struct rgs_scorer *s = a->s;
    uint8_t *used = rgs_new(s->alloc, s->sketch_cap + 1);

    if (!used)
        return false;
    memcpy(s->sketches, a->old->sketches, a->old->sketch_fresh * sizeof(*s->sketches));
    s->sketch_fresh = a->old->sketch_fresh;
    s->sketch_missing = a->old->sketch_missing;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (uint32_t i = 1; i < s->entities[g].fresh; i++) {
            if (rgs_entity_at(s, g, i)->id)
                mark_sketches(s, rgs_entity_at(s, g, i), used);
        }
    }
    s->sketch_spare = 0;
    for (uint32_t i = s->sketch_fresh; i-- > 1;) {
        if (!used[i]) {
            memcpy(&s->sketches[i], &s->sketch_spare, sizeof(s->sketch_spare));
            s->sketch_spare = i;
        }
    }
    rgs_free(s->alloc, used);
    return true;
}

static void copy_grain(const struct rgs_adoption *a, unsigned g)
{
    const struct rgs_entities *from = &a->old->entities[g];
    struct rgs_entities *to = &a->s->entities[g];

    for (uint32_t i = 0; i < from->fresh; i++) {
        struct rgs_scored *e = rgs_entity_at(a->old, g, i), *x = rgs_entity_at(a->s, g, i);
        memcpy(x, e, sizeof(*e));
        x->scoped = UINT16_MAX;
        if (i == 0 || !e->id)
            continue;
        copy_standing(a, e, x);
        copy_facts(a, e, x);
        copy_slots(a, e, x);
    }
    memcpy(to->bucket, from->bucket, ((size_t)from->mask + 1) * sizeof(*to->bucket));
    to->count = from->count;
    to->fresh = from->fresh;
    to->spare = from->spare;
    to->evicted = from->evicted;
    memcpy(to->dirty, from->dirty, from->n_dirty * sizeof(*to->dirty));
    to->n_dirty = from->n_dirty;
}

bool rgs_adopt_entities(const struct rgs_adoption *a)
{
    struct rgs_scorer *s = a->s;

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        copy_grain(a, g);
    for (unsigned i = 0; i < s->rs->n_instances; i++) {
        const struct rgs_instance *in = &s->rs->instances[i];
        if (in->fn == RGS_FN_ZSCORE && in->against == RGS_AGAINST_PEERS && a->instance[i] >= 0)
            memcpy(&s->peers[in->z * RGS_GRAIN_COUNT],
                   &a->old->peers[a->old->rs->instances[a->instance[i]].z * RGS_GRAIN_COUNT],
                   RGS_GRAIN_COUNT * sizeof(*s->peers));
    }
    return copy_sketches(a);
}
