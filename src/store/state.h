/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state file of a tap: what tracking and scoring know, so that a restart goes on where it was.
 *
 * Head, in clear: "regsentry-state\n", version (32 bits), mark of the key (4), shape (64), services
 * (64), rule set (64 hex digits), initial vector (16). Then the image, encrypted (AES-256 in
 * counter mode) since it holds numbers and SIMs, and a tag over all of it (HMAC-SHA-256): a file
 * that is damaged, cut or forged is not read at all. Both keys are derived from the operator's. A
 * new file takes the place of the old one whole, or not at all.
 */
#ifndef RGS_STORE_STATE_H
#define RGS_STORE_STATE_H

#include "base/image.h"
#include "event/token.h"

/* Whose state it is; all of it must be the same. */
struct rgs_state_for {
    uint64_t shape;    /* capacities and layout */
    uint64_t services; /* their ids, in order */
    const char *ruleset_sha256;
};

typedef void rgs_state_fn(void *ctx, struct rgs_image *im);

struct rgs_state;

/* dir: a folder that is there. NULL with a reason in err. */
struct rgs_state *rgs_state_new(const char *dir, const struct rgs_token_key *key, char *err,
                                size_t err_size);
void rgs_state_del(struct rgs_state *s);

/* 0, or -errno: the former file stays. It may be called in a forked child of any thread. */
int rgs_state_write(struct rgs_state *s, const struct rgs_state_for *whose, rgs_state_fn *fn,
                    void *ctx);
/* 0; 1 when there is none; -EINVAL with a reason in err when it cannot be gone on with. */
int rgs_state_read(struct rgs_state *s, const struct rgs_state_for *whose, rgs_state_fn *fn,
                   void *ctx, char *err, size_t err_size);

#endif
