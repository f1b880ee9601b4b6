/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The allocator is a parameter: tests let allocation i fail, a tap takes everything at start. */
#ifndef RGS_BASE_ALLOC_H
#define RGS_BASE_ALLOC_H

#include <stdint.h>

#include "regsentry/base.h"

static inline void *rgs_new(const struct rgs_alloc *a, size_t n)
{
    return a->alloc(a->ctx, n);
}

/* What begins with a cache line; *block is what is given back. */
static inline void *rgs_new_lines(const struct rgs_alloc *a, size_t n, void **block)
{
    const size_t line = 64;

    *block = rgs_new(a, n + line - 1);
    return *block ? (uint8_t *)*block + (-(uintptr_t)*block & (line - 1)) : NULL;
}

static inline void rgs_free(const struct rgs_alloc *a, void *p)
{
    a->free(a->ctx, p);
}

#endif
