/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCTP (RFC 9260, RFC 8260): associations, the chunks of a packet and the user messages in them. */
#include "base/table.h"
#include "event/dissect.h"
#include "xport/flow.h"
#include "xport/ports.h"
#include "xport/sctp_join.h"
#include "xport/sctp_paths.h"
#include "xport/sctp_tsn.h"

enum {
    IPPROTO_SCTP_ = 132,
    /* https://www.iana.org/assignments/sctp-parameters, chunk types */
    CHUNK_DATA = 0,
    CHUNK_INIT = 1,
    CHUNK_INIT_ACK = 2,
    CHUNK_I_DATA = 64,
    /* flags of DATA and I-DATA, RFC 9260 3.3.1 */
    FLAG_END = 1,
    FLAG_BEGIN = 2,
    FLAG_UNORDERED = 4,
};

struct direction {
    uint32_t tag; /* the verification tag of its packets */
    bool listed;  /* its sender's addresses were told when the association was set up */
    uint64_t id;  /* names this run of sequence numbers among the parts under reassembly */
    struct rgs_tsn_window window;
};

struct association {
    struct rgs_flow_key key;
    uint64_t flow;
    struct direction dir[2];
};

/* What all packets of one direction have in common, whatever their addresses. */
struct label {
    uint32_t tag;
    uint16_t src_port, dst_port;
};

struct labelled {
    struct rgs_flow_key key; /* of the association */
    uint8_t dir;
};

/* Where the packets of one direction belong, without a search; not for an end's other addresses. */
struct recent {
    struct rgs_ip src, dst;
    uint16_t src_port, dst_port;
    uint8_t dir;
    struct association *association; /* NULL: nothing here */
};

enum { RECENT_BITS = 5 };

struct sctp {
    const struct rgs_alloc *alloc;
    struct rgs_table *associations;
    struct rgs_table *labels; /* struct label to struct labelled */
    struct rgs_sctp_join *join;
    struct rgs_sctp_paths *paths;
    uint64_t directions; /* given out so far */
    /* An entry stays in place until another one is made. */
    struct recent recent[1 << RECENT_BITS];
    /* The association of the packet before. */
    struct rgs_flow_key last_key;
    struct association *last;
    bool last_mapped;  /* found by its other addresses */
    bool last_flipped; /* by which its ends come in the other order */
};

