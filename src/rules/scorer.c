/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/scorer.h"

#define DAY (INT64_C(86400) * 1000000000)

const struct rgs_scorer_capacity rgs_scorer_capacity_default = {
    .numbers = 1000000,
    .entities = 20000,
    .hash_key = {0x6e756d6265727321u, 0x656e746974696573u},
};

static const struct rgs_clock *clock_for(struct rgs_scorer *s, const struct rgs_instance *in)
{
    unsigned k = 0;

    while (k < s->n_clocks && (s->clock[k].step != in->step || s->clock[k].panes != in->panes ||
                               s->clock[k].panes_in_gen != in->gen))
        k++;
    if (k == s->n_clocks)
        s->clock[s->n_clocks++] = (struct rgs_clock){
            .step = in->step, .panes = in->panes, .panes_in_gen = in->gen, .gens = rgs_gens(in)};
    return &s->clock[k];
}

static bool is_plain_ring(const struct rgs_instance *in)
{
    return (in->fn == RGS_FN_COUNT || in->fn == RGS_FN_RATIO) && in->window != RGS_W_SESSION;
}

/* An instance's grain bit is set where its typologies look; the lists save the hot path the test.
 */
static void list_direct(struct rgs_scorer *s)
{
    s->feed_words = (s->rs->n_instances + 63) / 64;
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        for (unsigned i = 0; i < s->rs->n_instances; i++) {
            const struct rgs_instance *in = &s->rs->instances[i];
            if (in->per_number || in->fn == RGS_FN_ZSCORE || !(in->grains >> g & 1))
                continue;
            s->direct[g][i] = (struct rgs_direct){.in = in,
                                                  .clock = clock_for(s, in),
                                                  .hit = in->cond_need,
                                                  .head = in->head[g],
                                                  .slot = in->slot[g],
                                                  .expected = rgs_state_expected(in),
                                                  .sketched = rgs_sketched_sets(in) > 0};
            (is_plain_ring(in) ? s->rings : s->others)[g][i / 64] |= UINT64_C(1) << i % 64;
        }
        for (unsigned p = 0; p < s->rs->n_per; p++)
            s->values[g] |= (s->rs->per[p].grains >> g & 1) << p;
    }
}

struct rgs_scorer *rgs_scorer_new(const struct rgs_ruleset *r, const struct rgs_scorer_names *names,
                                  const struct rgs_scorer_capacity *capacity,
                                  const struct rgs_alloc *alloc)
{
    const struct rgs_scorer_capacity *c = capacity ? capacity : &rgs_scorer_capacity_default;
    struct rgs_scorer *s = rgs_new(alloc, sizeof(*s));
    uint32_t seeds = 16;

    if (!s)
        return NULL;
    s->rs = r;
    s->alloc = alloc;
    s->key = c->hash_key;
    s->capacity = *c;
    if (names)
        s->names = *names;
    /* A seed's slot has 24 bits for a number's index. */
    uint32_t numbers = c->numbers < 16 ? 16 : c->numbers < 0xffffff ? c->numbers : 0xfffffe;
    while (seeds < numbers)
        seeds <<= 1;
    s->seed_mask = seeds - 1;
    s->sketch_cap = c->entities / 8 + 16;
    s->sketch_fresh = 1;
    bool ok = rgs_numbers_init(s, numbers);
    ok = rgs_entities_init(s, c->entities) && ok;
    ok = rgs_situations_init(s) && ok;
    s->seeds = rgs_new(alloc, (size_t)seeds * sizeof(*s->seeds));
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++)
        s->parts_cap += s->entities[g].cap;
    s->parts = rgs_new(alloc, ((size_t)s->parts_cap + 1) * sizeof(*s->parts));
    s->sketches = rgs_new(alloc, ((size_t)s->sketch_cap + 1) * sizeof(*s->sketches));
    s->peers = rgs_new(alloc, (r->n_z * RGS_GRAIN_COUNT + 1) * sizeof(*s->peers));
    s->peer_values = rgs_new(alloc, RGS_PEERS * sizeof(*s->peer_values));
    s->alerts = rgs_new(alloc, RGS_ALERTS * sizeof(*s->alerts));
    s->past_rules = rgs_new(alloc, RGS_PAST_RULES * sizeof(*s->past_rules));
    if (!ok || !s->past_rules || !s->seeds || !s->parts || !s->sketches || !s->peers ||
        !s->peer_values || !s->alerts) {
        rgs_scorer_del(s);
        return NULL;
    }
    list_direct(s);
    rgs_measures_init(s);
    return s;
}

