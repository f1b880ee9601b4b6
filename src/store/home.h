/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way to the node that serves a key: one server, the master that sentinels name, or the masters
 * of a cluster. It keeps the map of slots, one connection to each node, and follows MOVED, ASK and
 * a change of master. For one thread.
 */
#ifndef RGS_STORE_HOME_H
#define RGS_STORE_HOME_H

#include "store/redis.h"
#include "store/slot.h"

struct rgs_home;

/* Connects to nobody yet. loads: gives a node the functions when it lacks them. NULL when memory is
 * short. */
struct rgs_home *rgs_home_new(const struct rgs_redis_url *u, int timeout_ms, bool loads);
void rgs_home_del(struct rgs_home *h);
/* Why the last call gave nothing. */
const char *rgs_home_trouble(const struct rgs_home *h);
/* Grows whenever a connection was lost or a master changed: what was read may not be there any
 * more. */
uint64_t rgs_home_losses(const struct rgs_home *h);

/*
 * A command on keys of one slot, and its answer, [own]: the server's last word, which may be an
 * error. NULL: the connection is lost, and nobody knows whether it was done.
 */
redisReply *rgs_home_call(struct rgs_home *h, unsigned slot, const struct rgs_bytes *arg, size_t n);
redisReply *rgs_home_callv(struct rgs_home *h, unsigned slot, int argc, const char **argv,
                           const size_t *len);

/*
 * Many commands on their way at once: send gives the node, or -errno; answers are taken from a node
 * in the order of sending, all of them before the next call. An answer for which turned() is true
 * was not done where it was sent to (the map now knows better, and ASK is followed by a call).
 */
int rgs_home_send(struct rgs_home *h, unsigned slot, const struct rgs_bytes *arg, size_t n);
redisReply *rgs_home_take(struct rgs_home *h, int node);
bool rgs_home_turned(struct rgs_home *h, unsigned slot, const redisReply *r);

/* Replicas that have all that was written to this slot's node from here: waits up to wait_ms for
 * the first. 0: there are none; -1: none has it yet, or it is not known. */
int rgs_home_replicas(struct rgs_home *h, unsigned slot, int wait_ms);

#endif
