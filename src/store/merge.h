/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one order of a site: blocks of many sessions, in the order of the log, become one sequence of
 * observations in event time. What comes out is a function of the log alone, not of when it was
 * read, so whoever replays the log gets the same sequence.
 *
 * A session that has more to say holds back what is newer than its next observation. Equal times
 * go by probe and session. A session stops holding back when it ends, when an entry of the log
 * declares it silent, or up to the time of an empty block (a probe with nothing to tell).
 */
#ifndef RGS_STORE_MERGE_H
#define RGS_STORE_MERGE_H

#include "event/block.h"
#include "event/obs_pack.h"

enum { RGS_MERGE_SESSIONS = 1024 };

/* An entry's place in the log, as Redis writes it: "1700000000000-0". */
struct rgs_place {
    char id[48];
};

struct rgs_merge_conf {
    void *ctx;
    void (*obs)(void *ctx, const struct rgs_obs *o);
    /* All sessions have ended and nothing waits; ts is the newest end. */
    void (*complete)(void *ctx, int64_t ts);
    void (*end)(void *ctx, struct rgs_bytes body);
    struct rgs_unpack_names names;
    /* Reads a block again that was too much to be held; out has room for RGS_BLOCK_MAX. 0: gone. */
    size_t (*fetch)(void *ctx, const struct rgs_place *place, uint8_t *out);
    unsigned sessions; /* that must have begun before anything goes out; 0: none */
    size_t held_bytes; /* of blocks that wait; beyond, they are fetched again */
};

struct rgs_merge;

/* NULL when memory is short. The sealer is borrowed. */
struct rgs_merge *rgs_merge_new(const struct rgs_merge_conf *conf, struct rgs_sealer *sealer);
void rgs_merge_del(struct rgs_merge *m);
/* The next entry of the log: a block, or a session that is declared silent. 0, or -ENOMEM. */
int rgs_merge_block(struct rgs_merge *m, const struct rgs_place *place, struct rgs_bytes block);
void rgs_merge_silent(struct rgs_merge *m, uint64_t probe, uint64_t session);

struct rgs_merge_counts {
    uint64_t observations, blocks;
    uint64_t poisoned; /* blocks that do not open, and bodies that are damaged */
    uint64_t waiting;  /* observations in blocks that are held back */
    unsigned sessions, ended;
};
void rgs_merge_counts(const struct rgs_merge *m, struct rgs_merge_counts *c);
/* The session that holds everything back; false: none. */
bool rgs_merge_blocker(const struct rgs_merge *m, uint64_t *probe, uint64_t *session);

#endif
