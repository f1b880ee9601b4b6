/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the next record of a capture file behind a damaged place, in time and memory that do not
 * grow with the damage. */
#ifndef RGS_CAPTURE_RESYNC_H
#define RGS_CAPTURE_RESYNC_H

#include "capture/input.h"

/* What a format has to say of a place `at` bytes from here. */
struct rgs_record_test {
    size_t least; /* bytes of a record's header */
    /* Whether these bytes may be a record's header: quick, since it is asked of each byte. */
    bool (*may)(const void *format, const uint8_t *header);
    /* Whether a record begins there. It peeks at most RGS_RESYNC_RECORD bytes behind `at`. */
    bool (*fits)(const void *format, struct rgs_input *in, size_t at);
};

enum {
    RGS_RESYNC_NEAR = 64 * 1024,    /* how far is looked without leaving the place */
    RGS_RESYNC_RECORD = 512 * 1024, /* longer ones are read, but not searched for */
};

/* The first place from `from` on where a record begins, less than RGS_RESYNC_NEAR bytes behind it;
 * SIZE_MAX: none. The input stays where it is. */
size_t rgs_resync_near(struct rgs_input *in, size_t from, const struct rgs_record_test *test,
                       const void *format);

/* Takes the input on to the first such place behind the next byte, or to its end, which gives
 * false. Adds the bytes that were passed over to *skipped. */
bool rgs_resync(struct rgs_input *in, const struct rgs_record_test *test, const void *format,
                uint64_t *skipped);

#endif
