/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/home.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/clock.h"

enum {
    NODES = 256,
    HOPS = 12,
    MAP_TIMEOUT_MS = 1000,
    PAUSE_MS = 20,
    RETRY_MS = 200,
};

struct node {
    struct rgs_redis_node at;
    redisContext *redis;
    int64_t retry_at; /* monotonic ms: not to be dialled before */
};

struct rgs_home {
    struct rgs_redis_url url;
    int timeout_ms;
    bool loads, stale;
    struct node node[NODES];
    unsigned n;
    int16_t slot[RGS_SLOTS]; /* index of a node; -1 */
    uint64_t losses;
    char trouble[400];
};

struct rgs_home *rgs_home_new(const struct rgs_redis_url *u, int timeout_ms, bool loads)
{
    struct rgs_home *h = calloc(1, sizeof(*h));

    if (!h)
        return NULL;
    h->url = *u;
    h->timeout_ms = timeout_ms;
    h->loads = loads;
    h->stale = true;
    if (u->kind == RGS_REDIS_SINGLE) {
        h->node[h->n++].at = u->seed[0];
        h->stale = false;
    } else {
        memset(h->slot, 0xff, sizeof(h->slot));
    }
    return h;
}

static void hang_up(struct rgs_home *h, struct node *n)
{
    if (!n->redis)
        return;
    redisFree(n->redis);
    n->redis = NULL;
    h->losses++;
    h->stale = h->url.kind != RGS_REDIS_SINGLE;
}

void rgs_home_del(struct rgs_home *h)
{
    if (!h)
        return;
    for (unsigned i = 0; i < h->n; i++)
        hang_up(h, &h->node[i]);
    explicit_bzero(&h->url, sizeof(h->url));
    free(h);
}

const char *rgs_home_trouble(const struct rgs_home *h)
{
    return h->trouble;
}

uint64_t rgs_home_losses(const struct rgs_home *h)
{
    return h->losses;
}

static redisContext *dial(struct rgs_home *h, struct node *n)
{
    if (n->redis || rgs_clock_ms() < n->retry_at)
        return n->redis;
    n->redis = rgs_redis_open(&h->url, &n->at, h->timeout_ms, h->trouble, sizeof(h->trouble));
    if (!n->redis) {
        n->retry_at = rgs_clock_ms() + RETRY_MS;
        h->stale = h->url.kind != RGS_REDIS_SINGLE;
    }
    return n->redis;
}

/* Nodes that nobody points to any more make room, and only when it is short. */
static void forget_nodes(struct rgs_home *h)
{
    for (unsigned i = 0; i < h->n; i++)
        hang_up(h, &h->node[i]);
    h->n = 0;
    memset(h->slot, 0xff, sizeof(h->slot));
}

static int node_at(struct rgs_home *h, const char *host, int port)
{
    for (unsigned i = 0; i < h->n; i++) {
        if (h->node[i].at.port == port && strcmp(h->node[i].at.host, host) == 0)
            return (int)i;
    }
    if (h->n == NODES)
        forget_nodes(h);
    struct node *n = &h->node[h->n];
    *n = (struct node){.at = {.port = port}};
    snprintf(n->at.host, sizeof(n->at.host), "%s", host);
    return (int)h->n++;
}

/* ---- who serves what --------------------------------------------------------------------------
 */

static bool text_is(const redisReply *r)
{
    return r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS;
}

/* A row of CLUSTER SLOTS: first, last, {host, port, ...} of the master, of replicas. */
static bool map_row(struct rgs_home *h, const redisReply *row, const char *asked)
{
    if (row->type != REDIS_REPLY_ARRAY || row->elements < 3 ||
        row->element[2]->type != REDIS_REPLY_ARRAY || row->element[2]->elements < 2)
        return false;
    const redisReply *host = row->element[2]->element[0], *port = row->element[2]->element[1];
    long long first = row->element[0]->integer, last = row->element[1]->integer;
    if (first < 0 || last >= RGS_SLOTS || port->integer <= 0 || port->integer > 65535)
        return false;
    /* A node that does not know its own name is where it was asked. */
    int node = node_at(h, text_is(host) && host->len ? host->str : asked, (int)port->integer);
    for (long long i = first; i <= last; i++)
        h->slot[i] = (int16_t)node;
    return true;
}

