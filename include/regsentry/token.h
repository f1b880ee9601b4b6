/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operator's key. Numbers, IMSIs and IMEIs leave the process as tokens under it: the same
 * identifier and key give the same token, and whoever holds the key can turn it back with
 * `regsentry reveal`, on the record.
 */
#ifndef REGSENTRY_TOKEN_H
#define REGSENTRY_TOKEN_H

#include <regsentry/base.h>

enum { RGS_TOKEN_KEY_BYTES = 32 };

struct rgs_token_key; /* expanded; one per thread */

/*
 * secret: [borrow] during the call; it is not kept, and the caller wipes it
 * alloc:  [borrow] as long as the key
 *
 * NULL when memory is short.
 */
RGS_API struct rgs_token_key *rgs_token_key_new(const uint8_t secret[RGS_TOKEN_KEY_BYTES],
                                                const struct rgs_alloc *alloc);
/* k: [own] Wipes it. NULL is passed over. */
RGS_API void rgs_token_key_del(struct rgs_token_key *k);

#endif
