/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/bytes.h"

#include <stdlib.h>
#include <string.h>

bool rgs_test_move_out(void *bytes, void *p, size_t n)
{
    struct rgs_test_bytes *b = bytes;

    if (b->n + n > b->cap) {
        b->cap = (b->n + n) * 2;
        b->p = realloc(b->p, b->cap);
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    return true;
}

bool rgs_test_move_in(void *bytes, void *p, size_t n)
{
    struct rgs_test_bytes *b = bytes;

    if (n > b->n - b->at)
        return false;
    memcpy(p, b->p + b->at, n);
    b->at += n;
    return true;
}
