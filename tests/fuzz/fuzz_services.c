/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML of services and recognition, without the shipped ones. */
#include "classify/classify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct rgs_conf_file file = {"fuzz.yaml", rgs_bytes(data, n)};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_catalogue *c =
        rgs_catalogue_new(&file, 1, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    if (c)
        rgs_catalogue_del(c);
    rgs_diag_fini(&diag);
    return 0;
}
