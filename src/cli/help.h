/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help, the man page and shell completion, all printed from the table of commands. */
#ifndef RGS_CLI_HELP_H
#define RGS_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

void rgs_help(FILE *out);
void rgs_help_command(FILE *out, const struct rgs_command *c);
void rgs_man_page(FILE *out);
void rgs_bash_completion(FILE *out);

#endif
