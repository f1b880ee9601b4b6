/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of a site's rule sets, opened by a person who reads it or adds to it. */
#ifndef RGS_CLI_RULES_SESSION_H
#define RGS_CLI_RULES_SESSION_H

#include "cli/command.h"
#include "store/rulebook.h"

struct rgs_rules_session {
    const struct rgs_args *args;
    struct rgs_desk *desk;
    struct rgs_rulebook book;
    struct rgs_person me;
    char err[512];
};

/* By --redis, --site and --by; the log is read and verified, fn being told each line. False after
 * a complaint, with the exit status. To be closed in any case. */
bool rgs_rules_open(struct rgs_rules_session *s, const struct rgs_args *args, rgs_rule_line_fn *fn,
                    void *ctx, int *status);
void rgs_rules_close(struct rgs_rules_session *s);

struct rgs_rules_change {
    enum rgs_rule_op op;
    unsigned rev, persons;
    const char *sha256, *name, *revision;
    const struct rgs_person *proposer;
    int64_t at;
};

/*
 * Writes a change behind the newest line. Others may add lines, and the site goes on, in between:
 * `again` looks before each try whether the change makes sense, and completes it; false: it
 * complained. An exit status.
 */
typedef bool rgs_rules_again_fn(struct rgs_rules_session *s, struct rgs_rules_change *c);
int rgs_rules_write_change(struct rgs_rules_session *s, struct rgs_rules_change *c,
                           rgs_rules_again_fn *again);

/* "from 2026-03-15 00:00:00 on" */
void rgs_rules_point_words(char out[64], int64_t at);

#endif
