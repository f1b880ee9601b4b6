/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A study: capture files read through an analyzer with rules, inventory, key and settings. What
 * analyze, explain, backtest and classify --unknown share.
 */
#ifndef RGS_CLI_STUDY_H
#define RGS_CLI_STUDY_H

#include "capture/files.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/given.h"
#include "cli/output.h"
#include "cli/pack.h"
#include "engine/analyzer.h"

struct rgs_token_key;

struct rgs_study {
    const struct rgs_args *args;
    struct rgs_config config;
    struct rgs_pack pack;
    struct rgs_inventory_load inventory;
    struct rgs_files *files;
    struct rgs_spare spare; /* all that was opened */
    struct rgs_unreadable unreadable;
    struct rgs_token_key *key;
    struct rgs_geo_file *geo;
    struct rgs_analyzer *analyzer;
    struct rgs_result_owner owner;
    const char **names; /* of the files in the result */
};

/*
 * Opens everything by the options inventory, rules, key and config, of which a command may lack
 * any. paths are the capture files. scored false: observations only, no scores. Complaints go to
 * stderr; rgs_study_close() is due whatever comes back.
 */
bool rgs_study_open(struct rgs_study *s, const struct rgs_args *args, char *const *paths,
                    size_t n_paths, bool scored);
void rgs_study_close(struct rgs_study *s);

/* Reads all packets, with progress, until the end or a signal. */
void rgs_study_read(struct rgs_study *s);
/* The result, with the names of the files; valid until the study is closed. NULL: no memory. */
const struct rgs_result *rgs_study_result(struct rgs_study *s);
/* RGS_EXIT_OK, or what the state of the input makes of it. */
int rgs_study_status(const struct rgs_study *s);

struct rgs_tape;
struct rgs_charts;
/* Before reading: a tape of observations, all or verifications only; NULL after a complaint. */
struct rgs_tape *rgs_study_tape(struct rgs_study *s, size_t bytes, bool verifications);
/* After the result: its charts, out of the tape. NULL: no memory. */
struct rgs_charts *rgs_study_charts(struct rgs_study *s, const struct rgs_result *result,
                                    const struct rgs_tape *tape);

#define RGS_STUDY_OPTIONS                                                                          \
    {"inventory", 'i', "FILE", "CSV of who owns which number ranges, accounts, titles, devices",   \
     NULL},                                                                                        \
        {"key", 0, "FILE", "key for tokens: 32 bytes or 64 hex digits (one for this run)", NULL},  \
    {                                                                                              \
        "config", 0, "FILE", "YAML file of these settings and more; options given outrank it",     \
            NULL                                                                                   \
    }

#endif
