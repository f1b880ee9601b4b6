/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xport/tcp_stream.h"

#include "xport/tcp_frame.h"

/* Kept with its own frame: when a gap is given up, that frame completed the PDUs in it. */
struct rgs_tcp_segment {
    struct rgs_tcp_segment *next;
    uint64_t frame;
    int64_t ts;
    uint32_t seq;
    uint32_t n;
    uint8_t bytes[];
};

/* Bytes from a to b, negative when b lies before a (RFC 9293 3.4: arithmetic modulo 2^32). */
static int32_t distance(uint32_t a, uint32_t b)
{
    return (int32_t)(b - a);
}

/* A block that counts as n bytes; NULL when no other connection has anything left to give. */
static void *take(struct rgs_tcp_memory *m, struct rgs_dissect *d, size_t n, size_t block)
{
    void *p = NULL;

    while ((m->held + n > m->most && !m->yields) || !(p = rgs_pool_take(m->pool, block))) {
        if (m->yields || !m->make_room(m->ctx, d))
            return NULL;
    }
    m->held += n;
    return p;
}

static void drop_buffer(struct rgs_tcp_memory *m, struct rgs_tcp_side *side)
{
    m->held -= side->buf_cap;
    rgs_pool_give(m->pool, side->buf);
    side->buf = NULL;
    side->buf_n = side->buf_cap = 0;
}

static struct rgs_tcp_segment *pop(struct rgs_tcp_memory *m, struct rgs_tcp_side *side)
{
    struct rgs_tcp_segment *s = side->held;

    side->held = s->next;
    if (!side->held)
        side->held_last = NULL;
    side->held_bytes -= s->n;
    side->held_count--;
    m->held -= s->n;
    return s;
}

void rgs_tcp_side_drop(struct rgs_tcp_memory *m, struct rgs_tcp_side *side)
{
    drop_buffer(m, side);
    while (side->held)
        rgs_pool_give(m->pool, pop(m, side));
}

/* The PDU under way is lost, and the next one begins somewhere. */
static void lose(struct rgs_tcp_memory *m, struct rgs_tcp_side *side)
{
    drop_buffer(m, side);
    side->searching = true;
}

void rgs_tcp_side_lose(struct rgs_tcp_memory *m, struct rgs_dissect *d,
                       const struct rgs_tcp_talk *talk, struct rgs_tcp_side *side)
{
    if (!side->buf)
        return;
    if (talk->proto)
        rgs_count(d, RGS_A_TCP_FULL, 1);
    lose(m, side);
}

static void overflow(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_side *side)
{
    rgs_anomaly(d, RGS_A_TCP_FULL);
    lose(m, side);
}

/* Bytes of the stream are missing for good. */
static void skip(struct rgs_tcp_memory *m, struct rgs_dissect *d, const struct rgs_tcp_talk *talk,
                 struct rgs_tcp_side *side, uint32_t n)
{
    if (talk->proto) /* of what is not read nothing is lost */
        rgs_anomaly(d, RGS_A_TCP_GAP);
    lose(m, side);
    side->next += n;
    side->offset += n;
}

/* Appends to the buffer; false when there is no room. */
static bool append(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_side *side,
                   struct rgs_bytes b)
{
    size_t need = side->buf_n + b.n;

    if (need > side->buf_cap) {
        size_t cap = side->buf_cap ? side->buf_cap : 512;
        while (cap < need)
            cap *= 2;
        uint8_t *bigger = take(m, d, cap - side->buf_cap, cap);
        if (!bigger)
            return false;
        if (side->buf_n)
            memcpy(bigger, side->buf, side->buf_n);
        rgs_pool_give(m->pool, side->buf);
        side->buf = bigger;
        side->buf_cap = cap;
    }
    memcpy(side->buf + side->buf_n, b.p, b.n);
    side->buf_n = need;
    return true;
}

