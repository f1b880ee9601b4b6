/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a running tap answers to `regsentry ctl`. */
#ifndef RGS_CLI_TAP_CTL_H
#define RGS_CLI_TAP_CTL_H

#include "cli/tap_rules.h"
#include "tap/ctl.h"

/* A rgs_ctl_fn; ctx is a struct rgs_tap_rules. */
rgs_ctl_fn rgs_tap_answer;

#endif
