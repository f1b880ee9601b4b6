/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

const struct rgs_command *const rgs_commands[] = {
    &rgs_command_analyze,  &rgs_command_explain,  &rgs_command_tap,   &rgs_command_ctl,
    &rgs_command_engine,   &rgs_command_top,      &rgs_command_case,  &rgs_command_decode,
    &rgs_command_classify, &rgs_command_simulate, &rgs_command_rules, &rgs_command_backtest,
    &rgs_command_reveal,   &rgs_command_sanitize,
};
const size_t rgs_command_count = sizeof(rgs_commands) / sizeof(rgs_commands[0]);
