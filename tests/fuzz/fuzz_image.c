/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What rooms of variable size keep, read from bytes that are theirs or not: alerts told of, names,
 * the merge of a site's logs, positions in capture files (the first byte says which). No seal
 * stands before them here, as one does before a state: a program that wrote nonsense under the
 * right key must not take down the one that reads it. Tables of flat records (scorer, tracker) are
 * read whole and are what the seal is for.
 */
#include "image_rooms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool take(void *ctx, void *p, size_t n)
{
    struct rgs_bytes *left = ctx;

    if (n > left->n)
        return false;
    memcpy(p, left->p, n);
    *left = rgs_bytes_from(*left, n);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rgs_bytes left = rgs_bytes_from(rgs_bytes(data, n), 1);
    struct rgs_image im = {.mode = RGS_IMAGE_READ, .move = take, .ctx = &left};

    if (n)
        rgs_image_rooms[data[0] % RGS_IMAGE_ROOMS](&im);
    return 0;
}
