/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of the shells that grow as long as there is memory; what input fills has a bound of its
 * own. */
#ifndef RGS_STORE_GROWN_H
#define RGS_STORE_GROWN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * The array, moved where it had to be, with room for one more behind its n elements.
 *
 * at:   [own] of the caller, as is what is given; NULL: none yet
 * cap:  elements that there is room for; follows
 * size: of an element
 *
 * NULL when memory is short: the array is where and what it was.
 */
static inline void *rgs_grown(void *at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return at;
    size_t more = *cap ? *cap * 2 : 16;
    void *bigger = more <= PTRDIFF_MAX / size ? realloc(at, more * size) : NULL;
    if (bigger)
        *cap = more;
    return bigger;
}

#endif
