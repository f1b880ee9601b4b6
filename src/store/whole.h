/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All of the bytes of a file's part, or none that count: reads and writes that signals and short
 * counts do not cut. */
#ifndef RGS_STORE_WHOLE_H
#define RGS_STORE_WHOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the descriptor stands. False with errno; EIO at the end of a file. */
bool rgs_whole_read(int fd, void *p, size_t n);
bool rgs_whole_write(int fd, const void *p, size_t n);
/* The same at an offset from the file's begin; the descriptor stands where it stood. */
bool rgs_whole_read_at(int fd, void *p, size_t n, uint64_t at);
bool rgs_whole_write_at(int fd, const void *p, size_t n, uint64_t at);

#endif
