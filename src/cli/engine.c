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
#include "store/member.h"
#include "tap/log.h"

enum {
    LEASE_MS = 5000,
    SILENT_MS = 30000,
    SCORES_MS = 2000,
    STATE_S = 300,
    WAIT_MS = 200,
};

struct engine {
    const struct rgs_args *args;
    struct rgs_config config;
    struct rgs_pack pack;
    struct rgs_token_key *key;
    struct rgs_member *member;
    const char *site;
};

static void say(void *ctx, const char *event, const char *text)
{
    char quoted[256];
    const char *site = ctx;
    bool bad = strcmp(event, "away") == 0 || strcmp(event, "fenced") == 0 ||
               strcmp(event, "poisoned") == 0 || strcmp(event, "anew") == 0 ||
               strcmp(event, "rules_refused") == 0 || strcmp(event, "state_refused") == 0 ||
               strcmp(event, "checkpoint_failed") == 0 || strcmp(event, "shards") == 0;

    rgs_log(bad ? RGS_LOG_WARNING : RGS_LOG_INFO, event, "site=%s text=%s", site,
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

static int open_member(struct engine *e)
{
    struct rgs_analyzer_conf derived;
    struct rgs_member_conf conf = {.answer = {.catalogue = e->pack.catalogue,
                                              .ruleset = e->pack.ruleset,
                                              .write_line = write_line,
                                              .write_alert = write_alert},
                                   .scores_ms = SCORES_MS,
                                   .say = say};
    int status;
    long lease = rgs_arg_number(e->args, "lease", LEASE_MS, 600000);
    long silent = rgs_arg_number(e->args, "silent", SILENT_MS / 1000, 86400);
    long probes = rgs_arg_number(e->args, "probes", 0, RGS_MERGE_SESSIONS);

    long state = rgs_arg_number(e->args, "checkpoint", STATE_S, 86400);

    if (lease < 0 || silent < 0 || probes < 0 || state < 0)
        return RGS_EXIT_USAGE;
    if (!rgs_site_options(e->args, &conf.site.url, &conf.site.name, &conf.site.shards, &status))
        return status;
    e->site = conf.site.name;
    conf.ctx = (void *)(uintptr_t)conf.site.name;
    conf.site.lease_ms = lease < 100 ? 100 : (unsigned)lease;
    conf.site.keep_s = RGS_SITE_KEEP_S;
    /* What windows may still need, twice over. */
    conf.site.retention_ms = rgs_ruleset_retention(e->pack.ruleset) / 1000000 * 2;
    conf.silent_ms = (int)silent * 1000;
    conf.state_ms = (int64_t)state * 1000;
    conf.sessions = (unsigned)probes;
    rgs_analyzer_conf_key(&derived, e->key);
    conf.answer.hash_key = derived.hash_key;
    e->member = rgs_member_new(&conf, e->key);
    return e->member ? RGS_EXIT_OK : rgs_failed(e->args, "out of memory");
}

static void log_end(const struct engine *e)
{
    struct rgs_member_status s;
    uint64_t us[2];

    rgs_member_status(e->member, &s);
    rgs_member_latency(e->member, us);
    rgs_log(RGS_LOG_INFO, "stopped",
            "site=%s shards=%u held=%u observations=%llu blocks=%llu poisoned=%llu lost=%llu "
            "waiting=%llu commits=%llu alerts=%llu fenced=%llu commit_us_p50=%llu "
            "commit_us_p99=%llu",
            e->site, s.shards, s.held, (unsigned long long)s.merge.observations,
            (unsigned long long)s.merge.blocks, (unsigned long long)s.merge.poisoned,
            (unsigned long long)s.merge.lost, (unsigned long long)s.merge.waiting,
            (unsigned long long)s.commits, (unsigned long long)s.alerts,
            (unsigned long long)s.fenced, (unsigned long long)us[0], (unsigned long long)us[1]);
}

static int evaluate(struct engine *e)
{
    struct rgs_member_status s = {0};
    bool once = rgs_arg_given(e->args, "once");

    rgs_log(RGS_LOG_INFO, "started", "site=%s ruleset=%.12s", e->site,
            rgs_ruleset_sha256(e->pack.ruleset));
    while (!rgs_stop_asked()) {
        if (rgs_member_step(e->member, WAIT_MS) < 0)
            return rgs_failed(e->args, "out of memory");
        if (once)
            rgs_member_status(e->member, &s);
        if (s.complete)
            break;
    }
    rgs_member_finish(e->member);
    log_end(e);
    return RGS_EXIT_OK;
}

static int run_engine(const struct rgs_args *args)
{
    struct engine e = {.args = args};
    const char *config = rgs_arg(args, "config");
    int status = RGS_EXIT_FAILED;

    if (args->n_rest)
        return rgs_usage_error(args, "'%s' is not expected", args->rest[0]);
    if (!rgs_arg_given(args, "redis"))
        return rgs_usage_error(
            args, "--redis URL is missing: the site's server, such as redis://10.0.0.5");
    if (!rgs_arg_given(args, "key") && !config)
        return rgs_usage_error(args, "--key is missing: blocks are sealed under the site's key");
    rgs_config_init(&e.config);
    rgs_stop_install();
    if (!config || rgs_config_load(&e.config, config)) {
        const char *rules = rgs_arg(args, "rules");
        if (rgs_pack_load(&e.pack, rules ? rules : e.config.rules, RGS_PACK_OPTION, true)) {
            if (open_key(&e))
                status = open_member(&e);
            if (e.member)
                status = evaluate(&e);
            rgs_member_del(e.member);
            rgs_token_key_del(e.key);
            rgs_pack_fini(&e.pack);
        }
    }
    rgs_config_fini(&e.config);
    return status;
}

static const struct rgs_option options[] = {
    {"redis", 0, "URL",
     "where the site is: redis:// redis+unix:// redis-sentinel:// redis-cluster://", NULL},
    {"key", 0, "FILE", "the site's key, which the probes have, too", NULL},
    {"site", 0, "NAME", "the site's name at the server (main)", NULL},
    {"shards", 0, "N", "of a new site (1; on a cluster 16)", NULL},
    {"rules", 0, "DIR", "folder of rules (the shipped one)", NULL},
    {"config", 0, "FILE", "YAML file of settings, as for analyze; options come before it", NULL},
    {"probes", 0, "N", "wait until so many probes have begun (0)", NULL},
    {"silent", 0, "SECONDS", "a probe that tells nothing for so long holds nobody back (30)", NULL},
    {"lease", 0, "MS", "lease of a shard; another engine takes over when it runs out (5000)", NULL},
    {"checkpoint", 0, "SECONDS",
     "between two pictures of its state at the server, from which engines begin that come later "
     "(300; 0: none)",
     NULL},
    {"once", 0, NULL, "end when every probe has ended and all is committed", NULL},
};

const struct rgs_command rgs_command_engine = {
    .name = "engine",
    .summary = "evaluates what the probes of a site have sent to Redis",
    .usage = "",
    .about = "Brings the observations of all probes into one order of event time, and scores them "
             "as analyze does. Engines share the shards of a site by lease, as many as run: each "
             "follows all of the log, and commits for the shards that it holds: alerts, scores and "
             "up to where, in one piece. A crash loses nothing and repeats nothing, and another "
             "engine goes on when the lease runs out.",
    .examples = "  regsentry engine --redis redis://127.0.0.1 --key site.key\n",
    .options = options,
    .n_options = sizeof(options) / sizeof(options[0]),
    .run = run_engine,
};
