/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The memory that a result stands in. */
#include "rules/result_parts.h"

struct chunk {
    struct chunk *next;
    size_t used, cap;
    uint64_t data[];
};

void rgs_result_owner_init(struct rgs_result_owner *o, const struct rgs_alloc *alloc)
{
    *o = (struct rgs_result_owner){.alloc = alloc};
}

void rgs_result_owner_fini(struct rgs_result_owner *o)
{
    for (struct chunk *c = o->chunks, *next; c; c = next) {
        next = c->next;
        rgs_free(o->alloc, c);
    }
    rgs_result_owner_init(o, o->alloc);
}

void *rgs_result_take(struct rgs_result_owner *o, size_t n)
{
    struct chunk *c = o->chunks;

    n = (n + 7u) & ~(size_t)7u;
    if (!c || c->cap - c->used < n) {
        size_t cap = n > 16384 ? n : 16384;
        c = rgs_new(o->alloc, sizeof(*c) + cap);
        if (!c)
            return NULL;
        c->cap = cap;
        c->next = o->chunks;
        o->chunks = c;
    }
    void *p = (uint8_t *)c->data + c->used;
    c->used += n;
    return p;
}

const char *rgs_result_str(struct rgs_result_owner *o, const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = rgs_result_take(o, n);
    if (copy)
        memcpy(copy, s, n);
    return copy;
}
