/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections and streams of HTTP/2: frames in, whole messages out. */
#include "sig/http2.h"

#include "base/pool.h"
#include "base/table.h"
#include "sig/session.h"

enum {
    MAX_PATH = 255,
    MAX_TYPE = 160,
    MAX_CONNECTIONS = 1024, /* each has two tables of headers */
};

/* One way of a connection. */
struct side {
    struct rgs_hpack *headers; /* NULL: not begun, or unreadable from here on */
    bool begun;
    uint32_t epoch;  /* counts the gaps */
    uint64_t next;   /* offset of the frame that goes on without a gap */
    uint32_t block;  /* the stream whose header block goes on in CONTINUATION; 0 none */
    bool block_ends; /* the stream ends with that block */
    bool promises;   /* it is a promise's, RFC 9113 6.6, and says nothing about the stream */
    bool resizes;    /* the other side wants another size of the table, once this one agrees */
    uint32_t size;
};

struct connection {
    struct side side[2];
};

struct key {
    uint64_t flow;
    uint32_t stream, dir;
};

struct message {
    uint32_t epoch;
    bool headers; /* the first block is complete: what comes later are trailers */
    bool unknown;
    bool broken;
    uint32_t status;
    uint8_t method_n, path_n, type_n, coding_n;
    char method[8], path[MAX_PATH], type[MAX_TYPE], coding[16];
    uint8_t *body;
    uint32_t body_n, body_cap;
};

struct http2 {
    struct rgs_sessions *requests;
    struct rgs_table *connections;
    struct rgs_table *messages;
    struct rgs_pool *held; /* bodies that are not complete, and tables of headers */
    /* The connection of the frame before: it stays in place until another one is made. */
    uint64_t last_flow;
    struct connection *last;
};

static void drop_body(struct http2 *h, struct message *m)
{
    if (m->body)
        memset(m->body, 0, m->body_n); /* content */
    rgs_pool_give(h->held, m->body);
    m->body = NULL;
    m->body_n = m->body_cap = 0;
}

static void message_gone(void *ctx, const void *key, void *value, bool evicted)
{
    drop_body(ctx, value);
}

static void connection_gone(void *ctx, const void *key, void *value, bool evicted)
{
    struct connection *c = value;
    rgs_hpack_del(c->side[0].headers);
    rgs_hpack_del(c->side[1].headers);
}

void *rgs_http2_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    struct http2 *h = rgs_new(alloc, sizeof(*h));
    uint32_t cap = capacity->sessions < MAX_CONNECTIONS ? capacity->sessions : MAX_CONNECTIONS;

    if (!h)
        return NULL;
    h->held = rgs_pool_new((size_t)capacity->http2_held * 2, alloc);
    h->requests = rgs_sessions_new(capacity, alloc);
    h->connections = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(uint64_t),
                                                            .value_size = sizeof(struct connection),
                                                            .cap = cap,
                                                            .hash_key = capacity->hash_key,
                                                            .lasts = RGS_SILENCE_NS,
                                                            .gone = connection_gone,
                                                            .ctx = h},
                                   alloc);
    h->messages = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct key),
                                                         .value_size = sizeof(struct message),
                                                         .cap = capacity->sessions,
                                                         .hash_key = capacity->hash_key,
                                                         .lasts = capacity->timeout_ns,
                                                         .gone = message_gone,
                                                         .ctx = h},
                                alloc);
    if (!h->held || !h->requests || !h->connections || !h->messages) {
        rgs_http2_del(h, alloc);
        return NULL;
    }
    return h;
}

void rgs_http2_del(void *state, const struct rgs_alloc *alloc)
{
    struct http2 *h = state;

    if (!h)
        return;
    rgs_table_del(h->messages);
    rgs_table_del(h->connections);
    rgs_sessions_del(h->requests, alloc);
    rgs_pool_del(h->held);
    rgs_free(alloc, h);
}

struct rgs_sessions *rgs_http2_requests(const struct rgs_dissect *d)
{
    return ((struct http2 *)d->state[RGS_LAYER_HTTP2])->requests;
}

static struct key key_of(const struct rgs_dissect *d, uint32_t stream)
{
    return (struct key){.flow = d->flow, .stream = stream, .dir = d->dir};
}

/* ---- headers -----------------------------------------------------------------------------------
 */

static uint8_t keep(char *to, size_t cap, struct rgs_bytes value)
{
    size_t n = value.n < cap ? value.n : cap;
    if (n)
        memcpy(to, value.p, n);
    return (uint8_t)n;
}

