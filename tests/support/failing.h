/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An allocator whose memory ends after some pieces. */
#ifndef RGS_TESTS_FAILING_H
#define RGS_TESTS_FAILING_H

#include <stdlib.h>

struct rgs_test_failing {
    size_t after; /* so many more are given */
};

static inline void *rgs_test_fail_later(void *ctx, size_t n)
{
    struct rgs_test_failing *f = ctx;
    return f->after && f->after-- ? calloc(1, n ? n : 1) : NULL;
}

static inline void rgs_test_fail_free(void *ctx, void *p)
{
    free(p);
}

#endif
