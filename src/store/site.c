/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/site.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum key { OBS, LEASE, POSITION, SCORES, RESELLERS, ALERTS, POISONED, KEYS };
static const char *const key_names[KEYS] = {"obs",       "lease",  "position", "scores",
                                            "resellers", "alerts", "poisoned"};

enum {
    TIMEOUT_MS = 5000,
    CLUSTER_SHARDS = 16,
    DECIMAL = 24, /* an event time as 20 digits, or a counter */
};

struct shard {
    unsigned slot;
    uint64_t epoch; /* 0: not mine */
    char key[KEYS][RGS_KEY_MAX];
};

struct rgs_site {
    struct rgs_site_conf conf;
    char name[65];
    struct rgs_home *home;
    unsigned n;
    struct shard *shard;
    char engines[RGS_KEY_MAX];
    char owner[64];
    char ttl[DECIMAL], keep[DECIMAL];
    char trouble[256];
    bool failed;
};

/* ---- words ------------------------------------------------------------------------------------
 */

static struct rgs_bytes print(char out[DECIMAL], uint64_t v)
{
    return rgs_bytes(out, (size_t)snprintf(out, DECIMAL, "%llu", (unsigned long long)v));
}

/* Event times compare as strings. */
static struct rgs_bytes print_ts(char out[DECIMAL], int64_t ts)
{
    out[0] = '\0';
    if (ts == RGS_NEVER)
        return rgs_bytes(out, 0);
    return rgs_bytes(out, (size_t)snprintf(out, DECIMAL, "%020" PRId64, ts < 0 ? 0 : ts));
}

static struct rgs_bytes text_of(const redisReply *r)
{
    bool text = r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS;
    return text ? rgs_bytes(r->str, r->len) : (struct rgs_bytes){0};
}

static int64_t ts_of(struct rgs_bytes s)
{
    char text[DECIMAL];
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
    char key[RGS_KEY_MAX], n[DECIMAL], keep[DECIMAL];
    unsigned found = 0;
    const struct rgs_bytes name = rgs_key(key, site, 0, "site");
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"), rgs_redis_word("rgs_shards"),
                                    rgs_redis_word("1"),     name,
                                    print(n, wanted),        print(keep, keep_s)};
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
    print(s->ttl, conf->lease_ms);
    print(s->keep, conf->keep_s);
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
        for (unsigned i = 0; i < KEYS; i++)
            rgs_key(s->shard[k].key[i], s->name, k, key_names[i]);
        s->shard[k].slot = rgs_slot_of(rgs_redis_word(s->shard[k].key[OBS]));
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

/* What an answer means, the reason being kept. */
static int status_of(struct rgs_site *s, const redisReply *r)
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

    *status = status_of(s, r);
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
    struct shard *x = &s->shard[shard];
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),
                                    rgs_redis_word("rgs_lease"),
                                    rgs_redis_word("2"),
                                    rgs_redis_word(x->key[LEASE]),
                                    rgs_redis_word(x->key[POSITION]),
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
        out->position.upto = ts_of(text_of(r->element[3]));
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
    struct shard *x = &s->shard[shard];
    char epoch[DECIMAL];
    int status;

    if (!x->epoch)
        return 0;
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),  rgs_redis_word("rgs_release"),
                                    rgs_redis_word("1"),      rgs_redis_word(x->key[LEASE]),
                                    rgs_redis_word(s->owner), print(epoch, x->epoch)};
    freeReplyObject(rgs_site_call(s, shard, arg, 6, &status));
    x->epoch = 0;
    return status;
}

/* ---- the log ----------------------------------------------------------------------------------
 */

static bool entry_of(const redisReply *r, unsigned shard, struct rgs_entry *e)
{
    *e = (struct rgs_entry){
        .place.shard = shard, .seal = RGS_NEVER, .ended = RGS_NEVER, .rules = -1};
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
        else if (rgs_bytes_equal(name, rgs_redis_word("seal")))
            e->seal = ts_of(value);
        else if (rgs_bytes_equal(name, rgs_redis_word("ended")))
            e->ended = ts_of(value);
        else if (rgs_bytes_equal(name, rgs_redis_word("rules")))
            e->rules = (long)ts_of(value);
    }
    return true;
}

/* XREAD's answer: one stream, {key, entries}. */
static int entries(const redisReply *r, struct rgs_place *behind, rgs_entry_fn *fn, void *ctx,
                   int *found)
{
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 1 || r->element[0]->elements != 2)
        return 0;
    r = r->element[0]->element[1];
    for (size_t i = 0; i < r->elements; i++) {
        struct rgs_entry e;
        if (!entry_of(r->element[i], behind->shard, &e))
            continue;
        int status = fn(ctx, &e);
        if (status < 0)
            return status;
        *behind = e.place;
        ++*found;
    }
    return 0;
}

