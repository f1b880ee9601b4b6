/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The allocator is a parameter: tests let allocation i fail, a tap takes everything at start. */
#ifndef RGS_BASE_ALLOC_H
#define RGS_BASE_ALLOC_H

#include "regsentry/base.h"

static inline void *rgs_new(const struct rgs_alloc *a, size_t n)
{
    return a->alloc(a->ctx, n);
}

static inline void rgs_free(const struct rgs_alloc *a, void *p)
{
    a->free(a->ctx, p);
}

#endif
