/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <errno.h>
#include <string.h>

int rgs_arena_init(struct rgs_arena *a, size_t cap, const struct rgs_alloc *alloc)
{
    *a = (struct rgs_arena){.mem = rgs_new(alloc, cap), .cap = cap};
    return a->mem ? 0 : -ENOMEM;
}

void rgs_arena_fini(struct rgs_arena *a, const struct rgs_alloc *alloc)
{
    if (a->mem)
        rgs_arena_wipe(a);
    rgs_free(alloc, a->mem);
    *a = (struct rgs_arena){0};
}

void rgs_arena_wipe(struct rgs_arena *a)
{
    if (a->used)
        explicit_bzero(a->mem, a->used);
    a->used = 0;
}
