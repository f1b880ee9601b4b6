/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ring.h"

#include <stdatomic.h>

enum { CACHE_LINE = 64, MAX_SLOTS = 1 << 24 };

/* Each side's index has a cache line of its own, with what it last saw of the other's: the lines
 * travel between the cores only when that runs out. */
struct rgs_ring {
    _Alignas(CACHE_LINE) _Atomic uint32_t put;
    uint32_t taken_seen;
    _Alignas(CACHE_LINE) _Atomic uint32_t taken;
    uint32_t put_seen;
    _Alignas(CACHE_LINE) uint8_t *slot;
    size_t slot_bytes;
    uint32_t mask;
    const struct rgs_alloc *alloc;
    void *block;
};

struct rgs_ring *rgs_ring_new(uint32_t slots, size_t slot_bytes, const struct rgs_alloc *alloc)
{
    uint32_t n = 1;
    while (n < slots && n < MAX_SLOTS)
        n *= 2;
    /* The allocator promises no alignment beyond that of any object. */
    void *block = rgs_new(alloc, sizeof(struct rgs_ring) + CACHE_LINE);
    if (!block)
        return NULL;
    struct rgs_ring *r =
        (void *)(((uintptr_t)block + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1));
    r->block = block;
    r->alloc = alloc;
    r->mask = n - 1;
    r->slot_bytes = (slot_bytes + 15) & ~(size_t)15;
    r->slot = rgs_new(alloc, n * r->slot_bytes);
    if (!r->slot) {
        rgs_free(alloc, block);
        return NULL;
    }
    return r;
}

void rgs_ring_del(struct rgs_ring *r)
{
    if (!r)
        return;
    rgs_free(r->alloc, r->slot);
    rgs_free(r->alloc, r->block);
}

void *rgs_ring_room(struct rgs_ring *r)
{
    uint32_t put = atomic_load_explicit(&r->put, memory_order_relaxed);

    if (put - r->taken_seen > r->mask) {
        r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
        if (put - r->taken_seen > r->mask)
            return NULL;
    }
    return r->slot + (size_t)(put & r->mask) * r->slot_bytes;
}

void rgs_ring_put(struct rgs_ring *r)
{
    uint32_t put = atomic_load_explicit(&r->put, memory_order_relaxed);
    atomic_store_explicit(&r->put, put + 1, memory_order_release);
}

const void *rgs_ring_head(struct rgs_ring *r)
{
    uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);

    if (taken == r->put_seen) {
        r->put_seen = atomic_load_explicit(&r->put, memory_order_acquire);
        if (taken == r->put_seen)
            return NULL;
    }
    return r->slot + (size_t)(taken & r->mask) * r->slot_bytes;
}

void rgs_ring_drop(struct rgs_ring *r)
{
    uint32_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
    atomic_store_explicit(&r->taken, taken + 1, memory_order_release);
}

uint32_t rgs_ring_used(const struct rgs_ring *r)
{
    uint32_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
    uint32_t used = atomic_load_explicit(&r->put, memory_order_acquire) - taken;
    return used > r->mask + 1 ? r->mask + 1 : used;
}

uint32_t rgs_ring_slots(const struct rgs_ring *r)
{
    return r->mask + 1;
}

size_t rgs_ring_memory(const struct rgs_ring *r)
{
    return sizeof(*r) + ((size_t)r->mask + 1) * r->slot_bytes;
}
