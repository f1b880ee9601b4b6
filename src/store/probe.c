/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "store/library.h"
#include "store/spool.h"

enum {
    RING = 128,     /* blocks: 8 MB at most */
    IN_FLIGHT = 32, /* blocks that are sent ahead of their answers */
    RETRY_MS = 500,
    SESSION_AT = 50, /* the tag of a block */
    FIELD = 64 + 1 + 16 + 1,
};

struct slot {
    uint8_t *p;
    uint32_t n;
    uint64_t seq;
    char field[FIELD]; /* NAME:session */
};

struct rgs_probe_link {
    struct rgs_probe_conf conf;
    char name[65];
    struct rgs_sealer *sealer;
    struct rgs_spool *spool;
    struct rgs_obs_packer packer;
    uint8_t block[RGS_BLOCK_MAX];
    uint64_t session, seq;
    int64_t newest;
    struct slot ring[RING];
    unsigned first, count, sent; /* sent: of the count, from the first */
    redisContext *redis;
    unsigned setup;   /* answers to AUTH, SELECT and FUNCTION LOAD that are still out */
    bool load;        /* the server lacks the functions */
    int64_t retry_at; /* monotonic ms; 0: at once */
    char key[2][96], keep[16];
    char trouble[256];
    bool away;
    struct rgs_probe_counts counts;
};

bool rgs_probe_name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return n > 0 && n <= 64 && name[n] == '\0';
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say(struct rgs_probe_link *p, const char *text)
{
    if (p->conf.say)
        p->conf.say(p->conf.say_ctx, text);
}

struct rgs_probe_link *rgs_probe_new(const struct rgs_probe_conf *conf,
                                     const struct rgs_token_key *key, char *err, size_t err_size)
{
    struct rgs_probe_link *p = calloc(1, sizeof(*p));

    snprintf(err, err_size, "out of memory");
    if (!p)
        return NULL;
    p->conf = *conf;
    snprintf(p->name, sizeof(p->name), "%s", conf->name);
    p->conf.name = p->name;
    p->sealer = rgs_sealer_new(key, &rgs_alloc_libc);
    rgs_obs_packer_init(&p->packer, &conf->names);
    snprintf(p->key[0], sizeof(p->key[0]), "rgs:{%s}:obs", conf->shard);
    snprintf(p->key[1], sizeof(p->key[1]), "rgs:{%s}:probes", conf->shard);
    snprintf(p->keep, sizeof(p->keep), "%u", conf->keep_s);
    bool ok = p->sealer != NULL;
    if (ok && conf->spool) {
        p->spool = rgs_spool_open(conf->spool, conf->spool_bytes, err, err_size);
        ok = p->spool != NULL;
    }
    if (!ok) {
        rgs_probe_del(p);
        return NULL;
    }
    return p;
}

/* ---- the connection ---------------------------------------------------------------------------
 */

/* Everything unanswered will be sent again. */
static void hang_up(struct rgs_probe_link *p, const char *reason)
{
    snprintf(p->trouble, sizeof(p->trouble), "%s", reason);
    if (p->redis)
        redisFree(p->redis);
    p->redis = NULL;
    p->sent = 0;
    p->retry_at = now_ms() + RETRY_MS;
    if (!p->away) {
        char text[400];
        p->away = true;
        snprintf(text, sizeof(text), "the Redis server is away: %s%s", p->trouble,
                 p->spool ? "; blocks go to the spool" : "");
        say(p, text);
    }
}

static void dial(struct rgs_probe_link *p)
{
    char err[256];

    if (p->redis || now_ms() < p->retry_at)
        return;
    p->redis = rgs_redis_connect(&p->conf.url, true, 0, &p->setup, err, sizeof(err));
    if (!p->redis) {
        hang_up(p, err);
        return;
    }
    if (p->load) {
        const struct rgs_bytes arg[] = {rgs_redis_word("FUNCTION"), rgs_redis_word("LOAD"),
                                        rgs_redis_word("REPLACE"),
                                        rgs_bytes(rgs_library, rgs_library_size)};
        rgs_redis_append(p->redis, arg, 4);
        p->setup++;
    }
}

