/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A site's logs, as an engine reads and seals them. */
#include "store/site_parts.h"

#include <errno.h>
#include <stdio.h>

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
        struct rgs_bytes name = rgs_site_text_of(fields->element[i]);
        struct rgs_bytes value = rgs_site_text_of(fields->element[i + 1]);
        if (rgs_bytes_equal(name, rgs_redis_word("b")))
            e->block = value;
        else if (rgs_bytes_equal(name, rgs_redis_word("seal")))
            e->seal = rgs_site_ts_of(value);
        else if (rgs_bytes_equal(name, rgs_redis_word("ended")))
            e->ended = rgs_site_ts_of(value);
        else if (rgs_bytes_equal(name, rgs_redis_word("rules")))
            e->rules = (long)rgs_site_ts_of(value);
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
                                      rgs_redis_word(s->shard[behind->shard].key[RGS_SITE_OBS]),
                                      rgs_redis_word(behind->id)};
    memcpy(arg, words, sizeof(words));
}

int rgs_site_read(struct rgs_site *s, struct rgs_place *behind, unsigned count, rgs_entry_fn *fn,
                  void *ctx)
{
    char number[RGS_SITE_DECIMAL];
    struct rgs_bytes arg[6];
    int node[RGS_SHARDS_MAX], found = 0, status = 0;
    bool turned[RGS_SHARDS_MAX] = {false};
    uint64_t losses = rgs_site_losses(s);

    rgs_site_print(number, count);
    for (unsigned k = 0; k < s->n; k++) {
        read_words(s, &behind[k], number, arg);
        node[k] = rgs_home_send(s->home, s->shard[k].slot, arg, 6);
    }
    for (unsigned k = 0; k < s->n; k++) {
        redisReply *r = node[k] >= 0 ? rgs_home_take(s->home, node[k]) : NULL;
        turned[k] = r && rgs_home_turned(s->home, s->shard[k].slot, r);
        /* Answers that nobody waits for any more must be taken all the same. */
        if (status == 0 && !turned[k] && rgs_site_status_of(s, r) == 0)
            status = entries(r, &behind[k], fn, ctx, &found);
        freeReplyObject(r);
    }
    /* Only now: an answer to a call would be taken for one that is still under way. And not from
     * another server, whose log may not go on from this place. */
    for (unsigned k = 0; k < s->n && status == 0 && rgs_site_losses(s) == losses; k++) {
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

/* The answer that holds the entry at a place, [own] freeReplyObject(); else NULL, with 0 where it
 * is not there, or -errno. */
static redisReply *entry_at(struct rgs_site *s, const struct rgs_place *place, int *status)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("XRANGE"),
                                    rgs_redis_word(s->shard[place->shard].key[RGS_SITE_OBS]),
                                    rgs_redis_word(place->id), rgs_redis_word(place->id)};
    redisReply *r = rgs_site_call(s, place->shard, arg, 4, status);

    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 1)
        return r;
    freeReplyObject(r);
    return NULL;
}

size_t rgs_site_fetch(struct rgs_site *s, const struct rgs_place *place, uint8_t *out)
{
    struct rgs_entry e;
    int status;
    size_t n = 0;
    redisReply *r = entry_at(s, place, &status);

    if (r && entry_of(r->element[0], place->shard, &e) && e.block.n <= RGS_BLOCK_MAX) {
        n = e.block.n;
        memcpy(out, e.block.p, n);
    }
    freeReplyObject(r);
    return n;
}

