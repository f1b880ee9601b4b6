/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reading end of a site: a shard's log, its lease and its commits. Keys, with {S} the shard:
 *
 *     rgs:{S}:obs        stream: p = NAME:session, b = block; or silent = NAME:session
 *     rgs:{S}:probes     hash: NAME:session to the newest block's number
 *     rgs:{S}:lease      hash: owner, epoch, until (server's ms)
 *     rgs:{S}:position   hash: id, observations, ts, ruleset, alerts, epoch, of the last commit
 *     rgs:{S}:scores     sorted set: reseller to score
 *     rgs:{S}:resellers  hash: reseller to its line of the analyze result, JSON
 *     rgs:{S}:alerts     stream: id, typology, level, json
 */
#ifndef RGS_STORE_SITE_H
#define RGS_STORE_SITE_H

#include "store/merge.h"
#include "store/redis.h"

struct rgs_site_conf {
    struct rgs_redis_url url;
    const char *shard;
    unsigned lease_ms;
    uint32_t keep_s;      /* expiry of keys that nobody writes to */
    int64_t retention_ms; /* of the log */
};

struct rgs_site;

/* Connects and loads the functions. NULL with a reason. */
struct rgs_site *rgs_site_open(const struct rgs_site_conf *conf, char *err, size_t err_size);
/* Gives the lease back. */
void rgs_site_close(struct rgs_site *s);
const char *rgs_site_trouble(const struct rgs_site *s);

/* Takes or renews the lease: 1 mine, 0 another's, -errno when the server does not answer. The epoch
 * changes when the lease was another's in between. */
int rgs_site_lease(struct rgs_site *s, uint64_t *epoch);

struct rgs_position {
    struct rgs_place place; /* "0-0": nothing was committed */
    uint64_t observations, alerts;
    char ruleset[65]; /* "": none */
};
int rgs_site_position(struct rgs_site *s, struct rgs_position *p);

/* An entry of the log: a block, or a session declared silent. */
struct rgs_entry {
    struct rgs_place place;
    struct rgs_bytes block, silent; /* one of them; [borrow] until the next read */
};
enum { RGS_SITE_ENTRIES = 64 };
/* Entries behind this place, waiting up to wait_ms for the first; how many, or -errno. */
int rgs_site_read(struct rgs_site *s, const struct rgs_place *behind, int wait_ms,
                  struct rgs_entry out[RGS_SITE_ENTRIES]);
/* One block again; 0 when the log does not have it any more. */
size_t rgs_site_fetch(struct rgs_site *s, const struct rgs_place *place, uint8_t *out);
/* Declares a session silent. 0, -ESTALE when the lease is lost, or another -errno. */
int rgs_site_silence(struct rgs_site *s, const char *session);

/* What one commit writes. Strings are borrowed; add in any order. */
struct rgs_commit;
struct rgs_commit *rgs_commit_new(void);
void rgs_commit_del(struct rgs_commit *c);
bool rgs_commit_alert(struct rgs_commit *c, const char *id, const char *typology, const char *level,
                      struct rgs_bytes json);
bool rgs_commit_score(struct rgs_commit *c, const char *id, double score, struct rgs_bytes json);
bool rgs_commit_gone(struct rgs_commit *c, const char *id);
/*
 * All or nothing. from: where the last commit ended; anew: scores that are not in this commit go.
 * 0; -ESTALE when the lease or the position is another's; another -errno when the server did not
 * answer: then nobody knows, and the position must be read again.
 */
int rgs_site_commit(struct rgs_site *s, const struct rgs_position *from,
                    const struct rgs_position *to, int64_t event_ts, bool anew,
                    const struct rgs_commit *c);

#endif
