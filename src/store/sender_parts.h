/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a sender is made of: for sender.c (its queue, blocks and thread) and sender_way.c. */
#ifndef RGS_STORE_SENDER_PARTS_H
#define RGS_STORE_SENDER_PARTS_H

#include <pthread.h>

#include "store/home.h"
#include "store/keys.h"
#include "store/sender.h"
#include "store/spool.h"

enum {
    RGS_SENDER_RING = 32, /* blocks of a shard: 2 MB at most */
    RGS_SENDER_FIELD = 64 + 1 + 16 + 8,
};

struct rgs_sender_item {
    struct rgs_sender_item *next;
    size_t bytes;
    uint64_t observations;
    struct rgs_round round; /* its bodies stand behind it */
};

struct rgs_sender_block {
    uint8_t *p;
    uint32_t n;
    uint64_t seq;
    bool arrived;
    char field[RGS_SENDER_FIELD]; /* NAME:session:shard */
};

/* The way of one shard. Blocks of a session with more shards than the site has take turns. */
struct rgs_sender_link {
    struct rgs_sender_block ring[RGS_SENDER_RING];
    unsigned first, count, sent;
    bool stuck; /* in this flight */
    unsigned slot;
    char key[2][RGS_KEY_MAX];
};

struct rgs_sender {
    struct rgs_probe_conf conf;
    char name[65], site[65];
    uint64_t probe;
    unsigned shards;

    /* Of the thread alone. */
    struct rgs_sealer *sealer;
    struct rgs_spool *spool;
    struct rgs_home *home;
    struct rgs_sender_link *link;
    uint64_t session, seq;
    int64_t retry_at, alone_until, moved_at; /* monotonic ms */
    uint8_t block[RGS_BLOCK_MAX];
    char keep[16];

    /* Shared. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started, stop, away, rest_in_spool, idle;
    struct rgs_sender_item *first, *last;
    size_t queued;
    uint64_t moves; /* of anything, towards the site or the spool */
    struct rgs_probe_counts counts;
    int64_t stuck_since; /* monotonic ms; 0: nothing waits */
    char trouble[256];
};

void rgs_sender_say(struct rgs_sender *s, const char *text);

/* ---- sender_way.c: of the thread alone --------------------------------------------------------
 */

/* A copy goes to the end of its shard's ring, which has room. False when it is no block, or memory
 * is short. */
bool rgs_sender_to_ring(struct rgs_sender *s, struct rgs_bytes block);
/* Blocks in the ring that has most. */
unsigned rgs_sender_fullest(const struct rgs_sender *s);
void rgs_sender_forget_first(struct rgs_sender_link *l);
/* Out of the spool, while there is room. */
void rgs_sender_refill(struct rgs_sender *s);
/* What of the rings goes into the file; the observations of blocks that do not. */
uint64_t rgs_sender_spool_rings(struct rgs_sender *s);
/* Whether another round can be taken. The rings first; then, and for as long as it holds anything,
 * the spool. now: without patience. */
bool rgs_sender_has_room(struct rgs_sender *s, bool now);
/* Sends what each shard has, takes the answers, and forgets what has arrived. */
void rgs_sender_fly(struct rgs_sender *s);

#endif
