/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/keep.h"

enum { BLOCK = 32 * 1024 };

struct rgs_keep_block {
    struct rgs_keep_block *next;
    size_t used, cap;
    _Alignas(16) uint8_t mem[];
};

void *rgs_keep(struct rgs_keep *k, size_t n)
{
    n = (n + 15u) & ~(size_t)15u;
    if (!k->blocks || k->blocks->cap - k->blocks->used < n) {
        size_t cap = n > BLOCK ? n : BLOCK;
        struct rgs_keep_block *b = rgs_new(k->alloc, sizeof(*b) + cap);
        if (!b)
            return NULL;
        b->cap = cap;
        b->next = k->blocks;
        k->blocks = b;
    }
    void *p = k->blocks->mem + k->blocks->used;
    k->blocks->used += n;
    return p;
}

char *rgs_keep_str(struct rgs_keep *k, const char *s, size_t n)
{
    char *copy = rgs_keep(k, n + 1);

    if (copy && n)
        memcpy(copy, s, n);
    return copy;
}

void rgs_keep_fini(struct rgs_keep *k)
{
    while (k->blocks) {
        struct rgs_keep_block *next = k->blocks->next;
        rgs_free(k->alloc, k->blocks);
        k->blocks = next;
    }
}

size_t rgs_keep_bytes(const struct rgs_keep *k)
{
    size_t n = 0;

    for (const struct rgs_keep_block *b = k->blocks; b; b = b->next)
        n += b->cap;
    return n;
}

bool rgs_grow(const struct rgs_alloc *alloc, void **array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 64;
    void *bigger = rgs_new(alloc, more * size);
    if (!bigger)
        return false;
    if (*cap)
        memcpy(bigger, *array, *cap * size);
    rgs_free(alloc, *array);
    *array = bigger;
    *cap = more;
    return true;
}
