/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of bytes that somebody else owns, and the few outcomes that all decoders share. */
#ifndef RGS_BASE_BYTES_H
#define RGS_BASE_BYTES_H

#include <string.h>

#include "regsentry/base.h"

static inline struct rgs_bytes rgs_bytes(const void *p, size_t n)
{
    return (struct rgs_bytes){.p = (const uint8_t *)p, .n = n};
}

static inline bool rgs_bytes_equal(struct rgs_bytes a, struct rgs_bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* From offset `at` to the end; empty when `at` lies behind the end. */
static inline struct rgs_bytes rgs_bytes_from(struct rgs_bytes b, size_t at)
{
    if (at >= b.n)
        return (struct rgs_bytes){0};
    return rgs_bytes(b.p + at, b.n - at);
}

/* At most the first n. */
static inline struct rgs_bytes rgs_bytes_upto(struct rgs_bytes b, size_t n)
{
    return rgs_bytes(b.p, n < b.n ? n : b.n);
}

enum rgs_outcome {
    RGS_OK,
    RGS_SHORT,       /* the input ends before the structure does */
    RGS_BAD,         /* the input breaks a rule of its standard */
    RGS_UNSUPPORTED, /* well-formed as far as seen, but nothing that we read */
};

#endif
