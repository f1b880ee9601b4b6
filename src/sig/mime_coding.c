/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies in a content coding (RFC 9110 8.4.1), by zlib in the memory of the frame. */
#define ZLIB_CONST
#include <zlib.h>

#include "sig/mime.h"

static void *take(void *d, unsigned n, unsigned size)
{
    return rgs_frame_alloc(d, (size_t)n * size);
}

/* The frame's memory goes as one, and is wiped then: the window holds text. */
static void give(void *d, void *p)
{
}

/* gzip (RFC 1952) or zlib's format (RFC 1950), whichever it is; all of it, or nothing. */
static bool inflated(struct rgs_dissect *d, size_t most, struct rgs_bytes *body)
{
    enum { LARGEST_WINDOW = 15, EITHER_FORMAT = 32 };
    z_stream z = {.zalloc = take,
                  .zfree = give,
                  .opaque = d,
                  .next_in = body->p,
                  .avail_in = (unsigned)body->n,
                  .avail_out = (unsigned)most};
    uint8_t *out = rgs_frame_alloc(d, most);

    if (!out || inflateInit2(&z, LARGEST_WINDOW + EITHER_FORMAT) != Z_OK)
        return false;
    z.next_out = out;
    bool whole = inflate(&z, Z_FINISH) == Z_STREAM_END;
    *body = rgs_bytes(out, z.total_out);
    return whole;
}

bool rgs_mime_unpack(struct rgs_dissect *d, struct rgs_bytes coding, size_t most,
                     struct rgs_bytes *body)
{
    bool packed = rgs_is_word(coding, "gzip") || rgs_is_word(coding, "x-gzip") ||
                  rgs_is_word(coding, "deflate");

    if (coding.n == 0 || rgs_is_word(coding, "identity") || body->n == 0)
        return true;
    if (packed && body->n <= most && inflated(d, most, body))
        return true;
    rgs_anomaly(d, RGS_A_MIME_CODING);
    return false;
}
