/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/resync.h"

size_t rgs_resync_near(struct rgs_input *in, size_t from, const struct rgs_record_test *test,
                       const void *format)
{
    size_t end = from + RGS_RESYNC_NEAR;
    struct rgs_bytes b = rgs_input_peek(in, end + test->least);

    for (size_t at = from; at < end && at + test->least <= b.n; at++) {
        if (!test->may(format, b.p + at))
            continue;
        if (test->fits(format, in, at))
            return at;
        b = rgs_input_peek(in, end + test->least); /* it may have moved */
    }
    return SIZE_MAX;
}

bool rgs_resync(struct rgs_input *in, const struct rgs_record_test *test, const void *format,
                uint64_t *skipped)
{
    for (size_t from = 1;; from = 0) {
        size_t at = rgs_resync_near(in, from, test, format);
        bool found = at != SIZE_MAX;
        size_t n = found ? at : rgs_input_peek(in, from + RGS_RESYNC_NEAR).n;
        rgs_input_skip(in, n);
        *skipped += n;
        if (found || n == 0)
            return found;
    }
}
