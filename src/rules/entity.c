/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entities: their records, how they are found, and who goes when there is no room. */
#include "rules/scorer.h"

/* Of all entities: resellers and accounts are few, cells and blocks are many. In 32nds. */
static const uint8_t parts[RGS_GRAIN_COUNT] = {4, 12, 2, 4, 10};
enum {
    LINE = 64,
    /* What an observation touches of a record at its begin. */
    EXPECTED_HEAD = 6 * LINE,
    FEW = 32, /* entities: what observations touch of them stays in a core's cache */
};

static size_t whole_lines(size_t n)
{
    return (n + LINE - 1) & ~(size_t)(LINE - 1);
}

bool rgs_entities_init(struct rgs_scorer *s, uint32_t cap)
{
    bool ok = true;

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        struct rgs_entities *t = &s->entities[g];
        uint32_t buckets = 16;
        t->cap = (uint32_t)((uint64_t)cap * parts[g] / 32);
        t->cap = t->cap < 16 ? 16 : t->cap < (1u << 20) - 1 ? t->cap : (1u << 20) - 2;
        while (buckets < t->cap)
            buckets <<= 1;
        t->mask = buckets - 1;
        t->fresh = 1;
        t->slots_at = whole_lines(sizeof(struct rgs_scored) +
                                  s->rs->n_typologies * sizeof(struct rgs_standing));
        t->facts_at = t->slots_at + ((s->rs->slots_size[g] + 7u) & ~7u);
        t->stride = t->living_at = t->facts_at;
        if (g <= RGS_GRAIN_BLOCK) {
            t->living_at += s->rs->n_typologies * sizeof(struct rgs_scope_facts);
            t->stride = t->living_at + RGS_LIVING_REGS;
        }
        t->stride = whole_lines(t->stride);
        t->mem = rgs_new_lines(s->alloc, ((size_t)t->cap + 1) * t->stride, &t->block);
        t->bucket = rgs_new(s->alloc, (size_t)buckets * sizeof(*t->bucket));
        t->dirty = rgs_new(s->alloc, ((size_t)t->cap + 1) * sizeof(*t->dirty));
        t->maybe = rgs_new(s->alloc, rgs_maybe_words(t) * sizeof(*t->maybe));
        ok = ok && t->block && t->bucket && t->dirty && t->maybe;
    }
    return ok;
}

void rgs_entities_fini(struct rgs_scorer *s)
{
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        rgs_free(s->alloc, s->entities[g].block);
        rgs_free(s->alloc, s->entities[g].bucket);
        rgs_free(s->alloc, s->entities[g].dirty);
        rgs_free(s->alloc, s->entities[g].maybe);
    }
}

uint32_t rgs_entity_index(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    const struct rgs_entities *t = &s->entities[e->grain];
    return (uint32_t)((size_t)((const uint8_t *)e - t->mem) / t->stride);
}

static uint32_t bucket_of(const struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    return (uint32_t)rgs_mix64(id ^ s->key.k0) & s->entities[grain].mask;
}

struct rgs_scored *rgs_entity_find(const struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    for (uint32_t i = s->entities[grain].bucket[bucket_of(s, grain, id)]; i;
         i = rgs_entity_at(s, grain, i)->chain) {
        if (rgs_entity_at(s, grain, i)->id == id)
            return rgs_entity_at(s, grain, i);
    }
    return NULL;
}

uint32_t rgs_entity_expect_search(const struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    uint32_t bucket = bucket_of(s, grain, id);

    rgs_fetch(&s->entities[grain].bucket[bucket]);
    return bucket;
}

RGS_FETCHES void fetch(const uint8_t *from, size_t n)
{
    for (size_t i = 0; i < n; i += LINE)
        rgs_fetch(from + i);
}

void rgs_entity_expect(const struct rgs_scorer *s, unsigned grain, uint32_t index,
                       const struct rgs_situation *is, uint32_t values)
{
    const struct rgs_entities *t = &s->entities[grain];
    const uint8_t *e = t->mem + (size_t)index * t->stride, *slots = e + t->slots_at;

    if (t->count < FEW)
        return;
    fetch(e, EXPECTED_HEAD);
    for (uint32_t rest = is->heads[grain]; rest; rest &= rest - 1)
        rgs_fetch(slots + (unsigned)__builtin_ctz(rest) * LINE);
    for (unsigned w = 0; w < s->feed_words; w++) {
        for (uint64_t rest = is->feeds[w] & s->others[grain][w]; rest; rest &= rest - 1) {
            const struct rgs_direct *d =
                &s->direct[grain][w * 64 + (unsigned)__builtin_ctzll(rest)];
            fetch(slots + d->slot, d->expected);
        }
    }
    for (values &= s->values[grain]; values; values &= values - 1)
        rgs_fetch(slots + s->rs->per[__builtin_ctz(values)].slot[grain]);
}

