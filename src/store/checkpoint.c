/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PLACES = 3,
    UNFINISHED_S = 600, /* then pieces of a state that was never kept go */
    NUMBER = 24,
};

struct state {
    unsigned place, pieces;
    uint64_t id;
};

struct transfer {
    struct rgs_site *site;
    struct state state;
    char lease[RGS_KEY_MAX], place[RGS_KEY_MAX];
    char id[NUMBER], epoch[NUMBER];
    redisReply *reply; /* that was read last */
    int status;
};

static struct rgs_bytes print(char out[NUMBER], uint64_t v)
{
    return rgs_bytes(out, (size_t)snprintf(out, NUMBER, "%" PRIu64, v));
}

static struct rgs_bytes place_key(const struct rgs_site *s, char out[RGS_KEY_MAX], unsigned place)
{
    char name[NUMBER];
    snprintf(name, sizeof(name), "state.%u", place);
    return rgs_site_key(s, out, 0, name);
}

/* "PLACE ID PIECES UPTO FROM", newest first. */
static bool parse(const redisReply *r, struct state *s)
{
    return r->type == REDIS_REPLY_STRING &&
           sscanf(r->str, "%1u %16" SCNx64 " %5u", &s->place, &s->id, &s->pieces) == 3 &&
           s->place < PLACES && s->pieces > 0 && s->pieces <= RGS_CHECKPOINT_PIECES;
}

/* How many there are, or -errno. */
static int list(struct rgs_site *site, struct state out[RGS_CHECKPOINT_STATES])
{
    char key[RGS_KEY_MAX];
    const struct rgs_bytes arg[] = {rgs_redis_word("LRANGE"), rgs_site_key(site, key, 0, "states"),
                                    rgs_redis_word("0"), rgs_redis_word("-1")};
    int n = 0, status;
    redisReply *r = rgs_site_call(site, 0, arg, 4, &status);

    for (size_t i = 0; r && r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
        if (n < RGS_CHECKPOINT_STATES && parse(r->element[i], &out[n]))
            n++;
    }
    freeReplyObject(r);
    return status < 0 ? status : n;
}

static int put(void *ctx, unsigned i, struct rgs_bytes block)
{
    struct transfer *t = ctx;
    char number[NUMBER], expire[NUMBER];
    int status;
    const struct rgs_bytes arg[] = {
        rgs_redis_word("FCALL"),    rgs_redis_word("rgs_state_put"),
        rgs_redis_word("2"),        rgs_redis_word(t->lease),
        rgs_redis_word(t->place),   rgs_redis_word(rgs_site_owner(t->site)),
        rgs_redis_word(t->epoch),   rgs_redis_word(t->id),
        print(number, i),           block,
        print(expire, UNFINISHED_S)};
    freeReplyObject(rgs_site_call(t->site, 0, arg, sizeof(arg) / sizeof(arg[0]), &status));
    return status;
}

static int switch_to(struct transfer *t, unsigned pieces, int64_t upto, const char *from)
{
    char states[RGS_KEY_MAX], place[PLACES][RGS_KEY_MAX];
    char which[NUMBER], number[NUMBER], at[NUMBER], keep[NUMBER];
    int status;
    const struct rgs_bytes arg[] = {
        rgs_redis_word("FCALL"),
        rgs_redis_word("rgs_state_keep"),
        rgs_redis_word("5"),
        rgs_redis_word(t->lease),
        rgs_site_key(t->site, states, 0, "states"),
        place_key(t->site, place[0], 0),
        place_key(t->site, place[1], 1),
        place_key(t->site, place[2], 2),
        rgs_redis_word(rgs_site_owner(t->site)),
        rgs_redis_word(t->epoch),
        print(which, t->state.place),
        rgs_redis_word(t->id),
        print(number, pieces),
        print(at, (uint64_t)upto),
        rgs_redis_word(from),
        print(keep, rgs_site_keep(t->site)),
    };
    freeReplyObject(rgs_site_call(t->site, 0, arg, sizeof(arg) / sizeof(arg[0]), &status));
    return status;
}

/* A place that none of the states there is in. */
static unsigned free_place(const struct state *there, int n)
{
    unsigned place = 0;

    for (bool taken = true; taken; place += taken) {
        taken = false;
        for (int i = 0; i < n; i++)
            taken = taken || there[i].place == place;
    }
    return place;
}

int rgs_checkpoint_write(struct rgs_site *s, struct rgs_sealer *sealer, int64_t upto,
                         const char *from, rgs_pieces_fn *fn, void *ctx)
{
    struct state there[RGS_CHECKPOINT_STATES];
    struct transfer t = {.site = s};
    int n = list(s, there);

    if (n < 0)
        return n;
    if (RAND_bytes((unsigned char *)&t.state.id, sizeof(t.state.id)) != 1)
        return -EIO;
    t.state.place = free_place(there, n);
    rgs_site_key(s, t.lease, 0, "lease");
    place_key(s, t.place, t.state.place);
    snprintf(t.id, sizeof(t.id), "%016" PRIx64, t.state.id);
    print(t.epoch, rgs_site_epoch(s, 0));
    const struct rgs_pieces_conf conf = {
        .sealer = sealer, .id = t.state.id, .most = RGS_CHECKPOINT_PIECES, .ctx = &t, .put = put};
    n = rgs_pieces_write(&conf, fn, ctx);
    int status = n < 0 ? n : switch_to(&t, (unsigned)n, upto, from);
    return status < 0 ? status : n;
}

static struct rgs_bytes get(void *ctx, unsigned i)
{
    struct transfer *t = ctx;
    char number[NUMBER];
    const struct rgs_bytes arg[] = {rgs_redis_word("HGET"), rgs_redis_word(t->place),
                                    print(number, i)};

    freeReplyObject(t->reply);
    t->reply = rgs_site_call(t->site, 0, arg, 3, &t->status);
    if (!t->reply || t->reply->type != REDIS_REPLY_STRING)
        return (struct rgs_bytes){0};
    return rgs_bytes(t->reply->str, t->reply->len);
}

int rgs_checkpoint_read(struct rgs_site *s, struct rgs_sealer *sealer, unsigned before,
                        rgs_pieces_fn *fn, void *ctx)
{
    struct state there[RGS_CHECKPOINT_STATES];
    struct transfer t = {.site = s};
    int n = list(s, there);

    if (n < 0)
        return n == -EIO ? -EAGAIN : n;
    if (before >= (unsigned)n)
        return 1;
    t.state = there[before];
    place_key(s, t.place, t.state.place);
    const struct rgs_pieces_conf conf = {
        .sealer = sealer, .id = t.state.id, .most = t.state.pieces, .ctx = &t, .get = get};
    int status = rgs_pieces_read(&conf, fn, ctx);
    freeReplyObject(t.reply);
    return t.status < 0 ? -EAGAIN : status;
}
