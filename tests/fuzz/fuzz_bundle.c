/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of a rule set in one piece, as a server gives it back. */
#include <stdlib.h>
#include <string.h>

#include "store/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    struct rgs_bundle b;
    size_t all = 0;

    if (!copy)
        abort();
    if (n)
        memcpy(copy, data, n);
    if (rgs_bundle_open(&b, rgs_bytes(copy, n))) {
        for (size_t i = 0; i < b.n; i++) {
            const struct rgs_conf_file *f = &b.file[i];
            all += f->text.n;
            if (strlen(f->name) > RGS_BUNDLE_NAME ||
                (f->text.n && (f->text.p < copy || f->text.p + f->text.n > copy + n)))
                abort();
        }
        if (all > n || b.n > RGS_BUNDLE_FILES)
            abort();
        rgs_bundle_close(&b);
    }
    free(copy);
    return 0;
}
