/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/file.h"

void rgs_write_file(void *ctx, const void *data, size_t n)
{
    fwrite_unlocked(data, 1, n, ctx);
}
