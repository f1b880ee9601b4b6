/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP (RFC 9293): connections and what their segments mean for the two streams. */
#include "xport/tcp.h"

#include "base/table.h"
#include "xport/flow.h"
#include "xport/tcp_stream.h"

enum {
    IPPROTO_TCP_ = 6,
    /* RFC 9293 3.1 */
    FLAG_FIN = 0x01,
    FLAG_SYN = 0x02,
    FLAG_RST = 0x04,
    FLAG_ACK = 0x10,
};

struct connection {
    uint64_t flow;
    uint32_t nth; /* connections between these ends so far */
    uint8_t fins; /* directions that have ended, as bits */
    bool reset;
    struct rgs_tcp_talk talk;
    struct rgs_tcp_side side[2];
    /* In the list of those that hold memory, in the order of use. */
    bool listed;
    struct connection *older, *newer;
};

struct tcp {
    struct rgs_tcp_memory memory;
    struct rgs_table *connections;
    /* The connection of the segment before: an entry stays in place until another one is made. */
    struct rgs_flow_key last_key;
    struct connection *last;
    struct connection *oldest, *newest; /* of those that hold memory */
    struct connection *busy;            /* is being worked on, and keeps its memory */
    struct rgs_dissect *d;              /* of the segment under way */
};

static void unlist(struct tcp *t, struct connection *c)
{
    if (!c->listed)
        return;
    *(c->older ? &c->older->newer : &t->oldest) = c->newer;
    *(c->newer ? &c->newer->older : &t->newest) = c->older;
    c->listed = false;
}

static bool waits(const struct connection *c)
{
    return c->side[0].held || c->side[1].held;
}

/* Puts it behind the others, if it holds anything. */
static void enlist(struct tcp *t, struct connection *c)
{
    unlist(t, c);
    if (!waits(c) && !c->side[0].buf && !c->side[1].buf)
        return;
    c->older = t->newest;
    c->newer = NULL;
    *(t->newest ? &t->newest->newer : &t->oldest) = c;
    t->newest = c;
    c->listed = true;
}

/* Makes dir the direction of what is handed on: its ends become source and destination. */
static void face(struct rgs_dissect *d, const struct rgs_flow_key *key, unsigned dir)
{
    d->dir = dir;
    d->op.src_ip = key->ip[dir];
    d->op.dst_ip = key->ip[!dir];
    d->op.src_port = key->port[dir];
    d->op.dst_port = key->port[!dir];
}

static void flush(struct tcp *t, struct rgs_dissect *d, const struct rgs_flow_key *key,
                  struct connection *c)
{
    unsigned dir = d->dir;

    for (unsigned i = 0; i < 2; i++) {
        face(d, key, i);
        rgs_tcp_side_flush(&t->memory, d, &c->talk, &c->side[i]);
    }
    face(d, key, dir);
}

/* The same for a connection other than the one whose segment is under way. */
static void flush_alone(struct tcp *t, struct rgs_dissect *d, struct connection *c)
{
    memset(&d->op.anomalies, 0, sizeof(d->op.anomalies));
    d->op.has = 0;
    RGS_SET(&d->op, SRC_IP, src_ip, (struct rgs_ip){.b = {0}});
    RGS_SET(&d->op, DST_IP, dst_ip, (struct rgs_ip){.b = {0}});
    RGS_SET(&d->op, SRC_PORT, src_port, 0);
    RGS_SET(&d->op, DST_PORT, dst_port, 0);
    d->flow = c->flow;
    d->handons = 0;
    d->from_reassembly = false;
    flush(t, d, rgs_table_key(t->connections, c), c);
}

/* In the middle of another one's segment, which then goes on as if nothing had been. */
static void flush_amid(struct tcp *t, struct rgs_dissect *d, struct connection *c)
{
    struct rgs_op op = d->op;
    uint64_t flow = d->flow, offset = d->flow_offset;
    unsigned dir = d->dir, handons = d->handons;
    bool joined = d->from_reassembly;

    t->memory.yields = true;
    flush_alone(t, d, c);
    t->memory.yields = false;
    d->op = op;
    d->flow = flow;
    d->flow_offset = offset;
    d->dir = dir;
    d->handons = handons;
    d->from_reassembly = joined;
}

