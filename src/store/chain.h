/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record that is only ever added to: JSON lines, each ending in the SHA-256 of itself and of the
 * line before, so that a line that was changed, or taken out from among the others, is seen. A
 * chain that was cut off at its end, or made anew from its begin, is whole: only a head that was
 * remembered elsewhere, the number and hash of a line, shows that.
 */
#ifndef RGS_STORE_CHAIN_H
#define RGS_STORE_CHAIN_H

#include "base/bytes.h"

enum { RGS_SHA256_HEX = 64 };

struct rgs_chain_head {
    long n; /* 0: none is remembered */
    char hash[RGS_SHA256_HEX + 1];
};

struct rgs_chain {
    char last[RGS_SHA256_HEX + 1]; /* hash of the newest line; zeros before the first */
    long n;                        /* lines */
    struct rgs_chain_head remembered;
};

void rgs_chain_init(struct rgs_chain *c);
/* Of "NUMBER:HASH". False: it is none. */
bool rgs_chain_remember(struct rgs_chain *c, const char *head);
/* The next line, without its end. False: it, or one before it, was changed, or it is not the one
 * that is remembered; c is left as it is. */
bool rgs_chain_take(struct rgs_chain *c, struct rgs_bytes line);
/* A line of a JSON object that lacks its last brace, [own] freed with free(). c is left as it is.
 * NULL when memory is short. */
char *rgs_chain_close(const struct rgs_chain *c, struct rgs_bytes object);

/* In lower-case hex digits; false when memory is short. */
bool rgs_sha256_hex(struct rgs_bytes a, struct rgs_bytes b, char out[RGS_SHA256_HEX + 1]);

#endif
