/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one bounds checker of all binary decoders: a cursor with sticky failure. After a short read
 * every further read gives 0 or empty, and the offset of the first failure is kept. A decoder tests
 * rgs_reader_ok() before it branches on a value that it read and once at its end.
 */
#ifndef RGS_BASE_READER_H
#define RGS_BASE_READER_H

#include "base/bytes.h"

struct rgs_reader {
    const uint8_t *p;
    const uint8_t *end;
    const uint8_t *start;
    size_t failed_at; /* offset from start, meaningful when failed */
    bool failed;
};

static inline struct rgs_reader rgs_reader(struct rgs_bytes b)
{
    /* Nothing may be added to a null pointer, not even 0 (C17 6.5.6). */
    const uint8_t *p = b.p ? b.p : (const uint8_t *)"";
    return (struct rgs_reader){.p = p, .end = p + b.n, .start = p};
}

static inline bool rgs_reader_ok(const struct rgs_reader *r)
{
    return !r->failed;
}

static inline size_t rgs_left(const struct rgs_reader *r)
{
    return (size_t)(r->end - r->p);
}

static inline size_t rgs_offset(const struct rgs_reader *r)
{
    return (size_t)(r->p - r->start);
}

/* Marks the reader as failed here; used by decoders for a broken rule, too. */
static inline void rgs_reader_fail(struct rgs_reader *r)
{
    if (!r->failed) {
        r->failed = true;
        r->failed_at = rgs_offset(r);
    }
    r->p = r->end;
}

static inline bool rgs_need(struct rgs_reader *r, size_t n)
{
    if (__builtin_expect(rgs_left(r) < n, 0)) {
        rgs_reader_fail(r);
        return false;
    }
    return true;
}

static inline uint8_t rgs_u8(struct rgs_reader *r)
{
    return rgs_need(r, 1) ? *r->p++ : 0;
}

/* The next byte without taking it; 0 at the end, without failing. */
static inline uint8_t rgs_peek_u8(const struct rgs_reader *r)
{
    return r->p < r->end ? *r->p : 0;
}

static inline uint16_t rgs_be16(struct rgs_reader *r)
{
    if (!rgs_need(r, 2))
        return 0;
    const uint8_t *p = r->p;
    r->p += 2;
    return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

static inline uint32_t rgs_be24(struct rgs_reader *r)
{
    if (!rgs_need(r, 3))
        return 0;
    const uint8_t *p = r->p;
    r->p += 3;
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t rgs_be32(struct rgs_reader *r)
{
    if (!rgs_need(r, 4))
        return 0;
    const uint8_t *p = r->p;
    r->p += 4;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t rgs_be64(struct rgs_reader *r)
{
    if (!rgs_need(r, 8))
        return 0;
    uint64_t hi = rgs_be32(r);
    return hi << 32 | rgs_be32(r);
}

static inline uint16_t rgs_le16(struct rgs_reader *r)
{
    if (!rgs_need(r, 2))
        return 0;
    const uint8_t *p = r->p;
    r->p += 2;
    return (uint16_t)((unsigned)p[1] << 8 | p[0]);
}

static inline uint32_t rgs_le24(struct rgs_reader *r)
{
    if (!rgs_need(r, 3))
        return 0;
    const uint8_t *p = r->p;
    r->p += 3;
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t rgs_le32(struct rgs_reader *r)
{
    if (!rgs_need(r, 4))
        return 0;
    const uint8_t *p = r->p;
    r->p += 4;
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline void rgs_skip(struct rgs_reader *r, size_t n)
{
    if (rgs_need(r, n))
        r->p += n;
}

/* The next n bytes, or empty and failed. */
static inline struct rgs_bytes rgs_take(struct rgs_reader *r, size_t n)
{
    if (!rgs_need(r, n))
        return (struct rgs_bytes){0};
    struct rgs_bytes b = rgs_bytes(r->p, n);
    r->p += n;
    return b;
}

/* All that is left, taken. Never fails. */
static inline struct rgs_bytes rgs_rest(struct rgs_reader *r)
{
    struct rgs_bytes b = rgs_bytes(r->p, rgs_left(r));
    r->p = r->end;
    return b;
}

/* A child reader over the next n bytes; the parent moves behind them (or fails, and the child is
 * failed too). */
static inline struct rgs_reader rgs_sub(struct rgs_reader *r, size_t n)
{
    struct rgs_bytes b = rgs_take(r, n);
    struct rgs_reader c = rgs_reader(b);
    if (r->failed)
        c.failed = true;
    return c;
}

#endif