/* Bytes in order. A segment of whole PDUs with nothing before it is framed where it lies. */
static void deliver(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                    struct rgs_tcp_side *side, struct rgs_bytes data)
{
    uint64_t offset = side->offset - side->buf_n;
    size_t old = side->buf_n;

    side->next += (uint32_t)data.n;
    side->offset += data.n;
    if (old) {
        if (!append(m, d, side, data)) {
            overflow(m, d, side);
            return;
        }
        size_t done = rgs_tcp_frame(d, talk, side, rgs_bytes(side->buf, side->buf_n), offset, old,
                                    m->per_side);
        if (done == side->buf_n) {
            drop_buffer(m, side);
        } else if (done) {
            side->buf_n -= done;
            memmove(side->buf, side->buf + done, side->buf_n);
            explicit_bzero(side->buf + side->buf_n, done);
        }
    } else {
        size_t done = rgs_tcp_frame(d, talk, side, data, offset, 0, m->per_side);
        if (done < data.n && !append(m, d, side, rgs_bytes_from(data, done)))
            overflow(m, d, side);
    }
}

/* Delivers what was held and is in order now. late: as if each segment came in its own frame. */
static void drain(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                  struct rgs_tcp_side *side, bool late)
{
    uint64_t frame = d->frame;
    int64_t ts = d->ts;

    while (side->held && distance(side->next, side->held->seq) <= 0) {
        struct rgs_tcp_segment *s = pop(m, side);
        int32_t old = distance(s->seq, side->next);
        if (late) {
            d->frame = s->frame;
            d->ts = s->ts;
        }
        if ((uint32_t)old < s->n)
            deliver(m, d, talk, side, rgs_bytes(s->bytes + old, s->n - (uint32_t)old));
        rgs_pool_give(m->pool, s);
    }
    d->frame = frame;
    d->ts = ts;
    side->waited = 0;
    side->gap_ts = d->ts;
}

static void give_up_gap(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                        struct rgs_tcp_side *side)
{
    skip(m, d, talk, side, side->held->seq - side->next);
    drain(m, d, talk, side, true);
}

void rgs_tcp_side_flush(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                        struct rgs_tcp_side *side)
{
    while (side->held)
        give_up_gap(m, d, talk, side);
}

/*
 * A gap is given up when so much waits behind it that no window is that large, when the receiver
 * has acknowledged it (it came, the tap missed it) and it did not turn up within a few segments,
 * and when it has lasted too long.
 */
static bool hopeless(const struct rgs_tcp_memory *m, const struct rgs_dissect *d,
                     const struct rgs_tcp_side *side)
{
    if (side->held_bytes > m->per_side / 2 || side->held_count > RGS_TCP_HELD_SEGMENTS)
        return true;
    if (side->has_acked && distance(side->next, side->acked) > 0 &&
        side->waited >= RGS_TCP_PATIENCE)
        return true;
    return d->ts - side->gap_ts > m->patience;
}

static void check_gap(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                      struct rgs_tcp_side *side)
{
    while (side->held && hopeless(m, d, side))
        give_up_gap(m, d, talk, side);
}

/* The bytes that two segments share must be the same; if not, somebody wants to be read in two
 * ways. */
static void compare(struct rgs_dissect *d, const struct rgs_tcp_segment *s, uint32_t seq,
                    struct rgs_bytes b)
{
    int32_t from = distance(s->seq, seq);
    uint32_t skip_s = from > 0 ? (uint32_t)from : 0, skip_b = from < 0 ? (uint32_t)-from : 0;

    if (skip_s >= s->n || skip_b >= b.n)
        return;
    size_t n = s->n - skip_s < b.n - skip_b ? s->n - skip_s : b.n - skip_b;
    if (memcmp(s->bytes + skip_s, b.p + skip_b, n) != 0)
        rgs_anomaly(d, RGS_A_TCP_OVERLAP);
}

static bool insert(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_side *side,
                   struct rgs_tcp_segment *after, uint32_t seq, struct rgs_bytes b)
{
    struct rgs_tcp_segment *s = take(m, d, b.n, sizeof(*s) + b.n);

