/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connection to a Redis server through hiredis. Every command goes out as counted arguments:
 * no byte of a name or a block is ever part of a format.
 */
#ifndef RGS_STORE_REDIS_H
#define RGS_STORE_REDIS_H

#include <hiredis/hiredis.h>

#include "base/bytes.h"

enum { RGS_REDIS_ARGS = 16 };

/* redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], redis+unix://[[USER]:PASSWORD@]/PATH[?db=N]. */
struct rgs_redis_url {
    char host[256]; /* empty: a socket file */
    char path[108];
    char user[128], password[256];
    int port, db;
};

/*
 * 0, or -EINVAL with a reason in err. Without a password in it, $RGS_REDIS_PASSWORD is taken, since
 * command lines are seen by everybody.
 */
int rgs_redis_url_parse(struct rgs_redis_url *u, const char *text, char *err, size_t err_size);

/* Connects, and queues AUTH and SELECT; *pending is the number of their answers. NULL with a
 * reason. With nonblocking, the connection may still be under way. */
redisContext *rgs_redis_connect(const struct rgs_redis_url *u, bool nonblocking, int timeout_ms,
                                unsigned *pending, char *err, size_t err_size);
/* Connects, waits for the answers, and makes sure that the server is 7.0 or newer. */
redisContext *rgs_redis_open(const struct rgs_redis_url *u, int timeout_ms, char *err,
                             size_t err_size);

/* Queues a command. 0, or -ENOMEM. */
int rgs_redis_append(redisContext *c, const struct rgs_bytes *arg, size_t n);
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
/* An error that will go by: loading, busy, out of memory, a replica without its master. */
bool rgs_redis_is_transient(const redisReply *r);

#endif
