/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The writing end of a site: observations go to the shards by their reseller or block, and as a
 * round of blocks to the logs of all of them. What the caller does is pack them; the rest is done
 * by a thread (store/sender.h), and nothing here waits for a server unless it may.
 */
#ifndef RGS_STORE_PROBE_H
#define RGS_STORE_PROBE_H

#include "event/block.h"
#include "event/obs_pack.h"
#include "store/redis.h"

struct rgs_probe_conf {
    struct rgs_redis_url url;
    const char *name;  /* letters, digits, "._-", at most 64 */
    const char *site;  /* its name, in the same alphabet */
    unsigned shards;   /* wanted, when the site is a new one; 0: what fits the address */
    const char *spool; /* NULL: none */
    uint64_t spool_bytes;
    /* Reading files, it waits for the server; on a tap it never does: what neither ring nor spool
     * takes is dropped and counted. */
    bool may_wait;
    int patience_ms; /* how long it waits for a server that is away */
    uint32_t keep_s; /* expiry of keys that nobody writes to */
    struct rgs_pack_names names;
    /* News of the connection, for people. */
    void (*say)(void *ctx, const char *text);
    void *say_ctx;
};

struct rgs_probe_link;

bool rgs_probe_name_ok(const char *name);

/* key: [borrow] during the call. NULL with a reason. */
struct rgs_probe_link *rgs_probe_new(const struct rgs_probe_conf *conf,
                                     const struct rgs_token_key *key, char *err, size_t err_size);
/* What has not arrived is left in the spool, when there is one. */
void rgs_probe_del(struct rgs_probe_link *p);

/* A rgs_obs_fn. */
void rgs_probe_obs(void *probe, const struct rgs_obs *o);
/* To be called about once a second by a tap: sends what is waiting. event_ts: nothing older than
 * this follows, also when there was nothing to tell; 0: not known. Never waits. */
void rgs_probe_tick(struct rgs_probe_link *p, int64_t event_ts);

/* The run is over, with traffic up to last_ts: sends the end and waits until all has arrived, but
 * no longer than patience_ms without progress. 0, or -errno: -EAGAIN when the spool holds the rest,
 * -EIO when it is lost to the site. */
int rgs_probe_finish(struct rgs_probe_link *p, int64_t last_ts);

struct rgs_probe_counts {
    uint64_t observations, blocks, arrived, dropped; /* dropped: observations */
    uint64_t spooled;                                /* bytes that lie in the spool now */
    int64_t stuck_ms; /* for so long nothing of what waits has arrived; 0: nothing waits */
    bool away;        /* the server does not answer */
};
/* From any thread. */
void rgs_probe_counts(struct rgs_probe_link *p, struct rgs_probe_counts *c);
/* Why it does not go on; "" when nothing is wrong. */
const char *rgs_probe_trouble(struct rgs_probe_link *p);

#endif
