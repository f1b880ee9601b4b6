/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state file of a tap: what tracking and scoring know, so that a restart goes on where it was.
 *
 * Head, in clear: "regsentry-state\n", version (32 bits), mark of the key (4), shape (64), services
 * (64), rule set (64 hex digits), initial vector (16). Then, encrypted (AES-256 in counter mode)
 * since it holds numbers and SIMs, the text of the rule set, by which a program that has another
 * one can still read it, and the image; and a tag over all of it (HMAC-SHA-256): a file that is
 * damaged, cut or forged is not read at all. Both keys are derived from the operator's. A new file
 * takes the place of the old one whole, or not at all.
 */
#ifndef RGS_STORE_STATE_H
#define RGS_STORE_STATE_H

#include "base/bytes.h"
#include "base/image.h"
#include "event/token.h"

/* What a state is read with. */
struct rgs_state_for {
    uint64_t shape;    /* capacities and layout, which follow from the rule set, too */
    uint64_t services; /* their ids, in order */
    const char *ruleset_sha256;
    struct rgs_bytes rules; /* that set as a bundle (store/bundle.h); empty: it is not kept */
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
/* What a file that is whole and of this key says of itself. */
struct rgs_state_found {
    uint64_t shape, services;
    char ruleset_sha256[65];
    struct rgs_bytes rules; /* valid until rgs_state_shut() */
};
/* 0; 1 when there is none; -EINVAL with the reason in err when it is none to go on with. */
int rgs_state_open(struct rgs_state *s, struct rgs_state_found *f, char *err, size_t err_size);
/* Once after that: the image. False: it does not fit this program, and what it was read into is
 * neither the one nor the other. */
bool rgs_state_load(struct rgs_state *s, rgs_state_fn *fn, void *ctx);
void rgs_state_shut(struct rgs_state *s);
/* Moves the file out of the way of the next one, keeping it: 0 with its new name, or -errno. */
int rgs_state_set_aside(struct rgs_state *s, char *name, size_t name_size);

#endif
