/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one order of a site: blocks of many sessions, from the logs of all shards, become one
 * sequence of observations in event time. What comes out is a function of the logs alone, not of
 * when they were read, so whoever reads them gets the same sequence.
 *
 * A session's observations keep the order in which their probe told them; a round of it is known
 * when all of its blocks are there. Seals stand in every log: what lies behind a seal counts as
 * later than the seal says, whatever its time, so that when a seal was read from every log, all up
 * to there is known and goes out, by time, then probe, then session. Whoever writes the seals
 * decides how long the site waits for whom; who reads them only obeys.
 */
#ifndef RGS_STORE_MERGE_H
#define RGS_STORE_MERGE_H

#include "base/image.h"
#include "event/block.h"
#include "event/obs_pack.h"

enum { RGS_MERGE_SESSIONS = 1024 };
#define RGS_NEVER INT64_MIN

/* An entry's place: its shard's log, and there "1700000000000-0" as Redis writes it. */
struct rgs_place {
    unsigned shard;
    char id[48];
};

struct rgs_merge_conf {
    void *ctx;
    void (*obs)(void *ctx, const struct rgs_obs *o);
    /* All that was known had ended, says the log; event time went on to ts. */
    void (*complete)(void *ctx, int64_t ts);
    struct rgs_unpack_names names;
    /* Reads a block again that was too much to be held; out has room for RGS_BLOCK_MAX. 0: gone. */
    size_t (*fetch)(void *ctx, const struct rgs_place *place, uint8_t *out);
    unsigned shards;   /* logs */
    size_t held_bytes; /* of blocks that wait; beyond, they are fetched again */
};

struct rgs_merge;

/* sealer: [borrow] as long as the merge. NULL when memory is short. */
struct rgs_merge *rgs_merge_new(const struct rgs_merge_conf *conf, struct rgs_sealer *sealer);
void rgs_merge_del(struct rgs_merge *m);

/* The next entry of a shard's log: a block, or a seal; ended: RGS_NEVER, or what complete() is told
 * once all up to the seal has gone out. now_ms: of any steady clock. 0; 1: it was poisoned;
 * or -ENOMEM. */
int rgs_merge_block(struct rgs_merge *m, const struct rgs_place *place, struct rgs_bytes block,
                    int64_t now_ms);
int rgs_merge_seal(struct rgs_merge *m, unsigned shard, int64_t upto, int64_t ended);
/* Gives out what may go, at most so many observations; true: there is more. */
bool rgs_merge_release(struct rgs_merge *m, unsigned most);
/* All up to here has gone out; RGS_NEVER: nothing has. */
int64_t rgs_merge_upto(const struct rgs_merge *m);
/* The time that the observation which goes out now counts as. */
int64_t rgs_merge_now(const struct rgs_merge *m);

/* For whoever writes seals. */
struct rgs_watermark {
    int64_t upto;  /* the seal that may be written; RGS_NEVER: none */
    int64_t ended; /* RGS_NEVER, or the newest end of sessions, all having ended */
    /* A session that has just been given up waiting for. */
    bool fell_silent;
    uint64_t probe, session;
};
/* sessions: that must have begun; silent_ms: who tells nothing for so long holds nobody back. */
void rgs_merge_watermark(struct rgs_merge *m, unsigned sessions, int64_t now_ms, int silent_ms,
                         struct rgs_watermark *w);

/* What the log said of an end may be lost to others: the next seal says it again. */
void rgs_merge_repeat_end(struct rgs_merge *m);

struct rgs_merge_counts {
    uint64_t observations, blocks;
    uint64_t poisoned; /* blocks that do not open, and bodies that are damaged */
    uint64_t lost;     /* blocks that are gone while later ones of their session are there */
    uint64_t waiting;  /* observations in blocks that are held back */
    unsigned sessions, ended;
    bool complete; /* the log says so, and nothing came since */
};
void rgs_merge_counts(const struct rgs_merge *m, struct rgs_merge_counts *c);

/* Moves all that it knows; reading, into a new one, which then has heard of everybody at now_ms.
 * Bodies of blocks are not moved, but fetched again. */
void rgs_merge_image(struct rgs_merge *m, struct rgs_image *im, int64_t now_ms);
/* The oldest entry of a shard's log that is still to be fetched; false: there is none. */
bool rgs_merge_needs(const struct rgs_merge *m, unsigned shard, struct rgs_place *out);
/* True when a stands behind b in one log. */
bool rgs_place_behind(const char *a, const char *b);

#endif
