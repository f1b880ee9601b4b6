/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts that wait for their receivers: a circle of slots in memory, each receiver at a place of
 * its own, and the same circle in a file when there is one. The file has its full size from the
 * start, so a disk that is full later takes nothing away. A receiver that falls a whole circle
 * behind loses the oldest, which is counted. Not for two threads at once.
 */
#ifndef RGS_TAP_BACKLOG_H
#define RGS_TAP_BACKLOG_H

#include "tap/alert.h"

enum {
    RGS_BACKLOG_SLOTS = 4096,
    RGS_BACKLOG_READERS = 8,
    RGS_BACKLOG_NAME = 48,
};

struct rgs_backlog;

/* path: NULL for memory only. A file of another program, or one that another tap has open, is
 * refused. NULL with a reason in err. */
struct rgs_backlog *rgs_backlog_open(const char *path, char *err, size_t err_size);
void rgs_backlog_close(struct rgs_backlog *b);

/* The place of the receiver of this name: where it was in the file, else behind all that is there;
 * all are asked for before the first alert is put. Negative when there are too many. */
int rgs_backlog_reader(struct rgs_backlog *b, const char *name);

/* Adds an alert. False when the file did not take it; memory has it. */
bool rgs_backlog_put(struct rgs_backlog *b, const struct rgs_out_alert *a);
/* The oldest alert that the reader has not taken, or NULL; valid until the next call. */
const struct rgs_out_alert *rgs_backlog_head(struct rgs_backlog *b, int reader);
/* The reader has it. */
void rgs_backlog_take(struct rgs_backlog *b, int reader);

uint64_t rgs_backlog_waiting(const struct rgs_backlog *b, int reader);
/* Overwritten before the reader took them. */
uint64_t rgs_backlog_lost(const struct rgs_backlog *b, int reader);

#endif
