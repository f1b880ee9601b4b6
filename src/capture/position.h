/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far capture files were read. A file is known by what its first packet says, wherever it lies
 * and whatever it is called; how much of it was taken stands in a file of its own, or in the state
 * of whoever keeps that.
 */
#ifndef RGS_CAPTURE_POSITION_H
#define RGS_CAPTURE_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/image.h"

enum { RGS_CAPTURE_ID = 16 };

struct rgs_position_entry {
    uint8_t id[RGS_CAPTURE_ID];
    uint64_t taken; /* packets given out */
    uint64_t size;  /* of the file when it was read to its end; 0: not yet */
    bool here;      /* at the last look a file had it */
};

struct rgs_position {
    char *path; /* [own] "": it is kept in no file */
    struct rgs_position_entry *entry;
    size_t n, cap;
};

void rgs_position_fini(struct rgs_position *p);
/* What the file says, if there is one. False with a reason in err. */
bool rgs_position_load(struct rgs_position *p, char *err, size_t err_size);
/* The entry of this content; a new one when there is none. SIZE_MAX: no memory. */
size_t rgs_position_of(struct rgs_position *p, const uint8_t id[RGS_CAPTURE_ID]);
/* Writes the file; 0, or -errno. may_forget: indexes may change, since the oldest of what is gone
 * is given up. */
int rgs_position_save(struct rgs_position *p, bool may_forget);
void rgs_position_image(struct rgs_position *p, struct rgs_image *im);

#endif
