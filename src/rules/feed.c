/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an observation means to an entity: the states of instances, whose it is, and who lives
 * there. */
#include "rules/scorer.h"

static struct rgs_sketch *sketch_for(struct rgs_scorer *s, struct rgs_set_head *set)
{
    uint32_t i = s->sketch_spare;

    if (i)
        memcpy(&s->sketch_spare, &s->sketches[i], sizeof(s->sketch_spare));
    else if (s->sketch_fresh <= s->sketch_cap)
        i = s->sketch_fresh++;
    if (!i) {
        s->sketch_missing++;
        return NULL;
    }
    memset(&s->sketches[i], 0, sizeof(s->sketches[i]));
    set->sketch = i;
    return &s->sketches[i];
}

/* What was exact so far goes into the sketch, which is fed from the 32 bits that the set keeps. */
static void start_sketch(struct rgs_sketch *k, struct rgs_value_set set, unsigned gens)
{
    for (unsigned i = 0; i < RGS_SET_EXACT; i++) {
        for (unsigned back = gens; back-- > 0;) {
            int64_t gen = set.head->gen - (int64_t)back;
            uint32_t at = gen >= 0 ? (uint32_t)(gen % gens) : 0;
            if (gen >= 0 && (back ? set.values->count[at] : set.values->now)[i])
                rgs_sketch_add(k, gens, (struct rgs_pane){gen, at}, rgs_mix64(set.values->hash[i]));
        }
    }
}

void rgs_clocks_set(struct rgs_scorer *s, int64_t ts)
{
    if (ts >= s->clocks_from && ts - s->clocks_from < s->clocks_stay)
        return;
    s->clocks_from = 0;
    s->clocks_stay = INT64_MAX;
    for (unsigned i = 0; i < s->n_clocks; i++) {
        struct rgs_clock *c = &s->clock[i];
        int64_t pane = ts / c->step, gen = pane / c->panes_in_gen, from = pane * c->step;
        c->pane = (struct rgs_pane){pane, (uint32_t)(pane % c->panes)};
        c->gen = (struct rgs_pane){gen, (uint32_t)(gen % c->gens)};
        if (from > s->clocks_from) {
            s->clocks_stay -= from - s->clocks_from;
            s->clocks_from = from;
        }
        int64_t stay = c->step - (s->clocks_from - from);
        s->clocks_stay = stay < s->clocks_stay ? stay : s->clocks_stay;
    }
}

/* Of a session it is its newest event. */
static struct rgs_pane gen_at(const struct rgs_clock *c, const struct rgs_instance *in,
                              int64_t *newest, int64_t ts)
{
    if (in->window != RGS_W_SESSION)
        return c->gen;
    return (struct rgs_pane){rgs_session_gen(newest, in->step, ts, true), 0};
}

static void start_sketch_for(struct rgs_scorer *s, struct rgs_value_set set, unsigned gens)
{
    struct rgs_sketch *k = sketch_for(s, set.head);

    if (k) {
        k->gen = set.head->gen;
        start_sketch(k, set, gens);
    }
}

static inline void set_add(struct rgs_scorer *s, const struct rgs_direct *d,
                           struct rgs_value_set set, int64_t ts, uint64_t value)
{
    unsigned gens = d->clock->gens;
    struct rgs_pane gen = gen_at(d->clock, d->in, &set.head->gen, ts);
    uint32_t hash = (uint32_t)(rgs_mix64(value + 0x9e3779b97f4a7c15u) >> 32);

    hash = hash ? hash : 1;
    /* Of a session the newest event went on. */
    if (set.head->sketch && d->in->window == RGS_W_SESSION && gen.no == set.head->gen)
        s->sketches[set.head->sketch].gen = gen.no;
    rgs_set_move(set, gens, gen.no);
    if (d->sketched && !set.head->sketch && !rgs_set_fits(set.values, hash))
        start_sketch_for(s, set, gens);
    rgs_set_add(set, gens, gen, hash);
    if (set.head->sketch)
        rgs_sketch_add(&s->sketches[set.head->sketch], gens, gen, rgs_mix64(hash));
}

