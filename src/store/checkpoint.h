/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An engine's state in Redis, for engines that come when all others are gone: sealed pieces
 * (store/pieces.h) beside the first shard, whose holder alone may write, under its epoch. Three
 * places hold them: the newest state, the one before it, and the one that is just being written,
 * which counts from one call on, whole, or expires. Each has at most RGS_CHECKPOINT_PIECES.
 */
#ifndef RGS_STORE_CHECKPOINT_H
#define RGS_STORE_CHECKPOINT_H

#include "store/pieces.h"
#include "store/site.h"

enum {
    RGS_CHECKPOINT_PIECES = 8192, /* of 64 KiB: 512 MiB */
    RGS_CHECKPOINT_STATES = 2,
};

/* from: for people, what follows the event time in the list of states: the oldest entries of the
 * shards' logs that whoever goes on with this state reads. Pieces that were written; -ESTALE: the
 * lease is another engine's; or another -errno, and what was there is there. */
int rgs_checkpoint_write(struct rgs_site *s, struct rgs_sealer *sealer, int64_t upto,
                         const char *from, rgs_pieces_fn *fn, void *ctx);
/* The newest state, or the one that many before it. 0; 1: there is none; -EAGAIN: the server does
 * not answer; or another -errno as of rgs_pieces_read. */
int rgs_checkpoint_read(struct rgs_site *s, struct rgs_sealer *sealer, unsigned before,
                        rgs_pieces_fn *fn, void *ctx);

#endif
