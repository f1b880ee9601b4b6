/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * State as bytes, and back. A room walks over what it keeps in one function for both ways, so that
 * what is written is what is read. Records are flat; what must be the same in both programs (sizes,
 * capacities) is said, and makes the image's shape, by which a foreign one is known before it is
 * read. Whoever reads has made sure that the bytes are those that were written.
 */
#ifndef RGS_BASE_IMAGE_H
#define RGS_BASE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

enum rgs_image_mode { RGS_IMAGE_WRITE, RGS_IMAGE_READ, RGS_IMAGE_SHAPE };

struct rgs_image {
    enum rgs_image_mode mode;
    bool failed; /* for good: what was read so far is no whole state */
    uint64_t shape;
    /* Writes from p, or fills it; false: it cannot. */
    bool (*move)(void *ctx, void *p, size_t n);
    void *ctx;
};

static inline void rgs_image_bytes(struct rgs_image *im, void *p, size_t n)
{
    if (im->mode != RGS_IMAGE_SHAPE && !im->failed && n)
        im->failed = !im->move(im->ctx, p, n);
}
#define RGS_IMAGE(im, member) rgs_image_bytes(im, &(member), sizeof(member))

/* Must be the same when it is read. */
static inline void rgs_image_same(struct rgs_image *im, uint64_t v)
{
    uint64_t was = v;

    if (im->mode == RGS_IMAGE_SHAPE)
        im->shape = rgs_mix64(im->shape * 31 + v);
    rgs_image_bytes(im, &was, sizeof(was));
    im->failed = im->failed || was != v;
}

/* Any other byte than one of the two is a failure: a bool that holds it is none. */
static inline void rgs_image_bool(struct rgs_image *im, bool *b)
{
    uint8_t v = im->mode == RGS_IMAGE_READ ? 0 : *b;

    RGS_IMAGE(im, v);
    im->failed = im->failed || v > 1;
    *b = v == 1;
}

/* A count that was just moved, and its bound. */
static inline bool rgs_image_fits(struct rgs_image *im, uint64_t n, uint64_t most)
{
    im->failed = im->failed || n > most;
    return !im->failed;
}

#endif
