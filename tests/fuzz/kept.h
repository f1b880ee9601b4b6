/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What targets of kept files share. */
#ifndef RGS_FUZZ_KEPT_H
#define RGS_FUZZ_KEPT_H

#include "base/bytes.h"
#include "base/image.h"

/* The folder of this process, removed with its files at the end; what cannot be done ends the
 * process. */
const char *rgs_fuzz_folder(void);
/* A file of it that holds these bytes: its path, until the next call. */
const char *rgs_fuzz_file(const char *name, struct rgs_bytes content);

/* A room whose image says the sizes of its pieces itself; 0 ends it. */
void rgs_fuzz_walk(void *ctx, struct rgs_image *im);

#endif
