/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/site.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum key { OBS, LEASE, POSITION, SCORES, RESELLERS, ALERTS, KEYS };
static const char *const key_names[KEYS] = {"obs",    "lease",     "position",
                                            "scores", "resellers", "alerts"};

enum { TIMEOUT_MS = 5000, MAX_COMMIT = 1 << 16 };

struct rgs_site {
    struct rgs_site_conf conf;
    redisContext *redis;
    redisReply *read; /* what entries are borrowed from */
    char key[KEYS][96];
    char owner[64];
    uint64_t epoch;
    char trouble[256];
};

struct rgs_site *rgs_site_open(const struct rgs_site_conf *conf, char *err, size_t err_size)
{
    struct rgs_site *s = calloc(1, sizeof(*s));
    uint64_t nonce = 0;
    char host[32] = "";

    if (!s) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    s->conf = *conf;
    for (unsigned i = 0; i < KEYS; i++)
        snprintf(s->key[i], sizeof(s->key[i]), "rgs:{%s}:%s", conf->shard, key_names[i]);
    /* A restarted engine is another one: what it left unfinished must not look like its own. */
    gethostname(host, sizeof(host) - 1);
    RAND_bytes((unsigned char *)&nonce, sizeof(nonce));
    snprintf(s->owner, sizeof(s->owner), "%s:%ld:%08x", host, (long)getpid(), (unsigned)nonce);
    s->redis = rgs_redis_open(&conf->url, TIMEOUT_MS, err, err_size);
    if (!s->redis || rgs_redis_load_library(s->redis, err, err_size) < 0) {
        rgs_site_close(s);
        return NULL;
    }
    return s;
}

const char *rgs_site_trouble(const struct rgs_site *s)
{
    return s->trouble;
}

/* The answer, or NULL with the reason kept; *status is -ESTALE for a refusal by the fence. */
static redisReply *call(struct rgs_site *s, const struct rgs_bytes *arg, size_t n, int *status)
{
    redisReply *r = rgs_redis_call(s->redis, arg, n);

    *status = 0;
    if (r && r->type != REDIS_REPLY_ERROR)
        return r;
    snprintf(s->trouble, sizeof(s->trouble), "%s", r ? r->str : s->redis->errstr);
    *status = -EIO;
    if (r && (rgs_redis_is_error(r, "FENCED") || rgs_redis_is_error(r, "POSITION")))
        *status = -ESTALE;
    freeReplyObject(r);
    return NULL;
}

static struct rgs_bytes print(char out[24], uint64_t v)
{
    return rgs_bytes(out, (size_t)snprintf(out, 24, "%llu", (unsigned long long)v));
}

int rgs_site_lease(struct rgs_site *s, uint64_t *epoch)
{
    char ttl[24], keep[24];
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),    rgs_redis_word("rgs_lease"),
                                    rgs_redis_word("1"),        rgs_redis_word(s->key[LEASE]),
                                    rgs_redis_word(s->owner),   print(ttl, s->conf.lease_ms),
                                    print(keep, s->conf.keep_s)};
    int status;
    redisReply *r = call(s, arg, 7, &status);

    if (!r)
        return status;
    status = -EPROTO;
    if (r->type == REDIS_REPLY_ARRAY && r->elements == 3) {
        status = r->element[0]->integer == 1;
        *epoch = (uint64_t)r->element[1]->integer;
        if (status)
            s->epoch = *epoch;
    }
    freeReplyObject(r);
    return status;
}

void rgs_site_close(struct rgs_site *s)
{
    if (!s)
        return;
    freeReplyObject(s->read);
    if (s->redis && s->epoch && !s->redis->err) {
        char epoch[24];
        int status;
        const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),  rgs_redis_word("rgs_release"),
                                        rgs_redis_word("1"),      rgs_redis_word(s->key[LEASE]),
                                        rgs_redis_word(s->owner), print(epoch, s->epoch)};
        freeReplyObject(call(s, arg, 6, &status));
    }
    if (s->redis)
        redisFree(s->redis);
    free(s);
}

