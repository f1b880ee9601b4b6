/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/site_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const key_names[RGS_SITE_KEYS] = {"obs",       "lease",  "position", "scores",
                                                     "resellers", "alerts", "poisoned"};

enum {
    TIMEOUT_MS = 5000,
    CLUSTER_SHARDS = 16,
};

/* ---- words ------------------------------------------------------------------------------------
 */

struct rgs_bytes rgs_site_print(char out[RGS_SITE_DECIMAL], uint64_t v)
{
    return rgs_bytes(out, (size_t)snprintf(out, RGS_SITE_DECIMAL, "%llu", (unsigned long long)v));
}

struct rgs_bytes rgs_site_print_ts(char out[RGS_SITE_DECIMAL], int64_t ts)
{
    out[0] = '\0';
    if (ts == RGS_NEVER)
        return rgs_bytes(out, 0);
    return rgs_bytes(out, (size_t)snprintf(out, RGS_SITE_DECIMAL, "%020" PRId64, ts < 0 ? 0 : ts));
}

struct rgs_bytes rgs_site_text_of(const redisReply *r)
{
    bool text = r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS;
    return text ? rgs_bytes(r->str, r->len) : (struct rgs_bytes){0};
}

int64_t rgs_site_ts_of(struct rgs_bytes s)
{
    char text[RGS_SITE_DECIMAL];
    if (s.n == 0 || s.n >= sizeof(text))
        return RGS_NEVER;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return strtoll(text, NULL, 10);
}

static bool answered(const redisReply *r)
{
    return r && r->type != REDIS_REPLY_ERROR;
}

/* ---- the site ---------------------------------------------------------------------------------
 */

unsigned rgs_site_shards_default(const struct rgs_redis_url *u)
{
    return u->kind == RGS_REDIS_CLUSTER ? CLUSTER_SHARDS : 1;
}

unsigned rgs_site_shards(struct rgs_home *h, const char *site, unsigned wanted, uint32_t keep_s)
{
    char key[RGS_KEY_MAX], n[RGS_SITE_DECIMAL], keep[RGS_SITE_DECIMAL];
    unsigned found = 0;
    const struct rgs_bytes name = rgs_key(key, site, 0, "site");
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),   rgs_redis_word("rgs_shards"),
                                    rgs_redis_word("1"),       name,
                                    rgs_site_print(n, wanted), rgs_site_print(keep, keep_s)};
    redisReply *r = rgs_home_call(h, rgs_slot_of(name), arg, 6);

    if (r && r->type == REDIS_REPLY_INTEGER && r->integer > 0 && r->integer <= RGS_SHARDS_MAX)
        found = (unsigned)r->integer;
    freeReplyObject(r);
    return found;
}

struct rgs_site *rgs_site_open(const struct rgs_site_conf *conf, char *err, size_t err_size)
{
    struct rgs_site *s = calloc(1, sizeof(*s));
    uint64_t nonce = 0;
    char host[32] = "";

    snprintf(err, err_size, "out of memory");
    if (!s)
        return NULL;
    s->conf = *conf;
    snprintf(s->name, sizeof(s->name), "%s", conf->name);
    /* A restarted engine is another one: what it left unfinished must not look like its own. */
    gethostname(host, sizeof(host) - 1);
    RAND_bytes((unsigned char *)&nonce, sizeof(nonce));
    snprintf(s->owner, sizeof(s->owner), "%s:%ld:%08x", host, (long)getpid(), (unsigned)nonce);
    rgs_site_print(s->ttl, conf->lease_ms);
    rgs_site_print(s->keep, conf->keep_s);
    rgs_key(s->engines, s->name, 0, "engines");
    s->home = rgs_home_new(&conf->url, TIMEOUT_MS, true);
    if (s->home) {
        unsigned wanted = conf->shards ? conf->shards : rgs_site_shards_default(&conf->url);
        s->n = rgs_site_shards(s->home, s->name, wanted, conf->keep_s);
        snprintf(err, err_size, "%s", rgs_home_trouble(s->home));
    }
    s->shard = s->n ? calloc(s->n, sizeof(*s->shard)) : NULL;
    if (!s->shard) {
        rgs_site_close(s);
        return NULL;
    }
    for (unsigned k = 0; k < s->n; k++) {
        for (unsigned i = 0; i < RGS_SITE_KEYS; i++)
            rgs_key(s->shard[k].key[i], s->name, k, key_names[i]);
        s->shard[k].slot = rgs_slot_of(rgs_redis_word(s->shard[k].key[RGS_SITE_OBS]));
    }
    return s;
}

void rgs_site_close(struct rgs_site *s)
{
    if (!s)
        return;
    for (unsigned k = 0; s->shard && k < s->n; k++)
        rgs_site_release(s, k);
    if (s->shard) {
        const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"), rgs_redis_word("rgs_leave"),
                                        rgs_redis_word("1"), rgs_redis_word(s->engines),
                                        rgs_redis_word(s->owner)};
        freeReplyObject(rgs_home_call(s->home, s->shard[0].slot, arg, 5));
    }
    rgs_home_del(s->home);
    free(s->shard);
    free(s);
}

