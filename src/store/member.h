/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One engine of a site. It follows the logs of all shards, takes its share of their leases (engines
 * that live share them evenly, and give back what is too many when one joins), and commits for the
 * shards that it holds: alerts as they arise, scores from time to time, and up to where, all in one
 * piece for each shard. What the last owner had committed is not told again; what it had not, is.
 * Who holds the first shard also writes the seals, and now and then its state, with which an engine
 * begins that finds one which fits it; else it reads the logs from their begin.
 */
#ifndef RGS_STORE_MEMBER_H
#define RGS_STORE_MEMBER_H

#include "store/answer.h"

struct rgs_token_key;

struct rgs_member_conf {
    struct rgs_site_conf site;
    struct rgs_answer_conf answer; /* without shards, fetch and ctx */
    unsigned sessions;             /* of probes that must have begun before anything is evaluated */
    int silent_ms;                 /* a probe that tells nothing for so long holds nobody back */
    int scores_ms;                 /* between two commits of scores */
    int64_t state_ms;              /* between two states that are kept; 0: none is */
    /* News for people: an event in one word, and what is to be said of it. */
    void (*say)(void *ctx, const char *event, const char *text);
    void *ctx;
};

struct rgs_member;

/* key: [borrow] during the call. NULL when memory is short. */
struct rgs_member *rgs_member_new(const struct rgs_member_conf *conf,
                                  const struct rgs_token_key *key);
/* Keeps the last state. */
void rgs_member_finish(struct rgs_member *m);
/* Gives the leases back. */
void rgs_member_del(struct rgs_member *m);

/* Does what is to be done now, waiting up to wait_ms for something to do. 0, or -ENOMEM. */
int rgs_member_step(struct rgs_member *m, int wait_ms);

struct rgs_member_status {
    unsigned shards, held, engines;
    struct rgs_merge_counts merge;
    uint64_t commits, alerts; /* of this engine */
    uint64_t fenced;          /* times it had to stand back */
    uint64_t states;          /* that it kept */
    bool complete; /* every session has ended, and all is committed by whoever holds it */
};
void rgs_member_status(const struct rgs_member *m, struct rgs_member_status *out);
/* Median and 99th percentile of the last thousand commits' way there and back, in microseconds. */
void rgs_member_latency(const struct rgs_member *m, uint64_t us[2]);

#endif