int rgs_site_position(struct rgs_site *s, struct rgs_position *p)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("HGETALL"), rgs_redis_word(s->key[POSITION])};
    int status;
    redisReply *r = call(s, arg, 2, &status);

    *p = (struct rgs_position){.place = {"0-0"}};
    if (!r)
        return status;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2) {
        const char *name = r->element[i]->str, *value = r->element[i + 1]->str;
        if (!name || !value)
            continue;
        if (strcmp(name, "id") == 0)
            snprintf(p->place.id, sizeof(p->place.id), "%s", value);
        else if (strcmp(name, "observations") == 0)
            p->observations = strtoull(value, NULL, 10);
        else if (strcmp(name, "alerts") == 0)
            p->alerts = strtoull(value, NULL, 10);
        else if (strcmp(name, "ruleset") == 0)
            snprintf(p->ruleset, sizeof(p->ruleset), "%s", value);
    }
    freeReplyObject(r);
    return 0;
}

static struct rgs_bytes text_of(const redisReply *r)
{
    return r->type == REDIS_REPLY_STRING ? rgs_bytes(r->str, r->len) : (struct rgs_bytes){0};
}

static bool entry_of(const redisReply *r, struct rgs_entry *e)
{
    *e = (struct rgs_entry){0};
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 ||
        r->element[0]->type != REDIS_REPLY_STRING)
        return false;
    snprintf(e->place.id, sizeof(e->place.id), "%s", r->element[0]->str);
    const redisReply *fields = r->element[1];
    for (size_t i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2) {
        struct rgs_bytes name = text_of(fields->element[i]);
        struct rgs_bytes value = text_of(fields->element[i + 1]);
        if (rgs_bytes_equal(name, rgs_redis_word("b")))
            e->block = value;
        else if (rgs_bytes_equal(name, rgs_redis_word("silent")))
            e->silent = value;
    }
    return true;
}

int rgs_site_read(struct rgs_site *s, const struct rgs_place *behind, int wait_ms,
                  struct rgs_entry out[RGS_SITE_ENTRIES])
{
    char count[24], wait[24];
    struct rgs_bytes arg[8] = {rgs_redis_word("XREAD"), rgs_redis_word("COUNT"),
                               print(count, RGS_SITE_ENTRIES)};
    size_t n = 3;
    int status, found = 0;

    if (wait_ms > 0) {
        arg[n++] = rgs_redis_word("BLOCK");
        arg[n++] = print(wait, (uint64_t)wait_ms);
    }
    arg[n++] = rgs_redis_word("STREAMS");
    arg[n++] = rgs_redis_word(s->key[OBS]);
    arg[n++] = rgs_redis_word(behind->id);
    freeReplyObject(s->read);
    s->read = call(s, arg, n, &status);
    if (!s->read)
        return status;
    const redisReply *r = s->read;
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 1 || r->element[0]->elements != 2)
        return 0;
    r = r->element[0]->element[1];
    for (size_t i = 0; i < r->elements && found < RGS_SITE_ENTRIES; i++)
        found += entry_of(r->element[i], &out[found]);
    return found;
}

size_t rgs_site_fetch(struct rgs_site *s, const struct rgs_place *place, uint8_t *out)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("XRANGE"), rgs_redis_word(s->key[OBS]),
                                    rgs_redis_word(place->id), rgs_redis_word(place->id)};
    struct rgs_entry e;
    int status;
    size_t n = 0;
    redisReply *r = call(s, arg, 4, &status);

    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 1 && entry_of(r->element[0], &e) &&
        e.block.n <= RGS_BLOCK_MAX) {
        n = e.block.n;
        memcpy(out, e.block.p, n);
    }
    freeReplyObject(r);
    return n;
}

int rgs_site_silence(struct rgs_site *s, const char *session)
{
    char epoch[24];
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),     rgs_redis_word("rgs_silence"),
                                    rgs_redis_word("2"),         rgs_redis_word(s->key[LEASE]),
                                    rgs_redis_word(s->key[OBS]), rgs_redis_word(s->owner),
                                    print(epoch, s->epoch),      rgs_redis_word(session)};
    int status;
    redisReply *r = call(s, arg, 8, &status);
    freeReplyObject(r);
    return status;
}

/* ---- commits ----------------------------------------------------------------------------------
 */

struct list {
    struct rgs_bytes *at; /* own copies */
    size_t n, cap, items;
};

struct rgs_commit {
    struct list alerts, scores, gone;
};

struct rgs_commit *rgs_commit_new(void)
{
    return calloc(1, sizeof(struct rgs_commit));
}

static void list_fini(struct list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((void *)(uintptr_t)l->at[i].p);
    free(l->at);
}

void rgs_commit_del(struct rgs_commit *c)
{
    if (!c)
        return;
    list_fini(&c->alerts);
    list_fini(&c->scores);
    list_fini(&c->gone);
    free(c);
}

