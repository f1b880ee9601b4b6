/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `regsentry rules` does beside its table of words. */
#ifndef RGS_CLI_RULES_DIFF_H
#define RGS_CLI_RULES_DIFF_H

#include "cli/command.h"

/* Prints what differs between two folders of rules; RGS_EXIT_OK also when something does. */
int rgs_rules_diff(const struct rgs_args *args, const char *a, const char *b);

#endif
