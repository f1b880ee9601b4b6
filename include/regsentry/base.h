/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all of the library's headers share. Parameters are marked [borrow] (the caller keeps it, and
 * keeps it valid as long as it is said), [own] (the library takes it over) and [out] (filled in).
 */
#ifndef REGSENTRY_BASE_H
#define REGSENTRY_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the shared library exports; everything else in it is hidden. */
#define RGS_API __attribute__((visibility("default")))

/* Borrowed bytes: valid as long as the owner says. p may be NULL only if n is 0. */
struct rgs_bytes {
    const uint8_t *p;
    size_t n;
};

/*
 * The library takes no memory but through this. alloc gives n zeroed bytes, aligned for any type,
 * or NULL; free takes NULL. Several threads that share one must make it safe.
 */
struct rgs_alloc {
    void *(*alloc)(void *ctx, size_t n);
    void (*free)(void *ctx, void *p);
    void *ctx;
};

/* calloc and free. */
RGS_API extern const struct rgs_alloc rgs_alloc_libc;

/* Takes output piece by piece. data: [borrow] during the call; not terminated. */
typedef void rgs_write_fn(void *ctx, const void *data, size_t n);

/* Of hashes whose input comes from the wire, so that a sender cannot choose collisions. */
struct rgs_hash_key {
    uint64_t k0, k1;
};

/* Two letters of ISO 3166-1 as 'C' << 8 | 'N'; 0 is unknown. */
typedef uint16_t rgs_country;

/* An IPv4 address is kept as IPv4-mapped IPv6 (RFC 4291 2.5.5.2). */
struct rgs_ip {
    uint8_t b[16];
};

#endif
