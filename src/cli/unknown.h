/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Senders of codes that no service is known for, counted, for filling the catalogue. */
#ifndef RGS_CLI_UNKNOWN_H
#define RGS_CLI_UNKNOWN_H

#include "cli/command.h"

/* Reads the captures in args and prints sender, tab, count; the most frequent first. */
int rgs_list_unknown(const struct rgs_args *args);

#endif
