/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every target that decodes feeds: a decoder whose operations go all the way to the tracker.
 */
#ifndef RGS_FUZZ_PIPELINE_H
#define RGS_FUZZ_PIPELINE_H

#include "engine/decoder.h"
#include "sms/sms.h"

struct rgs_fuzz {
    struct rgs_decoder *decoder;
    struct rgs_concat *concat;
    uint64_t packets;
    int64_t ts;
};

/* Small tables, so that they fill and evict. Ends the process when memory is short. */
void rgs_fuzz_init(struct rgs_fuzz *f);
void rgs_fuzz_fini(struct rgs_fuzz *f);
/* One packet that begins with this layer, from a heap block of its size, a millisecond after the
 * last. */
void rgs_fuzz_feed(struct rgs_fuzz *f, enum rgs_layer layer, struct rgs_bytes b);
/* Everything that is done with an operation. */
void rgs_fuzz_operation(struct rgs_concat *c, struct rgs_dissect *d, struct rgs_op *op);

/*
 * Takes the next piece of an input that holds several: a 16-bit length and so many bytes, or the
 * rest when it is shorter. False at the end.
 */
bool rgs_fuzz_piece(struct rgs_bytes *input, struct rgs_bytes *piece);
void rgs_fuzz_put_piece(uint8_t *out, struct rgs_bytes piece); /* piece.n + 2 bytes */

#endif