int rgs_site_check(struct rgs_site *s, struct rgs_place *place)
{
    const struct rgs_bytes arg[] = {rgs_redis_word("XINFO"), rgs_redis_word("STREAM"),
                                    rgs_redis_word(s->shard[place->shard].key[RGS_SITE_OBS])};
    char last[48] = "0-0", first[48] = "0-0";
    redisReply *r = rgs_home_call(s->home, s->shard[place->shard].slot, arg, 3);
    /* A log that nobody has written to is no trouble. */
    int status = r && rgs_redis_is_error(r, "ERR no such key") ? 0 : rgs_site_status_of(s, r);

    for (size_t i = 0; r && r->type != REDIS_REPLY_ERROR && i + 1 < r->elements; i += 2) {
        struct rgs_bytes name = rgs_site_text_of(r->element[i]),
                         value = rgs_site_text_of(r->element[i + 1]);
        if (rgs_bytes_equal(name, rgs_redis_word("last-generated-id")))
            snprintf(last, sizeof(last), "%.*s", (int)value.n, (const char *)value.p);
        else if (rgs_bytes_equal(name, rgs_redis_word("recorded-first-entry-id")))
            snprintf(first, sizeof(first), "%.*s", (int)value.n, (const char *)value.p);
    }
    freeReplyObject(r);
    if (status < 0)
        return status;
    if (strcmp(last, "0-0") == 0)
        memcpy(place->id, last, sizeof(last));
    if (strcmp(place->id, "0-0") == 0 || strcmp(place->id, last) == 0)
        return 0;
    /* A log is trimmed at its begin: what stands there may not be the next one any more. */
    if (rgs_place_behind(first, place->id))
        return -ESTALE;
    /* One that lost its end may have grown beyond it since. */
    r = rgs_place_behind(last, place->id) ? entry_at(s, place, &status) : NULL;
    bool there = r != NULL;
    freeReplyObject(r);
    return there ? 0 : status < 0 ? status : -ENOENT;
}

void rgs_site_retain(struct rgs_site *s, int64_t retention_ms)
{
    if (retention_ms > s->conf.retention_ms)
        s->conf.retention_ms = retention_ms;
}

int rgs_site_seal(struct rgs_site *s, int64_t upto, int64_t ended)
{
    char rules[RGS_KEY_MAX], epoch[RGS_SITE_DECIMAL], at[RGS_SITE_DECIMAL], end[RGS_SITE_DECIMAL];
    int status = s->shard[0].epoch ? 0 : -ESTALE;

    rgs_site_print(epoch, s->shard[0].epoch);
    for (unsigned k = 0; k < s->n && status == 0; k++) {
        struct rgs_bytes arg[10] = {rgs_redis_word("FCALL"), rgs_redis_word("rgs_seal"),
                                    rgs_redis_word(k ? "2" : "3"),
                                    rgs_redis_word(s->shard[k].key[RGS_SITE_OBS]),
                                    rgs_redis_word(s->shard[k].key[RGS_SITE_LEASE])};
        size_t n = 5;
        if (k == 0)
            arg[n++] = rgs_key(rules, s->name, 0, "rulelog");
        arg[n++] = rgs_redis_word(epoch);
        arg[n++] = rgs_site_print_ts(at, upto);
        arg[n++] = rgs_site_print_ts(end, ended);
        arg[n++] = rgs_redis_word(s->keep);
        freeReplyObject(rgs_site_call(s, k, arg, n, &status));
    }
    return status;
}

void rgs_site_aside(struct rgs_site *s, const struct rgs_entry *e)
{
    struct rgs_site_shard *x = &s->shard[e->place.shard];
    char epoch[RGS_SITE_DECIMAL];
    int status;
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),
                                    rgs_redis_word("rgs_aside"),
                                    rgs_redis_word("2"),
                                    rgs_redis_word(x->key[RGS_SITE_LEASE]),
                                    rgs_redis_word(x->key[RGS_SITE_POISONED]),
                                    rgs_redis_word(s->owner),
                                    rgs_site_print(epoch, x->epoch),
                                    rgs_redis_word(e->place.id),
                                    e->block,
                                    rgs_redis_word(s->keep)};
    if (x->epoch)
        freeReplyObject(rgs_site_call(s, e->place.shard, arg, 10, &status));
}
