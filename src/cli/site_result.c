/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/site_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALERTS = 1000 }; /* of each shard */

/* The result as it is put together: a text of lines and alerts. */
struct draft {
    FILE *out;
    char *text;
    size_t n;
    unsigned items; /* of the list that is being written */
};

static bool begin(struct draft *d)
{
    *d = (struct draft){0};
    d->out = open_memstream(&d->text, &d->n);
    if (d->out)
        fputs("{\"version\":1,\"resellers\":[", d->out);
    return d->out != NULL;
}

static void between(struct draft *d)
{
    fputs("],\"alerts\":[", d->out);
    d->items = 0;
}

static void item(struct draft *d, struct rgs_bytes json)
{
    if (d->items++)
        fputs(",\n", d->out);
    fwrite(json.p, 1, json.n, d->out);
}

static struct rgs_result_file *end(struct draft *d, bool quiet)
{
    fputs("]}\n", d->out);
    if (fclose(d->out) == 0)
        return rgs_result_parse("site", d->text, d->n, quiet);
    free(d->text);
    return NULL;
}

/* Alone, so that one line that somebody else wrote there does not hide the others. */
static bool readable(struct rgs_bytes json)
{
    struct draft d;

    if (!json.n || !begin(&d))
        return false;
    item(&d, json);
    between(&d);
    struct rgs_result_file *f = end(&d, true);
    rgs_result_close(f);
    return f != NULL;
}

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

static void add_rows(struct rgs_desk *d, struct draft *draft, const struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        redisReply *r = rgs_desk_call(d, row[i].shard, "HGET", "resellers", &row[i].id, 1);
        struct rgs_bytes json = rgs_reply_bytes(r);
        if (readable(json))
            item(draft, json);
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
    struct draft draft;
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
    if (ok && begin(&draft)) {
        qsort(row, n, sizeof(*row), by_rank);
        add_rows(d, &draft, row, n < most ? n : most);
        between(&draft);
        f = end(&draft, true);
    }
    if (!f)
        fail(d, shards, err, err_size);
    for (unsigned k = 0; k < RGS_SHARDS_MAX; k++)
        freeReplyObject(reply[k]);
    free(row);
    return f;
}

static bool add_lines(struct rgs_desk *d, unsigned shard, struct draft *draft)
{
    redisReply *r = rgs_desk_call(d, shard, "HVALS", "resellers", NULL, 0);
    bool ok = r != NULL;

    for (size_t i = 0; ok && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
        struct rgs_bytes json = rgs_reply_bytes(r->element[i]);
        if (json.n)
            item(draft, json);
    }
    freeReplyObject(r);
    return ok;
}

/* Newest first in the stream, oldest first in a result. */
static bool add_alerts(struct rgs_desk *d, unsigned shard, struct draft *draft)
{
    char most[16];
    snprintf(most, sizeof(most), "%d", ALERTS);
    const struct rgs_bytes range[] = {rgs_redis_word("+"), rgs_redis_word("-"),
                                      rgs_redis_word("COUNT"), rgs_redis_word(most)};
    redisReply *r = rgs_desk_call(d, shard, "XREVRANGE", "alerts", range, 4);
    bool ok = r != NULL;

    for (size_t i = ok && r->type == REDIS_REPLY_ARRAY ? r->elements : 0; i-- > 0;) {
        const redisReply *e = r->element[i];
        struct rgs_bytes json = {0};
        if (e->type == REDIS_REPLY_ARRAY && e->elements == 2)
            json = rgs_reply_field(e->element[1], "json");
        if (json.n)
            item(draft, json);
    }
    freeReplyObject(r);
    return ok;
}

struct rgs_result_file *rgs_site_result(struct rgs_desk *d, char *err, size_t err_size)
{
    unsigned shards = rgs_desk_shards(d);
    struct rgs_result_file *f = NULL;
    struct draft draft;
    bool ok = shards > 0;

    if (!ok || !begin(&draft)) {
        fail(d, shards, err, err_size);
        return NULL;
    }
    for (unsigned k = 0; ok && k < shards; k++)
        ok = add_lines(d, k, &draft);
    between(&draft);
    for (unsigned k = 0; ok && k < shards; k++)
        ok = add_alerts(d, k, &draft);
    if (!ok)
        fail(d, shards, err, err_size);
    f = end(&draft, false);
    if (ok && !f)
        snprintf(err, err_size, "what the site says cannot be read");
    if (!ok) {
        rgs_result_close(f);
        f = NULL;
    }
    return f;
}
