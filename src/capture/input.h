/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture file as a plain stream: compression (.gz, .zst) is recognised by content and undone on
 * the way. */
#ifndef RGS_CAPTURE_INPUT_H
#define RGS_CAPTURE_INPUT_H

#include <stdio.h>

#include "base/bytes.h"

struct rgs_input;

/* "-" is standard input. NULL on error, with a reason in err. */
struct rgs_input *rgs_input_open(const char *path, char *err, size_t err_size);
/* Closes the stream, too. */
void rgs_input_close(struct rgs_input *in);

/* The decompressed bytes; [borrow], closed by rgs_input_close(). */
FILE *rgs_input_stream(struct rgs_input *in);
/*
 * The same bytes in place, for who does not use the stream: the next n of them, [borrow] until the
 * next call, fewer at the end of the input; and taking n of what was peeked at.
 */
struct rgs_bytes rgs_input_peek(struct rgs_input *in, size_t n);
void rgs_input_skip(struct rgs_input *in, size_t n);
/* The caller closes the stream itself, before rgs_input_close(). */
void rgs_input_release(struct rgs_input *in);
/* The first bytes (at most 64 KiB) of the stream, without taking them; call before the first read.
 */
struct rgs_bytes rgs_input_head(const struct rgs_input *in);
/* Puts other bytes into the head, before the first read. */
void rgs_input_replace(struct rgs_input *in, size_t at, const void *bytes, size_t n);
/* Compressed bytes taken so far, and the size of the file (0: not known), for a progress bar. */
uint64_t rgs_input_taken(const struct rgs_input *in);
uint64_t rgs_input_size(const struct rgs_input *in);
/* A reason when decompression failed, else NULL. */
const char *rgs_input_error(const struct rgs_input *in);

#endif
