/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGINT and SIGTERM end a run cleanly, with the report of what was read; a second one ends it at
 * once. */
#ifndef RGS_CLI_STOP_H
#define RGS_CLI_STOP_H

#include <stdbool.h>

void rgs_stop_install(void);
bool rgs_stop_asked(void);

#endif
