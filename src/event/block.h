/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A block: what a probe appends to a site's log in one piece, sealed under the site's key.
 * Identifiers inside are not masked one by one, since a token of 16 bytes for each would triple the
 * log; the whole body is encrypted instead, so that neither the server nor who reads it learns a
 * number.
 *
 * Head, in clear: "RGSB", version, type, schema (32 bits), mark of the key (4), probe (64), session
 * (64), round (64), shard and shards (16 each), observations (32), event time (64), tag (16 bytes).
 * All big-endian.
 * The tag is HMAC-SHA-256 over head and body, cut to 16 bytes, and is the initial vector of AES-256
 * in counter mode (the construction of RFC 5297, with HMAC for S2V): the same block gives the same
 * bytes, two blocks never share a key stream, and a damaged or forged one does not open.
 */
#ifndef RGS_EVENT_BLOCK_H
#define RGS_EVENT_BLOCK_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "event/token.h"

enum {
    RGS_BLOCK_VERSION = 2,
    RGS_BLOCK_HEAD = 70,   /* bytes */
    RGS_BLOCK_TAG = 16,    /* the last of them */
    RGS_BLOCK_SHARDS = 64, /* that a round has at most */
    RGS_BLOCK_MAX = RGS_BLOCK_HEAD + (64 << 10),
};

enum rgs_block_type {
    RGS_BLOCK_DATA = 1, /* a body of observations */
    RGS_BLOCK_END,      /* the probe has read all; ts is the last event time it saw */
    RGS_BLOCK_STATE,    /* no entry of a log: a piece of an engine's state (store/pieces.h) */
};

/*
 * A round of a session is one block for each of its shards, all together the next observations of
 * the probe. A block's id is (probe, session, shard, seq): who appends one twice appends it once.
 */
struct rgs_block_head {
    enum rgs_block_type type;
    uint64_t probe;   /* rgs_id_of its name */
    uint64_t session; /* of one run over one input */
    uint64_t seq;     /* of the round, from 1, without gaps */
    uint16_t shard, shards;
    uint32_t count;
    int64_t ts; /* DATA: of the newest observation so far */
};

struct rgs_sealer;

/* NULL when memory is short. */
struct rgs_sealer *rgs_sealer_new(const struct rgs_token_key *key, const struct rgs_alloc *alloc);
void rgs_sealer_del(struct rgs_sealer *s);

/* out has room for RGS_BLOCK_HEAD + body.n bytes; the bytes written, or 0 when the cipher fails. */
size_t rgs_block_seal(struct rgs_sealer *s, const struct rgs_block_head *head,
                      struct rgs_bytes body, uint8_t *out);

enum rgs_block_result {
    RGS_BLOCK_OK,
    RGS_BLOCK_MALFORMED,
    RGS_BLOCK_OTHER_VERSION, /* of the block or of the field table */
    RGS_BLOCK_OTHER_KEY,
    RGS_BLOCK_DAMAGED, /* does not open: changed on its way, or forged */
};
/* The head without opening: OK, MALFORMED or OTHER_VERSION. */
enum rgs_block_result rgs_block_head(struct rgs_bytes block, struct rgs_block_head *head);
/* body has room for block.n - RGS_BLOCK_HEAD bytes, *n of which are written. */
enum rgs_block_result rgs_block_open(struct rgs_sealer *s, struct rgs_bytes block,
                                     struct rgs_block_head *head, uint8_t *body, size_t *n);

#endif
