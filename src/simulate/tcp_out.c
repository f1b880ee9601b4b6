/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/tcp_out.h"

#include "simulate/random.h"

enum { PROTOCOL_TCP = 6, SYN = 2, PSH = 8, ACK = 16, WINDOW = 64240, MSS = 1460 };

static void segment(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, unsigned from,
                    unsigned flags, struct rgs_bytes data)
{
    struct rgs_tcp_end *src = &c->end[from], *dst = &c->end[!from];
    struct rgs_wire *w = rgs_frame_open(f, src->ip, dst->ip, PROTOCOL_TCP);
    size_t options = flags & SYN ? 4 : 0;

    rgs_put16(w, src->port); /* RFC 9293 3.1 */
    rgs_put16(w, dst->port);
    rgs_put32(w, src->seq);
    rgs_put32(w, flags & ACK ? dst->seq : 0);
    rgs_put8(w, (unsigned)(20 + options) << 2);
    rgs_put8(w, flags);
    rgs_put16(w, WINDOW);
    rgs_put32(w, 0); /* checksum, later; no urgent data */
    if (options) {
        rgs_put16(w, 0x0204); /* maximum segment size, 3.7.1 */
        rgs_put16(w, MSS);
    }
    rgs_put_bytes(w, data);
    if (rgs_wire_ok(w)) {
        uint8_t *tcp = w->p + RGS_FRAME_PAYLOAD_AT;
        size_t n = w->n - RGS_FRAME_PAYLOAD_AT;
        uint32_t pseudo = rgs_inet_pseudo_sum(src->ip, dst->ip, PROTOCOL_TCP, n);
        rgs_set16(tcp + 16, rgs_inet_checksum(pseudo, rgs_bytes(tcp, n)));
    }
    rgs_frame_close(f, ts);
    src->seq += (uint32_t)data.n + (flags & SYN ? 1 : 0);
    src->owes_ack = false;
}

static const struct rgs_bytes nothing;

void rgs_tcp_open(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, uint64_t *random)
{
    c->end[0].seq = (uint32_t)rgs_random(random);
    c->end[1].seq = (uint32_t)rgs_random(random);
    segment(c, f, ts, 0, SYN, nothing);
    segment(c, f, ts + 21000000, 1, SYN | ACK, nothing);
    segment(c, f, ts + 42000000, 0, ACK, nothing);
}

bool rgs_tcp_data(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, unsigned from,
                  struct rgs_bytes data)
{
    segment(c, f, ts, from, PSH | ACK, data);
    bool first = !c->end[!from].owes_ack;
    c->end[!from].owes_ack = true;
    return first;
}

void rgs_tcp_ack(struct rgs_tcp *c, struct rgs_frames *f, int64_t ts, unsigned from)
{
    if (c->end[from].owes_ack)
        segment(c, f, ts, from, ACK, nothing);
}