void *rgs_sctp_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    struct sctp *s = rgs_new(alloc, sizeof(*s));
    if (!s)
        return NULL;
    s->alloc = alloc;
    s->associations =
        rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct rgs_flow_key),
                                               .value_size = sizeof(struct association),
                                               .cap = capacity->sctp_flows,
                                               .hash_key = capacity->hash_key,
                                               .lasts = capacity->timeout_ns},
                      alloc);
    s->labels = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct label),
                                                       .value_size = sizeof(struct labelled),
                                                       .cap = capacity->sctp_flows * 2,
                                                       .hash_key = capacity->hash_key},
                              alloc);
    s->join = rgs_sctp_join_new(capacity, alloc);
    s->paths = rgs_sctp_paths_new(capacity, alloc);
    if (!s->associations || !s->labels || !s->join || !s->paths) {
        rgs_sctp_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_sctp_del(void *state, const struct rgs_alloc *alloc)
{
    struct sctp *s = state;
    rgs_table_del(s->associations);
    rgs_table_del(s->labels);
    rgs_sctp_join_del(s->join);
    rgs_sctp_paths_del(s->paths, alloc);
    rgs_free(alloc, s);
}

static struct recent *recent_of(struct sctp *s, const struct rgs_op *op)
{
    uint32_t src, dst;

    memcpy(&src, op->src_ip.b + 12, sizeof(src));
    memcpy(&dst, op->dst_ip.b + 12, sizeof(dst));
    uint32_t mixed = src + dst * 3 + op->src_port * 5u + op->dst_port * 11u;
    return &s->recent[mixed * UINT32_C(0x9e3779b1) >> (32 - RECENT_BITS)];
}

static bool belongs(const struct recent *r, const struct rgs_op *op)
{
    return r->association && memcmp(&r->src, &op->src_ip, sizeof(r->src)) == 0 &&
           memcmp(&r->dst, &op->dst_ip, sizeof(r->dst)) == 0 && r->src_port == op->src_port &&
           r->dst_port == op->dst_port;
}

static struct association *search(struct sctp *s, struct rgs_dissect *d)
{
    struct rgs_flow_key key = rgs_flow_key_of(d, &d->dir), main;
    bool created = false;

    if (s->last && memcmp(&key, &s->last_key, sizeof(key)) == 0) {
        rgs_table_touch(s->associations, s->last, d->ts);
        d->dir ^= s->last_flipped;
        return s->last;
    }
    s->last_key = main = key;
    s->last_flipped = false;
    s->last = rgs_table_find(s->associations, &key, d->ts);
    if (!s->last && rgs_sctp_paths_map(s->paths, &main, &s->last_flipped, d->ts))
        s->last = rgs_table_find(s->associations, &main, d->ts);
    s->last_mapped = s->last && memcmp(&main, &key, sizeof(key)) != 0;
    if (!s->last) {
        s->last_flipped = false;
        s->last = rgs_remember(d, RGS_EVICTED_SCTP_ASSOCIATIONS, s->associations, &key, &created);
    }
    if (created) {
        memset(s->recent, 0, sizeof(s->recent));
        s->last->key = key;
        s->last->flow = rgs_flow_id(&key, IPPROTO_SCTP_, 0);
        s->last->dir[0].id = ++s->directions;
        s->last->dir[1].id = ++s->directions;
    }
    d->dir ^= s->last_flipped;
    return s->last;
}

static struct association *association_of(struct sctp *s, struct rgs_dissect *d)
{
    const struct rgs_op *op = &d->op;
    if (!RGS_HAS(op, SRC_IP) || !RGS_HAS(op, DST_IP))
        return search(s, d);
    struct recent *r = recent_of(s, op);
    if (belongs(r, op)) {
        rgs_table_touch(s->associations, r->association, d->ts);
        s->last = NULL;
        d->dir = r->dir;
        return r->association;
    }
    struct association *a = search(s, d);
    if (!s->last_mapped)
        *r = (struct recent){.src = op->src_ip,
                             .dst = op->dst_ip,
                             .src_port = op->src_port,
                             .dst_port = op->dst_port,
                             .dir = (uint8_t)d->dir,
                             .association = a};
    return a;
}

static void label(struct sctp *s, const struct rgs_dissect *d, const struct association *a,
                  unsigned dir, bool forth)
{
    struct label key = {.tag = a->dir[dir].tag,
                        .src_port = forth ? d->op.src_port : d->op.dst_port,
                        .dst_port = forth ? d->op.dst_port : d->op.src_port};
    bool created;

    *(struct labelled *)rgs_table_get(s->labels, &key, d->ts, &created) =
        (struct labelled){.key = a->key, .dir = (uint8_t)dir};
}

static bool same_ip(const struct rgs_ip *a, const struct rgs_ip *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/*
 * A direction that begins without an INIT may be another path of an association that is known (RFC
 * 9260 5.4, 6.4.1), whose INIT was not captured. Its tag tells, which is a random number (5.3.1),
 * with ports and a sequence number that fits: whoever guesses all that would be believed by the
 * receiver as well, but for his address (8.5).
 */
static struct association *home_of(struct sctp *s, struct rgs_dissect *d, struct association *a,
                                   uint32_t tag, struct rgs_bytes body)
{
    struct label key = {.tag = tag, .src_port = d->op.src_port, .dst_port = d->op.dst_port};
    struct rgs_reader r = rgs_reader(body);
    uint32_t tsn = rgs_be32(&r);
    struct direction *mine = &a->dir[!d->dir];
    const struct labelled *at;
    struct association *home;

    if (a->dir[0].listed || a->dir[1].listed || tag == 0 || !rgs_reader_ok(&r) ||
        !RGS_HAS(&d->op, SRC_IP) || !RGS_HAS(&d->op, DST_IP))
        return a;
    at = rgs_table_find(s->labels, &key, d->ts);
    home = at ? rgs_table_find(s->associations, &at->key, d->ts) : NULL;
    if (!home || home == a)
        return a;
    struct direction *forth = &home->dir[at->dir], *back = &home->dir[!at->dir];
    const struct rgs_ip *src = &at->key.ip[at->dir], *dst = &at->key.ip[!at->dir];
    if (forth->tag != tag || !rgs_tsn_fits(&forth->window, tsn, body) ||
        (forth->listed && !same_ip(src, &d->op.src_ip)) ||
        (back->listed && !same_ip(dst, &d->op.dst_ip)))
        return a;
    if (mine->window.started) {
        if (back->window.started)
            return a;
        mine->listed = back->listed;
        *back = *mine;
        label(s, d, home, !at->dir, false);
    }
    rgs_sctp_paths_join(s->paths, d, src, dst);
    rgs_table_drop(s->associations, a);
    memset(s->recent, 0, sizeof(s->recent));
    s->last = NULL;
    a = search(s, d);
    d->flow = a->flow;
    return a;
}

static void restart(struct sctp *s, struct direction *dir)
{
    if (dir->window.started) {
        rgs_tsn_restart(&dir->window);
        dir->id = ++s->directions;
    }
}

static void bad_chunk(struct rgs_dissect *d)
{
    rgs_anomaly(d, RGS_A_SCTP_BAD);
}

static void user_message(struct rgs_dissect *d, uint32_t ppid, struct rgs_bytes message)
{
    enum rgs_layer layer = rgs_sctp_layer(d, ppid, d->op.src_port, d->op.dst_port, message);
    if (layer != RGS_LAYER_NONE)
        rgs_hand_on(d, layer, message);
}

/* DATA (RFC 9260 3.3.1) and I-DATA (RFC 8260 2.1). */
static void data_chunk(struct sctp *s, struct rgs_dissect *d, struct association *a, uint32_t tag,
                       uint8_t type, uint8_t flags, struct rgs_bytes body, bool is_cut)
{
    struct rgs_reader r = rgs_reader(body);
    struct rgs_sctp_part part = {.first = flags & FLAG_BEGIN, .last = flags & FLAG_END};
    uint32_t tsn = rgs_be32(&r);
    uint64_t stream = rgs_be16(&r);
    uint64_t number;

    if (type == CHUNK_DATA) {
        number = rgs_be16(&r);
        if (flags & FLAG_UNORDERED) /* 3.3.1: the receiver has to ignore it */
            number = 0;
        part.index = tsn;
        part.ppid = rgs_be32(&r);
    } else {
        rgs_skip(&r, 2); /* reserved */
        number = rgs_be32(&r);
        part.ppid = rgs_be32(&r); /* on the first fragment, else the fragment sequence number */
        part.index = part.first ? 0 : part.ppid;
    }
    part.bytes = rgs_rest(&r);
    if (!rgs_reader_ok(&r) || part.bytes.n == 0) {
        bad_chunk(d);
        return;
    }
    struct direction *dir = &a->dir[d->dir];
    if (dir->window.started && dir->tag != tag) {
        rgs_count(d, RGS_A_SCTP_RESTART, 1);
        restart(s, dir);
    }
    if (!dir->window.started) {
        dir->tag = tag;
        label(s, d, a, d->dir, true);
    }
    switch (rgs_tsn_see(&dir->window, tsn, body)) {
    case RGS_TSN_REPEATED:
        return;
    case RGS_TSN_REUSED:
        rgs_anomaly(d, RGS_A_SCTP_TSN_REUSED);
        break;
    case RGS_TSN_NEW:
        break;
    }
    if (part.first && part.last) {
        user_message(d, part.ppid, part.bytes);
        return;
    }
    if (is_cut) /* what follows the hole would be taken for what is missing */
        return;
    part.direction = dir->id;
    part.space = (uint64_t)(type == CHUNK_I_DATA) << 63 |
                 (uint64_t)((flags & FLAG_UNORDERED) != 0) << 62 | stream << 32 | number;
    struct rgs_bytes message;
    uint32_t ppid;
    if (rgs_sctp_join_add(s->join, d, &part, &message, &ppid)) {
        bool before = d->from_reassembly;
        d->from_reassembly = true;
        user_message(d, ppid, message);
        d->from_reassembly = before;
    }
}

enum rgs_outcome rgs_sctp(struct rgs_dissect *d, struct rgs_bytes packet)
{
    struct sctp *s = d->state[RGS_LAYER_SCTP];
    struct rgs_reader r = rgs_reader(packet);
    uint16_t src = rgs_be16(&r), dst = rgs_be16(&r);
    uint32_t tag = rgs_be32(&r);

    rgs_skip(&r, 4); /* checksum: often left to the interface, so nothing can be said from it */
    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_SCTP_SHORT);
        return RGS_SHORT;
    }
    RGS_SET(&d->op, SRC_PORT, src_port, src);
    RGS_SET(&d->op, DST_PORT, dst_port, dst);
    struct association *a = association_of(s, d);
    d->flow = a->flow;
    while (rgs_left(&r)) {
        uint8_t type = rgs_u8(&r), flags = rgs_u8(&r);
        size_t length = rgs_be16(&r);
        if (!rgs_reader_ok(&r) || length < 4) { /* RFC 9260 3.2: the length includes the header */
            bad_chunk(d);
            return RGS_BAD;
        }
        size_t here = length - 4;
        bool is_cut = here > rgs_left(&r);
        if (is_cut) {
            rgs_anomaly(d, RGS_A_SCTP_SHORT);
            here = rgs_left(&r);
        }
        struct rgs_bytes body = rgs_take(&r, here);
        if (type == CHUNK_DATA || type == CHUNK_I_DATA) {
            if (!a->dir[d->dir].window.started)
                a = home_of(s, d, a, tag, body);
            data_chunk(s, d, a, tag, type, flags, body, is_cut);
        } else if (type == CHUNK_INIT || type == CHUNK_INIT_ACK) {
            restart(s, &a->dir[d->dir]); /* its sender counts from a new number */
            a->dir[d->dir].listed = true;
            rgs_sctp_paths_learn(s->paths, d, body);
        }
        size_t padding = -length & 3u; /* 3.2; the last chunk's may be missing */
        rgs_skip(&r, padding < rgs_left(&r) ? padding : rgs_left(&r));
    }
    return RGS_OK;
}
