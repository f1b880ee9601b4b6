/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a merge is made of: for merge.c, what goes out and comes in; merge_session.c, one session of
 * it; merge_watermark.c, its seals; and merge_image.c, which keeps it. */
#ifndef RGS_STORE_MERGE_PARTS_H
#define RGS_STORE_MERGE_PARTS_H

#include "store/merge.h"

enum { RGS_MERGE_MARKS = 64 };

/* A block that waits, opened: only what its probe sealed has a say in the order. */
struct rgs_waiting {
    struct rgs_waiting *next;
    struct rgs_place place;
    struct rgs_block_head head;
    int64_t least; /* what its observations count as at least */
    bool held;     /* else the body is to be fetched again */
    size_t n;
    uint8_t body[];
};

/* A body that is being read. */
struct rgs_cursor {
    struct rgs_waiting *of;
    uint32_t taken; /* observations of it, with the next one */
    struct rgs_obs_unpacker unpacker;
    struct rgs_obs next;
};

/* What one shard brings of a session. */
struct rgs_lane {
    struct rgs_waiting *first, *last;
    uint64_t seq; /* newest */
    bool ended;
    struct rgs_cursor *cursor; /* NULL: nothing more of this round */
};

struct rgs_source {
    uint64_t probe, session;
    unsigned shards, ended_parts;
    uint64_t round;      /* that is being read, or was last */
    uint64_t whole;      /* the newest of which all blocks are there */
    int64_t newest;      /* time of the newest whole round */
    int64_t now, end_ts; /* now: of the observation that is next */
    int64_t heard_at;
    bool any_round, ended, silent, has_next;
    unsigned at; /* the part that has the next one */
    struct rgs_lane part[];
};

struct rgs_merge_mark {
    int64_t upto, ended;
};

struct rgs_merge {
    struct rgs_merge_conf conf;
    struct rgs_sealer *sealer;
    struct rgs_source *source[RGS_MERGE_SESSIONS]; /* in the order of probe and session */
    unsigned n;
    int64_t sealed[RGS_BLOCK_SHARDS]; /* of each log */
    struct rgs_merge_mark mark[RGS_MERGE_MARKS];
    unsigned marks;
    unsigned known_ended, told_ended; /* sessions: by their blocks, and at the last mark */
    unsigned forgotten_ended;
    int64_t upto, now;
    size_t held;
    struct rgs_merge_counts counts;
    uint8_t block[RGS_BLOCK_MAX], body[RGS_BLOCK_MAX];
};

static inline int64_t rgs_merge_later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A new session's place, which may be another's; NULL when memory is short. */
struct rgs_source *rgs_merge_source(struct rgs_merge *m, const struct rgs_block_head *h);
/* A block that is there already stands here now: its log had lost it. */
void rgs_merge_stands_at(struct rgs_lane *p, uint64_t seq, const struct rgs_place *place);
/* What waits goes to the end of its lane; hold: with its body, from m->body. 0, or -ENOMEM. */
int rgs_merge_wait(struct rgs_merge *m, struct rgs_lane *p, const struct rgs_waiting *what,
                   bool hold);
/* Reads the body of what waits from its begin; owns it. False: it is gone, or memory is short. */
bool rgs_merge_open_body(struct rgs_merge *m, struct rgs_lane *p, struct rgs_waiting *w);
/* The lane's next observation. */
void rgs_merge_next_of(struct rgs_merge *m, struct rgs_lane *p);
/* The session's next observation, if it is known. */
void rgs_merge_advance(struct rgs_merge *m, struct rgs_source *s);
void rgs_merge_source_del(struct rgs_merge *m, struct rgs_source *s);

#endif
