/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sender.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "store/clock.h"
#include "store/home.h"
#include "store/keys.h"
#include "store/spool.h"

enum {
    QUEUE_BYTES = 16 << 20,
    RING = 32,      /* blocks of a shard: 2 MB at most */
    IN_FLIGHT = 16, /* of a shard, that are sent ahead of their answers */
    RETRY_MS = 300,
    TIMEOUT_MS = 5000,
    REPLICA_MS = 200, /* how long a flight waits for a replica to have it */
    ALONE_MS = 5000,  /* a master without replicas is not asked for them so long */
    TAG_AT = RGS_BLOCK_HEAD - RGS_BLOCK_TAG,
    FIELD = 64 + 1 + 16 + 8,
};

struct item {
    struct item *next;
    size_t bytes;
    uint64_t observations;
    struct rgs_round round; /* its bodies stand behind it */
};

struct slot {
    uint8_t *p;
    uint32_t n;
    uint64_t seq;
    bool arrived;
    char field[FIELD]; /* NAME:session:shard */
};

/* The way of one shard. Blocks of a session with more shards than the site has take turns. */
struct link {
    struct slot ring[RING];
    unsigned first, count, sent;
    bool stuck; /* in this flight */
    unsigned slot;
    char key[2][RGS_KEY_MAX];
};

struct rgs_sender {
    struct rgs_probe_conf conf;
    char name[65], site[65];
    uint64_t probe;
    unsigned shards;

    /* Of the thread alone. */
    struct rgs_sealer *sealer;
    struct rgs_spool *spool;
    struct rgs_home *home;
    struct link *link;
    uint64_t session, seq;
    int64_t retry_at, alone_until, moved_at; /* monotonic ms */
    uint8_t block[RGS_BLOCK_MAX];
    char keep[16];

    /* Shared. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started, stop, away, rest_in_spool, idle;
    struct item *first, *last;
    size_t queued;
    uint64_t moves; /* of anything, towards the site or the spool */
    struct rgs_probe_counts counts;
    int64_t stuck_since; /* monotonic ms; 0: nothing waits */
    char trouble[256];
};

static void say(struct rgs_sender *s, const char *text)
{
    if (s->conf.say)
        s->conf.say(s->conf.say_ctx, text);
}

struct rgs_sender *rgs_sender_new(const struct rgs_probe_conf *conf, unsigned shards,
                                  const struct rgs_token_key *key, char *err, size_t err_size)
{
    struct rgs_sender *s = calloc(1, sizeof(*s));
    pthread_condattr_t attr;

    snprintf(err, err_size, "out of memory");
    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attr);
    pthread_condattr_destroy(&attr);
    s->conf = *conf;
    s->shards = shards;
    s->idle = true;
    snprintf(s->name, sizeof(s->name), "%s", conf->name);
    snprintf(s->site, sizeof(s->site), "%s", conf->site);
    s->probe = rgs_id_of(s->name, strlen(s->name));
    snprintf(s->keep, sizeof(s->keep), "%u", conf->keep_s);
    s->sealer = rgs_sealer_new(key, &rgs_alloc_libc);
    s->home = rgs_home_new(&conf->url, TIMEOUT_MS, true);
    s->link = calloc(shards, sizeof(*s->link));
    bool ok = s->sealer && s->home && s->link;
    for (unsigned k = 0; ok && k < shards; k++) {
        s->link[k].slot = rgs_slot_of(rgs_key(s->link[k].key[0], s->site, k, "obs"));
        rgs_key(s->link[k].key[1], s->site, k, "probes");
    }
    if (ok && conf->spool) {
        s->spool = rgs_spool_open(conf->spool, conf->spool_bytes, err, err_size);
        ok = s->spool != NULL;
        s->rest_in_spool = rgs_spool_active(s->spool);
        s->idle = !s->rest_in_spool;
    }
    if (!ok) {
        rgs_sender_del(s);
        return NULL;
    }
    return s;
}

/* ---- the connection ---------------------------------------------------------------------------
 */

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
        say(s, text);
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
        say(s, "the Redis server answers");
}

/* The number of the oldest block of the same session that has not arrived. */
static uint64_t oldest(const struct link *l, const struct slot *s)
{
    for (unsigned i = 0;; i++) {
        const struct slot *first = &l->ring[(l->first + i) % RING];
        if (strcmp(first->field, s->field) == 0)
            return first->seq;
    }
}

struct words {
    char seq[24], from[24];
    struct rgs_bytes arg[10];
};

