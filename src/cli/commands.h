/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the table of commands; each lives in the file of its name. */
#ifndef RGS_CLI_COMMANDS_H
#define RGS_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct rgs_command rgs_command_analyze;
extern const struct rgs_command rgs_command_backtest;
extern const struct rgs_command rgs_command_case;
extern const struct rgs_command rgs_command_classify;
extern const struct rgs_command rgs_command_ctl;
extern const struct rgs_command rgs_command_decode;
extern const struct rgs_command rgs_command_engine;
extern const struct rgs_command rgs_command_explain;
extern const struct rgs_command rgs_command_reveal;
extern const struct rgs_command rgs_command_rules;
extern const struct rgs_command rgs_command_sanitize;
extern const struct rgs_command rgs_command_simulate;
extern const struct rgs_command rgs_command_tap;
extern const struct rgs_command rgs_command_top;

#endif