    if (!s) {
        rgs_anomaly(d, RGS_A_TCP_FULL);
        return false;
    }
    memcpy(s->bytes, b.p, b.n);
    s->seq = seq;
    s->n = (uint32_t)b.n;
    s->frame = d->frame;
    s->ts = d->ts;
    s->next = after ? after->next : side->held;
    if (after)
        after->next = s;
    else
        side->held = s;
    if (!s->next)
        side->held_last = s;
    side->held_bytes += b.n;
    side->held_count++;
    return true;
}

/* Keeps the parts of a segment that are not held yet: what came first stays. */
static void hold(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_side *side,
                 uint32_t seq, struct rgs_bytes b)
{
    struct rgs_tcp_segment *before = NULL, *s = side->held;

    if (!s) {
        side->gap_ts = d->ts;
        side->waited = 0;
    } else if (distance(side->held_last->seq + side->held_last->n, seq) >= 0) {
        before = side->held_last;
        s = NULL;
    }
    for (; s && b.n; before = s, s = s->next) {
        int32_t room = distance(seq, s->seq);
        compare(d, s, seq, b);
        if (room > 0) {
            struct rgs_bytes part = rgs_bytes_upto(b, (size_t)room);
            if (!insert(m, d, side, before, seq, part))
                return;
        }
        int32_t end = distance(seq, s->seq + s->n);
        if (end > 0) {
            seq += (uint32_t)end;
            b = rgs_bytes_from(b, (size_t)end);
        }
    }
    if (b.n)
        insert(m, d, side, before, seq, b);
}

/*
 * Data from before the first byte seen, of a connection that was under way when the capture began.
 * Whole PDUs can be read by themselves; what is cut at the borders is lost.
 */
static void early(const struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                  struct rgs_tcp_side *side, uint32_t seq, struct rgs_bytes data)
{
    struct rgs_tcp_side alone = {.searching = true};

    side->start = seq;
    rgs_tcp_frame(d, talk, &alone, data, 0, 0, m->per_side);
}

/* Data that begins in order. Where segments are held already, theirs were the first bytes. */
static void in_order(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                     struct rgs_tcp_side *side, struct rgs_bytes data)
{
    uint32_t end = side->next + (uint32_t)data.n;

    while (side->held && distance(side->held->seq, end) > 0) {
        uint32_t at = side->next;
        compare(d, side->held, at, data);
        deliver(m, d, talk, side, rgs_bytes_upto(data, side->held->seq - at));
        drain(m, d, talk, side, false);
        data = rgs_bytes_from(data, side->next - at);
    }
    if (data.n)
        deliver(m, d, talk, side, data);
}

void rgs_tcp_side_data(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                       struct rgs_tcp_side *side, uint32_t seq, struct rgs_bytes data, size_t lost)
{
    const int32_t far = 1 << 24; /* no window in use is larger: this is another connection */
    int32_t ahead = distance(side->next, seq);

    if (side->started && (ahead > far || ahead < -far)) {
        rgs_tcp_side_flush(m, d, talk, side);
        lose(m, side);
        side->started = side->from_syn = false;
    }
    if (!side->started) {
        side->started = side->searching = true;
        side->start = side->next = seq;
    }
    side->waited++;
    ahead = distance(side->next, seq);
    if (ahead > 0) {
        hold(m, d, side, seq, data);
        check_gap(m, d, talk, side);
        return;
    }
    if (!side->from_syn && side->offset < (uint64_t)far && distance(side->start, seq) < 0) {
        uint32_t before = side->start - seq;
        early(m, d, talk, side, seq, rgs_bytes_upto(data, before));
    }
    size_t old = (size_t) - (int64_t)ahead;
    if (old > data.n + lost)
        return;
    if (old < data.n)
        in_order(m, d, talk, side, rgs_bytes_from(data, old));
    uint32_t end = seq + (uint32_t)(data.n + lost);
    if (lost && distance(side->next, end) > 0 && !side->held)
        skip(m, d, talk, side, end - side->next);
    if (side->held) {
        drain(m, d, talk, side, false);
        check_gap(m, d, talk, side);
    }
}

void rgs_tcp_side_acked(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                        struct rgs_tcp_side *side, uint32_t ack)
{
    side->acked = ack;
    side->has_acked = true;
    if (side->held)
        check_gap(m, d, talk, side);
}
