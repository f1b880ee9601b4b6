/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/pcapng_out.h"

#include <errno.h>
#include <unistd.h>

#include "simulate/wire.h"

int rgs_pcapng_flush(struct rgs_pcapng_out *o)
{
    for (size_t at = 0; at < o->used && !o->error;) {
        ssize_t n = write(o->fd, o->buf + at, o->used - at);
        if (n < 0 && errno != EINTR)
            o->error = -errno;
        else if (n > 0)
            at += (size_t)n;
    }
    o->used = 0;
    return o->error;
}

void rgs_pcapng_open(struct rgs_pcapng_out *o, int fd)
{
    o->fd = fd;
    o->error = 0;
    struct rgs_wire w = rgs_wire(o->buf, sizeof(o->buf));

    rgs_put32(&w, 0x0a0d0d0a); /* section header; big-endian, as the byte-order magic tells */
    rgs_put32(&w, 28);
    rgs_put32(&w, 0x1a2b3c4d);
    rgs_put32(&w, 1 << 16); /* version 1.0 */
    rgs_put32(&w, UINT32_MAX);
    rgs_put32(&w, UINT32_MAX); /* section length unknown */
    rgs_put32(&w, 28);

    rgs_put32(&w, 1); /* interface description */
    rgs_put32(&w, 32);
    rgs_put16(&w, 1); /* LINKTYPE_ETHERNET */
    rgs_put16(&w, 0);
    rgs_put32(&w, 0); /* no snap length */
    rgs_put16(&w, 9); /* if_tsresol */
    rgs_put16(&w, 1);
    rgs_put32(&w, 0x09000000); /* 10^-9 s, padded */
    rgs_put32(&w, 0);          /* opt_endofopt */
    rgs_put32(&w, 32);
    o->used = w.n;
}

int rgs_pcapng_packet(struct rgs_pcapng_out *o, int64_t ts, struct rgs_bytes frame)
{
    size_t total = 32 + ((frame.n + 3) & ~(size_t)3);

    if (total > sizeof(o->buf))
        return o->error = -EMSGSIZE;
    if (o->used + total > sizeof(o->buf) && rgs_pcapng_flush(o) < 0)
        return o->error;
    struct rgs_wire w = rgs_wire(o->buf + o->used, sizeof(o->buf) - o->used);
    rgs_put32(&w, 6); /* enhanced packet */
    rgs_put32(&w, (uint32_t)total);
    rgs_put32(&w, 0); /* interface */
    rgs_put32(&w, (uint32_t)((uint64_t)ts >> 32));
    rgs_put32(&w, (uint32_t)ts);
    rgs_put32(&w, (uint32_t)frame.n);
    rgs_put32(&w, (uint32_t)frame.n);
    rgs_put_bytes(&w, frame);
    rgs_put_pad4(&w, 0);
    rgs_put32(&w, (uint32_t)total);
    o->used += w.n;
    return o->error;
}