static void forget_first(struct rgs_probe_link *p)
{
    free(p->ring[p->first].p);
    p->ring[p->first].p = NULL;
    p->first = (p->first + 1) % RING;
    p->count--;
    p->sent--;
    p->counts.arrived++;
}

static void answer(struct rgs_probe_link *p, const redisReply *r)
{
    if (p->setup) {
        p->setup--;
        if (r->type == REDIS_REPLY_ERROR)
            hang_up(p, r->str);
        return;
    }
    if (p->sent == 0)
        return;
    if (r->type == REDIS_REPLY_INTEGER && (uint64_t)r->integer >= p->ring[p->first].seq) {
        forget_first(p);
        if (p->away) {
            p->away = false;
            p->trouble[0] = '\0';
            say(p, "the Redis server answers");
        }
        return;
    }
    if (rgs_redis_lacks_function(r)) { /* a new server: that is no trouble */
        bool away = p->away;
        p->load = p->away = true;
        hang_up(p, "");
        p->away = away;
        p->retry_at = 0;
        return;
    }
    hang_up(p, r->type == REDIS_REPLY_ERROR ? r->str : "an answer that makes no sense");
}

/* The number of the oldest block of the same session that has not arrived. */
static uint64_t oldest(const struct rgs_probe_link *p, const struct slot *s)
{
    for (unsigned i = 0;; i++) {
        const struct slot *first = &p->ring[(p->first + i) % RING];
        if (strcmp(first->field, s->field) == 0)
            return first->seq;
    }
}

static void send_blocks(struct rgs_probe_link *p)
{
    while (p->sent < p->count && p->sent < IN_FLIGHT) {
        const struct slot *s = &p->ring[(p->first + p->sent) % RING];
        char seq[24], from[24];
        snprintf(seq, sizeof(seq), "%llu", (unsigned long long)s->seq);
        snprintf(from, sizeof(from), "%llu", (unsigned long long)oldest(p, s));
        const struct rgs_bytes arg[] = {rgs_redis_word("FCALL"),   rgs_redis_word("rgs_append"),
                                        rgs_redis_word("2"),       rgs_redis_word(p->key[0]),
                                        rgs_redis_word(p->key[1]), rgs_redis_word(s->field),
                                        rgs_redis_word(seq),       rgs_bytes(s->p, s->n),
                                        rgs_redis_word(p->keep),   rgs_redis_word(from)};
        if (rgs_redis_append(p->redis, arg, 10) < 0)
            return;
        p->sent++;
    }
}

static void receive(struct rgs_probe_link *p)
{
    if (redisBufferRead(p->redis) != REDIS_OK) {
        hang_up(p, p->redis->errstr);
        return;
    }
    for (void *r; p->redis;) {
        r = NULL;
        if (redisGetReplyFromReader(p->redis, &r) != REDIS_OK) {
            hang_up(p, p->redis->errstr);
            return;
        }
        if (!r)
            return;
        answer(p, r);
        freeReplyObject(r);
    }
}

/* ---- ring and spool ---------------------------------------------------------------------------
 */

static bool to_ring(struct rgs_probe_link *p, struct rgs_bytes block)
{
    struct rgs_block_head head;
    struct slot *s = &p->ring[(p->first + p->count) % RING];

    if (rgs_block_head(block, &head) != RGS_BLOCK_OK)
        return false;
    s->p = malloc(block.n);
    if (!s->p)
        return false;
    memcpy(s->p, block.p, block.n);
    s->n = (uint32_t)block.n;
    s->seq = head.seq;
    snprintf(s->field, sizeof(s->field), "%s:%016llx", p->conf.name,
             (unsigned long long)head.session);
    p->count++;
    return true;
}

