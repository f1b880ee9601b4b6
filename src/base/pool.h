/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of any size out of one block that was taken at the start, for what traffic makes us hold
 * (reassembly): its cap is its size, and a running program asks the system for nothing. Blocks are
 * powers of two that split and join (buddies), so taking and giving take a few steps, and the same
 * calls give the same answers.
 */
#ifndef RGS_BASE_POOL_H
#define RGS_BASE_POOL_H

#include "base/alloc.h"

struct rgs_pool;

/* bytes is rounded up to a power of two, at least 4 KiB and at most 1 GiB. NULL when memory is
 * short. */
struct rgs_pool *rgs_pool_new(size_t bytes, const struct rgs_alloc *alloc);
void rgs_pool_del(struct rgs_pool *p);

/* n bytes, not zeroed and aligned to 16; NULL when no free block is large enough. */
void *rgs_pool_take(struct rgs_pool *p, size_t n);
/* Gives back what was taken; NULL is passed over. */
void rgs_pool_give(struct rgs_pool *p, void *block);

/* The pool for those that take an allocator: its blocks are zeroed. It lives as long as the pool.
 */
const struct rgs_alloc *rgs_pool_alloc(struct rgs_pool *p);

size_t rgs_pool_used(const struct rgs_pool *p);

#endif
