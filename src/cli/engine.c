/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry engine: evaluates the shards of a site whose log is in Redis. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/config.h"
#include "cli/given.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "cli/site.h"
#include "cli/stop.h"
#include "engine/result_json.h"
#include "event/token.h"
#include "sink/file.h"
#include "store/shard.h"
#include "tap/log.h"

enum {
    LEASE_MS = 5000,
    SILENT_MS = 30000,
    SCORES_MS = 2000,
    WAIT_MS = 200,
};

struct engine {
    const struct rgs_args *args;
    struct rgs_config config;
    struct rgs_pack pack;
    struct rgs_token_key *key;
    struct rgs_shard *shard;
};

static void say(void *ctx, const char *event, const char *text)
{
    char quoted[256];
    const char *shard = ctx;
    bool bad = strcmp(event, "away") == 0 || strcmp(event, "fenced") == 0 ||
               strcmp(event, "rules_changed") == 0;

    rgs_log(bad ? RGS_LOG_WARNING : RGS_LOG_INFO, event, "shard=%s text=%s", shard,
            rgs_log_quote(text, quoted));
}

static bool open_key(struct engine *e)
{
    const char *path = rgs_arg(e->args, "key");
    uint8_t bytes[32];
    char err[512] = "no key is given: blocks are sealed under the site's key";

    if (!path)
        path = e->config.key;
    if (path && rgs_load_key(path, bytes, err, sizeof(err)) == 0) {
        e->key = rgs_token_key_new(bytes, &rgs_alloc_libc);
        snprintf(err, sizeof(err), "out of memory");
    }
    explicit_bzero(bytes, sizeof(bytes));
    if (!e->key)
        rgs_failed(e->args, "%s", err);
    return e->key != NULL;
}

static void write_line(FILE *out, const struct rgs_result_reseller *x)
{
    rgs_reseller_json(x, rgs_write_file, out);
}

static void write_alert(FILE *out, const struct rgs_result_alert *a)
{
    rgs_alert_json(a, rgs_write_file, out);
}

static int open_shard(struct engine *e, const char **shard)
{
    struct rgs_analyzer_conf derived;
    struct rgs_shard_conf conf = {.catalogue = e->pack.catalogue,
                                  .ruleset = e->pack.ruleset,
                                  .scores_ms = SCORES_MS,
                                  .write_line = write_line,
                                  .write_alert = write_alert,
                                  .say = say};
    int status;
    long lease = rgs_arg_number(e->args, "lease", LEASE_MS, 600000);
    long silent = rgs_arg_number(e->args, "silent", SILENT_MS / 1000, 86400);
    long probes = rgs_arg_number(e->args, "probes", 0, RGS_MERGE_SESSIONS);

    if (lease < 0 || silent < 0 || probes < 0)
        return RGS_EXIT_USAGE;
    if (!rgs_site_options(e->args, &conf.site.url, &conf.site.shard, &status))
        return status;
    *shard = conf.site.shard;
    conf.ctx = (void *)(uintptr_t)conf.site.shard;
    conf.site.lease_ms = lease < 100 ? 100 : (unsigned)lease;
    conf.site.keep_s = RGS_SITE_KEEP_S;
    /* What windows may still need, twice over. */
    conf.site.retention_ms = rgs_ruleset_retention(e->pack.ruleset) / 1000000 * 2;
    conf.silent_ms = (int)silent * 1000;
    conf.sessions = (unsigned)probes;
    rgs_analyzer_conf_key(&derived, e->key);
    conf.hash_key = derived.hash_key;
    e->shard = rgs_shard_new(&conf, e->key);
    return e->shard ? RGS_EXIT_OK : rgs_failed(e->args, "out of memory");
}

static int evaluate(struct engine *e, const char *shard)
{
    struct rgs_shard_status s = {0};
    bool once = rgs_arg_given(e->args, "once");

    rgs_log(RGS_LOG_INFO, "started", "shard=%s ruleset=%.12s", shard,
            rgs_ruleset_sha256(e->pack.ruleset));
    while (!rgs_stop_asked()) {
        if (rgs_shard_step(e->shard, WAIT_MS) < 0)
            return rgs_failed(e->args, "out of memory");
        rgs_shard_status(e->shard, &s);
        if (once && s.complete)
            break;
    }
    rgs_log(RGS_LOG_INFO, "stopped",
            "shard=%s observations=%llu blocks=%llu poisoned=%llu waiting=%llu commits=%llu "
            "alerts=%llu fenced=%llu",
            shard, (unsigned long long)s.merge.observations, (unsigned long long)s.merge.blocks,
            (unsigned long long)s.merge.poisoned, (unsigned long long)s.merge.waiting,
            (unsigned long long)s.commits, (unsigned long long)s.alerts,
            (unsigned long long)s.fenced);
    return RGS_EXIT_OK;
}

static int run_engine(const struct rgs_args *args)
{
    struct engine e = {.args = args};
    const char *shard = NULL, *config = rgs_arg(args, "config");
    int status = RGS_EXIT_FAILED;

    if (args->n_rest)
        return rgs_usage_error(args, "'%s' is not expected", args->rest[0]);
    if (!rgs_arg_given(args, "redis"))
        return rgs_usage_error(args, "--redis is missing");
    if (!rgs_arg_given(args, "key") && !config)
        return rgs_usage_error(args, "--key is missing: blocks are sealed under the site's key");
    rgs_config_init(&e.config);
    rgs_stop_install();
    if (!config || rgs_config_load(&e.config, config)) {
        const char *rules = rgs_arg(args, "rules");
        if (rgs_pack_load(&e.pack, rules ? rules : e.config.rules, true)) {
            if (open_key(&e))
                status = open_shard(&e, &shard);
            if (e.shard)
                status = evaluate(&e, shard);
            rgs_shard_del(e.shard);
            rgs_token_key_del(e.key);
            rgs_pack_fini(&e.pack);
        }
    }
    rgs_config_fini(&e.config);
    return status;
}

static const struct rgs_option options[] = {
    {"redis", 0, "URL", "redis://[USER:PASSWORD@]HOST[:PORT][/DB] or redis+unix://PATH", NULL},
    {"key", 0, "FILE", "the site's key, which the probes have, too", NULL},
    {"shard", 0, "NAME", "shard to evaluate (main)", NULL},
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"config", 0, "FILE", "YAML file of settings, as for analyze; options come before it", NULL},
    {"probes", 0, "N", "wait until so many probes have begun (0)", NULL},
    {"silent", 0, "SECONDS", "a probe that tells nothing for so long holds nobody back (30)", NULL},
    {"lease", 0, "MS", "lease of the shard; another engine takes over when it runs out (5000)",
     NULL},
    {"once", 0, NULL, "end when every probe has ended and all is committed", NULL},
};

const struct rgs_command rgs_command_engine = {
    .name = "engine",
    .summary = "evaluates what the probes of a site have sent to Redis",
    .usage = "",
    .about = "Takes the lease of a shard, brings the observations of all probes into one order of "
             "event time, and scores them as analyze does. Alerts, scores and the place in the "
             "log are committed in one piece: a crash loses nothing and repeats nothing. A second "
             "engine of the same shard stands by and takes over when the lease runs out.",
    .examples = "  regsentry engine --redis redis://127.0.0.1 --key site.key\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_engine,
};