static bool field_value(const struct rgs_obs *o, unsigned field, uint64_t *v)
{
    if (field == RGS_O_BLOCK && RGS_OBS_HAS(o, NUMBER)) {
        *v = rgs_block_of(o->number);
        return true;
    }
    if (!(o->has >> field & 1))
        return false;
    *v = rgs_obs_get(o, field);
    return true;
}

static void feed(struct rgs_scorer *s, const struct rgs_direct *d, uint8_t *slots,
                 const struct rgs_obs *o, uint64_t bits)
{
    const struct rgs_instance *in = d->in;
    struct rgs_set_head *head = (void *)(slots + d->head);
    void *slot = slots + d->slot;
    uint64_t v;

    switch (in->fn) {
    case RGS_FN_RATIO:
    case RGS_FN_COUNT: /* of sessions: the others are plain rings */
        rgs_session_add((void *)(slots + d->head), in->step, o->ts, (bits & d->hit) == d->hit);
        break;
    case RGS_FN_DISTINCT:
    case RGS_FN_SHARE:
    case RGS_FN_ENTROPY:
        if (field_value(o, in->field, &v))
            set_add(s, d, (struct rgs_value_set){head, slot}, o->ts, v);
        break;
    case RGS_FN_DENSITY:
    case RGS_FN_NUMBERS_PER:
        if (field_value(o, in->fn == RGS_FN_DENSITY ? RGS_O_BLOCK : in->field, &v) &&
            rgs_subscriber_of(o)) {
            set_add(s, d, (struct rgs_value_set){head, slot}, o->ts, rgs_subscriber_of(o));
            set_add(s, d, (struct rgs_value_set){head + 1, (struct rgs_set_values *)slot + 1},
                    o->ts, v);
        }
        break;
    case RGS_FN_PERCENTILE:
        if (field_value(o, in->field, &v))
            rgs_quantile_add(slot, d->clock->gens,
                             gen_at(d->clock, in, &((struct rgs_quantile *)slot)->gen, o->ts),
                             (uint32_t)v);
        break;
    case RGS_FN_SYNCHRONY:
        if (RGS_OBS_HAS(o, SERVICE))
            rgs_sync_add(slot, d->clock->gens, rgs_sync_gen_slots(in), o->ts, o->service);
        break;
    default:
        break;
    }
}

static void feed_ring(const struct rgs_direct *d, uint8_t *slots, uint64_t bits)
{
    rgs_ring_add((void *)(slots + d->head), (void *)(slots + d->slot), d->clock->panes,
                 d->clock->pane, (bits & d->hit) == d->hit);
}

static void note_facts(struct rgs_scope_facts *f, const struct rgs_obs *o)
{
    if (!f->first_ts)
        f->first_ts = o->ts;
    f->last_ts = o->ts > f->last_ts ? o->ts : f->last_ts;
    if (RGS_OBS_HAS(o, SERVICE))
        rgs_count_service(&f->services, o->service);
    if (RGS_OBS_HAS(o, ORIGIN_COUNTRY)) {
        rgs_count_origin(&f->origin, o->origin_country);
        f->origins++;
    }
}

static void touch(struct rgs_scorer *s, struct rgs_scored *e)
{
    struct rgs_entities *t = &s->entities[e->grain];

    e->changes++;
    if (e->dirty)
        return;
    e->dirty = true;
    t->dirty[t->n_dirty++] = rgs_entity_index(s, e);
}

/* Of small values the majority, too. */
static void vote_for_road(struct rgs_scored *e, uint8_t road)
{
    if (e->road_votes == 0)
        e->road = road;
    if (e->road == road)
        e->road_votes++;
    else
        e->road_votes--;
}

/* Majority vote (Boyer and Moore). */
static bool vote(uint64_t *for_, uint32_t *votes, uint64_t id)
{
    if (*votes == 0)
        *for_ = id;
    if (*for_ == id)
        ++*votes;
    else
        --*votes;
    return *for_ == id;
}

