/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How commands take part in a site that shares a Redis server: what they send, and where to. */
#ifndef RGS_CLI_SITE_H
#define RGS_CLI_SITE_H

#include "cli/command.h"
#include "engine/evaluator.h"
#include "store/probe.h"

enum { RGS_SITE_KEEP_S = 90 * 86400 }; /* of keys that nobody writes to */

/* The address, the site and its shards of --redis, --site and --shards; false after a complaint,
 * with the exit status. */
bool rgs_site_options(const struct rgs_args *args, struct rgs_redis_url *url, const char **site,
                      unsigned *shards, int *status);

/* A probe by --redis, --probe, --site and --spool, its observations being those of e. NULL after a
 * complaint. */
struct rgs_probe_link *rgs_site_probe(const struct rgs_args *args, const struct rgs_token_key *key,
                                      struct rgs_evaluator *e, bool may_wait, int *status);

/* The input ends here: tells the site, and waits until it has all. An exit status. */
int rgs_site_finish(const struct rgs_args *args, struct rgs_probe_link *probe,
                    const struct rgs_result *r);

#define RGS_SITE_OPTIONS                                                                           \
    {"redis", 0, "URL", "send the observations to this site, too", NULL},                          \
        {"probe", 0, "NAME", "this probe's name at the site (the host's)", NULL},                  \
        {"site", 0, "NAME", "the site's name at the server (main)", NULL},                         \
        {"shards", 0, "N", "of a new site (1; on a cluster 16)", NULL},                            \
        {"spool", 0, "FILE", "keeps what the server could not take yet", NULL},                    \
    {                                                                                              \
        "patience", 0, "SECONDS", "how long to wait for a server that is away (15)", NULL          \
    }

#endif
