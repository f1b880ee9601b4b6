/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of blocks to the site: through rings, sent ahead of their answers, or through the spool.
 */
#include "store/sender_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/clock.h"

enum {
    IN_FLIGHT = 16, /* of a shard, that are sent ahead of their answers */
    RETRY_MS = 300,
    REPLICA_MS = 200, /* how long a flight waits for a replica to have it */
    ALONE_MS = 5000,  /* a master without replicas is not asked for them so long */
};

/* Everything unanswered will be sent again. */
static void is_away(struct rgs_sender *s, const char *reason)
{
    char text[400];

    s->retry_at = rgs_clock_ms() + RETRY_MS;
    pthread_mutex_lock(&s->lock);
    bool news = !s->away;
    s->away = true;
    snprintf(s->trouble, sizeof(s->trouble), "%s", reason);
    pthread_mutex_unlock(&s->lock);
    if (news) {
        snprintf(text, sizeof(text), "the Redis server is away: %.250s%s", reason,
                 s->spool ? "; blocks go to the spool" : "");
        rgs_sender_say(s, text);
    }
}

static void moved(struct rgs_sender *s, uint64_t blocks)
{
    pthread_mutex_lock(&s->lock);
    bool news = blocks && s->away;
    if (news) {
        s->away = false;
        s->trouble[0] = '\0';
    }
    s->counts.arrived += blocks;
    s->moves++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    s->moved_at = rgs_clock_ms();
    if (news)
        rgs_sender_say(s, "the Redis server answers");
}

/* The number of the oldest block of the same session that has not arrived. */
static uint64_t oldest(const struct rgs_sender_link *l, const struct rgs_sender_block *s)
{
    for (unsigned i = 0;; i++) {
        const struct rgs_sender_block *first = &l->ring[(l->first + i) % RGS_SENDER_RING];
        if (strcmp(first->field, s->field) == 0)
            return first->seq;
    }
}

struct words {
    char seq[24], from[24];
    struct rgs_bytes arg[10];
};

static void append_words(const struct rgs_sender *s, const struct rgs_sender_link *l,
                         const struct rgs_sender_block *b, struct words *w)
{
    snprintf(w->seq, sizeof(w->seq), "%llu", (unsigned long long)b->seq);
    snprintf(w->from, sizeof(w->from), "%llu", (unsigned long long)oldest(l, b));
    const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),   rgs_redis_word("rgs_append"),
                                    rgs_redis_word("2"),       rgs_redis_word(l->key[0]),
                                    rgs_redis_word(l->key[1]), rgs_redis_word(b->field),
                                    rgs_redis_word(w->seq),    rgs_bytes(b->p, b->n),
                                    rgs_redis_word(s->keep),   rgs_redis_word(w->from)};
    memcpy(w->arg, arg, sizeof(arg));
}

/* One answer. False when it stops this shard for now. */
static bool answer(struct rgs_sender *s, struct rgs_sender_block *b, const redisReply *r)
{
    if (r && r->type == REDIS_REPLY_INTEGER && (uint64_t)r->integer >= b->seq) {
        b->arrived = true;
        return true;
    }
    is_away(s, !r                             ? rgs_home_trouble(s->home)
               : r->type == REDIS_REPLY_ERROR ? r->str
                                              : "an answer that makes no sense");
    return false;
}

/* A node that is not the right one any more, or lacks the functions: one by one, on whatever way it
 * takes. */
static void send_slowly(struct rgs_sender *s, struct rgs_sender_link *l)
{
    struct words w;

    for (unsigned i = 0; i < l->count && i < IN_FLIGHT; i++) {
        struct rgs_sender_block *b = &l->ring[(l->first + i) % RGS_SENDER_RING];
        append_words(s, l, b, &w);
        redisReply *r = rgs_home_call(s->home, l->slot, w.arg, 10);
        bool ok = answer(s, b, r);
        freeReplyObject(r);
        if (!ok)
            return;
    }
}

/* Sends what each shard has, and takes the answers. */
static void fly(struct rgs_sender *s)
{
    int node[RGS_SHARDS_MAX][IN_FLIGHT];
    struct words w;

    for (unsigned k = 0; k < s->shards; k++) {
        struct rgs_sender_link *l = &s->link[k];
        l->stuck = false;
        l->sent = 0;
        while (l->sent < l->count && l->sent < IN_FLIGHT) {
            append_words(s, l, &l->ring[(l->first + l->sent) % RGS_SENDER_RING], &w);
            node[k][l->sent] = rgs_home_send(s->home, l->slot, w.arg, 10);
            if (node[k][l->sent] < 0) {
                is_away(s, rgs_home_trouble(s->home));
                break;
            }
            l->sent++;
        }
    }
    bool slow[RGS_SHARDS_MAX] = {false};
    for (unsigned k = 0; k < s->shards; k++) {
        struct rgs_sender_link *l = &s->link[k];
        for (unsigned i = 0; i < l->sent; i++) {
            redisReply *r = rgs_home_take(s->home, node[k][i]);
            if (r && rgs_home_turned(s->home, l->slot, r))
                slow[k] = l->stuck = true;
            else if (!l->stuck)
                l->stuck = !answer(s, &l->ring[(l->first + i) % RGS_SENDER_RING], r);
            freeReplyObject(r);
        }
    }
    for (unsigned k = 0; k < s->shards; k++) {
        if (slow[k])
            send_slowly(s, &s->link[k]);
    }
}

