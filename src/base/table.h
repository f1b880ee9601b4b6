/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash table with a cap: keys and values of fixed size, all memory taken at the start, the entry
 * that was used longest ago evicted when full. Order is the order of use, so that the same input
 * gives the same evictions whatever the hash key. Time is event time, given by the caller.
 */
#ifndef RGS_BASE_TABLE_H
#define RGS_BASE_TABLE_H

#include "base/alloc.h"
#include "base/hash.h"
#include "base/image.h"

struct rgs_table_conf {
    size_t key_size;
    size_t value_size;
    uint32_t cap; /* entries */
    struct rgs_hash_key hash_key;
    /* When what an entry says is over, so that it is no loss when it goes: so many ns after its
     * last use (0: never), or when `over` says so of its value; may be NULL. */
    int64_t lasts;
    bool (*over)(void *ctx, const void *value, int64_t now);
    /* Called before an entry goes (evicted, expired, removed, table deleted); may be NULL. */
    void (*gone)(void *ctx, const void *key, void *value, bool evicted);
    void *ctx;
};

struct rgs_table;

/* NULL when memory is short. */
struct rgs_table *rgs_table_new(const struct rgs_table_conf *conf, const struct rgs_alloc *alloc);
void rgs_table_del(struct rgs_table *t);

/* The value, or NULL. Does not count as use. */
void *rgs_table_peek(const struct rgs_table *t, const void *key);
/* The value, or NULL; counts as use at time `now`. */
void *rgs_table_find(struct rgs_table *t, const void *key, int64_t now);
/* The value, made (zeroed) if it was absent, then *created is true. Evicts when full. Never NULL.
 */
void *rgs_table_get(struct rgs_table *t, const void *key, int64_t now, bool *created);
/* Removes the key if present; true if it was. */
bool rgs_table_remove(struct rgs_table *t, const void *key);
/* What a value from before costs no search: counting as use, and being removed. */
void rgs_table_touch(struct rgs_table *t, void *value, int64_t now);
void rgs_table_drop(struct rgs_table *t, void *value);
/* Removes entries whose last use lies before `before`, at most `max` of them; returns how many. */
size_t rgs_table_expire(struct rgs_table *t, int64_t before, size_t max);

uint32_t rgs_table_count(const struct rgs_table *t);
/* Entries that went for others although they were not over. */
uint64_t rgs_table_evictions(const struct rgs_table *t);
size_t rgs_table_memory(const struct rgs_table *t);

/* The key of a value from before. */
const void *rgs_table_key(const struct rgs_table *t, const void *value);

/* Moves all entries. Values must be flat. */
void rgs_table_image(struct rgs_table *t, struct rgs_image *im);

/* From the entry used longest ago to the newest. Start with *it = 0; false at the end. */
bool rgs_table_next(const struct rgs_table *t, uint32_t *it, const void **key, void **value);

#endif
