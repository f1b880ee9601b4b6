/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * State as sealed pieces: an image, compressed (zstd) and cut into blocks of the site's key
 * (event/block.h, type STATE) that a server may hold without learning a number. A piece says which
 * state it is of (session), its place there (seq, from 1) and whether it is the last (count 1), so
 * that what is damaged, missing, out of place or another state's does not open.
 */
#ifndef RGS_STORE_PIECES_H
#define RGS_STORE_PIECES_H

#include "base/image.h"
#include "event/block.h"

typedef void rgs_pieces_fn(void *ctx, struct rgs_image *im);

struct rgs_pieces_conf {
    struct rgs_sealer *sealer;
    uint64_t id; /* of this state, never used again */
    unsigned most;
    void *ctx;
    /* Takes a piece, numbered from 0: 0, or -errno, which ends it. */
    int (*put)(void *ctx, unsigned i, struct rgs_bytes block);
    /* Gives a piece, [borrow] until the next call; empty: it is not there. */
    struct rgs_bytes (*get)(void *ctx, unsigned i);
};

/* How many pieces there were; -EFBIG: more than the most; or another -errno. */
int rgs_pieces_write(const struct rgs_pieces_conf *conf, rgs_pieces_fn *fn, void *ctx);
/* 0; -EBADMSG: a piece is missing or does not open; -EINVAL: fn found that it does not fit, or it
 * does not end where fn does; or another -errno. */
int rgs_pieces_read(const struct rgs_pieces_conf *conf, rgs_pieces_fn *fn, void *ctx);

#endif
