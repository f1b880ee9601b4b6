/* SPDX-License-Identifier: GPL-3.0-or-later */
/* regsentry rules push, log, show, policy: the rule sets that a site shares. */
#ifndef RGS_CLI_RULES_SITE_H
#define RGS_CLI_RULES_SITE_H

#include "cli/command.h"

/* Of a folder, or of --approve or --revert. Exit statuses. */
int rgs_rules_push(const struct rgs_args *args, const char *dir);
int rgs_rules_log(const struct rgs_args *args);
int rgs_rules_show(const struct rgs_args *args, const char *word);
int rgs_rules_policy(const struct rgs_args *args, const char *word);

#endif
