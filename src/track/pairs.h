/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which (number, service) pairs took a code inside the retention: 8 bytes each, in small buckets,
 * the oldest of a bucket forgotten when it is full.
 */
#ifndef RGS_TRACK_PAIRS_H
#define RGS_TRACK_PAIRS_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/image.h"

struct rgs_pairs;

struct rgs_pairs *rgs_pairs_new(uint32_t cap, uint32_t retention_s, const struct rgs_alloc *alloc);
void rgs_pairs_del(struct rgs_pairs *p);
enum rgs_pair {
    RGS_PAIR_FIRST,       /* it was not there inside the retention */
    RGS_PAIR_AGAIN,       /* it was, within the last twenty minutes: somebody asked once more */
    RGS_PAIR_FIRST_AGAIN, /* so soon after the first one, which opened, and for the first time */
    RGS_PAIR_LATER,
};

/* Notes the pair at this time. opens: this code may be for a new account, as far as its text says.
 */
enum rgs_pair rgs_pairs_see(struct rgs_pairs *p, uint64_t number, uint16_t service, bool opens,
                            uint32_t now_s);
/* Whether this number had a bad day less than sixteen hours ago. Else it has one now. */
bool rgs_pairs_bad_day(struct rgs_pairs *p, uint64_t number, uint32_t now_s);
void rgs_pairs_retention(struct rgs_pairs *p, uint32_t retention_s);
uint64_t rgs_pairs_evictions(const struct rgs_pairs *p);
void rgs_pairs_image(struct rgs_pairs *p, struct rgs_image *im);
size_t rgs_pairs_memory(const struct rgs_pairs *p);

#endif
