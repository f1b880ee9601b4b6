/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A probe's spool of an earlier run: what is whole is read, and it goes on being written to. */
#include <stdlib.h>

#include "event/block.h"
#include "kept.h"
#include "store/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static uint8_t out[RGS_BLOCK_MAX];
    char err[256];
    bool damaged = false;
    size_t got, taken = 0;

    struct rgs_spool *s =
        rgs_spool_open(rgs_fuzz_file("spool", rgs_bytes(data, n)), 1 << 20, err, sizeof(err));
    if (!s)
        abort();
    while ((got = rgs_spool_next(s, out, sizeof(out), &damaged)) > 0)
        taken += got;
    if (taken > n || rgs_spool_append(s, rgs_bytes("block", 5)) < 0 ||
        rgs_spool_next(s, out, sizeof(out), &damaged) != 5 || damaged)
        abort();
    rgs_spool_settle(s);
    if (rgs_spool_active(s))
        abort();
    rgs_spool_close(s);
    return 0;
}
