/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of a run that no output may replace: what it reads, and what it writes already. They
 * are told by what they are, whatever name leads there.
 */
#ifndef RGS_CLI_SPARE_H
#define RGS_CLI_SPARE_H

#include "capture/files.h"
#include "cli/load.h"

struct rgs_pack;

struct rgs_spared;
struct rgs_spare {
    struct rgs_spared *file;
    size_t n, cap;
    bool incomplete; /* memory is short: nothing is written */
};

/* what: as in "is the key". path is borrowed until the end; NULL: none. */
void rgs_spare_file(struct rgs_spare *s, const char *path, const char *what);
void rgs_spare_set(struct rgs_spare *s, const struct rgs_file_set *set, const char *what);
void rgs_spare_pack(struct rgs_spare *s, const struct rgs_pack *p);
void rgs_spare_captures(struct rgs_spare *s, const struct rgs_files *files);
/*
 * Before something is written there, path NULL: nowhere. False, with a reason in err, where it is
 * one of these; else it is the next of them.
 */
bool rgs_spare_output(struct rgs_spare *s, const char *path, char *err, size_t err_size);
void rgs_spare_fini(struct rgs_spare *s);

#endif
