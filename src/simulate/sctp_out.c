/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/sctp_out.h"

#include "simulate/random.h"

enum { DATA, INIT, INIT_ACK, SACK, HEARTBEAT, HEARTBEAT_ACK, COOKIE_ECHO = 10, COOKIE_ACK };
enum { PROTOCOL_SCTP = 132, WINDOW = 131072, COOKIE_LEN = 32 };

static struct rgs_wire *packet(struct rgs_sctp *a, struct rgs_frames *f, unsigned from,
                               uint32_t tag)
{
    const struct rgs_sctp_end *src = &a->end[from], *dst = &a->end[!from];
    struct rgs_wire *w = rgs_frame_open(f, src->ip, dst->ip, PROTOCOL_SCTP);

    rgs_put16(w, src->port); /* RFC 9260 3.1 */
    rgs_put16(w, dst->port);
    rgs_put32(w, tag);
    rgs_put32(w, 0); /* checksum, later */
    return w;
}

static void finish(struct rgs_frames *f, int64_t ts)
{
    struct rgs_wire *w = &f->w;

    if (rgs_wire_ok(w)) {
        uint32_t crc = rgs_crc32c(
            &f->crc, rgs_bytes(w->p + RGS_FRAME_PAYLOAD_AT, w->n - RGS_FRAME_PAYLOAD_AT));
        uint8_t *p = w->p + RGS_FRAME_PAYLOAD_AT + 8;
        for (int i = 0; i < 4; i++)
            p[i] = (uint8_t)(crc >> 8 * i);
    }
    rgs_frame_close(f, ts);
}

static size_t chunk(struct rgs_wire *w, unsigned type, unsigned flags)
{
    rgs_put8(w, type);
    rgs_put8(w, flags);
    rgs_put16(w, 0);
    return w->n - 4;
}

/* The length of a chunk or parameter counts its header and not its padding (3.2, 3.2.1). */
static void chunk_end(struct rgs_wire *w, size_t at)
{
    if (rgs_wire_ok(w))
        rgs_set16(w->p + at + 2, (unsigned)(w->n - at));
    rgs_put_pad4(w, at);
}

static void init_chunk(struct rgs_wire *w, unsigned type, const struct rgs_sctp_end *e,
                       const uint8_t *cookie)
{
    size_t at = chunk(w, type, 0);

    rgs_put32(w, e->tag);
    rgs_put32(w, WINDOW);
    rgs_put16(w, RGS_SCTP_STREAMS);
    rgs_put16(w, RGS_SCTP_STREAMS);
    rgs_put32(w, e->tsn);
    if (cookie) {
        rgs_put16(w, 7); /* state cookie, 3.3.3.1 */
        rgs_put16(w, 4 + COOKIE_LEN);
        rgs_put_bytes(w, rgs_bytes(cookie, COOKIE_LEN));
    }
    chunk_end(w, at);
}

void rgs_sctp_open(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, uint64_t *random)
{
    uint8_t cookie[COOKIE_LEN];

    for (size_t i = 0; i < sizeof(cookie); i++)
        cookie[i] = (uint8_t)rgs_random(random);
    for (int i = 0; i < 2; i++) {
        a->end[i].tag = (uint32_t)rgs_random(random) | 1;
        a->end[i].tsn = (uint32_t)rgs_random(random);
    }
    a->end[0].seen = a->end[1].tsn - 1;
    a->end[1].seen = a->end[0].tsn - 1;

    init_chunk(packet(a, f, 0, 0), INIT, &a->end[0], NULL);
    finish(f, ts);
    init_chunk(packet(a, f, 1, a->end[0].tag), INIT_ACK, &a->end[1], cookie);
    finish(f, ts + 11000000);
    struct rgs_wire *w = packet(a, f, 0, a->end[1].tag);
    size_t at = chunk(w, COOKIE_ECHO, 0);
    rgs_put_bytes(w, rgs_bytes(cookie, sizeof(cookie)));
    chunk_end(w, at);
    finish(f, ts + 11200000);
    w = packet(a, f, 1, a->end[0].tag);
    chunk_end(w, chunk(w, COOKIE_ACK, 0));
    finish(f, ts + 22000000);
}

static void put_sack(struct rgs_wire *w, struct rgs_sctp_end *e)
{
    size_t at = chunk(w, SACK, 0); /* 3.3.4 */

    rgs_put32(w, e->seen);
    rgs_put32(w, WINDOW);
    rgs_put32(w, 0); /* no gap blocks, no duplicates */
    chunk_end(w, at);
    e->unacknowledged = 0;
}

bool rgs_sctp_data(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, unsigned from,
                   unsigned stream, uint32_t ppid, struct rgs_bytes message)
{
    struct rgs_sctp_end *src = &a->end[from], *dst = &a->end[!from];
    struct rgs_wire *w = packet(a, f, from, dst->tag);

    if (src->unacknowledged)
        put_sack(w, src);
    size_t at = chunk(w, DATA, 3); /* 3.3.1; first and last fragment */
    rgs_put32(w, src->tsn);
    rgs_put16(w, stream);
    rgs_put16(w, src->ssn[stream]++);
    rgs_put32(w, ppid);
    rgs_put_bytes(w, message);
    chunk_end(w, at);
    finish(f, ts);
    dst->seen = src->tsn++;
    if (++dst->unacknowledged >= 2)
        rgs_sctp_sack(a, f, ts + 30000, !from);
    return dst->unacknowledged == 1;
}

void rgs_sctp_sack(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, unsigned from)
{
    if (!a->end[from].unacknowledged)
        return;
    put_sack(packet(a, f, from, a->end[!from].tag), &a->end[from]);
    finish(f, ts);
}

void rgs_sctp_heartbeat(struct rgs_sctp *a, struct rgs_frames *f, int64_t ts, unsigned from)
{
    for (unsigned ack = 0; ack < 2; ack++) {
        unsigned side = ack ? !from : from;
        struct rgs_wire *w = packet(a, f, side, a->end[!side].tag);
        size_t at = chunk(w, ack ? HEARTBEAT_ACK : HEARTBEAT, 0);
        rgs_put16(w, 1); /* heartbeat info, 3.3.5 */
        rgs_put16(w, 12);
        rgs_put32(w, (uint32_t)(ts >> 32));
        rgs_put32(w, (uint32_t)ts);
        chunk_end(w, at);
        finish(f, ts + (int64_t)ack * 10000000);
    }
}
