/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pool: blocks never overlap, all of it comes back whole, and what is full says so. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/pool.h"
#include "support/scoring.h"

enum { SLOTS = 500, ROUNDS = 40000, BYTES = 1 << 20 };

struct slot {
    uint8_t *p;
    size_t n;
    uint8_t mark;
};

static void check(const struct slot *s)
{
    for (size_t i = 0; i < s->n; i++)
        cr_assert_eq(s->p[i], s->mark, "byte %zu of %zu", i, s->n);
}

Test(pool, blocks_do_not_overlap_and_join_again)
{
    static struct slot slot[SLOTS];
    struct rgs_pool *p = rgs_pool_new(BYTES, &rgs_alloc_libc);
    uint64_t random = 7, full = 0;

    cr_assert_not_null(p);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct slot *s = &slot[rgs_test_random(&random) % SLOTS];
        if (s->p) {
            check(s);
            rgs_pool_give(p, s->p);
            s->p = NULL;
            continue;
        }
        s->n = (size_t)1 << rgs_test_random(&random) % 15;
        s->n += rgs_test_random(&random) % s->n;
        s->mark = (uint8_t)round;
        s->p = rgs_pool_take(p, s->n);
        cr_assert_eq((uintptr_t)s->p % 16, 0);
        full += !s->p;
        if (s->p)
            memset(s->p, s->mark, s->n);
    }
    cr_assert_gt(full, 100, "it was full at times");
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slot[i].p)
            check(&slot[i]);
        rgs_pool_give(p, slot[i].p);
    }
    cr_assert_eq(rgs_pool_used(p), 0);
    void *whole = rgs_pool_take(p, BYTES);
    cr_assert_not_null(whole, "all of it is one block again");
    cr_assert_null(rgs_pool_take(p, 1));
    rgs_pool_give(p, whole);
    cr_assert_null(rgs_pool_take(p, BYTES + 1));
    rgs_pool_del(p);
}

Test(pool, the_smallest_blocks_fill_it)
{
    struct rgs_pool *p = rgs_pool_new(1, &rgs_alloc_libc);
    uint8_t *block[64];
    unsigned n = 0;

    cr_assert_not_null(p);
    while (n < 64 && (block[n] = rgs_pool_take(p, n % 2)))
        n++;
    cr_assert_eq(n, 32, "4 KiB in blocks of 128");
    cr_assert_eq(rgs_pool_used(p), 4096);
    for (unsigned i = 0; i < n; i += 2)
        rgs_pool_give(p, block[i]);
    cr_assert_null(rgs_pool_take(p, 129), "no two neighbours are free");
    for (unsigned i = 1; i < n; i += 2)
        rgs_pool_give(p, block[i]);
    cr_assert_not_null(block[0] = rgs_pool_take(p, 4096));
    rgs_pool_give(p, block[0]);
    rgs_pool_del(p);
}
