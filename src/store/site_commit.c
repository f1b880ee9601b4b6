/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an engine commits for a shard: alerts, scores and up to where, all in one piece. */
#include "store/site_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/grown.h"

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
    struct rgs_bytes *at = rgs_grown(l->at, l->n, &l->cap, sizeof(*at));
    uint8_t *copy = malloc(s.n + 1);

    l->at = at ? at : l->at;
    if (!at || !copy) {
        free(copy);
        return false;
    }
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

static void put_list(struct argv *a, const struct list *l, char count[RGS_SITE_DECIMAL])
{
    put(a, rgs_site_print(count, l->items));
    for (size_t i = 0; i < l->n; i++)
        put(a, l->at[i]);
}

int rgs_site_commit(struct rgs_site *s, unsigned shard, const struct rgs_commit_head *h,
                    const struct rgs_commit *c)
{
    enum { FIXED = 32, NUMBERS = 10 };
    const struct rgs_site_shard *x = &s->shard[shard];
    size_t cap = FIXED + c->alerts.n + c->scores.n + c->gone.n;
    char number[NUMBERS][RGS_SITE_DECIMAL];
    struct argv a = {calloc(cap, sizeof(*a.v)), calloc(cap, sizeof(*a.len)), 0};
    int status = -ENOMEM;

    if (a.v && a.len) {
        const struct rgs_bytes fixed[] = {
            rgs_redis_word("FCALL"),
            rgs_redis_word("rgs_commit"),
            rgs_redis_word("6"),
            rgs_redis_word(x->key[RGS_SITE_LEASE]),
            rgs_redis_word(x->key[RGS_SITE_POSITION]),
            rgs_redis_word(x->key[RGS_SITE_SCORES]),
            rgs_redis_word(x->key[RGS_SITE_RESELLERS]),
            rgs_redis_word(x->key[RGS_SITE_ALERTS]),
            rgs_redis_word(x->key[RGS_SITE_OBS]),
            rgs_redis_word(s->owner),
            rgs_site_print(number[0], x->epoch),
            rgs_redis_word(s->ttl),
            rgs_redis_word(s->keep),
            rgs_site_print(number[1], (uint64_t)s->conf.retention_ms),
            rgs_site_print_ts(number[2], h->from.upto),
            rgs_site_print_ts(number[3], h->to.upto),
            rgs_site_print(number[4], h->to.observations),
            rgs_site_print(number[5], (uint64_t)h->event_ts / 1000000),
            rgs_redis_word(h->ruleset),
            rgs_site_print(number[6], h->from.alerts),
        };
        for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
            put(&a, fixed[i]);
        put_list(&a, &c->alerts, number[7]);
        put(&a, rgs_redis_word(h->anew ? "1" : "0"));
        put_list(&a, &c->scores, number[8]);
        put_list(&a, &c->gone, number[9]);
        redisReply *r = rgs_home_callv(s->home, x->slot, (int)a.n, a.v, a.len);
        status = rgs_site_status_of(s, r);
        freeReplyObject(r);
    }
    free(a.v);
    free(a.len);
    return status;
}
