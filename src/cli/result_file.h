/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads what `analyze --format json` wrote. JSON is YAML, so one reader serves. */
#ifndef RGS_CLI_RESULT_FILE_H
#define RGS_CLI_RESULT_FILE_H

#include "regsentry/result.h"

struct rgs_result_file;

/* NULL after a complaint on stderr with the place. */
struct rgs_result_file *rgs_result_open(const char *path);
/* The same from memory, [own]: freed with free() by close, or at once after an error. With quiet, a
 * mistake is no complaint. */
struct rgs_result_file *rgs_result_parse(const char *name, char *text, size_t n, bool quiet);
void rgs_result_close(struct rgs_result_file *f);
const struct rgs_result *rgs_result_of(const struct rgs_result_file *f);

#endif
