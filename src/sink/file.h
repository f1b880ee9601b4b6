/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream as the place where the core's output goes. */
#ifndef RGS_SINK_FILE_H
#define RGS_SINK_FILE_H

#include <stdio.h>

#include "regsentry/base.h"

/* A rgs_write_fn: ctx is a FILE, whose error flag keeps what went wrong. */
void rgs_write_file(void *ctx, const void *data, size_t n);

#endif