static void header(void *ctx, struct rgs_bytes name, struct rgs_bytes value)
{
    struct message *m = ctx;

    if (m->headers)
        return; /* a trailer */
    if (name.n == 0)
        m->unknown = true;
    else if (rgs_is_word(name, ":method"))
        m->method_n = keep(m->method, sizeof(m->method), value);
    else if (rgs_is_word(name, ":path"))
        m->path_n = keep(m->path, sizeof(m->path), value);
    else if (rgs_is_word(name, "content-type"))
        m->type_n = keep(m->type, sizeof(m->type), value);
    else if (rgs_is_word(name, "content-encoding"))
        m->coding_n = keep(m->coding, sizeof(m->coding), value);
    else if (rgs_is_word(name, ":status") && !rgs_decimal(value, 999, &m->status))
        m->status = 0;
}

static void unreadable(struct rgs_dissect *d, struct side *s)
{
    rgs_anomaly(d, RGS_A_HTTP2_HEADERS);
    rgs_hpack_del(s->headers);
    s->headers = NULL;
}

static void complete(struct rgs_dissect *d, struct http2 *h, const struct side *s, uint32_t stream,
                     struct message *m, struct rgs_bytes body);

/* A header block or a part of it; a promise's is only uncompressed. */
static void block(struct rgs_dissect *d, struct http2 *h, struct side *s,
                  const struct rgs_http2_frame *f)
{
    struct key key = key_of(d, f->stream);
    struct message promised, *m = &promised;
    bool created, last = f->flags & RGS_HTTP2_END_HEADERS;

    if (f->type != RGS_HTTP2_CONTINUATION) {
        s->promises = f->type == RGS_HTTP2_PUSH_PROMISE;
        s->block_ends = !s->promises && (f->flags & RGS_HTTP2_END_STREAM);
    }
    if (s->promises) {
        promised.headers = true; /* nothing of it is kept */
    } else {
        m = rgs_remember(d, RGS_EVICTED_HTTP2_MESSAGES, h->messages, &key, &created);
        if (created)
            m->epoch = s->epoch;
    }
    if (!s->headers || !rgs_hpack_read(s->headers, f->payload, last, header, m)) {
        m->unknown = true;
        if (s->headers)
            unreadable(d, s);
    }
    s->block = last ? 0 : f->stream;
    if (!last || s->promises)
        return;
    if (m->status >= 100 && m->status < 200) /* an interim response, RFC 9110 15.2 */
        m->status = 0;
    else
        m->headers = true;
    if (s->block_ends)
        complete(d, h, s, f->stream, m, rgs_bytes(m->body, m->body_n));
}

/* ---- bodies ------------------------------------------------------------------------------------
 */

static bool grow(struct http2 *h, struct message *m, size_t n)
{
    size_t cap = m->body_cap ? m->body_cap : 512;

    while (cap < m->body_n + n)
        cap *= 2;
    if (cap == m->body_cap)
        return true;
    uint8_t *body = m->body_n + n <= RGS_HTTP2_MAX_BODY ? rgs_pool_take(h->held, cap) : NULL;
    if (!body)
        return false;
    if (m->body_n) {
        memcpy(body, m->body, m->body_n);
        memset(m->body, 0, m->body_n); /* content */
    }
    rgs_pool_give(h->held, m->body);
    m->body = body;
    m->body_cap = (uint32_t)cap;
    return true;
}

static void data(struct rgs_dissect *d, struct http2 *h, const struct side *s,
                 const struct rgs_http2_frame *f)
{
    struct key key = key_of(d, f->stream);
    bool created;
    struct message *m = rgs_remember(d, RGS_EVICTED_HTTP2_MESSAGES, h->messages, &key, &created);

    if (created) { /* its headers came before we did */
        m->epoch = s->epoch;
        m->unknown = true;
    }
    bool ends = f->flags & RGS_HTTP2_END_STREAM;
    if (ends && !m->body_n && !m->broken && f->payload.n <= RGS_HTTP2_MAX_BODY) {
        complete(d, h, s, f->stream, m, f->payload); /* nearly all: whole, and read where it lies */
        return;
    }
    if (f->payload.n && !m->broken) {
        m->broken = !grow(h, m, f->payload.n);
        if (m->broken) {
            drop_body(h, m);
        } else {
            memcpy(m->body + m->body_n, f->payload.p, f->payload.n);
            m->body_n += (uint32_t)f->payload.n;
        }
    }
    if (ends)
        complete(d, h, s, f->stream, m, rgs_bytes(m->body, m->body_n));
}

