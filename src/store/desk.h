/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection of those who look at a site, or change what all of it shares. For one thread. */
#ifndef RGS_STORE_DESK_H
#define RGS_STORE_DESK_H

#include "store/home.h"
#include "store/keys.h"

struct rgs_desk;

/* site: [borrow] as long as the desk. NULL with a reason. */
struct rgs_desk *rgs_desk_open(const struct rgs_redis_url *u, const char *site, char *err,
                               size_t err_size);
void rgs_desk_close(struct rgs_desk *d);
/* Why the last call gave nothing. */
const char *rgs_desk_trouble(const struct rgs_desk *d);
/* How many shards the site has; 0: there is no such site, or no answer. */
unsigned rgs_desk_shards(struct rgs_desk *d);

/*
 * A command on the key `what` of a shard (NULL: on none), and its answer, [own]. NULL when the
 * server does not answer, or answers with an error; trouble() tells either.
 */
redisReply *rgs_desk_call(struct rgs_desk *d, unsigned shard, const char *command, const char *what,
                          const struct rgs_bytes *rest, size_t n);
/* A function on several keys of one shard. what is NULL-ended. */
redisReply *rgs_desk_fcall(struct rgs_desk *d, unsigned shard, const char *function,
                           const char *const *what, const struct rgs_bytes *args, size_t n);

/* The value of a string or a status; empty for what is none. */
struct rgs_bytes rgs_reply_bytes(const redisReply *r);
/* The value of a field of what HGETALL gave. */
struct rgs_bytes rgs_reply_field(const redisReply *r, const char *name);

#endif
