/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bounded buffer that encoders append to. When it is full it stays full and writes nothing more,
 * so an encoder tests rgs_wire_ok() once, at its end. Lengths that stand before what they count are
 * opened, and patched when they are closed.
 */
#ifndef RGS_SIMULATE_WIRE_H
#define RGS_SIMULATE_WIRE_H

#include "base/bytes.h"

struct rgs_wire {
    uint8_t *p;
    size_t n, cap;
    bool full;
};

static inline struct rgs_wire rgs_wire(uint8_t *mem, size_t cap)
{
    return (struct rgs_wire){.p = mem, .cap = cap};
}

static inline bool rgs_wire_ok(const struct rgs_wire *w)
{
    return !w->full;
}

static inline struct rgs_bytes rgs_wire_bytes(const struct rgs_wire *w)
{
    return rgs_bytes(w->p, w->n);
}

/* Room for n more bytes, not cleared; NULL when full. */
static inline uint8_t *rgs_put(struct rgs_wire *w, size_t n)
{
    if (w->full || n > w->cap - w->n) {
        w->full = true;
        return NULL;
    }
    uint8_t *p = w->p + w->n;
    w->n += n;
    return p;
}

static inline void rgs_put8(struct rgs_wire *w, unsigned v)
{
    uint8_t *p = rgs_put(w, 1);
    if (p)
        *p = (uint8_t)v;
}

static inline void rgs_set16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void rgs_set32(uint8_t *p, uint32_t v)
{
    rgs_set16(p, v >> 16);
    rgs_set16(p + 2, v & 0xffff);
}

static inline void rgs_put16(struct rgs_wire *w, unsigned v)
{
    uint8_t *p = rgs_put(w, 2);
    if (p)
        rgs_set16(p, v);
}

static inline void rgs_put32(struct rgs_wire *w, uint32_t v)
{
    uint8_t *p = rgs_put(w, 4);
    if (p)
        rgs_set32(p, v);
}

static inline void rgs_put_bytes(struct rgs_wire *w, struct rgs_bytes b)
{
    uint8_t *p = rgs_put(w, b.n);
    if (p && b.n)
        memcpy(p, b.p, b.n);
}

/* Zeros up to a multiple of four counted from offset `from`. */
static inline void rgs_put_pad4(struct rgs_wire *w, size_t from)
{
    while ((w->n - from) % 4 && !w->full)
        rgs_put8(w, 0);
}

/* Text as printf() makes it. */
__attribute__((format(printf, 2, 3))) void rgs_put_format(struct rgs_wire *w, const char *fmt, ...);

/* A tag and an open BER length (X.690 8.1.3); returns where the contents begin. */
static inline size_t rgs_ber_open(struct rgs_wire *w, unsigned tag)
{
    rgs_put16(w, tag << 8);
    return w->n;
}

/* Short form up to 127, else the one- or two-octet long form: the contents move up to make room. */
static inline void rgs_ber_close(struct rgs_wire *w, size_t at)
{
    if (w->full)
        return;
    size_t n = w->n - at, more = n < 128 ? 0 : n < 256 ? 1 : 2;
    if (!more) {
        w->p[at - 1] = (uint8_t)n;
        return;
    }
    if (!rgs_put(w, more))
        return;
    memmove(w->p + at + more, w->p + at, n);
    w->p[at - 1] = (uint8_t)(0x80 | more);
    if (more == 2)
        w->p[at] = (uint8_t)(n >> 8);
    w->p[at + more - 1] = (uint8_t)n;
}

#endif
