/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/site.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "tap/log.h"

enum {
    PATIENCE_S = 15,
    PATIENCE_MOST_S = 86400,
    SPOOL_BYTES = 1 << 30,
};

bool rgs_site_options(const struct rgs_args *args, struct rgs_redis_url *url, const char **site,
                      unsigned *shards, int *status)
{
    char err[512];
    const char *given = rgs_arg(args, "site");
    long n = rgs_arg_number(args, "shards", 0, RGS_BLOCK_SHARDS);

    *site = given ? given : "main";
    *status = RGS_EXIT_USAGE;
    if (n < 0)
        return false;
    *shards = (unsigned)n;
    if (!rgs_probe_name_ok(*site)) {
        rgs_usage_error(args, "--site: a name has letters, digits and '._-', at most 64");
        return false;
    }
    if (rgs_redis_url_parse(url, rgs_arg(args, "redis"), err, sizeof(err)) < 0) {
        rgs_usage_error(args, "--redis: %s", err);
        return false;
    }
    *status = RGS_EXIT_OK;
    return true;
}

static void say(void *ctx, const char *text)
{
    const struct rgs_args *args = ctx;
    char quoted[256];

    if (args->command == &rgs_command_tap) /* whose lines go to a journal */
        rgs_log(RGS_LOG_WARNING, "site", "note=%s", rgs_log_quote(text, quoted));
    else
        fprintf(stderr, "regsentry %s: %s\n", args->command->name, text);
}

struct rgs_probe_link *rgs_site_probe(const struct rgs_args *args, const struct rgs_token_key *key,
                                      struct rgs_evaluator *e, bool may_wait, int *status)
{
    char host[65] = "probe", err[256];
    struct rgs_scorer_names names;
    const char *given = rgs_arg(args, "probe");
    struct rgs_probe_conf conf = {.spool = rgs_arg(args, "spool"),
                                  .spool_bytes = SPOOL_BYTES,
                                  .may_wait = may_wait,
                                  .keep_s = RGS_SITE_KEEP_S,
                                  .say = say,
                                  .say_ctx = (void *)(uintptr_t)args};

    if (!rgs_site_options(args, &conf.url, &conf.site, &conf.shards, status))
        return NULL;
    gethostname(host, sizeof(host) - 1);
    conf.name = given ? given : host;
    if (!rgs_probe_name_ok(conf.name)) {
        *status =
            rgs_usage_error(args, "--probe: a name has letters, digits and '._-', at most 64");
        return NULL;
    }
    long patience = rgs_arg_number(args, "patience", PATIENCE_S, PATIENCE_MOST_S);
    if (patience < 0) {
        *status = RGS_EXIT_USAGE;
        return NULL;
    }
    conf.patience_ms = (int)patience * 1000;
    rgs_evaluator_names(e, &names);
    conf.names = (struct rgs_pack_names){names.ctx, names.reseller, names.account, names.service};
    struct rgs_probe_link *p = rgs_probe_new(&conf, key, err, sizeof(err));
    if (!p)
        *status = rgs_failed(args, "%s", err);
    return p;
}

int rgs_site_finish(const struct rgs_args *args, struct rgs_probe_link *probe,
                    const struct rgs_result *r)
{
    switch (rgs_probe_finish(probe, r->last_ts)) {
    case 0:
        return RGS_EXIT_OK;
    case -EAGAIN:
        say((void *)(uintptr_t)args, "the site has not all yet; the rest is in the spool, and goes "
                                     "with the next run that names it");
        return RGS_EXIT_OK;
    default:
        return rgs_failed(args, "the site has not got all observations: %s",
                          rgs_probe_trouble(probe));
    }
}