void rgs_entity_expect_score(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    const struct rgs_ruleset *rs = s->rs;
    const uint8_t *slots = (const uint8_t *)e + s->entities[e->grain].slots_at;

    for (unsigned i = 0; i < rs->n_typologies; i++) {
        const struct rgs_typology *t = &rs->typologies[i];
        if (!(t->grains >> e->grain & 1))
            continue;
        fetch((const uint8_t *)&e->standing[i], sizeof(e->standing[i]));
        for (unsigned k = 0; k < t->n_rules && !rgs_entity_is_out_of(e, rs, t); k++) {
            const struct rgs_instance *in = &rs->instances[t->instance[k]];
            if (!(in->grains >> e->grain & 1))
                continue;
            if (in->per_number) {
                fetch(slots + rs->per[in->per].slot[e->grain], sizeof(struct rgs_histogram));
            } else {
                const struct rgs_direct *d = &s->direct[e->grain][t->instance[k]];
                rgs_fetch(slots + d->head);
                fetch(slots + d->slot, d->expected);
            }
        }
    }
}

static void unlink_use(const struct rgs_scorer *s, struct rgs_scored *e)
{
    rgs_entity_at(s, e->grain, e->older)->newer = e->newer;
    rgs_entity_at(s, e->grain, e->newer)->older = e->older;
}

static void link_newest(const struct rgs_scorer *s, struct rgs_scored *e)
{
    struct rgs_scored *head = rgs_entity_at(s, e->grain, 0);
    uint32_t i = rgs_entity_index(s, e);
    e->newer = 0;
    e->older = head->older;
    rgs_entity_at(s, e->grain, e->older)->newer = i;
    head->older = i;
}

static void free_sketches(struct rgs_scorer *s, struct rgs_scored *e)
{
    for (unsigned k = 0; k < s->rs->n_instances; k++) {
        const struct rgs_direct *d = &s->direct[e->grain][k];
        struct rgs_set_head *set = rgs_entity_slot(s, e, d->head);
        for (unsigned i = 0; d->in && i < rgs_sketched_sets(d->in); i++) {
            if (set[i].sketch) {
                /* The spare chain runs through the first bytes of the sketches. */
                memcpy(&s->sketches[set[i].sketch], &s->sketch_spare, sizeof(s->sketch_spare));
                s->sketch_spare = set[i].sketch;
            }
        }
    }
}

static double most_suspicious(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    double most = 0;
    for (unsigned t = 0; t < s->rs->n_typologies; t++)
        most = e->standing[t].raw > most ? e->standing[t].raw : most;
    return most;
}

/* Of the eight that are there longest and were not used since the least suspicious goes. */
static void evict(struct rgs_scorer *s, unsigned grain)
{
    struct rgs_entities *t = &s->entities[grain];
    struct rgs_scored *victim = NULL;
    uint32_t i = rgs_entity_at(s, grain, 0)->newer;

    for (unsigned k = 0, chances = 0; k < 8 && i;) {
        struct rgs_scored *e = rgs_entity_at(s, grain, i);
        i = e->newer;
        if (e->used && chances++ < RGS_SECOND_CHANCES) {
            e->used = false;
            unlink_use(s, e);
            link_newest(s, e);
            continue;
        }
        k++;
        if (!victim || most_suspicious(s, e) < most_suspicious(s, victim))
            victim = e;
    }
    i = rgs_entity_index(s, victim);
    uint32_t *link = &t->bucket[bucket_of(s, grain, victim->id)];
    while (*link != i)
        link = &rgs_entity_at(s, grain, *link)->chain;
    *link = victim->chain;
    unlink_use(s, victim);
    free_sketches(s, victim);
    victim->id = 0;
    victim->chain = t->spare;
    t->spare = i;
    t->count--;
    t->evicted++;
}

struct rgs_scored *rgs_entity_create(struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    struct rgs_entities *t = &s->entities[grain];

    if (!t->spare && t->fresh > t->cap)
        evict(s, grain);
    uint32_t i = t->spare;
    if (i)
        t->spare = rgs_entity_at(s, grain, i)->chain;
    else
        i = t->fresh++;
    struct rgs_scored *e = rgs_entity_at(s, grain, i);
    /* A record that waits in the dirty list stays there. */
    uint16_t generation = (uint16_t)(e->generation + 1);
    bool dirty = e->dirty;
    memset(e, 0, t->stride);
    e->generation = generation;
    e->dirty = dirty;
    e->id = id;
    e->grain = (uint8_t)grain;
    uint32_t *head = &t->bucket[bucket_of(s, grain, id)];
    e->chain = *head;
    *head = i;
    link_newest(s, e);
    t->count++;
    return e;
}
