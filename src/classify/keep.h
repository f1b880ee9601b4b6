/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a catalogue: taken piece by piece while it is built, given back all at once. */
#ifndef RGS_CLASSIFY_KEEP_H
#define RGS_CLASSIFY_KEEP_H

#include "base/alloc.h"
#include "base/bytes.h"

struct rgs_keep_block;

struct rgs_keep {
    const struct rgs_alloc *alloc;
    struct rgs_keep_block *blocks;
};

/* Zeroed; NULL when the allocator has no more. */
void *rgs_keep(struct rgs_keep *k, size_t n);
/* A NUL-terminated copy. */
char *rgs_keep_str(struct rgs_keep *k, const char *s, size_t n);
void rgs_keep_fini(struct rgs_keep *k);
size_t rgs_keep_bytes(const struct rgs_keep *k);

/* Grows *array (of `size` bytes each, allocated with alloc) for one more after n; false: no memory.
 */
bool rgs_grow(const struct rgs_alloc *alloc, void **array, size_t n, size_t *cap, size_t size);

#endif
