/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"

enum { TIMEOUT_MS = 5000 };

struct rgs_desk {
    struct rgs_home *home;
    const char *site;
    char trouble[256];
};

struct rgs_desk *rgs_desk_open(const struct rgs_redis_url *u, const char *site, char *err,
                               size_t err_size)
{
    struct rgs_desk *d = calloc(1, sizeof(*d));

    if (d) {
        d->site = site;
        d->home = rgs_home_new(u, TIMEOUT_MS, true);
    }
    if (d && d->home)
        return d;
    snprintf(err, err_size, "out of memory");
    free(d);
    return NULL;
}

void rgs_desk_close(struct rgs_desk *d)
{
    if (!d)
        return;
    rgs_home_del(d->home);
    free(d);
}

const char *rgs_desk_trouble(const struct rgs_desk *d)
{
    return d->trouble;
}

unsigned rgs_desk_shards(struct rgs_desk *d)
{
    const struct rgs_bytes field = rgs_redis_word("shards");
    redisReply *r = rgs_desk_call(d, 0, "HGET", "site", &field, 1);
    struct rgs_bytes v = rgs_reply_bytes(r);
    uint32_t n = 0;

    if (!rgs_decimal(v, RGS_SHARDS_MAX, &n))
        n = 0;
    freeReplyObject(r);
    return n;
}

static redisReply *call(struct rgs_desk *d, unsigned slot, const struct rgs_bytes *arg, size_t n)
{
    redisReply *r = rgs_home_call(d->home, slot, arg, n);

    d->trouble[0] = '\0';
    if (r && r->type != REDIS_REPLY_ERROR)
        return r;
    snprintf(d->trouble, sizeof(d->trouble), "%s", r ? r->str : rgs_home_trouble(d->home));
    freeReplyObject(r);
    return NULL;
}

redisReply *rgs_desk_call(struct rgs_desk *d, unsigned shard, const char *command, const char *what,
                          const struct rgs_bytes *rest, size_t n)
{
    char key[RGS_KEY_MAX];
    struct rgs_bytes arg[RGS_REDIS_ARGS] = {rgs_redis_word(command)};
    const struct rgs_bytes on = rgs_key(key, d->site, shard, what ? what : "site");
    size_t head = 1;

    if (what)
        arg[head++] = on;
    if (n > RGS_REDIS_ARGS - head)
        return NULL;
    if (n)
        memcpy(arg + head, rest, n * sizeof(*rest));
    return call(d, rgs_slot_of(on), arg, head + n);
}

redisReply *rgs_desk_fcall(struct rgs_desk *d, unsigned shard, const char *function,
                           const char *const *what, const struct rgs_bytes *args, size_t n)
{
    char key[4][RGS_KEY_MAX], count[8];
    struct rgs_bytes arg[RGS_REDIS_ARGS] = {rgs_redis_word("FCALL"), rgs_redis_word(function)};
    unsigned keys = 0;

    for (; what[keys] && keys < 4; keys++)
        arg[3 + keys] = rgs_key(key[keys], d->site, shard, what[keys]);
    snprintf(count, sizeof(count), "%u", keys);
    arg[2] = rgs_redis_word(count);
    if (n > RGS_REDIS_ARGS - 3 - keys)
        return NULL;
    memcpy(arg + 3 + keys, args, n * sizeof(*args));
    return call(d, rgs_slot_of(arg[3]), arg, 3 + keys + n);
}

struct rgs_bytes rgs_reply_bytes(const redisReply *r)
{
    return r && (r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS)
               ? rgs_bytes(r->str, r->len)
               : (struct rgs_bytes){0};
}

struct rgs_bytes rgs_reply_field(const redisReply *r, const char *name)
{
    for (size_t i = 0; r && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2) {
        if (rgs_bytes_equal(rgs_reply_bytes(r->element[i]), rgs_redis_word(name)))
            return rgs_reply_bytes(r->element[i + 1]);
    }
    return (struct rgs_bytes){0};
}