void rgs_scorer_del(struct rgs_scorer *s)
{
    if (!s)
        return;
    rgs_numbers_fini(s);
    rgs_entities_fini(s);
    rgs_situations_fini(s);
    rgs_free(s->alloc, s->seeds);
    rgs_free(s->alloc, s->parts);
    rgs_free(s->alloc, s->sketches);
    rgs_free(s->alloc, s->peers);
    rgs_free(s->alloc, s->peer_values);
    rgs_free(s->alloc, s->alerts);
    rgs_free(s->alloc, s->past_rules);
    rgs_free(s->alloc, s);
}

void rgs_scorer_on_alert(struct rgs_scorer *s, rgs_alert_fn *fn, void *ctx)
{
    s->on_alert = fn;
    s->on_alert_ctx = ctx;
}

uint64_t rgs_scorer_numbers(struct rgs_scorer *s)
{
    rgs_scorer_settle(s);
    return s->numbers.count;
}

size_t rgs_scorer_number_bytes(struct rgs_scorer *s)
{
    const struct rgs_numbers *t = &s->numbers;

    rgs_scorer_settle(s);
    return t->count * (sizeof(*t->at) + sizeof(*t->spoke) + sizeof(*t->bucket)) +
           t->logs.count * sizeof(*t->logs.chunk);
}

/*
 * Not every change is worth a new score. An entity is looked at again when a quarter of its numbers
 * moved or six hours went by, so that the work per observation does not grow with the entity.
 */
static bool worth_it(const struct rgs_scored *e, int64_t ts)
{
    return e->changes >= e->members / 4 || ts - e->evaluated >= DAY / 4;
}

static bool is_scored(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    return e->id && rgs_entity_is_enough(s, e);
}

/* What comes soon in a list of dirty entities is fetched, and what it will be scored by. */
static void expect_dirty(const struct rgs_scorer *s, unsigned grain, uint32_t at, uint32_t n,
                         int64_t ts)
{
    enum { SOON = 8, NEXT = 2 };
    const uint32_t *dirty = s->entities[grain].dirty;

    if (at + SOON < n)
        rgs_entity_expect_head(s, grain, dirty[at + SOON]);
    if (at + NEXT >= n)
        return;
    const struct rgs_scored *e = rgs_entity_at(s, grain, dirty[at + NEXT]);
    if (is_scored(s, e) && worth_it(e, ts))
        rgs_entity_expect_score(s, e);
}

/* Grains that have a past to learn of, and a step of it that is over before the next round. */
static unsigned learning(const struct rgs_scorer *s, int64_t ts)
{
    unsigned grains = 0;

    for (unsigned i = 0; i < s->rs->n_instances; i++) {
        const struct rgs_instance *in = &s->rs->instances[i];
        if (in->fn == RGS_FN_ZSCORE && in->against == RGS_AGAINST_PAST &&
            ts / in->step != (ts + s->rs->every) / in->step)
            grains |= in->grains;
    }
    return grains;
}

static void evaluate_dirty(struct rgs_scorer *s, int64_t ts)
{
    unsigned learn = learning(s, ts);

    /* Clusters before the resellers around them, whose part of it depends on theirs. */
    rgs_parts_forget(s);
    for (unsigned g = RGS_GRAIN_COUNT; g-- > 0;) {
        struct rgs_entities *t = &s->entities[g];
        uint32_t n = t->n_dirty;
        t->n_dirty = 0;
        for (uint32_t k = 0; k < n; k++) {
            struct rgs_scored *e = rgs_entity_at(s, g, t->dirty[k]);
            expect_dirty(s, g, k, n, ts);
            e->dirty = is_scored(s, e) && !worth_it(e, ts) && !(learn >> g & 1);
            if (e->dirty)
                t->dirty[t->n_dirty++] = t->dirty[k];
            else if (is_scored(s, e))
                rgs_entity_evaluate(s, e, ts);
        }
        rgs_parts_note(s, g);
    }
    rgs_alerts_tell(s);
}

