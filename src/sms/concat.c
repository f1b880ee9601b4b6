/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Concatenated short messages, TS 23.040 9.2.3.24.1: parts in any order, from any road, to one
 * text. */
#include "base/table.h"
#include "sms/sms.h"

enum {
    PARTS = 255,
    /* Text of one message: 255 parts of 153 characters fit when most of them are ASCII. */
    WHOLE = 64 * 1024,
    CHUNK_TEXT = 244,
    /* Chunks per message on the average: few messages have more than three parts of one chunk each.
     */
    CHUNKS_PER_MESSAGE = 4,
    LEAST_CHUNKS = 2 * WHOLE / CHUNK_TEXT, /* one message of the greatest length always fits */
};

#define NONE UINT32_MAX

/* A part's text lies in one chunk or more, in a list of the message's chunks in order of arrival.
 */
struct chunk {
    uint32_t next;
    uint16_t n;
    uint8_t seq;
    char text[CHUNK_TEXT];
};

struct key {
    uint64_t h[2];
};

struct message {
    int64_t last;        /* event time of its newest part */
    uint32_t first, end; /* chunks */
    uint32_t bytes;
    uint8_t have; /* parts */
    uint64_t seen[4];
    uint16_t mark[PARTS +
                  1]; /* keyed hash of each part, to tell a repeated part from a reused reference */
};

struct rgs_concat {
    struct rgs_concat_conf conf;
    const struct rgs_alloc *alloc;
    struct rgs_table *messages;
    struct chunk *chunks;
    uint32_t chunk_count, free;
    uint32_t fresh; /* chunks from here on were never used, nor their memory touched */
    char *whole;
    size_t whole_used;
    uint64_t evictions; /* for their chunks; the table counts those for their entries */
};

static void release(struct rgs_concat *c, struct message *m)
{
    while (m->first != NONE) {
        struct chunk *k = &c->chunks[m->first];
        uint32_t next = k->next, at = m->first;
        explicit_bzero(k, sizeof(*k));
        k->next = c->free;
        c->free = at;
        m->first = next;
    }
    m->end = NONE;
    m->bytes = 0;
}

static void gone(void *ctx, const void *key, void *value, bool evicted)
{
    release(ctx, value);
}

/* All parts have come, and what stays is to know repeated ones. */
static bool is_complete(void *ctx, const void *value, int64_t now)
{
    return ((const struct message *)value)->first == NONE;
}

static void begin(struct rgs_concat *c, struct message *m)
{
    release(c, m);
    *m = (struct message){.first = NONE, .end = NONE};
}

struct rgs_concat *rgs_concat_new(const struct rgs_concat_conf *conf, const struct rgs_alloc *alloc)
{
    struct rgs_concat *c = rgs_new(alloc, sizeof(*c));
    if (!c)
        return NULL;
    c->conf = *conf;
    c->alloc = alloc;
    c->chunk_count = conf->messages * CHUNKS_PER_MESSAGE + LEAST_CHUNKS;
    struct rgs_table_conf table = {.key_size = sizeof(struct key),
                                   .value_size = sizeof(struct message),
                                   .cap = conf->messages,
                                   .hash_key = conf->hash_key,
                                   .lasts = conf->timeout_ns,
                                   .over = is_complete,
                                   .gone = gone,
                                   .ctx = c};
    c->messages = rgs_table_new(&table, alloc);
    c->chunks = rgs_new(alloc, c->chunk_count * sizeof(*c->chunks));
    c->whole = rgs_new(alloc, WHOLE);
    if (!c->messages || !c->chunks || !c->whole) {
        rgs_concat_del(c);
        return NULL;
    }
    c->free = NONE;
    return c;
}

void rgs_concat_del(struct rgs_concat *c)
{
    if (!c)
        return;
    if (c->messages)
        rgs_table_del(c->messages);
    rgs_free(c->alloc, c->chunks);
    if (c->whole)
        explicit_bzero(c->whole, WHOLE);
    rgs_free(c->alloc, c->whole);
    rgs_free(c->alloc, c);
}

/* ---- which message a part belongs to ---- */

struct identity {
    uint8_t b[512];
    size_t n;
};

static void add(struct identity *id, const void *p, size_t n)
{
    if (n > sizeof(id->b) - 1 - id->n)
        n = sizeof(id->b) - 1 - id->n;
    id->b[id->n++] = (uint8_t)n; /* lengths keep neighbours apart */
    memcpy(id->b + id->n, p, n);
    id->n += n;
}

static uint8_t direction(const struct rgs_op *op)
{
    if (RGS_HAS(op, PEER_ROLE))
        return (uint8_t)(0x10 | op->peer_role);
    switch (RGS_HAS(op, SM_KIND) ? op->sm_kind : RGS_SM_NONE) {
    case RGS_SM_TPDU_MO:
    case RGS_SM_RP_MO:
    case RGS_SM_CP_MO:
        return 1;
    default:
        return 0;
    }
}

static struct key key_of(const struct rgs_concat *c, const struct rgs_op *op)
{
    struct identity id = {0};
    uint8_t fixed[4] = {(uint8_t)(op->concat_ref >> 8), (uint8_t)op->concat_ref, op->concat_total,
                        direction(op)};
    struct rgs_hash_key second = {~c->conf.hash_key.k0, c->conf.hash_key.k1};
    struct key key;

