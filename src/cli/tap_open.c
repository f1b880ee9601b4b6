/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cage.h"
#include "cli/given.h"
#include "cli/site_rules.h"
#include "cli/tap_job.h"
#include "event/token.h"
#include "tap/log.h"
#include "tap/rights.h"

static bool load_key(struct rgs_tap_job *j)
{
    uint8_t secret[RGS_TOKEN_KEY_BYTES];
    char err[512], quoted[256];
    struct stat st;

    const char *path = rgs_tap_setting(j, "key", j->config.key);
    bool locked = rgs_rights_lock(secret, sizeof(secret));
    int status = rgs_load_key(path, secret, err, sizeof(err));
    if (status < 0) {
        rgs_failed(j->args, "%s", err);
        return false;
    }
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & (S_IRWXO | S_IWGRP))
        rgs_log(RGS_LOG_WARNING, "key-open-to-others", "file=%s mode=%04o hint=\"chmod 600\"",
                rgs_log_quote(path, quoted), (unsigned)st.st_mode & 07777);
    j->key = rgs_token_key_new(secret, &rgs_alloc_libc);
    explicit_bzero(secret, sizeof(secret));
    if (!j->key) {
        rgs_failed(j->args, "out of memory");
        return false;
    }
    rgs_analyzer_conf_key(&j->conf, j->key);
    locked = rgs_rights_lock(&j->conf, sizeof(j->conf)) && locked;
    /* Before the big tables are there: what is locked is small. */
    if (!rgs_rights_lock_heap() || !locked)
        rgs_log(RGS_LOG_WARNING, "key-not-locked", "hint=\"LimitMEMLOCK= or ulimit -l\"");
    return true;
}

static void on_problem(void *ctx, const char *path, const char *reason)
{
    char file[256], why[256];
    rgs_log(RGS_LOG_WARNING, "file-damaged", "file=%s reason=%s", rgs_log_quote(path, file),
            rgs_log_quote(reason, why));
}

