/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an engine is made of: for member.c (its steps), member_hold.c and member_state.c. */
#ifndef RGS_STORE_MEMBER_PARTS_H
#define RGS_STORE_MEMBER_PARTS_H

#include <sys/types.h>

#include "store/member.h"
#include "store/picture.h"
#include "store/trail.h"

enum {
    RGS_MEMBER_POISONED = 16, /* blocks of one step that are kept aside */
    RGS_MEMBER_LATENCIES = 1024,
};

struct rgs_member_shard {
    bool mine, anew; /* anew: all its lines are to be written */
    uint64_t epoch;
    struct rgs_shard_position committed;
    int64_t scored; /* up to where its lines are committed */
    struct rgs_lines *lines;
};

struct rgs_member_aside {
    struct rgs_place place;
    uint8_t *p;
    size_t n;
};

struct rgs_member {
    struct rgs_member_conf conf;
    struct rgs_sealer *sealer;
    struct rgs_site *site;
    struct rgs_timetable *timetable;
    const struct rgs_ruleset *ruleset; /* that was in force a step ago */
    long rules;                        /* lines of the log of rules that the seals told of */
    int64_t kept_at;
    struct rgs_answer *answer;
    unsigned n;
    struct rgs_member_shard held[RGS_SHARDS_MAX];
    struct rgs_place place[RGS_SHARDS_MAX];
    struct rgs_trail trail[RGS_SHARDS_MAX];
    int64_t leased_at, retry_at, scored_at, sealed_at; /* monotonic ms */
    int64_t issued, issued_end;                        /* the seal that is on its way */
    uint64_t losses;
    bool away, more;
    bool doubt; /* since this engine sealed last, a log may have lost its end */
    struct rgs_member_aside poisoned[RGS_MEMBER_POISONED];
    unsigned n_poisoned;
    struct rgs_picture picture;
    pid_t self;
    int64_t state_at;    /* monotonic ms */
    uint64_t state_upto; /* observations that the last one had, and one */
    const char *unfit;   /* why a state cannot be gone on with */
    struct rgs_member_status status;
    uint32_t latency[RGS_MEMBER_LATENCIES];
    uint64_t latencies;
};

void rgs_member_say(struct rgs_member *m, const char *event, const char *text);
void rgs_member_say_shard(struct rgs_member *m, const char *event, unsigned shard,
                          const char *text);

/* ---- member.c ----------------------------------------------------------------------------- */

/* Knows nothing, and stands before all logs. False when memory is short. */
bool rgs_member_anew(struct rgs_member *m);
/* Goes on with a state where that is wanted and one is there, else from the begin of the logs. 0;
 * -EAGAIN: later; or -ENOMEM. */
int rgs_member_begin(struct rgs_member *m, const char *why, bool with_state);

/* ---- member_hold.c ------------------------------------------------------------------------ */

unsigned rgs_member_holding(const struct rgs_member *m);
/* Forgets a lease, without giving it back. */
void rgs_member_drop(struct rgs_member *m, unsigned shard);
/* The lease is another's, or was: it is asked for anew. */
void rgs_member_stand_back(struct rgs_member *m, unsigned shard, const char *why);
bool rgs_member_renewal_due(const struct rgs_member *m);
/* Renews what is held, takes what is free up to an even share, and gives back what is more. */
int rgs_member_see_to_leases(struct rgs_member *m);
/* Alerts and scores of all shards that are held; idle: scores need not wait. 0, or -ENOMEM. */
int rgs_member_commit(struct rgs_member *m, bool idle);

/* ---- member_state.c ----------------------------------------------------------------------- */

/* 0: goes on with the newest state that fits; 1: there is none; -EAGAIN; or -ENOMEM. */
int rgs_member_resume(struct rgs_member *m);
/* Keeps a state when one is due, and hears of the one that is being written. */
void rgs_member_see_to_state(struct rgs_member *m);

#endif
