/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of the command: its options, what they opened, and the steps between the two. */
#ifndef RGS_CLI_TAP_JOB_H
#define RGS_CLI_TAP_JOB_H

#include "cli/alerts.h"
#include "cli/config.h"
#include "cli/output.h"
#include "cli/site.h"
#include "cli/tap_ctl.h"
#include "tap/metrics.h"

struct rgs_tap_job {
    const struct rgs_args *args;
    struct rgs_live_conf live_conf;
    const char *interface[RGS_MAX_INTERFACES];
    char *names; /* the option, cut at its commas */
    uint32_t slots;
    struct rgs_live *live[RGS_MAX_WORKERS];
    unsigned workers;
    int cpu[RGS_MAX_WORKERS];
    struct rgs_follow *follow;
    struct rgs_alerts alerts;
    struct rgs_outbox *outbox;
    struct rgs_metrics *metrics;
    struct rgs_metrics_facts facts;
    struct rgs_tally *tally;
    const char *dir;
    unsigned settle_s;
    struct rgs_config config;
    struct rgs_geo_file *geo;
    struct rgs_pack pack;
    struct rgs_inventory_load inventory;
    struct rgs_tap_rules rules;
    struct rgs_tap_state state;
    struct rgs_tap_control control;
    unsigned checkpoint_s;
    struct rgs_ctl *ctl;
    struct rgs_token_key *key;
    struct rgs_analyzer_conf conf;
    struct rgs_tap *tap;
    struct rgs_probe_link *probe;
    struct rgs_output output;
    int signals; /* a descriptor that gives them */
};

/* What the command line says, else the configuration. */
const char *rgs_tap_setting(const struct rgs_tap_job *j, const char *name, const char *configured);
/* Everything that can be said wrong, before anything is opened. False after a complaint. */
bool rgs_tap_options(struct rgs_tap_job *j);

/* What needs rights, or the files of whoever started it. False after a complaint. */
bool rgs_tap_open(struct rgs_tap_job *j);
/* The file of the result; false after a complaint, also where one of the other files that it writes
 * to is one that it reads. */
bool rgs_tap_output(struct rgs_tap_job *j);
/* Gives up what is not needed any more; what is opened after that is the user's. */
bool rgs_tap_become_small(struct rgs_tap_job *j);
/* The tap itself, with all its memory. */
bool rgs_tap_make(struct rgs_tap_job *j);
void rgs_tap_close(struct rgs_tap_job *j);

/* Looks on until it is over: signals, questions, checkpoints, the watchdog. */
void rgs_tap_run(struct rgs_tap_job *j);

#endif
