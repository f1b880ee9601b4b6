/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several capture files and folders as one run of packets in time order. */
#ifndef RGS_CAPTURE_FILES_H
#define RGS_CAPTURE_FILES_H

#include "capture/reader.h"

struct rgs_files;

/* Told about every file that cannot be read, or only in part. */
typedef void rgs_files_problem(void *ctx, const char *path, const char *reason);

/*
 * paths: files, folders (all capture files below them) or "-". Files are read in the order of their
 * first packets; where they overlap in time, their packets are merged. stop, or NULL, may end the
 * reading early: what was read by then is given, and nothing more is read. NULL when memory is
 * short.
 */
struct rgs_files *rgs_files_new(char *const *paths, size_t n, rgs_files_problem *problem, void *ctx,
                                bool (*stop)(void));
void rgs_files_del(struct rgs_files *f);

/* The next packet and the file it is from; false at the end. Data are valid until the next call. */
bool rgs_files_next(struct rgs_files *f, struct rgs_packet *packet, size_t *file);

/* Files that hold something, in the order in which they are read. */
size_t rgs_files_count(const struct rgs_files *f);
const char *rgs_files_path(const struct rgs_files *f, size_t file);
/* Files that could not be read, or not to their end. */
size_t rgs_files_damaged(const struct rgs_files *f);
/* Bytes read and bytes in all (0: not known, standard input). */
void rgs_files_progress(const struct rgs_files *f, uint64_t *done, uint64_t *all);
/* SHA-256 over the beginnings of all files: the same input gives the same value. */
void rgs_files_digest(const struct rgs_files *f, uint8_t digest[32]);

#endif
