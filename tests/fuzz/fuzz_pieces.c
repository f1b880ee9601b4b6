/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A checkpoint as a server gives it back. Each piece of the input begins with an octet that says
 * whether it is the server's own or comes sealed under the site's key, and as which piece.
 */
#include <stdlib.h>

#include "kept.h"
#include "pipeline.h"
#include "store/pieces.h"

enum { MOST = 16, ID = 77 };

enum how { SEALED = 0x01, LAST = 0x02, OTHER_STATE = 0x04, OUT_OF_PLACE = 0x08 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct server {
    struct rgs_sealer *sealer;
    struct rgs_bytes piece[MOST];
    unsigned n;
    uint8_t block[RGS_BLOCK_MAX];
};

static struct rgs_bytes get(void *ctx, unsigned i)
{
    struct server *s = ctx;

    if (i >= s->n || s->piece[i].n < 1)
        return (struct rgs_bytes){0};
    uint8_t how = s->piece[i].p[0];
    struct rgs_bytes body = rgs_bytes_from(s->piece[i], 1);
    const struct rgs_block_head head = {.type = RGS_BLOCK_STATE,
                                        .session = how & OTHER_STATE ? ID + 1 : ID,
                                        .seq = i + (how & OUT_OF_PLACE ? 2 : 1),
                                        .shards = 1,
                                        .count = how & LAST ? 1 : 0};
    if (!(how & SEALED))
        return body;
    return rgs_bytes(s->block, rgs_block_seal(s->sealer, &head, body, s->block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint8_t secret[RGS_TOKEN_KEY_BYTES] = {9};
    static struct server s;
    struct rgs_bytes input = rgs_bytes(data, n);

    if (!s.sealer) {
        struct rgs_token_key *key = rgs_token_key_new(secret, &rgs_alloc_libc);
        s.sealer = key ? rgs_sealer_new(key, &rgs_alloc_libc) : NULL;
        rgs_token_key_del(key);
    }
    if (!s.sealer)
        abort();
    for (s.n = 0; s.n < MOST && rgs_fuzz_piece(&input, &s.piece[s.n]);)
        s.n++;
    const struct rgs_pieces_conf conf = {
        .sealer = s.sealer, .id = ID, .most = MOST, .ctx = &s, .get = get};
    bool first_counts =
        s.n && s.piece[0].n && (s.piece[0].p[0] & (SEALED | OTHER_STATE | OUT_OF_PLACE)) == SEALED;
    if (rgs_pieces_read(&conf, rgs_fuzz_walk, NULL) == 0 && !first_counts)
        abort(); /* a state of a piece that nobody sealed for it */
    return 0;
}
