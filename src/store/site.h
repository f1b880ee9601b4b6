/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reading end of a site: its shards' logs, leases and commits (keys in store/keys.h). */
#ifndef RGS_STORE_SITE_H
#define RGS_STORE_SITE_H

#include "store/home.h"
#include "store/keys.h"
#include "store/merge.h"

struct rgs_site_conf {
    struct rgs_redis_url url;
    const char *name;
    unsigned shards; /* wanted, when the site is a new one; 0: what fits the address */
    unsigned lease_ms;
    uint32_t keep_s;      /* expiry of keys that nobody writes to */
    int64_t retention_ms; /* of the log */
};

/* One on a single server and behind sentinels; on a cluster enough for its nodes. */
unsigned rgs_site_shards_default(const struct rgs_redis_url *u);
/* How many the site has; when it is a new one, as many as wanted. 0: the server does not answer. */
unsigned rgs_site_shards(struct rgs_home *h, const char *site, unsigned wanted, uint32_t keep_s);

struct rgs_site;

/* Connects. NULL with a reason. */
struct rgs_site *rgs_site_open(const struct rgs_site_conf *conf, char *err, size_t err_size);
/* Gives all leases back. */
void rgs_site_close(struct rgs_site *s);
unsigned rgs_site_shard_count(const struct rgs_site *s);
const char *rgs_site_trouble(const struct rgs_site *s);
/* Whether anything went wrong since this was last asked. */
bool rgs_site_failed(struct rgs_site *s);
/* Grows when what was read may not be there any more; then rgs_site_check() is due. */
uint64_t rgs_site_losses(const struct rgs_site *s);

/* In a child process: nothing of its parent's connections is touched. False: no memory. */
bool rgs_site_reconnect(struct rgs_site *s);

/* A call on keys of one shard, as this engine: the answer, [own]; or NULL, with the reason kept
 * and -ESTALE, -EAGAIN or another -errno in status. */
redisReply *rgs_site_call(struct rgs_site *s, unsigned shard, const struct rgs_bytes *arg, size_t n,
                          int *status);
/* The key of what a shard has. */
struct rgs_bytes rgs_site_key(const struct rgs_site *s, char out[RGS_KEY_MAX], unsigned shard,
                              const char *what);
/* Who this engine is, and the epoch of its lease of a shard: 0 when it has none. */
const char *rgs_site_owner(const struct rgs_site *s);
uint64_t rgs_site_epoch(const struct rgs_site *s, unsigned shard);
uint32_t rgs_site_keep(const struct rgs_site *s);

/* Tells that this engine lives. How many do, and its place among them. 0, or -errno. */
int rgs_site_engines(struct rgs_site *s, unsigned *count, unsigned *place);

struct rgs_shard_position {
    int64_t upto; /* event time; RGS_NEVER: nothing was committed */
    uint64_t observations, alerts;
};
struct rgs_lease {
    bool mine, free;
    uint64_t epoch;                     /* changes when the lease was another's in between */
    struct rgs_shard_position position; /* without observations */
};
/* Renews the lease of a shard; takes it when it is free and wanted. 0, or -errno. */
int rgs_site_lease(struct rgs_site *s, unsigned shard, bool wanted, struct rgs_lease *out);
int rgs_site_release(struct rgs_site *s, unsigned shard);

/* An entry of a log: a block, or a seal. Others are passed over. */
struct rgs_entry {
    struct rgs_place place;
    struct rgs_bytes block; /* [borrow] during the call */
    int64_t seal, ended;    /* RGS_NEVER: none */
    long rules;             /* of a seal: lines that the log of rules had; -1: it does not say */
};
typedef int rgs_entry_fn(void *ctx, const struct rgs_entry *e);
/* Up to `count` entries behind each shard's place, which moves with them. A shard that does not
 * answer gives none. How many there were, or what fn gave when it was negative. */
int rgs_site_read(struct rgs_site *s, struct rgs_place *behind, unsigned count, rgs_entry_fn *fn,
                  void *ctx);
/* One block again; 0 when the log does not have it any more. */
size_t rgs_site_fetch(struct rgs_site *s, const struct rgs_place *place, uint8_t *out);
/* Whether the log still goes on from this place, which goes back to its begin when nothing is in
 * it. 0; -ENOENT: it lost this entry with its end; -ESTALE: entries behind it may be gone; or
 * another -errno. */
int rgs_site_check(struct rgs_site *s, struct rgs_place *place);
/* Keeps what is behind so long in the logs, when it was less. */
void rgs_site_retain(struct rgs_site *s, int64_t retention_ms);
/* Writes a seal to every log, as the owner of the first shard. 0, -ESTALE, or another -errno. */
int rgs_site_seal(struct rgs_site *s, int64_t upto, int64_t ended);
/* Keeps a poisoned block where the log's end does not reach it. */
void rgs_site_aside(struct rgs_site *s, const struct rgs_entry *e);

/* What one commit writes. Strings: [borrow] during the call, for they are copied; add in any order.
 */
struct rgs_commit;
struct rgs_commit *rgs_commit_new(void);
void rgs_commit_del(struct rgs_commit *c);
bool rgs_commit_alert(struct rgs_commit *c, const char *id, const char *typology, const char *level,
                      struct rgs_bytes json);
bool rgs_commit_score(struct rgs_commit *c, const char *id, double score, struct rgs_bytes json);
bool rgs_commit_gone(struct rgs_commit *c, const char *id);
size_t rgs_commit_alerts(const struct rgs_commit *c);

struct rgs_commit_head {
    struct rgs_shard_position from, to; /* from: where the last commit ended */
    int64_t event_ts;                   /* ns */
    const char *ruleset;
    bool anew; /* scores that are not in this commit go */
};
/*
 * All or nothing, of one shard. 0; -EAGAIN: not now, nothing was done; -ESTALE when the lease or
 * the position is another's; another -errno when the server did not answer: then nobody knows, and
 * the position must be read again.
 */
int rgs_site_commit(struct rgs_site *s, unsigned shard, const struct rgs_commit_head *h,
                    const struct rgs_commit *c);

#endif