bool rgs_site_reconnect(struct rgs_site *s)
{
    /* The former one's sockets are shared with the parent, and so is what goes over them. */
    s->home = rgs_home_new(&s->conf.url, TIMEOUT_MS, true);
    return s->home != NULL;
}

struct rgs_bytes rgs_site_key(const struct rgs_site *s, char out[RGS_KEY_MAX], unsigned shard,
                              const char *what)
{
    return rgs_key(out, s->name, shard, what);
}

const char *rgs_site_owner(const struct rgs_site *s)
{
    return s->owner;
}

uint64_t rgs_site_epoch(const struct rgs_site *s, unsigned shard)
{
    return s->shard[shard].epoch;
}

uint32_t rgs_site_keep(const struct rgs_site *s)
{
    return s->conf.keep_s;
}

unsigned rgs_site_shard_count(const struct rgs_site *s)
{
    return s->n;
}

const char *rgs_site_trouble(const struct rgs_site *s)
{
    return s->trouble;
}

bool rgs_site_failed(struct rgs_site *s)
{
    bool failed = s->failed;
    s->failed = false;
    return failed;
}

uint64_t rgs_site_losses(const struct rgs_site *s)
{
    return rgs_home_losses(s->home);
}

int rgs_site_status_of(struct rgs_site *s, const redisReply *r)
{
    if (answered(r))
        return 0;
    snprintf(s->trouble, sizeof(s->trouble), "%s", r ? r->str : rgs_home_trouble(s->home));
    if (r && (rgs_redis_is_error(r, "FENCED") || rgs_redis_is_error(r, "POSITION")))
        return -ESTALE;
    s->failed = true;
    if (r && rgs_redis_is_error(r, "NOPERM"))
        return -EACCES;
    return r && rgs_redis_is_transient(r) ? -EAGAIN : -EIO;
}

redisReply *rgs_site_call(struct rgs_site *s, unsigned shard, const struct rgs_bytes *arg, size_t n,
                          int *status)
{
    redisReply *r = rgs_home_call(s->home, s->shard[shard].slot, arg, n);

    *status = rgs_site_status_of(s, r);
    if (*status == 0)
        return r;
    freeReplyObject(r);
    return NULL;
}

/* ---- leases -----------------------------------------------------------------------------------
 */

int rgs_site_engines(struct rgs_site *s, unsigned *count, unsigned *place)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),  rgs_redis_word("rgs_engines"),
                                    rgs_redis_word("1"),      rgs_redis_word(s->engines),
                                    rgs_redis_word(s->owner), rgs_redis_word(s->ttl),
                                    rgs_redis_word(s->keep)};
    int status;
    redisReply *r = rgs_site_call(s, 0, arg, 7, &status);

    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 2 && r->element[0]->integer > 0) {
        *count = (unsigned)r->element[0]->integer;
        *place = (unsigned)r->element[1]->integer;
    } else if (r) {
        status = -EPROTO;
    }
    freeReplyObject(r);
    return status;
}

int rgs_site_lease(struct rgs_site *s, unsigned shard, bool wanted, struct rgs_lease *out)
{
    struct rgs_site_shard *x = &s->shard[shard];
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),
                                    rgs_redis_word("rgs_lease"),
                                    rgs_redis_word("2"),
                                    rgs_redis_word(x->key[RGS_SITE_LEASE]),
                                    rgs_redis_word(x->key[RGS_SITE_POSITION]),
                                    rgs_redis_word(s->owner),
                                    rgs_redis_word(s->ttl),
                                    rgs_redis_word(s->keep),
                                    rgs_redis_word(wanted ? "1" : "0")};
    int status;
    redisReply *r = rgs_site_call(s, shard, arg, 9, &status);

    *out = (struct rgs_lease){.position.upto = RGS_NEVER};
    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 5) {
        out->mine = r->element[0]->integer == 1;
        out->epoch = (uint64_t)r->element[1]->integer;
        out->free = r->element[2]->integer == 1;
        out->position.upto = rgs_site_ts_of(rgs_site_text_of(r->element[3]));
        out->position.alerts = (uint64_t)r->element[4]->integer;
        x->epoch = out->mine ? out->epoch : 0;
    } else if (r) {
        status = -EPROTO;
    }
    freeReplyObject(r);
    return status;
}

int rgs_site_release(struct rgs_site *s, unsigned shard)
{
    struct rgs_site_shard *x = &s->shard[shard];
    char epoch[RGS_SITE_DECIMAL];
    int status;

    if (!x->epoch)
        return 0;
    const struct rgs_bytes arg[] = {
        rgs_redis_word("FCALL"),  rgs_redis_word("rgs_release"),
        rgs_redis_word("1"),      rgs_redis_word(x->key[RGS_SITE_LEASE]),
        rgs_redis_word(s->owner), rgs_site_print(epoch, x->epoch)};
    freeReplyObject(rgs_site_call(s, shard, arg, 6, &status));
    x->epoch = 0;
    return status;
}
