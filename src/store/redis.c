/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/redis.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "store/library.h"

int rgs_redis_append(redisContext *c, const struct rgs_bytes *arg, size_t n)
{
    const char *argv[RGS_REDIS_ARGS];
    size_t len[RGS_REDIS_ARGS];

    if (n > RGS_REDIS_ARGS)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        argv[i] = arg[i].n ? (const char *)arg[i].p : "";
        len[i] = arg[i].n;
    }
    return redisAppendCommandArgv(c, (int)n, argv, len) == REDIS_OK ? 0 : -ENOMEM;
}

redisReply *rgs_redis_reply(redisContext *c)
{
    void *reply = NULL;
    return redisGetReply(c, &reply) == REDIS_OK ? reply : NULL;
}

redisReply *rgs_redis_call(redisContext *c, const struct rgs_bytes *arg, size_t n)
{
    return rgs_redis_append(c, arg, n) == 0 ? rgs_redis_reply(c) : NULL;
}

static bool answered(redisContext *c, char *err, size_t err_size)
{
    redisReply *r = rgs_redis_reply(c);
    bool ok = r && r->type != REDIS_REPLY_ERROR;

    if (!ok)
        snprintf(err, err_size, "%s", r ? r->str : c->errstr);
    freeReplyObject(r);
    return ok;
}

static bool introduce(redisContext *c, const struct rgs_redis_url *u, char *err, size_t err_size)
{
    char number[16];
    unsigned pending = 0;

    if (u->password[0]) {
        struct rgs_bytes arg[3] = {rgs_redis_word("AUTH")};
        size_t n = 1;
        if (u->user[0])
            arg[n++] = rgs_redis_word(u->user);
        arg[n++] = rgs_redis_word(u->password);
        rgs_redis_append(c, arg, n);
        pending++;
    }
    if (u->db) {
        snprintf(number, sizeof(number), "%d", u->db);
        rgs_redis_append(c, (struct rgs_bytes[]){rgs_redis_word("SELECT"), rgs_redis_word(number)},
                         2);
        pending++;
    }
    while (pending--) {
        if (!answered(c, err, err_size))
            return false;
    }
    return true;
}

redisContext *rgs_redis_open(const struct rgs_redis_url *u, const struct rgs_redis_node *node,
                             int timeout_ms, char *err, size_t err_size)
{
    struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    redisContext *c;

    /* hiredis writes without MSG_NOSIGNAL: a server that went away must be an error, not the end.
     */
    signal(SIGPIPE, SIG_IGN);
    c = node->host[0] ? redisConnectWithTimeout(node->host, node->port, tv)
                      : redisConnectUnixWithTimeout(u->path, tv);
    bool ok = c && !c->err;
    if (!ok && node->host[0])
        snprintf(err, err_size, "%s:%d: %s", node->host, node->port,
                 c ? c->errstr : "out of memory");
    else if (!ok)
        snprintf(err, err_size, "%s: %s", u->path, c ? c->errstr : "out of memory");
    if (ok) {
        redisSetTimeout(c, tv);
        ok = introduce(c, u, err, err_size);
    }
    if (!ok && c)
        redisFree(c);
    return ok ? c : NULL;
}

int rgs_redis_load_library(redisContext *c, char *err, size_t err_size)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("FUNCTION"), rgs_redis_word("LOAD"),
                                    rgs_redis_word("REPLACE"),
                                    rgs_bytes(rgs_library, rgs_library_size)};
    redisReply *r = rgs_redis_call(c, arg, 4);
    int status = r && r->type == REDIS_REPLY_STRING ? 0 : -EIO;

    if (status < 0)
        snprintf(err, err_size,
                 "the functions cannot be loaded (Redis 7.0 or newer, and a user with "
                 "+function|load): %s",
                 r ? r->str : c->errstr);
    freeReplyObject(r);
    return status;
}

bool rgs_redis_is_error(const redisReply *r, const char *begin)
{
    return r->type == REDIS_REPLY_ERROR && strncmp(r->str, begin, strlen(begin)) == 0;
}

bool rgs_redis_lacks_function(const redisReply *r)
{
    return rgs_redis_is_error(r, "ERR Function not found");
}

bool rgs_redis_is_transient(const redisReply *r)
{
    static const char *const begins[] = {"OOM",      "LOADING",    "BUSY",        "READONLY",
                                         "TRYAGAIN", "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS",
                                         "MISCONF",  "MOVED",      "ASK"};
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        if (rgs_redis_is_error(r, begins[i]))
            return true;
    }
    return false;
}
