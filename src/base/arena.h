/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bump allocator over one block of fixed size: what a frame needs while it is decoded, gone at
 * the next one. */
#ifndef RGS_BASE_ARENA_H
#define RGS_BASE_ARENA_H

#include "base/alloc.h"
#include "base/bytes.h"

struct rgs_arena {
    uint8_t *mem;
    size_t cap;
    size_t used;
};

/* 0, or -ENOMEM. */
int rgs_arena_init(struct rgs_arena *a, size_t cap, const struct rgs_alloc *alloc);
void rgs_arena_fini(struct rgs_arena *a, const struct rgs_alloc *alloc);

/* n bytes aligned to 16, not cleared; NULL when the arena is full. */
static inline void *rgs_arena_take(struct rgs_arena *a, size_t n)
{
    size_t at = (a->used + 15u) & ~(size_t)15u;
    if (at > a->cap || n > a->cap - at)
        return NULL;
    a->used = at + n;
    return a->mem + at;
}

/* Forgets everything, and wipes what was used: message text lived here. */
void rgs_arena_wipe(struct rgs_arena *a);

#endif
