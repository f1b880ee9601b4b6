/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inventory's CSV, and lookups in what it gives. */
#include "event/obs.h"
#include "numplan/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct rgs_conf_file file = {"fuzz.csv", rgs_bytes(data, n)};
    const struct rgs_digits digits = {.n = 15, .d = "454031234500001"};
    struct rgs_ip ip = {0};
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_inventory *inv = rgs_inventory_new(&file, &diag, &rgs_alloc_libc);
    rgs_inventory_msisdn(inv, UINT64_C(85291230000));
    rgs_inventory_imsi(inv, &digits);
    rgs_inventory_imei(inv, &digits);
    rgs_inventory_gt(inv, &digits);
    rgs_inventory_ip(inv, &ip);
    rgs_inventory_account(inv, rgs_id_of("acct17", 6));
    rgs_inventory_del(inv);
    rgs_diag_fini(&diag);
    return 0;
}
