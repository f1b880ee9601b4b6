/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entities: who they are, which numbers stand in them, and the states that observations feed. */
#include "classify/lanes.h"
#include "rules/scorer.h"

/* Of all entities: resellers and accounts are few, cells and blocks are many. In 32nds. */
static const uint8_t parts[RGS_GRAIN_COUNT] = {4, 12, 2, 4, 10};
/* Numbers that an entity needs before it gets a record. Resellers and accounts are known by name.
 */
static const uint8_t needed[RGS_GRAIN_COUNT] = {1, RGS_SEEDS + 1, 1, RGS_SEEDS + 1, RGS_SEEDS + 1};

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

static rgs_entity_ref ref_of(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    return rgs_entity_index(s, e) | (uint32_t)(e->generation & 0xfff) << 20;
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

static struct rgs_scored *create(struct rgs_scorer *s, unsigned grain, uint64_t id)
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

/* ---- members ----------------------------------------------------------------------------------
 */

/* The numbers on either side; NULL: not there. Looked up once for all entities and values. */
struct neighbours {
    const struct rgs_number *side[2];
    bool known;
};

static void find_neighbours(const struct rgs_scorer *s, const struct rgs_number *n,
                            struct neighbours *of)
{
    if (of->known)
        return;
    of->side[0] = rgs_number_peek(s, n->id - 1);
    of->side[1] = rgs_number_peek(s, n->id + 1);
    of->known = true;
}

static void count_bin(struct rgs_histogram *h, uint8_t bin, int by)
{
    if (bin == RGS_BIN_NONE)
        return;
    h->bin[bin] = (uint32_t)((int64_t)h->bin[bin] + by);
    h->n = (uint32_t)((int64_t)h->n + by);
}

static void count_pairs(struct rgs_scorer *s, struct rgs_scored *e, const struct rgs_number *n,
                        struct neighbours *of, unsigned per, int by)
{
    struct rgs_histogram *h = rgs_entity_slot(s, e, s->rs->per[per].slot[e->grain]);
    int pairs = 0;

    find_neighbours(s, n, of);
    for (unsigned i = 0; i < 2; i++) {
        const struct rgs_number *m = of->side[i];
        pairs += m && m->bin[per] != RGS_BIN_NONE &&
                 rgs_entity_of(s, e->grain, m->entity[e->grain]) == e;
    }
    h->pairs = (uint32_t)((int64_t)h->pairs + by * pairs);
}

void rgs_entity_values(struct rgs_scorer *s, struct rgs_number *n, const struct rgs_changes *c)
{
    struct neighbours of = {.known = false};

    for (unsigned g = 0; g < RGS_GRAIN_COUNT; g++) {
        uint32_t rest = c->values & s->values[g];
        struct rgs_scored *e = rest ? rgs_entity_of(s, g, n->entity[g]) : NULL;
        for (; e && rest; rest &= rest - 1) {
            unsigned p = (unsigned)__builtin_ctz(rest), from = c->from[p], to = c->to[p];
            const struct rgs_per_value *v = &s->rs->per[p];
            struct rgs_histogram *h = rgs_entity_slot(s, e, v->slot[g]);
            e->scoped |= v->typologies;
            if (from != RGS_BIN_NONE && to != RGS_BIN_NONE) {
                h->bin[from]--;
                h->bin[to]++;
                continue;
            }
            bool appears = from == RGS_BIN_NONE;
            count_bin(h, (uint8_t)(appears ? to : from), appears ? 1 : -1);
            if (v->pairs)
                count_pairs(s, e, n, &of, p, appears ? 1 : -1);
        }
    }
}

/* The values that a number has. */
static uint32_t values_of(const struct rgs_number *n)
{
    const rgs_lanes low = rgs_lanes_at(n->bin), high = rgs_lanes_at(n->bin + sizeof(low));
    return ~(rgs_lanes_bits(rgs_lanes_are(low, RGS_BIN_NONE)) |
             rgs_lanes_bits(rgs_lanes_are(high, RGS_BIN_NONE)) << sizeof(low));
}
_Static_assert(RGS_RS_PER_NUMBER == 2 * sizeof(rgs_lanes), "two rows of bins");

static void members(struct rgs_scorer *s, struct rgs_scored *e, struct rgs_number *n, int by)
{
    struct neighbours of = {.known = false};

    for (uint32_t rest = values_of(n) & s->values[e->grain]; rest; rest &= rest - 1) {
        unsigned p = (unsigned)__builtin_ctz(rest);
        const struct rgs_per_value *v = &s->rs->per[p];
        e->scoped |= v->typologies;
        count_bin(rgs_entity_slot(s, e, v->slot[e->grain]), n->bin[p], by);
        if (v->pairs)
            count_pairs(s, e, n, &of, p, by);
    }
    e->fingerprint ^= rgs_mix64(n->id + 0x9e3779b97f4a7c15u);
    e->members = (uint32_t)((int64_t)e->members + by);
}

void rgs_entities_recount(struct rgs_scorer *s, const uint32_t per[RGS_GRAIN_COUNT])
{
    for (uint32_t i = 1; i < s->numbers.fresh; i++) {
        const struct rgs_number *n = &s->numbers.at[i];
        const struct rgs_number *next = n->id ? rgs_number_peek(s, n->id + 1) : NULL;
        for (unsigned g = 0; n->id && g < RGS_GRAIN_COUNT; g++) {
            struct rgs_scored *e = per[g] ? rgs_entity_of(s, g, n->entity[g]) : NULL;
            for (uint32_t left = e ? per[g] : 0; left; left &= left - 1) {
                unsigned p = (unsigned)__builtin_ctz(left);
                struct rgs_histogram *h = rgs_entity_slot(s, e, s->rs->per[p].slot[g]);
                count_bin(h, n->bin[p], 1);
                h->pairs += n->bin[p] != RGS_BIN_NONE && next && next->bin[p] != RGS_BIN_NONE &&
                            rgs_entity_of(s, g, next->entity[g]) == e;
            }
        }
    }
}

static void add_member(struct rgs_scorer *s, struct rgs_scored *e, struct rgs_number *n)
{
    n->entity[e->grain] = ref_of(s, e);
    members(s, e, n, 1);
    e->numbers++;
}

void rgs_entity_leave(struct rgs_scorer *s, unsigned grain, struct rgs_number *n)
{
    struct rgs_scored *e = rgs_entity_of(s, grain, n->entity[grain]);

    if (e)
        members(s, e, n, -1);
    n->entity[grain] = 0;
}

static uint64_t seed_hash(const struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    return rgs_mix64(rgs_mix64(id ^ s->key.k1) + grain);
}

void rgs_entity_expect_seed(const struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    if (needed[grain] > 1)
        rgs_fetch(&s->seeds[(seed_hash(s, grain, id) & s->seed_mask) & ~UINT64_C(1)]);
}

/* The bucket of a discovered entity that waits for numbers; two ways, the emptier one gives way. */
static struct rgs_seed *seed_of(struct rgs_scorer *s, unsigned grain, uint64_t id)
{
    uint64_t h = seed_hash(s, grain, id);
    struct rgs_seed *pair = &s->seeds[(h & s->seed_mask) & ~UINT64_C(1)];
    uint32_t tag = (uint32_t)(h >> 32) | 1;

    for (unsigned i = 0; i < 2; i++) {
        if (pair[i].tag == tag)
            return &pair[i];
    }
    struct rgs_seed *way = &pair[pair[1].number[1] == 0 && pair[0].tag ? 1 : 0];
    *way = (struct rgs_seed){.tag = tag};
    return way;
}

/* A seed's slot: 24 bits of index, 8 of the number's hash to see that the record is still its own.
 */
static uint32_t seed_entry(const struct rgs_scorer *s, const struct rgs_number *n)
{
    return rgs_number_index(s, n) | (uint32_t)(rgs_mix64(n->id) >> 56) << 24;
}

static struct rgs_scored *grow(struct rgs_scorer *s, unsigned grain, uint64_t id,
                               struct rgs_number *n)
{
    struct rgs_seed *seed = seed_of(s, grain, id);
    uint32_t own = seed_entry(s, n);

    for (unsigned i = 0; i < RGS_SEEDS; i++) {
        if (seed->number[i] == own)
            return NULL;
        if (seed->number[i] == 0) {
            seed->number[i] = own;
            return NULL;
        }
    }
    struct rgs_scored *e = create(s, grain, id);
    for (unsigned i = 0; i < RGS_SEEDS; i++) {
        struct rgs_number *m = &s->numbers.at[seed->number[i] & 0xffffff];
        if (m->id && seed_entry(s, m) == seed->number[i] && !m->entity[grain])
            add_member(s, e, m);
    }
    *seed = (struct rgs_seed){0};
    return e;
}

struct rgs_scored *rgs_entity_join(struct rgs_scorer *s, unsigned grain, uint64_t id,
                                   struct rgs_number *n)
{
    struct rgs_scored *e = rgs_entity_of(s, grain, n->entity[grain]);

    if (e && e->id == id)
        return e;
    if (e)
        rgs_entity_leave(s, grain, n);
    e = rgs_entity_find(s, grain, id);
    if (!e)
        e = needed[grain] == 1 ? create(s, grain, id) : grow(s, grain, id, n);
    if (e)
        add_member(s, e, n);
    return e;
}

/* ---- observations -----------------------------------------------------------------------------
 */

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
