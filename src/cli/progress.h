/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A progress bar on stderr, where that is a terminal. */
#ifndef RGS_CLI_PROGRESS_H
#define RGS_CLI_PROGRESS_H

#include "capture/files.h"

struct rgs_progress {
    bool on;
    int64_t shown_at; /* ns, monotonic */
    int64_t started_at;
};

void rgs_progress_init(struct rgs_progress *p);
/* Cheap enough for every few thousand packets. */
void rgs_progress_show(struct rgs_progress *p, const struct rgs_files *files, uint64_t packets);
void rgs_progress_clear(struct rgs_progress *p);

#endif
