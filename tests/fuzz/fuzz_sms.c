/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short message room without a layer around it: kind, coding, then the message, in pieces. */
#include "pipeline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_bytes input = rgs_bytes(data, n), piece;
    struct rgs_fuzz f;

    rgs_fuzz_init(&f);
    struct rgs_dissect *d = rgs_decoder_dissect(f.decoder);
    while (rgs_fuzz_piece(&input, &piece)) {
        if (piece.n < 2)
            continue;
        struct rgs_op op = {.has = 0};
        RGS_SET(&op, PROTO, proto, "map");
        RGS_SET(&op, OP, op, "mt-forwardSM");
        RGS_SET(&op, PHASE, phase, "request");
        RGS_SET(&op, FRAME, frame, ++f.packets);
        RGS_SET(&op, TS, ts, f.ts += 1000000);
        RGS_SET(&op, SM_KIND, sm_kind, (uint8_t)(piece.p[0] % (RGS_SM_UTF8 + 1)));
        if (piece.p[0] & 0x80)
            RGS_SET(&op, DCS, dcs, piece.p[1]);
        uint8_t *copy = rgs_new(&rgs_alloc_libc, piece.n - 2);
        if (piece.n > 2)
            memcpy(copy, piece.p + 2, piece.n - 2);
        RGS_SET(&op, SM, sm, rgs_bytes(copy, piece.n - 2));
        rgs_fuzz_operation(f.concat, d, &op);
        rgs_arena_wipe(&d->arena);
        rgs_free(&rgs_alloc_libc, copy);
    }
    rgs_fuzz_fini(&f);
    return 0;
}
