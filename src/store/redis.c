/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/redis.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "store/library.h"

enum { DEFAULT_PORT = 6379 };

static int refuse(char *err, size_t err_size, const char *what)
{
    snprintf(err, err_size,
             "%s; write redis://[USER:PASSWORD@]HOST[:PORT][/DB] or "
             "redis+unix://[USER:PASSWORD@]/PATH[?db=N]",
             what);
    return -EINVAL;
}

/* %41 is 'A' (RFC 3986 2.1). False when it does not fit or is no escape. */
static bool unescape(struct rgs_bytes in, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < in.n; i++) {
        uint32_t v = in.p[i];
        if (v == '%') {
            if (in.n - i < 3 || !rgs_hexadecimal(rgs_bytes(in.p + i + 1, 2), &v) || v == 0)
                return false;
            i += 2;
        }
        if (n + 1 >= cap)
            return false;
        out[n++] = (char)v;
    }
    out[n] = '\0';
    return true;
}

static bool credentials(struct rgs_redis_url *u, struct rgs_bytes s)
{
    size_t colon = rgs_find_byte(s, ':');
    if (!unescape(rgs_bytes_upto(s, colon), u->user, sizeof(u->user)))
        return false;
    return colon == s.n || unescape(rgs_bytes_from(s, colon + 1), u->password, sizeof(u->password));
}

/* HOST, HOST:PORT, [::1]:PORT. */
static bool address(struct rgs_redis_url *u, struct rgs_bytes s)
{
    size_t host = s.n && s.p[0] == '[' ? rgs_find_byte(s, ']') : rgs_find_byte(s, ':');
    uint32_t port = DEFAULT_PORT;
    bool bracket = s.n && s.p[0] == '[';

    if (bracket && host == s.n)
        return false;
    struct rgs_bytes rest = rgs_bytes_from(s, host + bracket);
    if (rest.n && (rest.p[0] != ':' || !rgs_decimal(rgs_bytes_from(rest, 1), 65535, &port)))
        return false;
    struct rgs_bytes name = rgs_bytes_from(rgs_bytes_upto(s, host), bracket);
    u->port = (int)port;
    return name.n > 0 && port > 0 && unescape(name, u->host, sizeof(u->host));
}

int rgs_redis_url_parse(struct rgs_redis_url *u, const char *text, char *err, size_t err_size)
{
    static const char tcp[] = "redis://", unix_scheme[] = "redis+unix://";
    struct rgs_bytes s = rgs_redis_word(text);
    bool local = strncmp(text, unix_scheme, strlen(unix_scheme)) == 0;
    uint32_t db = 0;

    *u = (struct rgs_redis_url){0};
    if (!local && strncmp(text, tcp, strlen(tcp)) != 0)
        return refuse(err, err_size, "this is no address of a Redis server");
    s = rgs_bytes_from(s, local ? strlen(unix_scheme) : strlen(tcp));
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '@')
        at--;
    if (at > 0 && !credentials(u, rgs_bytes_upto(s, at - 1)))
        return refuse(err, err_size, "the user or password is not well written");
    s = rgs_bytes_from(s, at);
    size_t cut = local ? rgs_find(s, "?db=") : rgs_find_byte(s, '/');
    struct rgs_bytes number = rgs_bytes_from(s, cut + (local ? 4 : 1));
    if (number.n && !rgs_decimal(number, 65535, &db))
        return refuse(err, err_size, "the number of the database is not well written");
    u->db = (int)db;
    s = rgs_bytes_upto(s, cut);
    if (local ? !(s.n && s.p[0] == '/' && unescape(s, u->path, sizeof(u->path))) : !address(u, s))
        return refuse(err, err_size,
                      local ? "the path of the socket is not well written"
                            : "host and port are not well written");
    const char *env = getenv("RGS_REDIS_PASSWORD");
    if (!u->password[0] && env)
        snprintf(u->password, sizeof(u->password), "%s", env);
    return 0;
}

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

redisReply *rgs_redis_call(redisContext *c, const struct rgs_bytes *arg, size_t n)
{
    void *reply = NULL;
    if (rgs_redis_append(c, arg, n) < 0 || redisGetReply(c, &reply) != REDIS_OK)
        return NULL;
    return reply;
}

redisContext *rgs_redis_connect(const struct rgs_redis_url *u, bool nonblocking, int timeout_ms,
                                unsigned *pending, char *err, size_t err_size)
{
    struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    redisContext *c;
    char number[16];

    /* hiredis writes without MSG_NOSIGNAL: a server that went away must be an error, not the end.
     */
    signal(SIGPIPE, SIG_IGN);
    if (u->host[0])
        c = nonblocking ? redisConnectNonBlock(u->host, u->port)
                        : redisConnectWithTimeout(u->host, u->port, tv);
    else
        c = nonblocking ? redisConnectUnixNonBlock(u->path)
                        : redisConnectUnixWithTimeout(u->path, tv);
    *pending = 0;
    if (!c || c->err) {
        snprintf(err, err_size, "%s: %s", u->host[0] ? u->host : u->path,
                 c ? c->errstr : "out of memory");
        if (c)
            redisFree(c);
        return NULL;
    }
    if (u->password[0]) {
        struct rgs_bytes arg[3] = {rgs_redis_word("AUTH")};
        size_t n = 1;
        if (u->user[0])
            arg[n++] = rgs_redis_word(u->user);
        arg[n++] = rgs_redis_word(u->password);
        rgs_redis_append(c, arg, n);
        ++*pending;
    }
    if (u->db) {
        snprintf(number, sizeof(number), "%d", u->db);
        rgs_redis_append(c, (struct rgs_bytes[]){rgs_redis_word("SELECT"), rgs_redis_word(number)},
                         2);
        ++*pending;
    }
    return c;
}

redisContext *rgs_redis_open(const struct rgs_redis_url *u, int timeout_ms, char *err,
                             size_t err_size)
{
    struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    unsigned pending;
    redisContext *c = rgs_redis_connect(u, false, timeout_ms, &pending, err, err_size);

    if (!c)
        return NULL;
    redisSetTimeout(c, tv);
    while (pending--) {
        redisReply *r = NULL;
        bool ok = redisGetReply(c, (void **)&r) == REDIS_OK && r->type != REDIS_REPLY_ERROR;
        if (!ok)
            snprintf(err, err_size, "%s", r ? r->str : c->errstr);
        freeReplyObject(r);
        if (!ok) {
            redisFree(c);
            return NULL;
        }
    }
    return c;
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
    static const char *const begins[] = {"OOM",         "LOADING",    "BUSY",
                                         "READONLY",    "TRYAGAIN",   "MASTERDOWN",
                                         "CLUSTERDOWN", "NOREPLICAS", "MISCONF"};
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        if (rgs_redis_is_error(r, begins[i]))
            return true;
    }
    return false;
}
