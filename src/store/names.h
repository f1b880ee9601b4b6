/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of resellers and accounts as blocks bring them, for a scorer that has no inventory. */
#ifndef RGS_STORE_NAMES_H
#define RGS_STORE_NAMES_H

#include "classify/classify.h"
#include "event/obs_pack.h"
#include "rules/rules.h"

struct rgs_site_names;

/* catalogue: [borrow] as long as the names. NULL when memory is short. */
struct rgs_site_names *rgs_site_names_new(const struct rgs_catalogue *catalogue,
                                          struct rgs_hash_key hash_key);
void rgs_site_names_del(struct rgs_site_names *n);

void rgs_site_names_learn(struct rgs_site_names *n, struct rgs_unpack_names *out);
/* Moves all words; reading, into what knows none yet. */
void rgs_site_names_image(struct rgs_site_names *n, struct rgs_image *im);
void rgs_site_names_give(struct rgs_site_names *n, struct rgs_scorer_names *out);

#endif
