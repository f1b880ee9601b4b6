/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Observations kept in memory, packed, to be played again: to other rule sets, or into charts of
 * what a result names. They hold identities of numbers, so they never leave the process, and are
 * wiped.
 */
#ifndef RGS_ENGINE_TAPE_H
#define RGS_ENGINE_TAPE_H

#include "base/alloc.h"
#include "track/track.h"

struct rgs_tape;

/* most: bytes; what comes when they are full is counted and passed over. NULL: no memory. */
struct rgs_tape *rgs_tape_new(size_t most, const struct rgs_alloc *alloc);
void rgs_tape_del(struct rgs_tape *t);

/* An rgs_obs_fn: ctx is the tape. */
void rgs_tape_add(void *ctx, const struct rgs_obs *o);
/* Only these fields are kept (bits by enum rgs_obs_field); all of them at first. */
void rgs_tape_fields(struct rgs_tape *t, uint64_t fields);
/* In the order in which they came; `frame` is 0. */
void rgs_tape_play(const struct rgs_tape *t, rgs_obs_fn *fn, void *ctx);

uint64_t rgs_tape_count(const struct rgs_tape *t);
uint64_t rgs_tape_dropped(const struct rgs_tape *t);

#endif
