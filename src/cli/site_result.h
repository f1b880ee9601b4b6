/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a site says of its resellers, read as the result of an analysis. */
#ifndef RGS_CLI_SITE_RESULT_H
#define RGS_CLI_SITE_RESULT_H

#include "cli/result_file.h"
#include "store/desk.h"

/* The highest lines, by score and then id, without alerts. A line that cannot be read is passed
 * over. NULL with a reason. */
struct rgs_result_file *rgs_site_top(struct rgs_desk *d, unsigned most, char *err, size_t err_size);
/* The line with this id or, when there is none, all lines, and the newest alerts of each shard.
 * *unread: how many lines and alerts cannot be read and were passed over. NULL with a reason. */
struct rgs_result_file *rgs_site_result(struct rgs_desk *d, const char *id, unsigned *unread,
                                        char *err, size_t err_size);

#endif