static bool add(struct list *l, struct rgs_bytes s)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct rgs_bytes *more = realloc(l->at, cap * sizeof(*more));
        if (!more)
            return false;
        l->at = more;
        l->cap = cap;
    }
    uint8_t *copy = malloc(s.n + 1);
    if (!copy)
        return false;
    if (s.n)
        memcpy(copy, s.p, s.n);
    l->at[l->n++] = rgs_bytes(copy, s.n);
    return true;
}

bool rgs_commit_alert(struct rgs_commit *c, const char *id, const char *typology, const char *level,
                      struct rgs_bytes json)
{
    c->alerts.items++;
    return add(&c->alerts, rgs_redis_word(id)) && add(&c->alerts, rgs_redis_word(typology)) &&
           add(&c->alerts, rgs_redis_word(level)) && add(&c->alerts, json);
}

bool rgs_commit_score(struct rgs_commit *c, const char *id, double score, struct rgs_bytes json)
{
    char text[32];
    snprintf(text, sizeof(text), "%.1f", score);
    c->scores.items++;
    return add(&c->scores, rgs_redis_word(id)) && add(&c->scores, rgs_redis_word(text)) &&
           add(&c->scores, json);
}

bool rgs_commit_gone(struct rgs_commit *c, const char *id)
{
    c->gone.items++;
    return add(&c->gone, rgs_redis_word(id));
}

static size_t put_list(const struct list *l, char count[24], const char **argv, size_t *len,
                       size_t n)
{
    struct rgs_bytes b = print(count, l->items);
    argv[n] = count;
    len[n++] = b.n;
    for (size_t i = 0; i < l->n; i++, n++) {
        argv[n] = (const char *)l->at[i].p;
        len[n] = l->at[i].n;
    }
    return n;
}

int rgs_site_commit(struct rgs_site *s, const struct rgs_position *from,
                    const struct rgs_position *to, int64_t event_ts, bool anew,
                    const struct rgs_commit *c)
{
    enum { FIXED = 3 + KEYS + 11 + 4 };
    size_t cap = FIXED + c->alerts.n + c->scores.n + c->gone.n, n = 0;
    char epoch[24], ttl[24], keep[24], retention[24], observations[24], ts[24], alerts[24];
    char counts[3][24];
    const char **argv = calloc(cap, sizeof(*argv));
    size_t *len = calloc(cap, sizeof(*len));
    void *reply = NULL;
    int status = -ENOMEM;

    if (!argv || !len || cap > MAX_COMMIT)
        goto out;
    print(epoch, s->epoch);
    print(ttl, s->conf.lease_ms);
    print(keep, s->conf.keep_s);
    print(retention, (uint64_t)s->conf.retention_ms);
    print(observations, to->observations);
    print(ts, (uint64_t)event_ts);
    print(alerts, from->alerts);
    const char *const fixed[] = {"FCALL",
                                 "rgs_commit",
                                 "6",
                                 s->key[LEASE],
                                 s->key[POSITION],
                                 s->key[SCORES],
                                 s->key[RESELLERS],
                                 s->key[ALERTS],
                                 s->key[OBS],
                                 s->owner,
                                 epoch,
                                 ttl,
                                 keep,
                                 retention,
                                 from->place.id,
                                 to->place.id,
                                 observations,
                                 ts,
                                 to->ruleset,
                                 alerts};
    for (; n < sizeof(fixed) / sizeof(fixed[0]); n++) {
        argv[n] = fixed[n];
        len[n] = strlen(fixed[n]);
    }
    n = put_list(&c->alerts, counts[0], argv, len, n);
    argv[n] = anew ? "1" : "0";
    len[n++] = 1;
    n = put_list(&c->scores, counts[1], argv, len, n);
    n = put_list(&c->gone, counts[2], argv, len, n);
    if (redisAppendCommandArgv(s->redis, (int)n, argv, len) != REDIS_OK)
        goto out;
    status = redisGetReply(s->redis, &reply) == REDIS_OK ? 0 : -EIO;
    const redisReply *r = reply;
    if (!r || r->type == REDIS_REPLY_ERROR) {
        snprintf(s->trouble, sizeof(s->trouble), "%s", r ? r->str : s->redis->errstr);
        status = r && (rgs_redis_is_error(r, "FENCED") || rgs_redis_is_error(r, "POSITION"))
                     ? -ESTALE
                     : -EIO;
    }
out:
    freeReplyObject(reply);
    free(argv);
    free(len);
    return status;
}
