/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture file as a plain stream: compression (.gz, .zst) is recognised by content and undone on
 * the way. */
#ifndef RGS_CAPTURE_INPUT_H
#define RGS_CAPTURE_INPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/bytes.h"

struct rgs_input;

/*
 * "-" is standard input. NULL on error, with a reason in err.
 *
 * stop: asked before the input is waited for, also after a signal; when it says true the input ends
 * where it is, with all that was read. NULL: nobody stops it.
 */
struct rgs_input *rgs_input_open(const char *path, bool (*stop)(void), char *err, size_t err_size);
void rgs_input_close(struct rgs_input *in);

/*
 * The decompressed bytes, in place: the next n of them, [borrow] until the next call, fewer at the
 * end of the input; and taking n of what was peeked at.
 */
struct rgs_bytes rgs_input_peek(struct rgs_input *in, size_t n);
void rgs_input_skip(struct rgs_input *in, size_t n);
/* The first bytes (at most 64 KiB) of it, without taking them; call before the first peek. */
struct rgs_bytes rgs_input_head(const struct rgs_input *in);
/* Compressed bytes taken so far, and the size of the file (0: not known), for a progress bar. */
uint64_t rgs_input_taken(const struct rgs_input *in);
uint64_t rgs_input_size(const struct rgs_input *in);
/* A reason when decompression failed, else NULL. */
const char *rgs_input_error(const struct rgs_input *in);
/* Did it end because it was to stop? */
bool rgs_input_stopped(const struct rgs_input *in);

#endif
