/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rooms whose images are fuzzed, each with what is done with it afterwards. */
#ifndef RGS_FUZZ_IMAGE_ROOMS_H
#define RGS_FUZZ_IMAGE_ROOMS_H

#include "base/bytes.h"
#include "base/image.h"

enum { RGS_IMAGE_ROOMS = 4 };

/* Reading, a new room is filled and then used; writing, one that holds a little is written. */
extern void (*const rgs_image_rooms[RGS_IMAGE_ROOMS])(struct rgs_image *im);

#endif
