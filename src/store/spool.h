/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a probe keeps sealed blocks while the server is away: a file of records (length, CRC-32,
 * bytes), read in the order of writing. It is emptied only when all that was read has arrived, so
 * after a crash records may be sent again, which the server tells by their ids.
 */
#ifndef RGS_STORE_SPOOL_H
#define RGS_STORE_SPOOL_H

#include "base/bytes.h"

struct rgs_spool;

/* Opens or makes it, and locks it. Records of a former run wait to be read. NULL with a reason. */
struct rgs_spool *rgs_spool_open(const char *path, uint64_t max_bytes, char *err, size_t err_size);
void rgs_spool_close(struct rgs_spool *s);

/* True while the file holds anything. */
bool rgs_spool_active(const struct rgs_spool *s);
/* Bytes in the file; 0 without one. */
uint64_t rgs_spool_bytes(const struct rgs_spool *s);
/* 0, -ENOSPC when it is full, or another -errno. */
int rgs_spool_append(struct rgs_spool *s, struct rgs_bytes block);
/* Nothing of it is wanted any more. */
void rgs_spool_forget(struct rgs_spool *s);
/* What was appended up to now counts as read. */
void rgs_spool_skip(struct rgs_spool *s);
/* The next record into out; its length, 0 at the end. What is behind a damaged record is cut off,
 * and *damaged tells so. */
size_t rgs_spool_next(struct rgs_spool *s, uint8_t *out, size_t cap, bool *damaged);
/* All that was read has arrived: when everything was read, the file is emptied. */
void rgs_spool_settle(struct rgs_spool *s);

#endif