static void forget(struct tcp *t, struct connection *c)
{
    unlist(t, c);
    rgs_tcp_side_drop(&t->memory, &c->side[0]);
    rgs_tcp_side_drop(&t->memory, &c->side[1]);
}

static void lose_begun(struct tcp *t, struct rgs_dissect *d, struct connection *c)
{
    rgs_tcp_side_lose(&t->memory, d, &c->talk, &c->side[0]);
    rgs_tcp_side_lose(&t->memory, d, &c->talk, &c->side[1]);
}

static void gone(void *ctx, const void *key, void *value, bool evicted)
{
    struct tcp *t = ctx;
    struct connection *c = value;

    if (evicted) {
        if (waits(c))
            flush_amid(t, t->d, c);
        lose_begun(t, t->d, c);
    }
    forget(t, c);
}

/* The connection used longest ago hands on what it has behind gaps; when that is not enough, it
 * loses what it has of a PDU, too. */
static bool make_room(void *ctx, struct rgs_dissect *d)
{
    struct tcp *t = ctx;
    struct connection *c = t->oldest;

    if (c && c == t->busy)
        c = c->newer;
    if (!c)
        return false;
    if (waits(c))
        flush_amid(t, d, c);
    else
        lose_begun(t, d, c);
    d->evicted[RGS_EVICTED_TCP_HELD] += c->talk.proto != NULL;
    if (!c->side[0].buf && !c->side[1].buf)
        unlist(t, c);
    return true;
}

/* Of what we cannot read nothing is lost, and little of what began to end. */
static bool is_over(void *ctx, const void *value, int64_t now)
{
    const struct connection *c = value;
    return !c->talk.proto || c->fins || c->reset;
}

void *rgs_tcp_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    struct tcp *t = rgs_new(alloc, sizeof(*t));
    if (!t)
        return NULL;
    t->memory = (struct rgs_tcp_memory){.pool = rgs_pool_new((size_t)capacity->tcp_held * 2, alloc),
                                        .most = capacity->tcp_held,
                                        .per_side = capacity->tcp_buffer,
                                        .patience = capacity->timeout_ns,
                                        .make_room = make_room,
                                        .ctx = t};
    t->connections = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct rgs_flow_key),
                                                            .value_size = sizeof(struct connection),
                                                            .cap = capacity->tcp_flows,
                                                            .hash_key = capacity->hash_key,
                                                            .lasts = RGS_SILENCE_NS,
                                                            .over = is_over,
                                                            .gone = gone,
                                                            .ctx = t},
                                   alloc);
    if (!t->connections || !t->memory.pool) {
        rgs_tcp_del(t, alloc);
        return NULL;
    }
    return t;
}

void rgs_tcp_del(void *state, const struct rgs_alloc *alloc)
{
    struct tcp *t = state;
    rgs_table_del(t->connections);
    rgs_pool_del(t->memory.pool);
    rgs_free(alloc, t);
}

static struct connection *connection_of(struct tcp *t, struct rgs_dissect *d)
{
    struct rgs_flow_key key = rgs_flow_key_of(d, &d->dir);
    bool created;

    if (t->last && memcmp(&key, &t->last_key, sizeof(key)) == 0) {
        rgs_table_touch(t->connections, t->last, d->ts);
        return t->last;
    }
    t->d = d;
    t->last = rgs_remember(d, RGS_EVICTED_TCP_FLOWS, t->connections, &key, &created);
    t->last_key = key;
    if (created)
        t->last->flow = rgs_flow_id(&key, IPPROTO_TCP_, 0);
    return t->last;
}

/* The ports are used again. */
static void renew(struct tcp *t, struct rgs_dissect *d, struct connection *c)
{
    forget(t, c);
    *c = (struct connection){.nth = c->nth + 1};
    c->flow = rgs_flow_id(&t->last_key, IPPROTO_TCP_, c->nth);
    d->flow = c->flow;
}

