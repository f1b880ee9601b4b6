/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/site_result.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALERTS = 1000 }; /* of each shard */

struct row {
    double score;
    unsigned shard;
    struct rgs_bytes id; /* of the shard's reply */
};

static int by_rank(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    size_t n = x->id.n < y->id.n ? x->id.n : y->id.n;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    int d = n ? memcmp(x->id.p, y->id.p, n) : 0;
    return d ? d : (x->id.n > y->id.n) - (x->id.n < y->id.n);
}

static size_t rows_of(const redisReply *r, unsigned shard, struct row *out)
{
    size_t n = 0;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2)
        out[n++] = (struct row){strtod((const char *)r->element[i + 1]->str, NULL), shard,
                                rgs_reply_bytes(r->element[i])};
    return n;
}

static void add_rows(struct rgs_desk *d, struct rgs_result_file *f, const struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        redisReply *r = rgs_desk_call(d, row[i].shard, "HGET", "resellers", &row[i].id, 1);
        rgs_result_add_reseller(f, rgs_reply_bytes(r));
        freeReplyObject(r);
    }
}

static void fail(struct rgs_desk *d, unsigned shards, char *err, size_t err_size)
{
    const char *trouble = rgs_desk_trouble(d);
    snprintf(err, err_size, "%s",
             trouble[0] ? trouble
             : shards   ? "out of memory"
                        : "there is no such site: no probe and no engine has been there");
}

struct rgs_result_file *rgs_site_top(struct rgs_desk *d, unsigned most, char *err, size_t err_size)
{
    unsigned shards = rgs_desk_shards(d);
    struct rgs_result_file *f = NULL;
    char last[16];
    redisReply *reply[RGS_SHARDS_MAX] = {NULL};
    struct row *row = calloc((size_t)(shards + 1) * (most + 1), sizeof(*row));
    size_t n = 0;
    bool ok = row && shards;

    snprintf(last, sizeof(last), "%u", most ? most - 1 : 0);
    const struct rgs_bytes range[] = {rgs_redis_word("0"), rgs_redis_word(last),
                                      rgs_redis_word("WITHSCORES")};
    for (unsigned k = 0; ok && k < shards; k++) {
        reply[k] = rgs_desk_call(d, k, "ZREVRANGE", "scores", range, 3);
        ok = reply[k] && reply[k]->elements <= 2 * (size_t)most;
        n += ok ? rows_of(reply[k], k, row + n) : 0;
    }
    if (ok && (f = rgs_result_new()) != NULL) {
        qsort(row, n, sizeof(*row), by_rank);
        add_rows(d, f, row, n < most ? n : most);
    }
    if (!f)
        fail(d, shards, err, err_size);
    for (unsigned k = 0; k < RGS_SHARDS_MAX; k++)
        freeReplyObject(reply[k]);
    free(row);
    return f;
}

/* ---- one line, or all -------------------------------------------------------------------------
 */

/* A result as it is put together; what somebody else wrote there hides nothing. */
struct draft {
    struct rgs_desk *desk;
    struct rgs_result_file *file;
    unsigned shards, unread;
};

/* -ENOENT: it has no line; -EBADMSG: that cannot be read; -EIO. */
static int add_line(struct draft *d, const char *id)
{
    const struct rgs_bytes field = rgs_redis_word(id);
    redisReply *r =
        rgs_desk_call(d->desk, rgs_shard_of_id(id, d->shards), "HGET", "resellers", &field, 1);
    int status = !r                                                     ? -EIO
                 : r->type != REDIS_REPLY_STRING                        ? -ENOENT
                 : rgs_result_add_reseller(d->file, rgs_reply_bytes(r)) ? 0
                                                                        : -EBADMSG;
    freeReplyObject(r);
    return status;
}

static bool add_lines(struct draft *d, unsigned shard)
{
    redisReply *r = rgs_desk_call(d->desk, shard, "HVALS", "resellers", NULL, 0);
    bool ok = r != NULL;

    for (size_t i = 0; ok && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
        d->unread += !rgs_result_add_reseller(d->file, rgs_reply_bytes(r->element[i]));
    freeReplyObject(r);
    return ok;
}

/* Newest first in the stream, oldest first in a result. */
static bool add_alerts(struct draft *d, unsigned shard)
{
    char most[16];
    snprintf(most, sizeof(most), "%d", ALERTS);
    const struct rgs_bytes range[] = {rgs_redis_word("+"), rgs_redis_word("-"),
                                      rgs_redis_word("COUNT"), rgs_redis_word(most)};
    redisReply *r = rgs_desk_call(d->desk, shard, "XREVRANGE", "alerts", range, 4);
    bool ok = r != NULL;

    for (size_t i = ok && r->type == REDIS_REPLY_ARRAY ? r->elements : 0; i-- > 0;) {
        const redisReply *e = r->element[i];
        struct rgs_bytes json = {0};
        if (e->type == REDIS_REPLY_ARRAY && e->elements == 2)
            json = rgs_reply_field(e->element[1], "json");
        d->unread += !rgs_result_add_alert(d->file, json);
    }
    freeReplyObject(r);
    return ok;
}

struct rgs_result_file *rgs_site_result(struct rgs_desk *desk, const char *id, unsigned *unread,
                                        char *err, size_t err_size)
{
    struct draft d = {.desk = desk, .shards = rgs_desk_shards(desk)};

    *unread = 0;
    if (!d.shards || !(d.file = rgs_result_new())) {
        fail(desk, d.shards, err, err_size);
        return NULL;
    }
    int status = add_line(&d, id);
    bool ok = status == 0 || status == -ENOENT;
    for (unsigned k = 0; status == -ENOENT && ok && k < d.shards; k++)
        ok = add_lines(&d, k);
    for (unsigned k = 0; ok && k < d.shards; k++)
        ok = add_alerts(&d, k);
    *unread = d.unread;
    if (ok)
        return d.file;
    if (status == -EBADMSG)
        snprintf(err, err_size, "what the site says of '%.200s' cannot be read", id);
    else
        fail(desk, d.shards, err, err_size);
    rgs_result_close(d.file);
    return NULL;
}
