/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a running tap may still reach, out of its options. */
#ifndef RGS_CLI_CAGE_H
#define RGS_CLI_CAGE_H

#include "cli/alerts.h"
#include "cli/config.h"

/* rules: the folder that they were read from. Opens nothing for good; lock it to close it. */
void rgs_tap_cage(struct rgs_cage *c, const struct rgs_args *args, const struct rgs_config *config,
                  const char *rules, const struct rgs_alerts *alerts);

#endif