static void read_words(const struct rgs_site *s, const struct rgs_place *behind, const char *count,
                       struct rgs_bytes arg[6])
{
    const struct rgs_bytes words[] = {rgs_redis_word("XREAD"),
                                      rgs_redis_word("COUNT"),
                                      rgs_redis_word(count),
                                      rgs_redis_word("STREAMS"),
                                      rgs_redis_word(s->shard[behind->shard].key[OBS]),
                                      rgs_redis_word(behind->id)};
    memcpy(arg, words, sizeof(words));
}

int rgs_site_read(struct rgs_site *s, struct rgs_place *behind, unsigned count, rgs_entry_fn *fn,
                  void *ctx)
{
    char number[DECIMAL];
    struct rgs_bytes arg[6];
    int node[RGS_SHARDS_MAX], found = 0, status = 0;
    bool turned[RGS_SHARDS_MAX] = {false};

    print(number, count);
    for (unsigned k = 0; k < s->n; k++) {
        read_words(s, &behind[k], number, arg);
        node[k] = rgs_home_send(s->home, s->shard[k].slot, arg, 6);
    }
    for (unsigned k = 0; k < s->n; k++) {
        redisReply *r = node[k] >= 0 ? rgs_home_take(s->home, node[k]) : NULL;
        turned[k] = r && rgs_home_turned(s->home, s->shard[k].slot, r);
        /* Answers that nobody waits for any more must be taken all the same. */
        if (status == 0 && !turned[k] && status_of(s, r) == 0)
            status = entries(r, &behind[k], fn, ctx, &found);
        freeReplyObject(r);
    }
    /* Only now: an answer to a call would be taken for one that is still under way. */
    for (unsigned k = 0; k < s->n && status == 0; k++) {
        if (!turned[k])
            continue;
        int failed;
        read_words(s, &behind[k], number, arg);
        redisReply *r = rgs_site_call(s, k, arg, 6, &failed);
        if (r)
            status = entries(r, &behind[k], fn, ctx, &found);
        freeReplyObject(r);
    }
    return status < 0 ? status : found;
}

size_t rgs_site_fetch(struct rgs_site *s, const struct rgs_place *place, uint8_t *out)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("XRANGE"),
                                    rgs_redis_word(s->shard[place->shard].key[OBS]),
                                    rgs_redis_word(place->id), rgs_redis_word(place->id)};
    struct rgs_entry e;
    int status;
    size_t n = 0;
    redisReply *r = rgs_site_call(s, place->shard, arg, 4, &status);

    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 1 &&
        entry_of(r->element[0], place->shard, &e) && e.block.n <= RGS_BLOCK_MAX) {
        n = e.block.n;
        memcpy(out, e.block.p, n);
    }
    freeReplyObject(r);
    return n;
}

int rgs_site_check(struct rgs_site *s, struct rgs_place *place)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("XINFO"), rgs_redis_word("STREAM"),
                                    rgs_redis_word(s->shard[place->shard].key[OBS])};
    char last[48] = "0-0", first[48] = "0-0";
    redisReply *r = rgs_home_call(s->home, s->shard[place->shard].slot, arg, 3);
    /* A log that nobody has written to is no trouble. */
    int status = r && rgs_redis_is_error(r, "ERR no such key") ? 0 : status_of(s, r);

    for (size_t i = 0; answered(r) && i + 1 < r->elements; i += 2) {
        struct rgs_bytes name = text_of(r->element[i]), value = text_of(r->element[i + 1]);
        if (rgs_bytes_equal(name, rgs_redis_word("last-generated-id")))
            snprintf(last, sizeof(last), "%.*s", (int)value.n, (const char *)value.p);
        else if (rgs_bytes_equal(name, rgs_redis_word("recorded-first-entry-id")))
            snprintf(first, sizeof(first), "%.*s", (int)value.n, (const char *)value.p);
    }
    freeReplyObject(r);
    if (status < 0)
        return status;
    if (!rgs_place_behind(last, place->id)) {
        memcpy(place->id, last, sizeof(last));
        return 0;
    }
    /* A log is trimmed at its begin: what stands there may not be the next one any more. */
    return strcmp(place->id, "0-0") != 0 && rgs_place_behind(first, place->id) ? -ESTALE : 0;
}

void rgs_site_retain(struct rgs_site *s, int64_t retention_ms)
{
    if (retention_ms > s->conf.retention_ms)
        s->conf.retention_ms = retention_ms;
}