    add(&id, fixed, sizeof(fixed));
    if (RGS_HAS(op, IMSI))
        add(&id, op->imsi.d, op->imsi.n);
    else if (RGS_HAS(op, MSISDN))
        add(&id, op->msisdn.d, op->msisdn.n);
    add(&id, op->oa.s, RGS_HAS(op, OA) ? op->oa.n : 0);
    add(&id, op->da.s, RGS_HAS(op, DA) ? op->da.n : 0);
    key.h[0] = rgs_hash(&c->conf.hash_key, id.b, id.n);
    key.h[1] = rgs_hash(&second, id.b, id.n);
    return key;
}

/* ---- parts ---- */

static bool have_part(const struct message *m, uint8_t seq)
{
    return m->seen[seq / 64] >> (seq % 64) & 1;
}

/* A chunk; when there is none left, the message that waited longest gives up its own. */
static uint32_t take_chunk(struct rgs_concat *c, const struct message *keep)
{
    if (c->free == NONE && c->fresh < c->chunk_count) {
        c->chunks[c->fresh].next = NONE;
        return c->fresh++;
    }
    while (c->free == NONE) {
        uint32_t it = 0;
        const void *key;
        void *value;
        bool found = false;
        while (!found && rgs_table_next(c->messages, &it, &key, &value))
            found = value != keep && ((struct message *)value)->first != NONE;
        if (!found)
            return NONE;
        struct key k;
        memcpy(&k, key, sizeof(k));
        rgs_table_remove(c->messages, &k);
        c->evictions++;
    }
    uint32_t at = c->free;
    c->free = c->chunks[at].next;
    c->chunks[at].next = NONE;
    return at;
}

static bool keep_part(struct rgs_concat *c, struct message *m, uint8_t seq, struct rgs_bytes text)
{
    if (text.n > WHOLE - m->bytes)
        return false;
    while (text.n) {
        uint32_t at = take_chunk(c, m);
        if (at == NONE)
            return false;
        struct chunk *k = &c->chunks[at];
        k->n = (uint16_t)rgs_bytes_upto(text, CHUNK_TEXT).n;
        k->seq = seq;
        memcpy(k->text, text.p, k->n);
        if (m->end == NONE)
            m->first = at;
        else
            c->chunks[m->end].next = at;
        m->end = at;
        m->bytes += k->n;
        text = rgs_bytes_from(text, k->n);
    }
    return true;
}

static struct rgs_bytes join(struct rgs_concat *c, const struct message *m)
{
    size_t at[PARTS + 2] = {0};

    for (uint32_t i = m->first; i != NONE; i = c->chunks[i].next)
        at[c->chunks[i].seq + 1] += c->chunks[i].n;
    for (unsigned seq = 1; seq < PARTS + 2; seq++)
        at[seq] += at[seq - 1];
    for (uint32_t i = m->first; i != NONE; i = c->chunks[i].next) {
        const struct chunk *k = &c->chunks[i];
        memcpy(c->whole + at[k->seq], k->text, k->n);
        at[k->seq] += k->n;
    }
    c->whole_used = m->bytes;
    return rgs_bytes(c->whole, m->bytes);
}

enum rgs_concat_result rgs_concat_add(struct rgs_concat *c, const struct rgs_op *op,
                                      struct rgs_bytes *whole)
{
    struct rgs_bytes text = RGS_HAS(op, TEXT) ? op->text : rgs_bytes("", 0);
    int64_t now = RGS_HAS(op, TS) ? op->ts : 0;
    bool created;

    explicit_bzero(c->whole, c->whole_used);
    c->whole_used = 0;
    rgs_table_expire(c->messages, now - c->conf.timeout_ns, 16);
    if (!RGS_HAS(op, CONCAT_TOTAL) || !RGS_HAS(op, CONCAT_SEQ) || op->concat_total == 1) {
        *whole = text;
        return RGS_CONCAT_SINGLE;
    }
    uint8_t seq = op->concat_seq, total = op->concat_total;
    if (seq == 0 || seq > total)
        return RGS_CONCAT_BAD;

    struct key key = key_of(c, op);
    struct message *m = rgs_table_get(c->messages, &key, now, &created);
    uint16_t mark = (uint16_t)rgs_hash(&c->conf.hash_key, text.p, text.n);
    if (created)
        *m = (struct message){.first = NONE, .end = NONE};
    else if (now - m->last > c->conf.timeout_ns)
        begin(c, m);
    if (have_part(m, seq) && m->mark[seq] == mark)
        return RGS_CONCAT_REPEATED;
    /* Another text under a number that was here, or after the whole: the sender uses the reference
     * again. */
    if (have_part(m, seq))
        begin(c, m);
    m->last = now;
    if (!keep_part(c, m, seq, text)) {
        rgs_table_remove(c->messages, &key);
        c->evictions++;
        return RGS_CONCAT_BAD;
    }
    m->seen[seq / 64] |= UINT64_C(1) << (seq % 64);
    m->mark[seq] = mark;
    if (++m->have < total)
        return RGS_CONCAT_WAITING;
    *whole = join(c, m);
    release(c, m); /* the rest of it stays, to know repeated parts */
    return RGS_CONCAT_COMPLETE;
}

uint64_t rgs_concat_evictions(const struct rgs_concat *c)
{
    return c->evictions + rgs_table_evictions(c->messages);
}