/* The reseller, else the block, that most of its codes belong to. A block whose codes are mostly of
 * nobody's numbers is in no reseller. */
static void vote_for_parent(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_number *n)
{
    const struct rgs_scored *r =
        rgs_entity_of(s, RGS_GRAIN_RESELLER, n->entity[RGS_GRAIN_RESELLER]);
    uint8_t grain = r || e->grain == RGS_GRAIN_BLOCK ? RGS_GRAIN_RESELLER : RGS_GRAIN_BLOCK;
    uint64_t id = r ? r->id : grain == RGS_GRAIN_BLOCK ? rgs_block_of(n->id) : 0;

    if (!r && rgs_number_is_sim(n->id)) /* in no block */
        return;
    if (e->grain > RGS_GRAIN_BLOCK && !rgs_number_is_sim(n->id))
        vote(&e->block, &e->block_votes, rgs_block_of(n->id));
    if (e->grain > grain && vote(&e->parent, &e->parent_votes, id))
        e->parent_grain = grain;
}

/* Who is too small to be named is nobody's parent. */
struct rgs_scored *rgs_entity_parent(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    struct rgs_scored *p = e->parent ? rgs_entity_find(s, e->parent_grain, e->parent) : NULL;

    return p && rgs_entity_is_enough(s, p) ? p : NULL;
}

/* Who has had no code yet is one of its numbers all the same. SIMs that nobody has seen twice may
 * be a home router's correlation ids. Scores hang on the estimate, so that it has no key in it. */
static void note_living(const struct rgs_scorer *s, struct rgs_scored *e,
                        const struct rgs_number *n, const struct rgs_obs *o)
{
    bool acts =
        RGS_OBS_HAS(o, KIND) && (o->kind == RGS_OBS_VERIFICATION || o->kind == RGS_OBS_MESSAGE ||
                                 o->kind == RGS_OBS_ORIGINATION);

    if (acts && e->grain <= RGS_GRAIN_BLOCK && (n || RGS_OBS_HAS(o, NUMBER)))
        rgs_registers_add(rgs_entity_living(s, e), RGS_LIVING_REGS,
                          rgs_mix64(rgs_subscriber_of(o)));
}

void rgs_entity_observe(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_number *n,
                        const struct rgs_obs *o, const struct rgs_situation *is)
{
    const struct rgs_direct *direct = s->direct[e->grain];
    uint8_t *slots = rgs_entity_slot(s, e, 0);

    for (unsigned w = 0; w < s->feed_words; w++, direct += 64) {
        uint64_t feeds = is->feeds[w];
        for (uint64_t rest = feeds & s->rings[e->grain][w]; rest; rest &= rest - 1)
            feed_ring(&direct[__builtin_ctzll(rest)], slots, is->bits);
        for (uint64_t rest = feeds & s->others[e->grain][w]; rest; rest &= rest - 1)
            feed(s, &direct[__builtin_ctzll(rest)], slots, o, is->bits);
    }
    e->used = true;
    note_living(s, e, n, o);
    if (!e->first_ts)
        e->first_ts = o->ts;
    e->last_ts = o->ts > e->last_ts ? o->ts : e->last_ts;
    touch(s, e);
    e->scoped |= is->scopes;
    if (!RGS_OBS_HAS(o, KIND) || o->kind != RGS_OBS_VERIFICATION)
        return;
    e->verifications++;
    vote_for_road(e, (uint8_t)rgs_road_index(o));
    for (unsigned rest = is->scopes; rest; rest &= rest - 1) {
        unsigned t = (unsigned)__builtin_ctz(rest);
        e->standing[t].codes++;
        if (e->grain <= RGS_GRAIN_BLOCK)
            note_facts(rgs_entity_facts(s, e, t), o);
    }
    if (RGS_OBS_HAS(o, SERVICE))
        rgs_count_service(&e->services, o->service);
    if (RGS_OBS_HAS(o, ORIGIN_COUNTRY)) {
        rgs_count_origin(&e->origin, o->origin_country);
        e->origins++;
    }
    if (n)
        vote_for_parent(s, e, n);
}
