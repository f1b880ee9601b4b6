/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files that an earlier start has read, known again by what the file system says of them: name,
 * size, inode, and when content and inode were changed last, to the nanosecond. The latter no
 * program can set back, so a file that was changed since is another one, unless both changes fall
 * into one tick of the file system's clock: for that, nothing is kept of files that were changed
 * less than two seconds before they were read.
 */
#ifndef RGS_CLI_KNOWN_H
#define RGS_CLI_KNOWN_H

#include "cli/load.h"

/* What was found out by reading. */
struct rgs_known {
    uint8_t digest[32]; /* SHA-256 of all texts */
    uint64_t sources;   /* the catalogue's mark of them */
};

/* True: the files of the set, which has no texts, are those that were kept under this name. */
bool rgs_known_find(const char *name, const struct rgs_file_set *s, struct rgs_known *k);
/* began: before the set was listed, ns of the real-time clock. */
void rgs_known_keep(const char *name, const struct rgs_file_set *s, const struct rgs_known *k,
                    int64_t began);

#endif