bool rgs_tap_open(struct rgs_tap_job *j)
{
    const struct rgs_args *args = j->args;
    char err[512];

    bool plan = rgs_arg_given(args, "plan");
    if ((!plan && !load_key(j)) || !rgs_alerts_read(&j->alerts, args) ||
        !rgs_pack_load(&j->pack, rgs_tap_setting(j, "rules", j->config.rules), RGS_PACK_OPTION,
                       true) ||
        !rgs_inventory_load(&j->inventory, args,
                            rgs_tap_setting(j, "inventory", j->config.inventory)))
        return false;
    rgs_pack_text_of(&j->pack.text, &j->pack.rules, j->pack.dir);
    rgs_site_rules(args, &j->pack);
    if (j->config.geoip && !(j->geo = rgs_geo_open(j->config.geoip, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    j->conf.geo = rgs_geo_of(j->geo);
    j->conf.home = j->config.home;
    j->conf.blind = j->config.blind;
    j->conf.capacity = j->config.capacity;
    j->conf.tables = j->config.tables;
    j->conf.catalogue = j->pack.catalogue;
    j->conf.ruleset = j->pack.ruleset;
    j->conf.inventory = j->inventory.inventory;
    if (plan)
        return true;
    if (!j->dir && !rgs_live_open(&j->live_conf, j->live, err, sizeof(err))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    const char *metrics = rgs_arg(args, "metrics");
    if (metrics && !(j->metrics = rgs_metrics_open(metrics, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    return true;
}

static void on_tick(void *ctx, int64_t event_ts)
{
    rgs_probe_tick(ctx, event_ts);
}

static bool open_probe(struct rgs_tap_job *j)
{
    struct rgs_evaluator *e = rgs_tap_evaluator(j->tap);
    int status;

    /* Files can wait for the server, live traffic cannot. */
    j->probe = rgs_site_probe(j->args, j->key, e, j->dir != NULL, &status);
    if (!j->probe)
        return false;
    j->facts.probe = j->probe;
    rgs_evaluator_to_site(e, rgs_probe_obs, j->probe);
    rgs_tap_on_tick(j->tap, on_tick, j->probe);
    return true;
}

/* With a state how far was read stands in it, beside what it led to. */
static const char *position_of(const struct rgs_args *args)
{
    return rgs_arg_given(args, "state") ? "" : rgs_arg(args, "position");
}

bool rgs_tap_make(struct rgs_tap_job *j)
{
    struct rgs_tap_conf conf = {.analyzer = &j->conf,
                                .live = j->live[0] ? j->live : NULL,
                                .workers = j->workers,
                                .follow = j->follow,
                                .outbox = j->outbox,
                                .ring_slots = j->slots,
                                .cpus = rgs_arg_given(j->args, "cpus") ? j->cpu : NULL};

    j->tap = rgs_tap_new(&conf, &rgs_alloc_libc);
    j->tally = j->tap ? rgs_tally_new(rgs_tap_evaluator(j->tap), j->pack.catalogue) : NULL;
    if (!j->tally)
        rgs_failed(j->args, "out of memory");
    j->facts = (struct rgs_metrics_facts){.ruleset_sha256 = rgs_ruleset_sha256(j->pack.ruleset),
                                          .tap = j->tap,
                                          .tally = j->tally,
                                          .outbox = j->outbox,
                                          .state = &j->state.told};
    j->rules = (struct rgs_tap_rules){.args = j->args,
                                      .tap = j->tap,
                                      .outbox = j->outbox,
                                      .pack = &j->pack,
                                      .first_inventory = j->inventory.inventory,
                                      .inventory_path =
                                          rgs_tap_setting(j, "inventory", j->config.inventory),
                                      .facts = &j->facts};
    return j->tally != NULL;
}

/* What is opened as the user that the tap runs as: his are the files. */
static bool open_files(struct rgs_tap_job *j)
{
    const struct rgs_args *args = j->args;
    char err[512];

    if (!rgs_tap_output(j) ||
        !rgs_alerts_open(&j->alerts, args, rgs_ruleset_sha256(j->pack.ruleset), &j->outbox))
        return false;
    if (j->dir && !(j->follow = rgs_follow_new(j->dir, position_of(args), j->settle_s * 1000,
                                               on_problem, NULL, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    const char *ctl = rgs_arg(args, "ctl"), *state = rgs_arg(args, "state");
    j->control = (struct rgs_tap_control){&j->rules, &j->state};
    if (ctl && !(j->ctl = rgs_ctl_open(ctl, rgs_tap_answer, &j->control, err, sizeof(err)))) {
        rgs_failed(args, "%s", err);
        return false;
    }
    if (!rgs_tap_make(j))
        return false;
    if (state && !rgs_tap_state_open(&j->state, args, state, j->checkpoint_s, j->key, &j->rules))
        return false;
    return (!rgs_arg_given(args, "redis") || open_probe(j));
}

/* The kernel may have no Landlock: that is said, and the tap runs on without it. */
static void close_cage(struct rgs_tap_job *j)
{
    struct rgs_cage cage;

    rgs_tap_cage(&cage, j->args, &j->config, j->pack.dir, &j->alerts);
    int abi = rgs_cage_lock(&cage);
    if (abi > 0)
        rgs_log(RGS_LOG_INFO, "caged", "landlock=%d", abi);
    else
        rgs_log(RGS_LOG_WARNING, "not-caged", "landlock=none reason=\"%s\"",
                abi ? strerror(-abi) : "the kernel has no Landlock");
}

/* The user may not be who started it: what only he could read serves, but not again. */
static void try_again(struct rgs_tap_job *j)
{
    struct rgs_file_set files = {0};
    char err[PATH_MAX + 128], quoted[256];
    const char *inventory = rgs_tap_setting(j, "inventory", j->config.inventory);

    int status = rgs_pack_rule_files(&files, j->pack.dir, err, sizeof(err));
    if (status == 0 && inventory && access(inventory, R_OK) < 0) {
        snprintf(err, sizeof(err), "%s: %s", inventory, strerror(errno));
        status = -errno;
    }
    if (status < 0)
        rgs_log(RGS_LOG_WARNING, "not-reloadable", "reason=%s", rgs_log_quote(err, quoted));
    rgs_file_set_fini(&files);
}

bool rgs_tap_become_small(struct rgs_tap_job *j)
{
    char err[512];

    if (!rgs_rights_drop(rgs_arg(j->args, "user"), err, sizeof(err))) {
        rgs_failed(j->args, "rights are not dropped: %s", err);
        return false;
    }
    if (!open_files(j))
        return false;
    close_cage(j);
    try_again(j);
    bool connects = j->probe || rgs_alerts_connect(j->args);
    if (!rgs_rights_filter(connects, j->state.state != NULL, err, sizeof(err))) {
        rgs_failed(j->args, "%s", err);
        return false;
    }
    return true;
}

void rgs_tap_close(struct rgs_tap_job *j)
{
    rgs_output_drop(&j->output);
    rgs_metrics_close(j->metrics);
    rgs_probe_del(j->probe);
    rgs_tap_del(j->tap);
    rgs_tally_del(j->tally);
    rgs_tap_state_close(&j->state);
    rgs_tap_rules_fini(&j->rules);
    rgs_ctl_close(j->ctl);
    for (unsigned i = 0; i < RGS_MAX_WORKERS; i++)
        rgs_live_del(j->live[i]);
    if (j->signals >= 0)
        close(j->signals);
    rgs_follow_del(j->follow);
    rgs_outbox_del(j->outbox);
    rgs_alerts_fini(&j->alerts);
    rgs_geo_close(j->geo);
    rgs_config_fini(&j->config);
    rgs_token_key_del(j->key);
    rgs_inventory_unload(&j->inventory);
    rgs_pack_fini(&j->pack);
    free(j->names);
    explicit_bzero(&j->conf, sizeof(j->conf));
}
