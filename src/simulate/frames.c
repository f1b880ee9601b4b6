/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/frames.h"

#include <errno.h>

void rgs_frames_init(struct rgs_frames *f, int (*packet)(void *, int64_t, struct rgs_bytes),
                     void *ctx)
{
    *f = (struct rgs_frames){.packet = packet, .ctx = ctx};
    rgs_crc32c_init(&f->crc);
}

static void put_mac(struct rgs_wire *w, uint32_t ip)
{
    rgs_put16(w, 0x0200); /* locally administered */
    rgs_put32(w, ip);
}

struct rgs_wire *rgs_frame_open(struct rgs_frames *f, uint32_t src_ip, uint32_t dst_ip,
                                uint8_t protocol)
{
    struct rgs_wire *w = &f->w;

    *w = rgs_wire(f->buf, sizeof(f->buf));
    put_mac(w, dst_ip);
    put_mac(w, src_ip);
    rgs_put16(w, 0x0800);
    rgs_put16(w, 0x4500); /* RFC 791 3.1 */
    rgs_put16(w, 0);      /* total length, later */
    rgs_put16(w, f->ip_id++);
    rgs_put16(w, 0x4000); /* do not fragment */
    rgs_put8(w, 62);
    rgs_put8(w, protocol);
    rgs_put16(w, 0); /* checksum, later */
    rgs_put32(w, src_ip);
    rgs_put32(w, dst_ip);
    return w;
}

void rgs_frame_close(struct rgs_frames *f, int64_t ts)
{
    struct rgs_wire *w = &f->w;
    uint8_t *ip = w->p + RGS_FRAME_IP_AT;

    if (f->error)
        return;
    if (!rgs_wire_ok(w)) {
        f->error = -EMSGSIZE;
        return;
    }
    rgs_set16(ip + 2, (unsigned)(w->n - RGS_FRAME_IP_AT));
    rgs_set16(ip + 10, rgs_inet_checksum(0, rgs_bytes(ip, 20)));
    if (ts < f->last_ts + 1000)
        ts = f->last_ts + 1000;
    f->last_ts = ts;
    f->counts.frames++;
    f->error = f->packet(f->ctx, ts, rgs_wire_bytes(w));
}
