/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numplan/spans.h"

#include <stdlib.h>

static int order128(unsigned __int128 a, unsigned __int128 b)
{
    return (a > b) - (a < b);
}

static unsigned __int128 width(const struct rgs_span *s)
{
    return s->high - s->low;
}

/* By width, then place, then line: a total order, so that the result does not hang on the sort. */
static int by_width(const void *pa, const void *pb)
{
    const struct rgs_span *a = pa, *b = pb;
    int o = order128(width(a), width(b));
    if (!o)
        o = order128(a->low, b->low);
    return o ? o : (a->line > b->line) - (a->line < b->line);
}

static int by_low(const void *pa, const void *pb)
{
    const struct rgs_span *a = pa, *b = pb;
    int o = order128(a->low, b->low);
    return o ? o : by_width(pa, pb);
}

/* The ranges that are open at the sweep's place, narrowest on top: a binary heap of indices. */
struct heap {
    const struct rgs_span *span;
    size_t *at;
    size_t n;
};

static bool above(const struct heap *h, size_t a, size_t b)
{
    return by_width(&h->span[h->at[a]], &h->span[h->at[b]]) < 0;
}

static void swap(struct heap *h, size_t a, size_t b)
{
    size_t t = h->at[a];
    h->at[a] = h->at[b];
    h->at[b] = t;
}

static void heap_add(struct heap *h, size_t span)
{
    size_t i = h->n++;
    h->at[i] = span;
    for (; i && above(h, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(h, i, (i - 1) / 2);
}

static void heap_drop_top(struct heap *h)
{
    h->at[0] = h->at[--h->n];
    for (size_t i = 0;;) {
        size_t c = 2 * i + 1;
        if (c >= h->n)
            break;
        if (c + 1 < h->n && above(h, c + 1, c))
            c++;
        if (!above(h, c, i))
            break;
        swap(h, c, i);
        i = c;
    }
}

static void change(struct rgs_spans *s, unsigned __int128 at, uint32_t owner)
{
    if (s->points && s->point[s->points - 1].at == at)
        s->points--;
    if (s->points ? s->point[s->points - 1].owner == owner : owner == UINT32_MAX)
        return;
    s->point[s->points].at = at;
    s->point[s->points++].owner = owner;
}

/* Closes what ends before `until` (everything when all is true); what lies below comes up again. */
static void close_until(struct rgs_spans *s, struct heap *h, unsigned __int128 until, bool all)
{
    while (h->n && (all || s->span[h->at[0]].high < until)) {
        unsigned __int128 end = s->span[h->at[0]].high;
        /* Wider ranges under the top may have ended before it. */
        while (h->n && s->span[h->at[0]].high <= end)
            heap_drop_top(h);
        if (end + 1 != 0)
            change(s, end + 1, h->n ? s->span[h->at[0]].owner : UINT32_MAX);
    }
}

bool rgs_spans_settle(struct rgs_spans *s,
                      void (*clash)(void *ctx, const struct rgs_span *a, const struct rgs_span *b),
                      void *ctx, const struct rgs_alloc *alloc)
{
    if (!s->n)
        return true;
    struct heap h = {.span = s->span};
    h.at = rgs_new(alloc, s->n * sizeof(*h.at));
    s->point = rgs_new(alloc, (2 * s->n + 1) * sizeof(*s->point));
    if (!h.at || !s->point) {
        rgs_free(alloc, h.at);
        return false;
    }
    /* Of equal width and sorted by place, overlapping ranges are neighbours. */
    qsort(s->span, s->n, sizeof(*s->span), by_width);
    for (size_t i = 1; i < s->n; i++) {
        const struct rgs_span *a = &s->span[i - 1], *b = &s->span[i];
        if (width(a) == width(b) && b->low <= a->high && a->owner != b->owner)
            clash(ctx, a, b);
    }
    qsort(s->span, s->n, sizeof(*s->span), by_low);
    for (size_t i = 0; i < s->n; i++) {
        close_until(s, &h, s->span[i].low, false);
        heap_add(&h, i);
        change(s, s->span[i].low, s->span[h.at[0]].owner);
    }
    close_until(s, &h, 0, true);
    rgs_free(alloc, h.at);
    return true;
}

void rgs_spans_fini(struct rgs_spans *s, const struct rgs_alloc *alloc)
{
    rgs_free(alloc, s->point);
    rgs_free(alloc, s->span);
    *s = (struct rgs_spans){0};
}

uint32_t rgs_spans_find(const struct rgs_spans *s, unsigned __int128 at)
{
    size_t low = 0, high = s->points; /* the last point at or before `at` */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->point[mid].at <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? s->point[low - 1].owner : UINT32_MAX;
}
