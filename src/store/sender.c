/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sender_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "store/clock.h"

enum {
    QUEUE_BYTES = 16 << 20,
    TIMEOUT_MS = 5000,
    TAG_AT = RGS_BLOCK_HEAD - RGS_BLOCK_TAG,
};

void rgs_sender_say(struct rgs_sender *s, const char *text)
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

static bool take_round(struct rgs_sender *s, const struct rgs_sender_item *it)
{
    bool spooled = rgs_spool_active(s->spool);

    if (s->seq == 0)
        name_session(s, &it->round);
    if (rgs_sender_fullest(s) == 0)
        s->moved_at = rgs_clock_ms(); /* patience begins with something to wait for */
    unsigned k = 0;
    for (; k < s->shards; k++) {
        size_t n = seal(s, &it->round, k, s->session);
        struct rgs_bytes block = rgs_bytes(s->block, n);
        if (n == 0 ||
            !(spooled ? rgs_spool_append(s->spool, block) == 0 : rgs_sender_to_ring(s, block)))
            break;
    }
    /* A number that stands in one block must not come back in another. */
    s->seq += k > 0;
    return k == s->shards;
}

static void item_del(struct rgs_sender_item *it)
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
    struct rgs_sender_item *it = s->first;
    bool over = is_over(s);
    pthread_mutex_unlock(&s->lock);
    if (!it || (!over && !rgs_sender_has_room(s, now)))
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
    return rgs_sender_fullest(s) > 0 || rgs_spool_active(s->spool);
}

/* Nothing comes after this: what finds room is better than nothing. */
static void spool_last(struct rgs_sender *s)
{
    uint64_t left_out = rgs_sender_spool_rings(s);

    pthread_mutex_lock(&s->lock);
    s->counts.dropped += left_out;
    pthread_mutex_unlock(&s->lock);
    if (left_out)
        rgs_sender_say(s, "the spool has no room for what the site has not got");
}

static void *run(void *sender)
{
    struct rgs_sender *s = sender;
    bool stop = false;

    s->moved_at = rgs_clock_ms();
    while (!stop) {
        bool took = false;
        rgs_sender_refill(s);
        /* A spool takes all there is, so that the queue stays short. */
        while (take_next(s, false))
            took = true;
        bool due = rgs_sender_fullest(s) > 0 && rgs_clock_ms() >= s->retry_at;
        if (due) {
            rgs_sender_fly(s);
            rgs_sender_refill(s);
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
    if (s->spool && rgs_sender_fullest(s) && !rgs_spool_active(s->spool))
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
    for (struct rgs_sender_item *it = s->first, *next; it; it = next) {
        next = it->next;
        item_del(it);
    }
    for (unsigned k = 0; s->link && k < s->shards; k++) {
        while (s->link[k].count)
            rgs_sender_forget_first(&s->link[k]);
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

static struct rgs_sender_item *item_new(const struct rgs_round *r, unsigned shards)
{
    size_t n = sizeof(struct rgs_sender_item);

    for (unsigned k = 0; k < shards; k++)
        n += r->part[k].body.n;
    struct rgs_sender_item *it = malloc(n);
    if (!it)
        return NULL;
    uint8_t *at = (uint8_t *)(it + 1);
    *it = (struct rgs_sender_item){.bytes = n, .round = *r};
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
    struct rgs_sender_item *it = start(s) ? item_new(r, s->shards) : NULL;
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
        status = rgs_sender_fullest(s) || s->counts.dropped ? -EIO : 0;
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
