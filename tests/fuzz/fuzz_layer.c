/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One layer (RGS_FUZZ_LAYER) and what it hands on to: payloads in pieces, one packet each. */
#include "pipeline.h"

enum { MAX_PACKETS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_bytes input = rgs_bytes(data, n), piece;
    struct rgs_fuzz f;

    rgs_fuzz_init(&f);
    for (int i = 0; i < MAX_PACKETS && rgs_fuzz_piece(&input, &piece); i++)
        rgs_fuzz_feed(&f, RGS_FUZZ_LAYER, piece);
    rgs_fuzz_fini(&f);
    return 0;
}
