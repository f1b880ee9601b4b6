/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory in shared huge pages: zeroed, nobody else's, and any of it may be freed first. */
#include <criterion/criterion.h>

#include "cli/large.h"

enum { BLOCKS = 400, MOST = 60000 };

static size_t size_of(size_t i)
{
    return i % 50 == 0 ? (size_t)3 << 20 /* too large to share */ : 1 + i * 7919 % MOST;
}

static bool all_are(const uint8_t *p, size_t n, uint8_t c)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != c)
            return false;
    }
    return true;
}

Test(large, shared_blocks_are_their_owners_alone)
{
    uint8_t *block[BLOCKS];

    for (unsigned round = 0; round < 3; round++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            block[i] = rgs_new(&rgs_alloc_shared, size_of(i));
            cr_assert_not_null(block[i]);
            cr_assert_eq((uintptr_t)block[i] % 16, 0);
            cr_assert(all_are(block[i], size_of(i), 0), "block %zu is zeroed", i);
            memset(block[i], (int)(i % 255 + 1), size_of(i));
        }
        for (size_t k = 0; k < BLOCKS; k++) {
            size_t i = k * 37 % BLOCKS; /* each once, in another order */
            cr_assert(all_are(block[i], size_of(i), (uint8_t)(i % 255 + 1)), "block %zu", i);
            rgs_free(&rgs_alloc_shared, block[i]);
        }
    }
    rgs_free(&rgs_alloc_shared, NULL);
}