int rgs_site_seal(struct rgs_site *s, int64_t upto, int64_t ended)
{
    char rules[RGS_KEY_MAX], epoch[DECIMAL], at[DECIMAL], end[DECIMAL];
    int status = s->shard[0].epoch ? 0 : -ESTALE;

    print(epoch, s->shard[0].epoch);
    for (unsigned k = 0; k < s->n && status == 0; k++) {
        struct rgs_bytes arg[10] = {
            rgs_redis_word("FCALL"), rgs_redis_word("rgs_seal"), rgs_redis_word(k ? "2" : "3"),
            rgs_redis_word(s->shard[k].key[OBS]), rgs_redis_word(s->shard[k].key[LEASE])};
        size_t n = 5;
        if (k == 0)
            arg[n++] = rgs_key(rules, s->name, 0, "rulelog");
        arg[n++] = rgs_redis_word(epoch);
        arg[n++] = print_ts(at, upto);
        arg[n++] = print_ts(end, ended);
        arg[n++] = rgs_redis_word(s->keep);
        freeReplyObject(rgs_site_call(s, k, arg, n, &status));
    }
    return status;
}

void rgs_site_aside(struct rgs_site *s, const struct rgs_entry *e)
{
    struct shard *x = &s->shard[e->place.shard];
    char epoch[DECIMAL];
    int status;
    const struct rgs_bytes arg[] = {
        rgs_redis_word("FCALL"),       rgs_redis_word("rgs_aside"),      rgs_redis_word("2"),
        rgs_redis_word(x->key[LEASE]), rgs_redis_word(x->key[POISONED]), rgs_redis_word(s->owner),
        print(epoch, x->epoch),        rgs_redis_word(e->place.id),      e->block,
        rgs_redis_word(s->keep)};
    if (x->epoch)
        freeReplyObject(rgs_site_call(s, e->place.shard, arg, 10, &status));
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

size_t rgs_commit_alerts(const struct rgs_commit *c)
{
    return c->alerts.items;
}

/* The arguments of a call that may be long. */
struct argv {
    const char **v;
    size_t *len, n;
};

static void put(struct argv *a, struct rgs_bytes s)
{
    a->v[a->n] = s.n ? (const char *)s.p : "";
    a->len[a->n++] = s.n;
}

static void put_list(struct argv *a, const struct list *l, char count[DECIMAL])
{
    put(a, print(count, l->items));
    for (size_t i = 0; i < l->n; i++)
        put(a, l->at[i]);
}

int rgs_site_commit(struct rgs_site *s, unsigned shard, const struct rgs_commit_head *h,
                    const struct rgs_commit *c)
{
    enum { FIXED = 32, NUMBERS = 10 };
    const struct shard *x = &s->shard[shard];
    size_t cap = FIXED + c->alerts.n + c->scores.n + c->gone.n;
    char number[NUMBERS][DECIMAL];
    struct argv a = {calloc(cap, sizeof(*a.v)), calloc(cap, sizeof(*a.len)), 0};
    int status = -ENOMEM;

    if (a.v && a.len) {
        const struct rgs_bytes fixed[] = {
            rgs_redis_word("FCALL"),
            rgs_redis_word("rgs_commit"),
            rgs_redis_word("6"),
            rgs_redis_word(x->key[LEASE]),
            rgs_redis_word(x->key[POSITION]),
            rgs_redis_word(x->key[SCORES]),
            rgs_redis_word(x->key[RESELLERS]),
            rgs_redis_word(x->key[ALERTS]),
            rgs_redis_word(x->key[OBS]),
            rgs_redis_word(s->owner),
            print(number[0], x->epoch),
            rgs_redis_word(s->ttl),
            rgs_redis_word(s->keep),
            print(number[1], (uint64_t)s->conf.retention_ms),
            print_ts(number[2], h->from.upto),
            print_ts(number[3], h->to.upto),
            print(number[4], h->to.observations),
            print(number[5], (uint64_t)h->event_ts / 1000000),
            rgs_redis_word(h->ruleset),
            print(number[6], h->from.alerts),
        };
        for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
            put(&a, fixed[i]);
        put_list(&a, &c->alerts, number[7]);
        put(&a, rgs_redis_word(h->anew ? "1" : "0"));
        put_list(&a, &c->scores, number[8]);
        put_list(&a, &c->gone, number[9]);
        redisReply *r = rgs_home_callv(s->home, x->slot, (int)a.n, a.v, a.len);
        status = status_of(s, r);
        freeReplyObject(r);
    }
    free(a.v);
    free(a.len);
    return status;
}
