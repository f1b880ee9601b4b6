/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads what `analyze --format json` wrote, line by line: only what a result says stays in memory.
 */
#ifndef RGS_CLI_RESULT_FILE_H
#define RGS_CLI_RESULT_FILE_H

#include "regsentry/result.h"

struct rgs_result_file;

/* NULL after a complaint on stderr with the place. At most 1 GiB. */
struct rgs_result_file *rgs_result_open(const char *path);
/* The same from memory, [borrow] during the call. With quiet, a mistake is no complaint. */
struct rgs_result_file *rgs_result_parse(const char *name, struct rgs_bytes text, bool quiet);
/* An empty one, to which lines and alerts are added that stand alone, as at a site: false when
 * this one cannot be read. NULL when memory is short. */
struct rgs_result_file *rgs_result_new(void);
bool rgs_result_add_reseller(struct rgs_result_file *f, struct rgs_bytes json);
bool rgs_result_add_alert(struct rgs_result_file *f, struct rgs_bytes json);
void rgs_result_close(struct rgs_result_file *f);
const struct rgs_result *rgs_result_of(const struct rgs_result_file *f);

#endif