static void refill(struct rgs_probe_link *p)
{
    bool damaged;

    if (!rgs_spool_active(p->spool))
        return;
    while (p->count < RING) {
        size_t n = rgs_spool_next(p->spool, p->block, sizeof(p->block), &damaged);
        if (damaged)
            say(p, "the spool is damaged; what stood behind the damage is lost");
        if (n == 0)
            break;
        if (!to_ring(p, rgs_bytes(p->block, n)))
            say(p, "the spool holds a block of another version; it is passed over");
    }
    if (p->count == 0)
        rgs_spool_settle(p->spool);
}

/* From now on the file holds everything that has not arrived; the ring stays its reading window. */
static bool start_spooling(struct rgs_probe_link *p)
{
    for (unsigned i = 0; i < p->count; i++) {
        const struct slot *s = &p->ring[(p->first + i) % RING];
        if (rgs_spool_append(p->spool, rgs_bytes(s->p, s->n)) < 0)
            return false;
    }
    rgs_spool_skip(p->spool);
    return true;
}

/* Moves what can be moved; waits up to wait_ms for the server. */
static void pump(struct rgs_probe_link *p, int wait_ms)
{
    refill(p);
    dial(p);
    if (!p->redis) {
        if (wait_ms)
            poll(NULL, 0, wait_ms < 50 ? wait_ms : 50);
        return;
    }
    send_blocks(p);
    int done = 0;
    struct pollfd fd = {.fd = p->redis->fd, .events = POLLIN | POLLOUT};
    if (p->redis->flags & REDIS_CONNECTED && redisBufferWrite(p->redis, &done) != REDIS_OK) {
        hang_up(p, p->redis->errstr);
        return;
    }
    if (done)
        fd.events = POLLIN;
    if (poll(&fd, 1, wait_ms) <= 0)
        return;
    if (fd.revents & POLLOUT && !(p->redis->flags & REDIS_CONNECTED)) {
        int bad = 0;
        socklen_t n = sizeof(bad);
        if (getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &bad, &n) < 0 || bad) {
            hang_up(p, strerror(bad ? bad : errno));
            return;
        }
        p->redis->flags |= REDIS_CONNECTED;
        return;
    }
    if (fd.revents & (POLLIN | POLLHUP | POLLERR))
        receive(p);
}

/* Until there is room or nothing has moved for as long as the probe is patient. */
static bool wait_for_room(struct rgs_probe_link *p)
{
    uint64_t arrived = p->counts.arrived;
    int64_t since = now_ms();

    while (p->count == RING) {
        pump(p, 100);
        if (p->counts.arrived != arrived) {
            arrived = p->counts.arrived;
            since = now_ms();
        }
        if (now_ms() - since > p->conf.patience_ms)
            return false;
    }
    return p->count < RING;
}

static bool store(struct rgs_probe_link *p, struct rgs_bytes block)
{
    if (!rgs_spool_active(p->spool)) {
        if (p->count < RING || (p->conf.may_wait && wait_for_room(p)))
            return to_ring(p, block);
        if (!p->spool || !start_spooling(p))
            return false;
    }
    return rgs_spool_append(p->spool, block) == 0;
}

/* ---- blocks -----------------------------------------------------------------------------------
 */

static bool push(struct rgs_probe_link *p, enum rgs_block_type type, struct rgs_bytes body,
                 uint32_t count, int64_t ts)
{
    struct rgs_block_head head = {
        type, rgs_id_of(p->conf.name, strlen(p->conf.name)), p->session, p->seq + 1, count, ts};
    static _Thread_local uint8_t sealed[RGS_BLOCK_MAX];
    size_t n;

    /* A session is named by its first block: the same input gives the same session, so that a run
     * that is repeated after a crash appends what is missing and nothing twice. */
    if (p->seq == 0) {
        head.session = 0;
        n = rgs_block_seal(p->sealer, &head, body, sealed);
        for (unsigned i = 0; i < 8; i++)
            p->session = p->session << 8 | sealed[SESSION_AT + i];
        head.session = p->session;
    }
    n = rgs_block_seal(p->sealer, &head, body, sealed);
    if (n == 0 || !store(p, rgs_bytes(sealed, n))) {
        p->counts.dropped += count;
        return false;
    }
    p->seq++;
    p->counts.blocks++;
    return true;
}

