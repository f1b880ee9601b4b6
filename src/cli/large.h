/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for the tables of a long run. They are looked up here and there, so that with small pages
 * nearly each look-up misses the processor's table of pages, and each page has to be asked for. A
 * short run touches little of them, and huge pages have to be cleared as a whole.
 */
#ifndef RGS_CLI_LARGE_H
#define RGS_CLI_LARGE_H

#include "base/alloc.h"
#include "capture/files.h"

/* Of huge pages; all of it is taken and given back by one thread. */
extern const struct rgs_alloc rgs_alloc_huge;
/* What suits the reading of these files. */
const struct rgs_alloc *rgs_alloc_for(const struct rgs_files *files);
/* For the many tables of a catalogue, each smaller than a huge page: they share some, and what is
 * freed of one serves nobody until all of it is. Any thread may use it. */
extern const struct rgs_alloc rgs_alloc_shared;
/* At the start of the program: big blocks come from the kernel, zeroed, and go back to it. Without
 * this, those that were freed are taken again, and cleared by hand. */
void rgs_large_blocks(void);

#endif
