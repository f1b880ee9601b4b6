/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of Redis servers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "store/redis.h"

enum { DEFAULT_PORT = 6379, DEFAULT_SENTINEL_PORT = 26379 };

static int refuse(char *err, size_t err_size, const char *what)
{
    snprintf(err, err_size,
             "%s; write redis://[USER:PASSWORD@]HOST[:PORT][/DB], "
             "redis+unix://[USER:PASSWORD@]/PATH[?db=N], "
             "redis-sentinel://[USER:PASSWORD@]HOST[:PORT],.../SERVICE[/DB] or "
             "redis-cluster://[USER:PASSWORD@]HOST[:PORT],...",
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
static bool address(struct rgs_redis_node *node, struct rgs_bytes s, uint32_t port)
{
    size_t host = s.n && s.p[0] == '[' ? rgs_find_byte(s, ']') : rgs_find_byte(s, ':');
    bool bracket = s.n && s.p[0] == '[';

    if (bracket && host == s.n)
        return false;
    struct rgs_bytes rest = rgs_bytes_from(s, host + bracket);
    if (rest.n && (rest.p[0] != ':' || !rgs_decimal(rgs_bytes_from(rest, 1), 65535, &port)))
        return false;
    struct rgs_bytes name = rgs_bytes_from(rgs_bytes_upto(s, host), bracket);
    node->port = (int)port;
    return name.n > 0 && port > 0 && unescape(name, node->host, sizeof(node->host));
}

static bool addresses(struct rgs_redis_url *u, struct rgs_bytes s)
{
    uint32_t port = u->kind == RGS_REDIS_SENTINEL ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;

    for (;;) {
        size_t comma = u->kind == RGS_REDIS_SINGLE ? s.n : rgs_find_byte(s, ',');
        if (u->n_seeds == RGS_REDIS_SEEDS ||
            !address(&u->seed[u->n_seeds++], rgs_bytes_upto(s, comma), port))
            return false;
        if (comma == s.n)
            return true;
        s = rgs_bytes_from(s, comma + 1);
    }
}

static bool number(struct rgs_bytes s, int *out)
{
    uint32_t v = 0;
    if (s.n && !rgs_decimal(s, 65535, &v))
        return false;
    *out = (int)v;
    return true;
}

/* What stands behind the credentials. NULL, or what is wrong. */
static const char *place(struct rgs_redis_url *u, struct rgs_bytes s)
{
    size_t cut = rgs_find_byte(s, '/');
    struct rgs_bytes rest = rgs_bytes_from(s, cut + 1);

    if (!addresses(u, rgs_bytes_upto(s, cut)))
        return "host and port are not well written";
    if (u->kind == RGS_REDIS_SENTINEL) {
        cut = rgs_find_byte(rest, '/');
        if (cut == 0 || !unescape(rgs_bytes_upto(rest, cut), u->service, sizeof(u->service)))
            return "the sentinels' name of the master is missing";
        rest = rgs_bytes_from(rest, cut + 1);
    }
    if (u->kind == RGS_REDIS_CLUSTER && rest.n)
        return "a cluster has no databases";
    return number(rest, &u->db) ? NULL : "the number of the database is not well written";
}

static const char *socket_file(struct rgs_redis_url *u, struct rgs_bytes s)
{
    size_t cut = rgs_find(s, "?db=");

    u->n_seeds = 1;
    if (!number(rgs_bytes_from(s, cut + 4), &u->db))
        return "the number of the database is not well written";
    s = rgs_bytes_upto(s, cut);
    return s.n && s.p[0] == '/' && unescape(s, u->path, sizeof(u->path))
               ? NULL
               : "the path of the socket is not well written";
}

static void from_environment(char *out, size_t cap, const char *name)
{
    const char *value = getenv(name);
    if (value)
        snprintf(out, cap, "%s", value);
}

int rgs_redis_url_parse(struct rgs_redis_url *u, const char *text, char *err, size_t err_size)
{
    static const struct {
        const char *scheme;
        enum rgs_redis_kind kind;
        bool local;
    } schemes[] = {{"redis://", RGS_REDIS_SINGLE, false},
                   {"redis+unix://", RGS_REDIS_SINGLE, true},
                   {"redis-sentinel://", RGS_REDIS_SENTINEL, false},
                   {"redis-cluster://", RGS_REDIS_CLUSTER, false}};
    const size_t n = sizeof(schemes) / sizeof(schemes[0]);
    size_t i = 0;

    *u = (struct rgs_redis_url){0};
    while (i < n && strncmp(text, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
        i++;
    if (i == n)
        return refuse(err, err_size, "this is no address of a Redis server");
    u->kind = schemes[i].kind;
    struct rgs_bytes s = rgs_redis_word(text + strlen(schemes[i].scheme));
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != '@')
        at--;
    if (at > 0 && !credentials(u, rgs_bytes_upto(s, at - 1)))
        return refuse(err, err_size, "the user or password is not well written");
    s = rgs_bytes_from(s, at);
    const char *wrong = schemes[i].local ? socket_file(u, s) : place(u, s);
    if (wrong)
        return refuse(err, err_size, wrong);
    if (!u->password[0])
        from_environment(u->password, sizeof(u->password), "RGS_REDIS_PASSWORD");
    if (u->kind == RGS_REDIS_SENTINEL) {
        from_environment(u->sentinel_password, sizeof(u->sentinel_password),
                         "RGS_SENTINEL_PASSWORD");
        from_environment(u->sentinel_user, sizeof(u->sentinel_user), "RGS_SENTINEL_USER");
    }
    return 0;
}