static bool map_of(struct rgs_home *h, const struct rgs_redis_node *at)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("CLUSTER"), rgs_redis_word("SLOTS")};
    redisContext *c = rgs_redis_open(&h->url, at, MAP_TIMEOUT_MS, h->trouble, sizeof(h->trouble));
    redisReply *r = c ? rgs_redis_call(c, arg, 2) : NULL;
    bool ok = r && r->type == REDIS_REPLY_ARRAY && r->elements > 0;

    for (size_t i = 0; ok && i < r->elements; i++)
        ok = map_row(h, r->element[i], at->host);
    if (c && !ok)
        snprintf(h->trouble, sizeof(h->trouble), "%s:%d: %.120s", at->host, at->port,
                 r && r->type == REDIS_REPLY_ERROR ? r->str
                 : r                               ? "no slots are served"
                                                   : c->errstr);
    freeReplyObject(r);
    if (c)
        redisFree(c);
    return ok;
}

/* Who is connected answers first; then those that are known; then those that were given. */
static bool learn_map(struct rgs_home *h)
{
    for (int connected = 1; connected >= 0; connected--) {
        for (unsigned i = 0; i < h->n; i++) {
            struct rgs_redis_node at = h->node[i].at;
            if ((h->node[i].redis != NULL) == connected && map_of(h, &at))
                return true;
        }
    }
    for (unsigned i = 0; i < h->url.n_seeds; i++) {
        if (map_of(h, &h->url.seed[i]))
            return true;
    }
    return false;
}

static bool ask_sentinel(struct rgs_home *h, const struct rgs_redis_node *at)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("SENTINEL"),
                                    rgs_redis_word("get-master-addr-by-name"),
                                    rgs_redis_word(h->url.service)};
    struct rgs_redis_url theirs = {0};

    memcpy(theirs.user, h->url.sentinel_user, sizeof(theirs.user));
    memcpy(theirs.password, h->url.sentinel_password, sizeof(theirs.password));
    redisContext *c = rgs_redis_open(&theirs, at, MAP_TIMEOUT_MS, h->trouble, sizeof(h->trouble));
    explicit_bzero(&theirs, sizeof(theirs));
    redisReply *r = c ? rgs_redis_call(c, arg, 3) : NULL;
    bool ok = r && r->type == REDIS_REPLY_ARRAY && r->elements == 2 && text_is(r->element[0]) &&
              text_is(r->element[1]);

    if (ok) {
        int port = (int)strtol(r->element[1]->str, NULL, 10);
        if (h->n == 0 || strcmp(h->node[0].at.host, r->element[0]->str) != 0 ||
            h->node[0].at.port != port) {
            forget_nodes(h);
            node_at(h, r->element[0]->str, port);
        }
    } else if (r && r->type == REDIS_REPLY_ERROR) {
        snprintf(h->trouble, sizeof(h->trouble), "the sentinel %.256s:%d: %.100s", at->host,
                 at->port, r->str);
    } else if (c) {
        snprintf(h->trouble, sizeof(h->trouble), "the sentinel knows no master '%s'",
                 h->url.service);
    }
    freeReplyObject(r);
    if (c)
        redisFree(c);
    return ok;
}

