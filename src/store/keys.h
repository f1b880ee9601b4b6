/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keys of a site, and which shard is whose. A site NAME has shards NAME, NAME.1, NAME.2 ...;
 * each shard's keys carry its name in braces, and so lie in one slot of a cluster. {S} being any
 * shard:
 *
 *     rgs:{S}:obs        stream: p = NAME:session:shard, b = block; or seal = event time, ended
 *     rgs:{S}:probes     hash: NAME:session:shard to the newest block's number
 *     rgs:{S}:lease      hash: owner, epoch, until (server's ms); sealer, sealed
 *     rgs:{S}:position   hash: upto (event time), observations, ts, ruleset, alerts, epoch, of the
 *                        last commit
 *     rgs:{S}:scores     sorted set: reseller to score
 *     rgs:{S}:resellers  hash: reseller to its line of the analyze result, JSON
 *     rgs:{S}:alerts     stream: id, typology, level, json
 *     rgs:{S}:poisoned   hash: place in the log to a block that does not open
 *
 * and of the site, beside its first shard:
 *
 *     rgs:{NAME}:site     hash: shards
 *     rgs:{NAME}:engines  sorted set: engine to when it was last heard of
 *     rgs:{NAME}:states   list: "PLACE ID PIECES UPTO FROM" of an engine's states, newest first;
 *                         FROM: the oldest entry of each shard's log that is still needed
 *     rgs:{NAME}:state.PLACE  hash: id, and number to a sealed piece of it (store/checkpoint.h)
 *     rgs:{NAME}:rulelog  list: the log of rule sets (store/rulebook.h)
 *     rgs:{NAME}:rules:SHA256  string: the files of one (store/bundle.h)
 *     rgs:{NAME}:cases    list: the log of cases (store/casebook.h)
 */
#ifndef RGS_STORE_KEYS_H
#define RGS_STORE_KEYS_H

#include "event/block.h"
#include "event/obs.h"

enum { RGS_KEY_MAX = 160, RGS_SHARDS_MAX = RGS_BLOCK_SHARDS };

/* rgs:{SITE.shard}:what */
struct rgs_bytes rgs_key(char out[RGS_KEY_MAX], const char *site, unsigned shard, const char *what);
/* The shard of an observation, by its reseller (or discovered block) or else its block. */
unsigned rgs_shard_of_obs(const struct rgs_obs *o, unsigned shards);
/* The shard that a line or an alert of this id is in: for a reseller or a discovered block that of
 * its observations. */
unsigned rgs_shard_of_id(const char *id, unsigned shards);

#endif
