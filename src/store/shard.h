/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One shard of a site under evaluation. Whoever holds the lease replays the log from its begin, so
 * that its windows are those of the log and of nothing else, and commits what lies behind the last
 * commit: alerts as they arise, scores from time to time, the place in the log, all in one piece.
 * Alerts of the replayed part were committed by who came before, and are not told again.
 */
#ifndef RGS_STORE_SHARD_H
#define RGS_STORE_SHARD_H

#include <stdio.h>

#include "classify/classify.h"
#include "rules/rules.h"
#include "store/site.h"

struct rgs_token_key;

struct rgs_shard_conf {
    struct rgs_site_conf site;
    const struct rgs_catalogue *catalogue; /* [borrow] with the rule set */
    const struct rgs_ruleset *ruleset;
    struct rgs_hash_key hash_key; /* that of the probes' tables */
    unsigned sessions;            /* of probes that must have begun before anything is evaluated */
    int silent_ms;                /* a probe that tells nothing for so long holds nobody back */
    int scores_ms;                /* between two commits of scores */
    void (*write_line)(FILE *out, const struct rgs_result_reseller *x);
    void (*write_alert)(FILE *out, const struct rgs_result_alert *a);
    /* News for people: an event in one word, and what is to be said of it. */
    void (*say)(void *ctx, const char *event, const char *text);
    void *ctx;
};

enum rgs_shard_state {
    RGS_SHARD_AWAY,    /* the server does not answer */
    RGS_SHARD_STANDBY, /* another engine holds the lease */
    RGS_SHARD_REPLAY,  /* up to the last commit */
    RGS_SHARD_RUNNING,
};

struct rgs_shard;

/* The key is borrowed during the call. NULL when memory is short. */
struct rgs_shard *rgs_shard_new(const struct rgs_shard_conf *conf, const struct rgs_token_key *key);
/* Gives the lease back. */
void rgs_shard_del(struct rgs_shard *s);

/* Does what is to be done now, waiting up to wait_ms for something to do. 0, or -ENOMEM. */
int rgs_shard_step(struct rgs_shard *s, int wait_ms);

struct rgs_shard_status {
    enum rgs_shard_state state;
    struct rgs_merge_counts merge;
    uint64_t commits, alerts; /* of this engine */
    uint64_t fenced;          /* times it had to stand back */
    bool complete;            /* every session has ended, and all is committed */
};
void rgs_shard_status(const struct rgs_shard *s, struct rgs_shard_status *out);

#endif
