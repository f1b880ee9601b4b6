/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a site's reading end is made of: for site.c (connection, leases), site_log.c and
 * site_commit.c. */
#ifndef RGS_STORE_SITE_PARTS_H
#define RGS_STORE_SITE_PARTS_H

#include "store/site.h"

enum rgs_site_key {
    RGS_SITE_OBS,
    RGS_SITE_LEASE,
    RGS_SITE_POSITION,
    RGS_SITE_SCORES,
    RGS_SITE_RESELLERS,
    RGS_SITE_ALERTS,
    RGS_SITE_POISONED,
    RGS_SITE_KEYS,
};

enum { RGS_SITE_DECIMAL = 24 }; /* an event time as 20 digits, or a counter */

struct rgs_site_shard {
    unsigned slot;
    uint64_t epoch; /* 0: not mine */
    char key[RGS_SITE_KEYS][RGS_KEY_MAX];
};

struct rgs_site {
    struct rgs_site_conf conf;
    char name[65];
    struct rgs_home *home;
    unsigned n;
    struct rgs_site_shard *shard;
    char engines[RGS_KEY_MAX];
    char owner[64];
    char ttl[RGS_SITE_DECIMAL], keep[RGS_SITE_DECIMAL];
    char trouble[256];
    bool failed;
};

struct rgs_bytes rgs_site_print(char out[RGS_SITE_DECIMAL], uint64_t v);
/* Event times compare as strings; RGS_NEVER is empty. */
struct rgs_bytes rgs_site_print_ts(char out[RGS_SITE_DECIMAL], int64_t ts);
int64_t rgs_site_ts_of(struct rgs_bytes s);
/* The bytes of a string or status, [borrow]; of anything else none. */
struct rgs_bytes rgs_site_text_of(const redisReply *r);
/* 0, or what an answer means as -errno (NULL: none came), the reason being kept. */
int rgs_site_status_of(struct rgs_site *s, const redisReply *r);

#endif