/* A master may die with what no replica has yet: then it is still here to be sent again. */
static bool replicated(struct rgs_sender *s)
{
    uint64_t losses = rgs_home_losses(s->home);

    if (s->conf.url.kind == RGS_REDIS_SINGLE || rgs_clock_ms() < s->alone_until)
        return true;
    for (unsigned k = 0; k < s->shards; k++) {
        const struct rgs_sender_link *l = &s->link[k];
        if (!l->count || !l->ring[l->first].arrived)
            continue;
        int n = rgs_home_replicas(s->home, l->slot, REPLICA_MS);
        if (n == 0)
            s->alone_until = rgs_clock_ms() + ALONE_MS;
        if (n < 0 || rgs_home_losses(s->home) != losses)
            return false;
    }
    return true;
}

void rgs_sender_forget_first(struct rgs_sender_link *l)
{
    struct rgs_sender_block *b = &l->ring[l->first];

    free(b->p);
    b->p = NULL;
    b->arrived = false;
    l->first = (l->first + 1) % RGS_SENDER_RING;
    l->count--;
}

static void forget_arrived(struct rgs_sender *s)
{
    uint64_t blocks = 0;
    bool safe = replicated(s);

    for (unsigned k = 0; k < s->shards; k++) {
        struct rgs_sender_link *l = &s->link[k];
        for (unsigned i = 0; !safe && i < l->count; i++)
            l->ring[(l->first + i) % RGS_SENDER_RING].arrived = false;
        while (l->count && l->ring[l->first].arrived) {
            rgs_sender_forget_first(l);
            blocks++;
        }
    }
    if (blocks)
        moved(s, blocks);
}

void rgs_sender_fly(struct rgs_sender *s)
{
    fly(s);
    forget_arrived(s);
}

/* ---- rings and spool --------------------------------------------------------------------------
 */

bool rgs_sender_to_ring(struct rgs_sender *s, struct rgs_bytes block)
{
    struct rgs_block_head head;

    if (rgs_block_head(block, &head) != RGS_BLOCK_OK)
        return false;
    struct rgs_sender_link *l = &s->link[head.shard % s->shards];
    struct rgs_sender_block *b = &l->ring[(l->first + l->count) % RGS_SENDER_RING];
    b->p = malloc(block.n);
    if (!b->p)
        return false;
    memcpy(b->p, block.p, block.n);
    b->n = (uint32_t)block.n;
    b->seq = head.seq;
    b->arrived = false;
    snprintf(b->field, sizeof(b->field), "%s:%016llx:%u", s->name, (unsigned long long)head.session,
             head.shard);
    l->count++;
    return true;
}

unsigned rgs_sender_fullest(const struct rgs_sender *s)
{
    unsigned most = 0;
    for (unsigned k = 0; k < s->shards; k++)
        most = s->link[k].count > most ? s->link[k].count : most;
    return most;
}

void rgs_sender_refill(struct rgs_sender *s)
{
    bool damaged;

    if (!rgs_spool_active(s->spool))
        return;
    /* The next record may be any shard's. */
    while (rgs_sender_fullest(s) < RGS_SENDER_RING) {
        size_t n = rgs_spool_next(s->spool, s->block, sizeof(s->block), &damaged);
        if (damaged)
            rgs_sender_say(s, "the spool is damaged; what stood behind the damage is lost");
        if (n == 0)
            break;
        if (!rgs_sender_to_ring(s, rgs_bytes(s->block, n)))
            rgs_sender_say(s, "the spool holds a block of another version; it is passed over");
    }
    if (rgs_sender_fullest(s) == 0)
        rgs_spool_settle(s->spool);
}

uint64_t rgs_sender_spool_rings(struct rgs_sender *s)
{
    struct rgs_block_head head;
    uint64_t left_out = 0;

    for (unsigned k = 0; k < s->shards; k++) {
        const struct rgs_sender_link *l = &s->link[k];
        bool full = false;
        for (unsigned i = 0; i < l->count; i++) {
            const struct rgs_sender_block *b = &l->ring[(l->first + i) % RGS_SENDER_RING];
            struct rgs_bytes block = rgs_bytes(b->p, b->n);
            /* Without gaps: what stands behind one would be taken, and nothing for it any more. */
            if (!full && rgs_spool_append(s->spool, block) == 0)
                continue;
            full = true;
            rgs_block_head(block, &head);
            left_out += head.count ? head.count : 1; /* an end counts, too */
        }
    }
    return left_out;
}

/* From now on the file holds everything that has not arrived; the rings stay its reading window.
 * False when it is too small for that: then it holds nothing. */
static bool start_spooling(struct rgs_sender *s)
{
    if (rgs_sender_spool_rings(s) == 0) {
        rgs_spool_skip(s->spool);
        return true;
    }
    rgs_spool_forget(s->spool);
    return false;
}

bool rgs_sender_has_room(struct rgs_sender *s, bool now)
{
    if (rgs_spool_active(s->spool))
        return true;
    if (rgs_sender_fullest(s) < RGS_SENDER_RING)
        return true;
    if (!s->spool ||
        (!now && s->conf.may_wait && rgs_clock_ms() - s->moved_at < s->conf.patience_ms))
        return false;
    return start_spooling(s);
}
