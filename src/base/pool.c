/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pool.h"

#include <stdint.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum {
    UNIT_LOG = 7, /* the smallest block: a small segment with its head */
    LEAST_LOG = 12,
    MOST_LOG = 30,
    ORDERS = MOST_LOG - UNIT_LOG + 1,
    TAKEN = 0x80,
};

/* Of a free block's first unit: its neighbours in the list of its order, from 1; 0: none. */
struct unit {
    uint32_t next, before;
};

struct rgs_pool {
    const struct rgs_alloc *alloc;
    uint8_t *mem;
    struct unit *unit;
    uint8_t *state; /* of a block's first unit: its order from 1, and TAKEN; of others: 0 */
    unsigned top;   /* order of the whole */
    uint32_t free[ORDERS];
    size_t used;
    struct rgs_alloc as_alloc;
};

static size_t size_of(unsigned order)
{
    return (size_t)1 << (order + UNIT_LOG);
}

static void put(struct rgs_pool *p, uint32_t i, unsigned order)
{
    p->state[i] = (uint8_t)(order + 1);
    p->unit[i] = (struct unit){.next = p->free[order]};
    if (p->free[order])
        p->unit[p->free[order] - 1].before = i + 1;
    p->free[order] = i + 1;
}

static void out(struct rgs_pool *p, uint32_t i, unsigned order)
{
    struct unit *u = &p->unit[i];

    if (u->next)
        p->unit[u->next - 1].before = u->before;
    if (u->before)
        p->unit[u->before - 1].next = u->next;
    else
        p->free[order] = u->next;
    p->state[i] = 0;
}

static void *take_zeroed(void *ctx, size_t n)
{
    void *block = rgs_pool_take(ctx, n);
    return block ? memset(block, 0, n) : NULL;
}

static void give(void *ctx, void *block)
{
    rgs_pool_give(ctx, block);
}

struct rgs_pool *rgs_pool_new(size_t bytes, const struct rgs_alloc *alloc)
{
    struct rgs_pool *p = rgs_new(alloc, sizeof(*p));
    unsigned log = LEAST_LOG;

    if (!p)
        return NULL;
    while (log < MOST_LOG && (size_t)1 << log < bytes)
        log++;
    p->alloc = alloc;
    p->as_alloc = (struct rgs_alloc){.alloc = take_zeroed, .free = give, .ctx = p};
    p->top = log - UNIT_LOG;
    size_t units = (size_t)1 << p->top;
    p->mem = rgs_new(alloc, size_of(p->top));
    p->unit = rgs_new(alloc, units * sizeof(*p->unit));
    p->state = rgs_new(alloc, units);
    if (!p->mem || !p->unit || !p->state) {
        rgs_pool_del(p);
        return NULL;
    }
    put(p, 0, p->top);
    return p;
}

void rgs_pool_del(struct rgs_pool *p)
{
    if (!p)
        return;
    if (p->mem)
        ASAN_UNPOISON_MEMORY_REGION(p->mem, size_of(p->top));
    rgs_free(p->alloc, p->mem);
    rgs_free(p->alloc, p->unit);
    rgs_free(p->alloc, p->state);
    rgs_free(p->alloc, p);
}

void *rgs_pool_take(struct rgs_pool *p, size_t n)
{
    unsigned order = 0;

    while (order <= p->top && size_of(order) < n)
        order++;
    unsigned from = order;
    while (from <= p->top && !p->free[from])
        from++;
    if (from > p->top)
        return NULL;
    uint32_t i = p->free[from] - 1;
    out(p, i, from);
    while (from > order) {
        from--;
        put(p, i + (1u << from), from);
    }
    p->state[i] = (uint8_t)((order + 1) | TAKEN);
    p->used += size_of(order);
    uint8_t *block = p->mem + ((size_t)i << UNIT_LOG);
    ASAN_POISON_MEMORY_REGION(block, size_of(order));
    ASAN_UNPOISON_MEMORY_REGION(block, n);
    return block;
}

void rgs_pool_give(struct rgs_pool *p, void *block)
{
    if (!block)
        return;
    uint32_t i = (uint32_t)((size_t)((uint8_t *)block - p->mem) >> UNIT_LOG);
    unsigned order = (p->state[i] & ~(unsigned)TAKEN) - 1;

    p->state[i] = 0;
    p->used -= size_of(order);
    ASAN_UNPOISON_MEMORY_REGION(block, size_of(order));
    explicit_bzero(block, size_of(order)); /* message text may have lain there */
    ASAN_POISON_MEMORY_REGION(block, size_of(order));
    while (order < p->top) {
        uint32_t buddy = i ^ 1u << order;
        if (p->state[buddy] != order + 1)
            break;
        out(p, buddy, order);
        i &= ~(1u << order);
        order++;
    }
    put(p, i, order);
}

const struct rgs_alloc *rgs_pool_alloc(struct rgs_pool *p)
{
    return &p->as_alloc;
}

size_t rgs_pool_used(const struct rgs_pool *p)
{
    return p->used;
}