/* A sentinel may name a master that is one no more. */
static bool is_master(struct rgs_home *h, struct node *n)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("ROLE")};
    redisReply *r = dial(h, n) ? rgs_redis_call(n->redis, arg, 1) : NULL;
    bool ok = r && r->type == REDIS_REPLY_ARRAY && r->elements > 0 && text_is(r->element[0]) &&
              strcmp(r->element[0]->str, "master") == 0;

    if (!ok && n->redis) {
        snprintf(h->trouble, sizeof(h->trouble), "%s:%d is no master%s%.100s", n->at.host,
                 n->at.port, r && r->type == REDIS_REPLY_ERROR ? ": " : "",
                 r && r->type == REDIS_REPLY_ERROR ? r->str : "");
        hang_up(h, n);
    }
    freeReplyObject(r);
    return ok;
}

static bool learn(struct rgs_home *h)
{
    if (h->url.kind == RGS_REDIS_CLUSTER)
        return learn_map(h);
    for (unsigned i = 0; i < h->url.n_seeds; i++) {
        if (ask_sentinel(h, &h->url.seed[i]) && is_master(h, &h->node[0]))
            return true;
    }
    return false;
}

static int node_of(struct rgs_home *h, unsigned slot)
{
    bool cluster = h->url.kind == RGS_REDIS_CLUSTER;

    if (h->stale)
        h->stale = !learn(h);
    if (h->stale && h->url.kind == RGS_REDIS_SENTINEL)
        return -EIO;
    if (cluster && h->slot[slot] < 0) {
        if (!h->stale)
            snprintf(h->trouble, sizeof(h->trouble), "no node serves slot %u", slot);
        h->stale = true;
        return -EIO;
    }
    return cluster ? h->slot[slot] : 0;
}

/* MOVED 3999 127.0.0.1:6381, ASK 3999 127.0.0.1:6381; the node, or -1. A node without a host is
 * where it said so. */
static int redirected(struct rgs_home *h, const redisReply *r, const char *word, int from)
{
    char host[256];
    const char *at, *colon;

    if (!rgs_redis_is_error(r, word) || !(at = strchr(r->str, ' ')) || !(at = strchr(at + 1, ' ')))
        return -1;
    colon = strrchr(++at, ':');
    if (!colon || (size_t)(colon - at) >= sizeof(host))
        return -1;
    snprintf(host, sizeof(host), "%.*s", (int)(colon - at), at);
    long port = strtol(colon + 1, NULL, 10);
    if (port <= 0 || port > 65535)
        return -1;
    struct rgs_redis_node said = h->node[from].at;
    return node_at(h, host[0] ? host : said.host, (int)port);
}

static void lost(struct rgs_home *h, struct node *n)
{
    snprintf(h->trouble, sizeof(h->trouble), "%s:%d: %s", n->at.host, n->at.port, n->redis->errstr);
    hang_up(h, n);
}

/* ---- one command ------------------------------------------------------------------------------
 */

static redisReply *attempt(struct rgs_home *h, struct node *n, bool asking, int argc,
                           const char **argv, const size_t *len)
{
    if (!dial(h, n))
        return NULL;
    if (asking) {
        const struct rgs_bytes arg[] = {rgs_redis_word("ASKING")};
        freeReplyObject(rgs_redis_call(n->redis, arg, 1));
    }
    redisReply *r = redisAppendCommandArgv(n->redis, argc, argv, len) == REDIS_OK
                        ? rgs_redis_reply(n->redis)
                        : NULL;
    if (!r)
        lost(h, n);
    return r;
}

static bool teach(struct rgs_home *h, struct node *n, const redisReply *r)
{
    return h->loads && rgs_redis_lacks_function(r) &&
           rgs_redis_load_library(n->redis, h->trouble, sizeof(h->trouble)) == 0;
}

