/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a running tap answers to `regsentry ctl`. */
#ifndef RGS_CLI_TAP_CTL_H
#define RGS_CLI_TAP_CTL_H

#include "cli/tap_rules.h"
#include "cli/tap_state.h"
#include "tap/ctl.h"

struct rgs_tap_control {
    struct rgs_tap_rules *rules;
    struct rgs_tap_state *state;
};

/* A rgs_ctl_fn; ctx is a struct rgs_tap_control. */
rgs_ctl_fn rgs_tap_answer;

#endif
