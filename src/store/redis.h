/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection to a Redis server through hiredis. Every command goes out as counted arguments:
 * no byte of a name or a block is ever part of a format.
 */
#ifndef RGS_STORE_REDIS_H
#define RGS_STORE_REDIS_H

#include <hiredis/hiredis.h>

#include "base/bytes.h"

enum { RGS_REDIS_ARGS = 16, RGS_REDIS_SEEDS = 8 };

enum rgs_redis_kind { RGS_REDIS_SINGLE, RGS_REDIS_SENTINEL, RGS_REDIS_CLUSTER };

struct rgs_redis_node {
    char host[256]; /* empty: a socket file */
    int port;
};

/*
 * redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], redis+unix://[[USER]:PASSWORD@]/PATH[?db=N],
 * redis-sentinel://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]/SERVICE[/DB],
 * redis-cluster://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]
 */
struct rgs_redis_url {
    enum rgs_redis_kind kind;
    struct rgs_redis_node seed[RGS_REDIS_SEEDS]; /* sentinels, nodes, or the server */
    unsigned n_seeds;
    char path[108];
    char service[64]; /* what the sentinels call the master */
    char user[128], password[256];
    char sentinel_user[128], sentinel_password[256]; /* where sentinels ask for them, too */
    int db;
};

/*
 * 0, or -EINVAL with a reason in err. Without a password in it, $RGS_REDIS_PASSWORD is taken, since
 * command lines are seen by everybody; what sentinels ask for stands in $RGS_SENTINEL_PASSWORD and
 * $RGS_SENTINEL_USER.
 */
int rgs_redis_url_parse(struct rgs_redis_url *u, const char *text, char *err, size_t err_size);

/* Connects to one node with the credentials of u. NULL with a reason. */
redisContext *rgs_redis_open(const struct rgs_redis_url *u, const struct rgs_redis_node *node,
                             int timeout_ms, char *err, size_t err_size);

/* Queues a command. 0, or -ENOMEM. */
int rgs_redis_append(redisContext *c, const struct rgs_bytes *arg, size_t n);
/* The answer to the oldest command, [own]; NULL: the connection is lost. */
redisReply *rgs_redis_reply(redisContext *c);
/* A command and its answer, [own] freed with freeReplyObject; NULL: the connection is lost. */
redisReply *rgs_redis_call(redisContext *c, const struct rgs_bytes *arg, size_t n);
/* Loads the embedded functions over whatever version is there. 0, or -errno with a reason. */
int rgs_redis_load_library(redisContext *c, char *err, size_t err_size);

static inline struct rgs_bytes rgs_redis_word(const char *s)
{
    return rgs_bytes(s, strlen(s));
}
bool rgs_redis_is_error(const redisReply *r, const char *begin);
/* An error that says the functions are not loaded. */
bool rgs_redis_lacks_function(const redisReply *r);
/* An error that will go by, the command not being done: loading, busy, out of memory, a replica
 * without its master, a slot on its way. */
bool rgs_redis_is_transient(const redisReply *r);

#endif
