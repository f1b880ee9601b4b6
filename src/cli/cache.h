/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one start keeps for the next: files in $XDG_CACHE_HOME/regsentry, else ~/.cache/regsentry.
 */
#ifndef RGS_CLI_CACHE_H
#define RGS_CLI_CACHE_H

#include "base/bytes.h"

/* The file's bytes, mapped; empty when there is none that only this user can write. */
struct rgs_bytes rgs_cache_open(const char *name);
void rgs_cache_close(struct rgs_bytes cached);
/* Failing costs time at the next start, nothing else. */
void rgs_cache_write(const char *name, const void *data, size_t n);

#endif
