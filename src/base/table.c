/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"

/* An entry: this head, then the key, then the value (each aligned to 8). Index 0 is the list's
 * head. */
struct entry {
    uint32_t hash;
    uint32_t chain;
    uint32_t older, newer;
    int64_t used_at;
};

struct rgs_table {
    struct rgs_table_conf conf;
    const struct rgs_alloc *alloc;
    uint8_t *mem;
    uint32_t *buckets;
    size_t stride, value_at;
    uint32_t mask, most; /* of the buckets in use, and when all are */
    uint32_t count;
    uint32_t fresh; /* entries from here on were never used */
    uint32_t spare; /* chain of returned entries */
    uint64_t evictions;
};

static struct entry *at(const struct rgs_table *t, uint32_t i)
{
    return (struct entry *)(void *)(t->mem + (size_t)i * t->stride);
}

static uint8_t *key_of(struct entry *e)
{
    return (uint8_t *)(e + 1);
}

static void *value_of(const struct rgs_table *t, struct entry *e)
{
    return (uint8_t *)e + t->value_at;
}

static size_t align8(size_t n)
{
    return (n + 7u) & ~(size_t)7u;
}

/* Few entries in few buckets: those stay in the cache of a core, where a chance look-up in as many
 * as a full table wants would miss it. */
enum { FIRST_BUCKETS = 64 };

struct rgs_table *rgs_table_new(const struct rgs_table_conf *conf, const struct rgs_alloc *alloc)
{
    struct rgs_table *t = rgs_new(alloc, sizeof(*t));
    if (!t)
        return NULL;
    uint32_t buckets = FIRST_BUCKETS;
    while (buckets < conf->cap && buckets < (1u << 30))
        buckets <<= 1;
    t->conf = *conf;
    t->alloc = alloc;
    t->value_at = sizeof(struct entry) + align8(conf->key_size);
    t->stride = t->value_at + align8(conf->value_size);
    t->mask = FIRST_BUCKETS - 1;
    t->most = buckets - 1;
    t->fresh = 1;
    t->mem = rgs_new(alloc, ((size_t)conf->cap + 1) * t->stride);
    t->buckets = rgs_new(alloc, (size_t)buckets * sizeof(*t->buckets));
    if (!t->mem || !t->buckets || conf->cap == 0) {
        rgs_free(alloc, t->mem);
        rgs_free(alloc, t->buckets);
        rgs_free(alloc, t);
        return NULL;
    }
    return t;
}

void rgs_table_del(struct rgs_table *t)
{
    if (!t)
        return;
    if (t->conf.gone) {
        for (uint32_t i = at(t, 0)->newer; i; i = at(t, i)->newer)
            t->conf.gone(t->conf.ctx, key_of(at(t, i)), value_of(t, at(t, i)), false);
    }
    rgs_free(t->alloc, t->mem);
    rgs_free(t->alloc, t->buckets);
    rgs_free(t->alloc, t);
}

static void unlink_use(struct rgs_table *t, struct entry *e)
{
    at(t, e->older)->newer = e->newer;
    at(t, e->newer)->older = e->older;
}

static void link_newest(struct rgs_table *t, uint32_t i)
{
    struct entry *head = at(t, 0), *e = at(t, i);
    e->newer = 0;
    e->older = head->older;
    at(t, head->older)->newer = i;
    head->older = i;
}

static uint32_t hash_of(const struct rgs_table *t, const void *key)
{
    return (uint32_t)rgs_hash(&t->conf.hash_key, key, t->conf.key_size);
}

static bool same_key(const struct rgs_table *t, const void *a, const void *b)
{
    uint64_t x, y;

    if (t->conf.key_size != sizeof(x))
        return memcmp(a, b, t->conf.key_size) == 0;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x == y;
}

static uint32_t lookup(const struct rgs_table *t, const void *key, uint32_t hash)
{
    for (uint32_t i = t->buckets[hash & t->mask]; i; i = at(t, i)->chain) {
        struct entry *e = at(t, i);
        if (e->hash == hash && same_key(t, key_of(e), key))
            return i;
    }
    return 0;
}

static void drop(struct rgs_table *t, uint32_t i, bool evicted)
{
    struct entry *e = at(t, i);
    uint32_t *link = &t->buckets[e->hash & t->mask];

    if (t->conf.gone)
        t->conf.gone(t->conf.ctx, key_of(e), value_of(t, e), evicted);
    while (*link != i)
        link = &at(t, *link)->chain;
    *link = e->chain;
    unlink_use(t, e);
    e->chain = t->spare;
    t->spare = i;
    t->count--;
}

static bool is_over(const struct rgs_table *t, struct entry *e, int64_t now)
{
    if (t->conf.lasts && now > e->used_at &&
        (uint64_t)now - (uint64_t)e->used_at > (uint64_t)t->conf.lasts)
        return true;
    return t->conf.over && t->conf.over(t->conf.ctx, value_of(t, e), now);
}