static void complete(struct rgs_dissect *d, struct http2 *h, const struct side *s, uint32_t stream,
                     struct message *m, struct rgs_bytes body)
{
    if (m->broken || m->epoch != s->epoch) {
        rgs_anomaly(d, RGS_A_HTTP2_INCOMPLETE);
    } else {
        struct rgs_http out = {.stream = stream,
                               .unknown = m->unknown,
                               .status = m->status,
                               .method = rgs_bytes(m->method, m->method_n),
                               .path = rgs_bytes(m->path, m->path_n),
                               .type = rgs_bytes(m->type, m->type_n),
                               .coding = rgs_bytes(m->coding, m->coding_n),
                               .body = body};
        out.request = m->status == 0;
        if (m->unknown)
            rgs_anomaly(d, RGS_A_HTTP2_UNKNOWN);
        rgs_sbi(d, &out);
    }
    rgs_table_drop(h->messages, m);
}

/* ---- connections -------------------------------------------------------------------------------
 */

/* RFC 9113 6.5: what this side allows the other's table of headers. */
static void settings(struct connection *c, unsigned dir, const struct rgs_http2_frame *f)
{
    enum { HEADER_TABLE_SIZE = 1 };
    struct rgs_reader r = rgs_reader(f->payload);
    struct side *me = &c->side[dir], *other = &c->side[!dir];

    if (f->flags & RGS_HTTP2_ACK) {
        if (me->resizes && me->headers)
            rgs_hpack_resize(me->headers, me->size);
        me->resizes = false;
        return;
    }
    while (rgs_left(&r) >= 6) {
        uint16_t id = rgs_be16(&r);
        uint32_t value = rgs_be32(&r);
        if (id == HEADER_TABLE_SIZE) {
            other->resizes = true;
            other->size = value;
        }
    }
}

/* Begins a side, and begins it anew behind a gap. */
static void follow(struct rgs_dissect *d, const struct http2 *h, struct side *s, bool from_start,
                   size_t n)
{
    bool gap = s->begun && d->flow_offset != s->next;

    s->next = d->flow_offset + n;
    if (s->begun && !gap)
        return;
    if (!from_start || gap)
        rgs_anomaly(d, RGS_A_HTTP2_MIDWAY);
    s->begun = true;
    s->block = 0;
    s->epoch += gap;
    rgs_hpack_del(s->headers);
    s->headers = rgs_hpack_new(!from_start, rgs_pool_alloc(h->held));
}

static void frame(struct rgs_dissect *d, struct http2 *h, struct connection *c,
                  const struct rgs_http2_frame *f)
{
    struct side *s = &c->side[d->dir];
    struct key key = key_of(d, f->stream);

    if (s->block && (f->type != RGS_HTTP2_CONTINUATION || f->stream != s->block)) {
        rgs_anomaly(d, RGS_A_HTTP2_BAD); /* nothing may stand between, RFC 9113 4.3 */
        unreadable(d, s);
        s->block = 0;
    }
    switch (f->type) {
    case RGS_HTTP2_HEADERS:
    case RGS_HTTP2_PUSH_PROMISE:
        block(d, h, s, f);
        break;
    case RGS_HTTP2_CONTINUATION:
        if (s->block)
            block(d, h, s, f);
        break;
    case RGS_HTTP2_DATA:
        data(d, h, s, f);
        break;
    case RGS_HTTP2_RST_STREAM:
        rgs_table_remove(h->messages, &key);
        break;
    case RGS_HTTP2_SETTINGS:
        settings(c, d->dir, f);
        break;
    default:
        break;
    }
}

static struct connection *connection_of(struct http2 *h, struct rgs_dissect *d)
{
    bool created;

    if (h->last && h->last_flow == d->flow) {
        rgs_table_touch(h->connections, h->last, d->ts);
        return h->last;
    }
    h->last = rgs_remember(d, RGS_EVICTED_HTTP2_CONNECTIONS, h->connections, &d->flow, &created);
    h->last_flow = d->flow;
    return h->last;
}

enum rgs_outcome rgs_http2(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct http2 *h = d->state[RGS_LAYER_HTTP2];
    struct rgs_http2_frame f = {0};
    bool preface = rgs_http2_is_preface(in);

    d->dir &= 1;
    if (!preface && (rgs_http2_frame(in, &f) != RGS_OK || f.length > in.n)) {
        rgs_anomaly(d, RGS_A_HTTP2_BAD);
        return RGS_BAD;
    }
    struct connection *c = connection_of(h, d);
    bool from_start = preface || (f.type == RGS_HTTP2_SETTINGS && !(f.flags & RGS_HTTP2_ACK));
    follow(d, h, &c->side[d->dir], from_start, preface ? RGS_HTTP2_PREFACE : f.length);
    if (!preface)
        frame(d, h, c, &f);
    return RGS_OK;
}