static void append_words(const struct rgs_sender *s, const struct link *l, const struct slot *b,
                         struct words *w)
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
static bool answer(struct rgs_sender *s, struct slot *b, const redisReply *r)
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
static void send_slowly(struct rgs_sender *s, struct link *l)
{
    struct words w;

    for (unsigned i = 0; i < l->count && i < IN_FLIGHT; i++) {
        struct slot *b = &l->ring[(l->first + i) % RING];
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
        struct link *l = &s->link[k];
        l->stuck = false;
        l->sent = 0;
        while (l->sent < l->count && l->sent < IN_FLIGHT) {
            append_words(s, l, &l->ring[(l->first + l->sent) % RING], &w);
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
        struct link *l = &s->link[k];
        for (unsigned i = 0; i < l->sent; i++) {
            redisReply *r = rgs_home_take(s->home, node[k][i]);
            if (r && rgs_home_turned(s->home, l->slot, r))
                slow[k] = l->stuck = true;
            else if (!l->stuck)
                l->stuck = !answer(s, &l->ring[(l->first + i) % RING], r);
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
        const struct link *l = &s->link[k];
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

static void forget_first(struct link *l)
{
    struct slot *b = &l->ring[l->first];

    free(b->p);
    b->p = NULL;
    b->arrived = false;
    l->first = (l->first + 1) % RING;
    l->count--;
}

static void forget_arrived(struct rgs_sender *s)
{
    uint64_t blocks = 0;
    bool safe = replicated(s);

    for (unsigned k = 0; k < s->shards; k++) {
        struct link *l = &s->link[k];
        for (unsigned i = 0; !safe && i < l->count; i++)
            l->ring[(l->first + i) % RING].arrived = false;
        while (l->count && l->ring[l->first].arrived) {
            forget_first(l);
            blocks++;
        }
    }
    if (blocks)
        moved(s, blocks);
}

/* ---- rings and spool --------------------------------------------------------------------------
 */

static bool to_ring(struct rgs_sender *s, struct rgs_bytes block)
{
    struct rgs_block_head head;

    if (rgs_block_head(block, &head) != RGS_BLOCK_OK)
        return false;
    struct link *l = &s->link[head.shard % s->shards];
    struct slot *b = &l->ring[(l->first + l->count) % RING];
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

static unsigned fullest(const struct rgs_sender *s)
{
    unsigned most = 0;
    for (unsigned k = 0; k < s->shards; k++)
        most = s->link[k].count > most ? s->link[k].count : most;
    return most;
}

static void refill(struct rgs_sender *s)
{
    bool damaged;

    if (!rgs_spool_active(s->spool))
        return;
    /* The next record may be any shard's. */
    while (fullest(s) < RING) {
        size_t n = rgs_spool_next(s->spool, s->block, sizeof(s->block), &damaged);
        if (damaged)
            say(s, "the spool is damaged; what stood behind the damage is lost");
        if (n == 0)
            break;
        if (!to_ring(s, rgs_bytes(s->block, n)))
            say(s, "the spool holds a block of another version; it is passed over");
    }
    if (fullest(s) == 0)
        rgs_spool_settle(s->spool);
}

/* What of the rings goes into the file; the observations of blocks that do not. */
static uint64_t spool_rings(struct rgs_sender *s)
{
    struct rgs_block_head head;
    uint64_t left_out = 0;

    for (unsigned k = 0; k < s->shards; k++) {
        const struct link *l = &s->link[k];
        bool full = false;
        for (unsigned i = 0; i < l->count; i++) {
            const struct slot *b = &l->ring[(l->first + i) % RING];
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
    if (spool_rings(s) == 0) {
        rgs_spool_skip(s->spool);
        return true;
    }
    rgs_spool_forget(s->spool);
    return false;
}

/* Whether another round can be taken. The rings first; then, and for as long as it holds anything,
 * the spool. */
static bool has_room(struct rgs_sender *s, bool now)
{
    if (rgs_spool_active(s->spool))
        return true;
    if (fullest(s) < RING)
        return true;
    if (!s->spool ||
        (!now && s->conf.may_wait && rgs_clock_ms() - s->moved_at < s->conf.patience_ms))
        return false;
    return start_spooling(s);
}

/* ---- blocks -----------------------------------------------------------------------------------
 */

static size_t seal(struct rgs_sender *s, const struct rgs_round *r, unsigned shard,
                   uint64_t session)
{
    const struct rgs_block_head head = {r->type,
                                        s->probe,
                                        session,
                                        s->seq + 1,
                                        (uint16_t)shard,
                                        (uint16_t)s->shards,
                                        r->part[shard].count,
                                        r->ts};
    return rgs_block_seal(s->sealer, &head, r->part[shard].body, s->block);
}

/* A session is named by its first round: the same input gives the same session, so that a run that
 * is repeated after a crash appends what is missing and nothing twice. */
static void name_session(struct rgs_sender *s, const struct rgs_round *r)
{
    s->session = 0;
    for (unsigned k = 0; k < s->shards; k++) {
        uint64_t tag = 0;
        seal(s, r, k, 0);
        for (unsigned i = 0; i < 8; i++)
            tag = tag << 8 | s->block[TAG_AT + i];
        s->session = rgs_mix64(s->session ^ tag);
    }
}

static bool take_round(struct rgs_sender *s, const struct item *it)
{
    bool spooled = rgs_spool_active(s->spool);

    if (s->seq == 0)
        name_session(s, &it->round);
    if (fullest(s) == 0)
        s->moved_at = rgs_clock_ms(); /* patience begins with something to wait for */
    unsigned k = 0;
    for (; k < s->shards; k++) {
        size_t n = seal(s, &it->round, k, s->session);
        struct rgs_bytes block = rgs_bytes(s->block, n);
        if (n == 0 || !(spooled ? rgs_spool_append(s->spool, block) == 0 : to_ring(s, block)))
            break;
    }
    /* A number that stands in one block must not come back in another. */
    s->seq += k > 0;
    return k == s->shards;
}

static void item_del(struct item *it)
{
    explicit_bzero(it, it->bytes); /* numbers stand in it */
    free(it);
}

/*
 * Of an input that can be read again, nothing is told behind what had to be dropped: the site then
 * has a part of the session from its begin on, and the next run brings the rest. A gap would stay,
 * and a number that stood for one round must not come back for another. Under the lock.
 */
static bool is_over(const struct rgs_sender *s)
{
    return s->conf.may_wait && s->counts.dropped;
}

/* The next round of the queue, if there is one, into rings or spool. */
static bool take_next(struct rgs_sender *s, bool now)
{
    pthread_mutex_lock(&s->lock);
    struct item *it = s->first;
    bool over = is_over(s);
    pthread_mutex_unlock(&s->lock);
    if (!it || (!over && !has_room(s, now)))
        return false;
    bool ok = !over && take_round(s, it);
    bool spool = rgs_spool_active(s->spool);
    pthread_mutex_lock(&s->lock);
    s->first = it->next;
    if (!s->first)
        s->last = NULL;
    s->queued -= it->bytes;
    s->rest_in_spool = spool;
    if (ok)
        s->counts.blocks += s->shards;
    else
        s->counts.dropped += it->observations ? it->observations : 1; /* an end counts, too */
    s->moves += spool && ok;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    item_del(it);
    return true;
}

/* ---- the thread -------------------------------------------------------------------------------
 */

static void wait_ms(struct rgs_sender *s, int64_t ms)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += ms % 1000 * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&s->changed, &s->lock, &t);
}

static bool rest(struct rgs_sender *s)
{
    return fullest(s) > 0 || rgs_spool_active(s->spool);
}

/* Nothing comes after this: what finds room is better than nothing. */
static void spool_last(struct rgs_sender *s)
{
    uint64_t left_out = spool_rings(s);

    pthread_mutex_lock(&s->lock);
    s->counts.dropped += left_out;
    pthread_mutex_unlock(&s->lock);
    if (left_out)
        say(s, "the spool has no room for what the site has not got");
}

static void *run(void *sender)
{
    struct rgs_sender *s = sender;
    bool stop = false;

    s->moved_at = rgs_clock_ms();
    while (!stop) {
        bool took = false;
        refill(s);
        /* A spool takes all there is, so that the queue stays short. */
        while (take_next(s, false))
            took = true;
        bool due = fullest(s) > 0 && rgs_clock_ms() >= s->retry_at;
        if (due) {
            fly(s);
            forget_arrived(s);
            refill(s);
        }
        pthread_mutex_lock(&s->lock);
        s->rest_in_spool = rgs_spool_active(s->spool);
        s->idle = !s->first && !rest(s);
        s->counts.spooled = rgs_spool_bytes(s->spool);
        s->stuck_since = rest(s) ? s->moved_at : 0;
        pthread_cond_broadcast(&s->changed);
        stop = s->stop;
        bool back = rgs_clock_ms() >= s->retry_at;
        if (!stop && !took && (s->idle || !back || !due))
            wait_ms(s, 50);
        pthread_mutex_unlock(&s->lock);
    }
    while (take_next(s, true))
        ;
    if (s->spool && fullest(s) && !rgs_spool_active(s->spool))
        spool_last(s);
    return NULL;
}

static bool start(struct rgs_sender *s)
{
    sigset_t all, was;

    if (s->started)
        return true;
    /* Signals are for who asked for them. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &was);
    s->started = pthread_create(&s->thread, NULL, run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &was, NULL);
    return s->started;
}

void rgs_sender_del(struct rgs_sender *s)
{
    if (!s)
        return;
    if (s->started) {
        pthread_mutex_lock(&s->lock);
        s->stop = true;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    for (struct item *it = s->first, *next; it; it = next) {
        next = it->next;
        item_del(it);
    }
    for (unsigned k = 0; s->link && k < s->shards; k++) {
        while (s->link[k].count)
            forget_first(&s->link[k]);
    }
    free(s->link);
    rgs_home_del(s->home);
    rgs_spool_close(s->spool);
    rgs_sealer_del(s->sealer);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    explicit_bzero(s, sizeof(*s));
    free(s);
}

/* ---- the probe's side -------------------------------------------------------------------------
 */

static struct item *item_new(const struct rgs_round *r, unsigned shards)
{
    size_t n = sizeof(struct item);

    for (unsigned k = 0; k < shards; k++)
        n += r->part[k].body.n;
    struct item *it = malloc(n);
    if (!it)
        return NULL;
    uint8_t *at = (uint8_t *)(it + 1);
    *it = (struct item){.bytes = n, .round = *r};
    for (unsigned k = 0; k < shards; k++) {
        struct rgs_bytes body = r->part[k].body;
        if (body.n)
            memcpy(at, body.p, body.n);
        it->round.part[k].body = rgs_bytes(at, body.n);
        it->observations += r->part[k].count;
        at += body.n;
    }
    return it;
}

bool rgs_sender_put(struct rgs_sender *s, const struct rgs_round *r)
{
    struct item *it = start(s) ? item_new(r, s->shards) : NULL;
    int64_t since = rgs_clock_ms();

    pthread_mutex_lock(&s->lock);
    uint64_t moves = s->moves;
    while (it && s->queued >= QUEUE_BYTES && s->conf.may_wait && !is_over(s) &&
           rgs_clock_ms() - since <= s->conf.patience_ms) {
        wait_ms(s, 100);
        if (s->moves != moves) {
            moves = s->moves;
            since = rgs_clock_ms();
        }
    }
    bool ok = it && s->queued < QUEUE_BYTES && !is_over(s);
    if (ok) {
        *(s->last ? &s->last->next : &s->first) = it;
        s->last = it;
        s->queued += it->bytes;
        s->idle = false;
        pthread_cond_broadcast(&s->changed);
    } else {
        for (unsigned k = 0; k < s->shards; k++)
            s->counts.dropped += r->part[k].count;
    }
    pthread_mutex_unlock(&s->lock);
    if (!ok && it)
        item_del(it);
    return ok;
}

int rgs_sender_finish(struct rgs_sender *s)
{
    int64_t since = rgs_clock_ms();
    int status = 0;

    pthread_mutex_lock(&s->lock);
    uint64_t moves = s->moves;
    while (!s->idle && rgs_clock_ms() - since <= s->conf.patience_ms) {
        wait_ms(s, 100);
        if (s->moves != moves) {
            moves = s->moves;
            since = rgs_clock_ms();
        }
    }
    if (s->counts.dropped)
        status = -EIO;
    else if (!s->idle)
        status = s->conf.spool ? -EAGAIN : -EIO;
    s->stop = true; /* what is left goes to the spool now */
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (s->started)
        pthread_join(s->thread, NULL);
    s->started = false;
    if (status == -EAGAIN && (s->counts.dropped || !rgs_spool_active(s->spool)))
        status = fullest(s) || s->counts.dropped ? -EIO : 0;
    return status;
}

void rgs_sender_counts(struct rgs_sender *s, struct rgs_probe_counts *c)
{
    pthread_mutex_lock(&s->lock);
    *c = s->counts;
    c->away = s->away;
    c->stuck_ms = s->stuck_since ? rgs_clock_ms() - s->stuck_since : 0;
    pthread_mutex_unlock(&s->lock);
}

void rgs_sender_trouble(struct rgs_sender *s, char out[256])
{
    pthread_mutex_lock(&s->lock);
    memcpy(out, s->trouble, sizeof(s->trouble));
    pthread_mutex_unlock(&s->lock);
}
