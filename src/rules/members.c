/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which numbers stand in an entity, the histograms of their values, and entities that wait until
 * they have enough of them. */
#include "classify/lanes.h"
#include "rules/scorer.h"

/* Numbers that an entity needs before it gets a record. Resellers and accounts are known by name.
 */
static const uint8_t needed[RGS_GRAIN_COUNT] = {1, RGS_SEEDS + 1, 1, RGS_SEEDS + 1, RGS_SEEDS + 1};

static rgs_entity_ref ref_of(const struct rgs_scorer *s, const struct rgs_scored *e)
{
    return rgs_entity_index(s, e) | (uint32_t)(e->generation & 0xfff) << 20;
}

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
    struct rgs_scored *e = rgs_entity_create(s, grain, id);
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
        e = needed[grain] == 1 ? rgs_entity_create(s, grain, id) : grow(s, grain, id, n);
    if (e)
        add_member(s, e, n);
    return e;
}
