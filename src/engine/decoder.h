/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames in, operations out: one worker's part of the pipeline, with its flows and reassembly. */
#ifndef RGS_ENGINE_DECODER_H
#define RGS_ENGINE_DECODER_H

#include "event/dissect.h"

struct rgs_decoder;

/* emit is called during rgs_decoder_packet(), zero or more times. NULL when memory is short. */
struct rgs_decoder *rgs_decoder_new(const struct rgs_capacity *capacity, rgs_emit_fn *emit,
                                    void *ctx, const struct rgs_alloc *alloc);
void rgs_decoder_del(struct rgs_decoder *d);
void rgs_decoder_packet(struct rgs_decoder *d, const struct rgs_packet *packet);
/* The input has ended: gives out what still waits for missing packets, under the numbers of the
 * packets that carried it. The decoder can be used on. */
void rgs_decoder_flush(struct rgs_decoder *d);
/* Enters at a layer of choice: what unit tests and fuzz targets call. */
void rgs_decoder_layer(struct rgs_decoder *d, enum rgs_layer layer,
                       const struct rgs_packet *packet);
/* Counters and, between packets, the state of the layers. */
struct rgs_dissect *rgs_decoder_dissect(struct rgs_decoder *d);

#endif