/* RFC 9293 3.5. A repeated SYN changes nothing; one that comes after its data was overtaken. */
static void synchronise(struct tcp *t, struct rgs_dissect *d, struct connection *c, uint8_t flags,
                        uint32_t first)
{
    struct rgs_tcp_side *side = &c->side[d->dir];

    if (side->started || c->talk.given_up) {
        if (side->started && side->start == first) {
            if (side->offset == 0)
                side->from_syn = true;
            return;
        }
        flush(t, d, &t->last_key, c);
        if (flags & FLAG_ACK) {
            rgs_tcp_side_drop(&t->memory, side);
            *side = (struct rgs_tcp_side){0};
            c->talk = (struct rgs_tcp_talk){0};
        } else {
            renew(t, d, c);
        }
    }
    side->started = side->from_syn = true;
    side->start = side->next = first;
}

struct segment {
    uint32_t seq, ack;
    uint8_t flags;
    struct rgs_bytes data;
};

static enum rgs_outcome segment(struct tcp *t, struct rgs_dissect *d, struct connection *c,
                                struct segment s)
{
    if (s.flags & FLAG_SYN)
        synchronise(t, d, c, s.flags, ++s.seq);
    if (c->talk.given_up)
        return RGS_UNSUPPORTED;
    struct rgs_tcp_side *side = &c->side[d->dir], *other = &c->side[!d->dir];
    if (s.flags & FLAG_RST) { /* 3.5.3: text in it is for humans */
        flush(t, d, &t->last_key, c);
        c->reset = true;
        return RGS_OK;
    }
    if (s.data.n + d->cut)
        rgs_tcp_side_data(&t->memory, d, &c->talk, side, s.seq, s.data, d->cut);
    if ((s.flags & FLAG_ACK) && other->started) {
        face(d, &t->last_key, !d->dir);
        rgs_tcp_side_acked(&t->memory, d, &c->talk, other, s.ack);
        face(d, &t->last_key, !d->dir);
    }
    if (s.flags & FLAG_FIN)
        c->fins |= (uint8_t)(1u << d->dir);
    else if (c->fins == 3) /* both have said all: what is missing was missed by the tap */
        flush(t, d, &t->last_key, c);
    return RGS_OK;
}

enum rgs_outcome rgs_tcp(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct tcp *t = d->state[RGS_LAYER_TCP];
    struct rgs_reader r = rgs_reader(payload);
    uint16_t src = rgs_be16(&r), dst = rgs_be16(&r);
    struct segment s = {.seq = rgs_be32(&r)};
    s.ack = rgs_be32(&r);
    size_t header = (size_t)(rgs_u8(&r) >> 4) * 4;
    s.flags = rgs_u8(&r);

    rgs_skip(&r, 6); /* window, checksum, urgent pointer */
    if (!rgs_reader_ok(&r) || header < 20 || header > payload.n) {
        rgs_anomaly(d, RGS_A_TCP_BAD);
        return RGS_BAD;
    }
    RGS_SET(&d->op, SRC_PORT, src_port, src);
    RGS_SET(&d->op, DST_PORT, dst_port, dst);
    s.data = rgs_bytes_from(payload, header);
    struct connection *c = connection_of(t, d);
    d->flow = c->flow;
    t->busy = c;
    enum rgs_outcome out = segment(t, d, c, s);
    t->busy = NULL;
    enlist(t, c);
    return out;
}

void rgs_tcp_flush(struct rgs_dissect *d)
{
    struct tcp *t = d->state[RGS_LAYER_TCP];
    const void *key;
    void *value;

    for (uint32_t it = 0; rgs_table_next(t->connections, &it, &key, &value);) {
        if (!waits(value))
            continue;
        d->path[0] = RGS_LAYER_TCP;
        d->depth = 1;
        t->busy = value;
        flush_alone(t, d, value);
        t->busy = NULL;
        enlist(t, value);
        rgs_arena_wipe(&d->arena);
    }
    d->op.has = 0;
    d->depth = 0;
}