static uint32_t acquire(struct rgs_table *t, int64_t now)
{
    if (!t->spare && t->fresh <= t->conf.cap)
        return t->fresh++;
    if (!t->spare) {
        uint32_t oldest = at(t, 0)->newer;
        t->evictions += !is_over(t, at(t, oldest), now);
        drop(t, oldest, true);
    }
    uint32_t i = t->spare;
    t->spare = at(t, i)->chain;
    return i;
}

/* Twice as many buckets: each chain is parted in two by one more bit of the hash. */
static void spread(struct rgs_table *t)
{
    uint32_t half = t->mask + 1;

    for (uint32_t b = 0; b < half; b++) {
        uint32_t *low = &t->buckets[b], *high = &t->buckets[b + half], i = *low;
        while (i) {
            struct entry *e = at(t, i);
            uint32_t **link = e->hash & half ? &high : &low;
            **link = i;
            *link = &e->chain;
            i = e->chain;
        }
        *low = *high = 0;
    }
    t->mask = 2 * half - 1;
}

void *rgs_table_peek(const struct rgs_table *t, const void *key)
{
    uint32_t i = lookup(t, key, hash_of(t, key));
    return i ? value_of(t, at(t, i)) : NULL;
}

static void *use(struct rgs_table *t, uint32_t i, int64_t now)
{
    struct entry *e = at(t, i);
    unlink_use(t, e);
    link_newest(t, i);
    e->used_at = now;
    return value_of(t, e);
}

void *rgs_table_find(struct rgs_table *t, const void *key, int64_t now)
{
    uint32_t i = lookup(t, key, hash_of(t, key));
    return i ? use(t, i, now) : NULL;
}

void *rgs_table_get(struct rgs_table *t, const void *key, int64_t now, bool *created)
{
    uint32_t hash = hash_of(t, key);
    uint32_t i = lookup(t, key, hash);

    *created = i == 0;
    if (i)
        return use(t, i, now);
    i = acquire(t, now);
    if (t->count > t->mask / 2 && t->mask < t->most)
        spread(t);
    struct entry *e = at(t, i);
    e->hash = hash;
    e->chain = t->buckets[hash & t->mask];
    e->used_at = now;
    t->buckets[hash & t->mask] = i;
    memcpy(key_of(e), key, t->conf.key_size);
    memset(value_of(t, e), 0, t->conf.value_size);
    link_newest(t, i);
    t->count++;
    return value_of(t, e);
}

static struct entry *entry_of(const struct rgs_table *t, void *value)
{
    return (struct entry *)(void *)((uint8_t *)value - t->value_at);
}

void rgs_table_touch(struct rgs_table *t, void *value, int64_t now)
{
    struct entry *e = entry_of(t, value);

    e->used_at = now;
    if (e->newer == 0) /* it is the newest already */
        return;
    uint32_t i = at(t, e->older)->newer;
    unlink_use(t, e);
    link_newest(t, i);
}

void rgs_table_drop(struct rgs_table *t, void *value)
{
    drop(t, at(t, entry_of(t, value)->older)->newer, false);
}

bool rgs_table_remove(struct rgs_table *t, const void *key)
{
    uint32_t i = lookup(t, key, hash_of(t, key));
    if (i)
        drop(t, i, false);
    return i != 0;
}

size_t rgs_table_expire(struct rgs_table *t, int64_t before, size_t max)
{
    size_t n = 0;
    for (uint32_t i = at(t, 0)->newer; i && n < max && at(t, i)->used_at < before; n++) {
        uint32_t next = at(t, i)->newer;
        drop(t, i, false);
        i = next;
    }
    return n;
}

const void *rgs_table_key(const struct rgs_table *t, const void *value)
{
    return (const uint8_t *)value - t->value_at + sizeof(struct entry);
}

uint32_t rgs_table_count(const struct rgs_table *t)
{
    return t->count;
}

uint64_t rgs_table_evictions(const struct rgs_table *t)
{
    return t->evictions;
}

size_t rgs_table_memory(const struct rgs_table *t)
{
    return ((size_t)t->conf.cap + 1) * t->stride + ((size_t)t->most + 1) * sizeof(*t->buckets);
}

bool rgs_table_next(const struct rgs_table *t, uint32_t *it, const void **key, void **value)
{
    *it = at(t, *it)->newer;
    if (!*it)
        return false;
    *key = key_of(at(t, *it));
    *value = value_of(t, at(t, *it));
    return true;
}

void rgs_table_image(struct rgs_table *t, struct rgs_image *im)
{
    rgs_image_same(im, t->conf.cap);
    rgs_image_same(im, t->stride);
    rgs_image_same(im, t->most);
    RGS_IMAGE(im, t->mask);
    RGS_IMAGE(im, t->count);
    RGS_IMAGE(im, t->fresh);
    RGS_IMAGE(im, t->spare);
    RGS_IMAGE(im, t->evictions);
    if (!rgs_image_fits(im, t->fresh, (uint64_t)t->conf.cap + 1) ||
        !rgs_image_fits(im, t->mask, t->most))
        return;
    rgs_image_bytes(im, t->mem, t->fresh * t->stride);
    rgs_image_bytes(im, t->buckets, ((size_t)t->mask + 1) * sizeof(*t->buckets));
}