redisReply *rgs_home_callv(struct rgs_home *h, unsigned slot, int argc, const char **argv,
                           const size_t *len)
{
    bool asking = false, taught = false;
    int node = node_of(h, slot);
    redisReply *r = NULL;

    for (unsigned hop = 0; node >= 0 && hop < HOPS; hop++) {
        struct node *n = &h->node[node];
        int moved, ask;
        r = attempt(h, n, asking, argc, argv, len);
        if (!r || r->type != REDIS_REPLY_ERROR)
            return r;
        if ((moved = redirected(h, r, "MOVED ", node)) >= 0) {
            h->slot[slot] = (int16_t)moved;
            h->losses++;
            node = moved;
            asking = false;
        } else if ((ask = redirected(h, r, "ASK ", node)) >= 0) {
            node = ask;
            asking = true;
        } else if (rgs_redis_is_error(r, "READONLY")) {
            hang_up(h, n); /* it was the master once */
            return r;
        } else if (rgs_redis_is_error(r, "TRYAGAIN")) {
            rgs_pause_ms(PAUSE_MS);
        } else if (!taught && teach(h, n, r)) {
            taught = true;
        } else {
            return r;
        }
        if (hop + 1 < HOPS) {
            freeReplyObject(r);
            r = NULL;
        }
    }
    return r;
}

redisReply *rgs_home_call(struct rgs_home *h, unsigned slot, const struct rgs_bytes *arg, size_t n)
{
    const char *argv[RGS_REDIS_ARGS];
    size_t len[RGS_REDIS_ARGS];

    if (n > RGS_REDIS_ARGS)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        argv[i] = arg[i].n ? (const char *)arg[i].p : "";
        len[i] = arg[i].n;
    }
    return rgs_home_callv(h, slot, (int)n, argv, len);
}

/* ---- many commands ----------------------------------------------------------------------------
 */

int rgs_home_send(struct rgs_home *h, unsigned slot, const struct rgs_bytes *arg, size_t n)
{
    int node = node_of(h, slot);

    if (node < 0 || !dial(h, &h->node[node]))
        return -EIO;
    return rgs_redis_append(h->node[node].redis, arg, n) == 0 ? node : -ENOMEM;
}

redisReply *rgs_home_take(struct rgs_home *h, int node)
{
    struct node *n = &h->node[node];
    redisReply *r = n->redis ? rgs_redis_reply(n->redis) : NULL;

    if (!r && n->redis)
        lost(h, n);
    return r;
}

bool rgs_home_turned(struct rgs_home *h, unsigned slot, const redisReply *r)
{
    bool cluster = h->url.kind == RGS_REDIS_CLUSTER;

    if (cluster && rgs_redis_is_error(r, "MOVED ")) {
        int moved = redirected(h, r, "MOVED ", h->slot[slot]);
        if (moved >= 0)
            h->slot[slot] = (int16_t)moved;
        h->losses++;
        return true;
    }
    return (cluster && (rgs_redis_is_error(r, "ASK ") || rgs_redis_is_error(r, "TRYAGAIN"))) ||
           rgs_redis_is_error(r, "READONLY") || rgs_redis_lacks_function(r);
}

/* ROLE of a master: "master", its offset, {replica, ...}. */
static bool has_replicas(struct rgs_home *h, unsigned slot)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("ROLE")};
    redisReply *r = rgs_home_call(h, slot, arg, 1);
    bool any = r && r->type == REDIS_REPLY_ARRAY && r->elements == 3 && r->element[2]->elements > 0;

    freeReplyObject(r);
    return any;
}

int rgs_home_replicas(struct rgs_home *h, unsigned slot, int wait_ms)
{
    char wait[16];
    int n = -1;

    snprintf(wait, sizeof(wait), "%d", wait_ms);
    const struct rgs_bytes arg[] = {rgs_redis_word("WAIT"), rgs_redis_word("1"),
                                    rgs_redis_word(wait)};
    redisReply *r = rgs_home_call(h, slot, arg, 3);
    if (r && r->type == REDIS_REPLY_INTEGER)
        n = (int)r->integer;
    freeReplyObject(r);
    return n == 0 && has_replicas(h, slot) ? -1 : n;
}
