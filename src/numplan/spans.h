/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ranges that may overlap, laid flat: after rgs_spans_settle() every point belongs to the narrowest
 * range over it and is found by one binary search.
 */
#ifndef RGS_NUMPLAN_SPANS_H
#define RGS_NUMPLAN_SPANS_H

#include "base/alloc.h"
#include "base/bytes.h"

struct rgs_span {
    unsigned __int128 low, high; /* both inside */
    uint32_t owner;              /* from 0 */
    unsigned line, col;          /* where it was written */
};

struct rgs_spans {
    struct rgs_span *span; /* the caller's rows, sorted by rgs_spans_settle() */
    size_t n;
    /* Points where the owner changes; owner UINT32_MAX is nobody. */
    struct rgs_span_point {
        unsigned __int128 at;
        uint32_t owner;
    } * point;
    size_t points;
};

/*
 * Two overlapping ranges of equal width with different owners contradict each other: `clash` is
 * called for each such neighbour pair. False when memory is short.
 */
bool rgs_spans_settle(struct rgs_spans *s,
                      void (*clash)(void *ctx, const struct rgs_span *a, const struct rgs_span *b),
                      void *ctx, const struct rgs_alloc *alloc);
void rgs_spans_fini(struct rgs_spans *s, const struct rgs_alloc *alloc);
/* UINT32_MAX: nobody's. */
uint32_t rgs_spans_find(const struct rgs_spans *s, unsigned __int128 at);

#endif
