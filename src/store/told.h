/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts that arose, in the order of their event time, until they are committed everywhere. */
#ifndef RGS_STORE_TOLD_H
#define RGS_STORE_TOLD_H

#include "base/image.h"
#include "regsentry/result.h"
#include "store/site.h"

struct rgs_told {
    struct rgs_told_alert *alert; /* [own] */
    size_t alerts, cap;
    unsigned shards;
    int64_t settled; /* alerts up to here are not known any more */
};

void rgs_told_init(struct rgs_told *l, unsigned shards);
void rgs_told_fini(struct rgs_told *l);
/* One that arises at `at`, later than all before. False when memory is short. */
bool rgs_told_keep(struct rgs_told *l, const struct rgs_result_alert *r, const char *json,
                   int64_t at);
/* Alerts of one shard that arose behind `from`, up to and with `to`, into a commit. False when
 * memory is short. */
bool rgs_told_commit(const struct rgs_told *l, unsigned shard, int64_t from, int64_t to,
                     struct rgs_commit *c);
bool rgs_told_any(const struct rgs_told *l, unsigned shard, int64_t from);
/* Those up to here are committed everywhere, and are forgotten. */
void rgs_told_settle(struct rgs_told *l, int64_t upto);
/* Both ways; reading, into an empty one. */
void rgs_told_image(struct rgs_told *l, struct rgs_image *im);

#endif