void rgs_scorer_go_on(struct rgs_scorer *s, int64_t ts)
{
    if (ts <= s->now)
        return;
    while (s->next && s->next <= ts) {
        /* Of the day that is over: what the new one has so far says nothing. */
        if (s->next >= s->next_day) {
            s->now = s->next - 1;
            rgs_numbers_advance(s, s->now);
            rgs_peers_update(s);
            s->next_day = s->next - s->next % DAY + DAY;
        }
        s->now = s->next;
        rgs_numbers_advance(s, s->now);
        evaluate_dirty(s, s->now);
        s->next += s->rs->every;
        /* Nothing happens in a long silence: windows that run out can only lower scores. */
        if (ts - s->next > DAY)
            s->next = (ts - DAY) - (ts - DAY) % s->rs->every + s->rs->every;
    }
    s->now = ts;
    if (!s->next) {
        s->next = ts - ts % s->rs->every + s->rs->every;
        s->next_day = ts - ts % DAY + DAY;
    }
    rgs_numbers_advance(s, ts);
}

/* What the tap shows at all. */
static void note_seen(struct rgs_scorer *s, const struct rgs_obs *o, uint64_t bits)
{
    if (rgs_road_index(o) == RGS_RS_SUBMITTED)
        return;
    for (bits &= s->rs->seen_conditions; bits; bits &= bits - 1) {
        uint8_t *n = &s->seen[rgs_road_index(o)][__builtin_ctzll(bits)];
        *n = *n < RGS_SEEN ? (uint8_t)(*n + 1) : *n;
    }
}

static bool in_inventory(const struct rgs_scorer *s, uint64_t id)
{
    const char *name, *parent;
    return s->names.reseller && s->names.reseller(s->names.ctx, id, &name, &parent);
}

void rgs_scorer_inventory_changed(struct rgs_scorer *s)
{
    rgs_scorer_settle(s);
    for (uint32_t i = 1; i < s->numbers.fresh; i++)
        s->numbers.at[i].flags &= (uint8_t)~RGS_NUMBER_NO_RESELLER;
}

static struct rgs_scored *entity_of(struct rgs_scorer *s, unsigned grain, uint64_t id,
                                    struct rgs_number *n)
{
    if (!n)
        return rgs_entity_find(s, grain, id);
    struct rgs_scored *e = rgs_entity_of(s, grain, n->entity[grain]);
    if (e && e->id == id)
        return e;
    /* A discovered block is none, also of a number that another road shows as a reseller's. */
    if (grain == RGS_GRAIN_RESELLER) {
        if (!n->entity[grain] && n->flags & RGS_NUMBER_NO_RESELLER)
            return NULL;
        if (!rgs_entity_find(s, grain, id) && !in_inventory(s, id)) {
            n->flags |= RGS_NUMBER_NO_RESELLER;
            return NULL;
        }
    }
    return rgs_entity_join(s, grain, id, n);
}

void rgs_scorer_take(struct rgs_scorer *s, const struct rgs_obs *o, const struct rgs_situation *is)
{
    const struct rgs_ruleset *rs = s->rs;
    struct rgs_number *n = NULL;

    if (o->ts <= 0 || (s->now && o->ts < s->now - rs->lateness)) {
        s->late++;
        return;
    }
    uint64_t who = rgs_subscriber_of(o);
    rgs_scorer_go_on(s, o->ts);
    s->observations++;
    note_seen(s, o, is->bits);
    /* A SIM without a number counts from its second sight: a home router's correlation id, which
     * looks like one, has none. */
    bool once = rgs_number_is_sim(who) && !rgs_number_peek(s, who);
    if (s->numbers.sims && RGS_OBS_HAS(o, NUMBER) && RGS_OBS_HAS(o, SIM))
        rgs_number_retire(s, o->sim | RGS_NUMBER_SIM);
    if (who) {
        /* A number counts from its first verification on; what it did before says nothing of the
         * trade. */
        bool starts = RGS_OBS_HAS(o, KIND) && o->kind == RGS_OBS_VERIFICATION;
        n = starts ? rgs_number_get(s, who) : rgs_number_peek(s, who);
    }
    struct rgs_scored *e[RGS_GRAIN_COUNT];
    uint64_t id[RGS_GRAIN_COUNT];
    rgs_entity_ids(o, id);
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        e[g] = id[g] ? entity_of(s, g, id[g], once ? NULL : n) : NULL;
        if (id[g] && n)
            n->flags |= (uint8_t)(RGS_NUMBER_SEEN_AT << g);
    }
    if (n && is->mask & rs->where_bits)
        rgs_number_note(s, n, o, is->mask);
    rgs_clocks_set(s, o->ts);
    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        if (e[g])
            rgs_entity_observe(s, e[g], n, o, is);
    }
}