static void flush(struct rgs_probe_link *p)
{
    if (p->packer.count)
        push(p, RGS_BLOCK_DATA, rgs_bytes(p->packer.body, p->packer.n), p->packer.count, p->newest);
    rgs_obs_packer_reset(&p->packer);
}

void rgs_probe_obs(void *probe, const struct rgs_obs *o)
{
    struct rgs_probe_link *p = probe;

    if (rgs_obs_packer_full(&p->packer)) {
        flush(p);
        pump(p, 0);
    }
    rgs_obs_pack(&p->packer, o);
    p->counts.observations++;
    if (o->ts > p->newest)
        p->newest = o->ts;
}

void rgs_probe_tick(struct rgs_probe_link *p, int64_t event_ts)
{
    flush(p);
    if (event_ts && p->seq)
        push(p, RGS_BLOCK_DATA, (struct rgs_bytes){0}, 0, event_ts);
    pump(p, 0);
}

size_t rgs_probe_end_pack(const struct rgs_probe_end *e, uint8_t out[64])
{
    const uint64_t v[] = {
        e->packets,          e->bytes, e->operations, e->verifications, (uint64_t)e->first_ts,
        (uint64_t)e->last_ts};
    size_t n = 0;
    for (size_t i = 0; i < 6; i++)
        n += rgs_put_varint(out + n, v[i]);
    return n;
}

bool rgs_probe_end_unpack(struct rgs_bytes body, struct rgs_probe_end *e)
{
    struct rgs_reader r = rgs_reader(body);

    *e = (struct rgs_probe_end){.packets = rgs_varint(&r)};
    e->bytes = rgs_varint(&r);
    e->operations = rgs_varint(&r);
    e->verifications = rgs_varint(&r);
    e->first_ts = (int64_t)rgs_varint(&r);
    e->last_ts = (int64_t)rgs_varint(&r);
    return rgs_reader_ok(&r) && rgs_left(&r) == 0;
}

int rgs_probe_finish(struct rgs_probe_link *p, const struct rgs_probe_end *e)
{
    uint8_t body[64];
    uint64_t arrived = p->counts.arrived;
    int64_t since = now_ms();

    flush(p);
    push(p, RGS_BLOCK_END, rgs_bytes(body, rgs_probe_end_pack(e, body)), 0, e->last_ts);
    refill(p);
    while (p->count || rgs_spool_active(p->spool)) {
        pump(p, 100);
        if (p->counts.arrived != arrived) {
            arrived = p->counts.arrived;
            since = now_ms();
        }
        if (now_ms() - since > p->conf.patience_ms)
            break;
    }
    if (p->counts.dropped)
        return -EIO;
    if (!p->count && !rgs_spool_active(p->spool))
        return 0;
    if (rgs_spool_active(p->spool) || (p->spool && start_spooling(p)))
        return -EAGAIN;
    return -EIO;
}

void rgs_probe_del(struct rgs_probe_link *p)
{
    if (!p)
        return;
    if (p->spool && p->count && !rgs_spool_active(p->spool))
        start_spooling(p);
    if (p->redis)
        redisFree(p->redis);
    while (p->count) {
        p->sent = p->count;
        forget_first(p);
    }
    rgs_spool_close(p->spool);
    rgs_sealer_del(p->sealer);
    explicit_bzero(&p->packer, sizeof(p->packer));
    free(p);
}

void rgs_probe_counts(const struct rgs_probe_link *p, struct rgs_probe_counts *c)
{
    *c = p->counts;
}

const char *rgs_probe_trouble(const struct rgs_probe_link *p)
{
    return p->trouble;
}
