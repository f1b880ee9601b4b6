/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands between a probe and its site: a thread of its own that seals rounds into blocks and
 * appends them to the shards' logs, many on their way at once. Memory is bounded: a queue of
 * rounds, a ring of blocks for each shard, and behind them the spool file while servers are away. A
 * block is sent again until the server says that it has it; the server appends it once.
 */
#ifndef RGS_STORE_SENDER_H
#define RGS_STORE_SENDER_H

#include "store/probe.h"

struct rgs_sender;

/* One body for each shard. */
struct rgs_round {
    enum rgs_block_type type;
    int64_t ts;
    struct {
        struct rgs_bytes body;
        uint32_t count;
    } part[RGS_BLOCK_SHARDS];
};

/* shards: of conf's, known or guessed. key: [borrow] during the call. NULL with a reason. */
struct rgs_sender *rgs_sender_new(const struct rgs_probe_conf *conf, unsigned shards,
                                  const struct rgs_token_key *key, char *err, size_t err_size);
/* What has not arrived is left in the spool, when there is one. */
void rgs_sender_del(struct rgs_sender *s);

/* Copies the round. Waits for room as long as the probe may and is patient; false: it was dropped.
 */
bool rgs_sender_put(struct rgs_sender *s, const struct rgs_round *r);
/* Waits until all has arrived, but no longer than patience_ms without progress. 0, -EAGAIN when the
 * spool holds the rest, -EIO when it is lost to the site. */
int rgs_sender_finish(struct rgs_sender *s);
void rgs_sender_counts(struct rgs_sender *s, struct rgs_probe_counts *c);
/* In out; "" when nothing is wrong. */
void rgs_sender_trouble(struct rgs_sender *s, char out[256]);

#endif
