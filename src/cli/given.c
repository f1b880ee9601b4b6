/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/given.h"

#include <stdio.h>

bool rgs_inventory_load(struct rgs_inventory_load *l, const struct rgs_args *args, const char *path)
{
    char err[512];
    struct rgs_diag diag;

    *l = (struct rgs_inventory_load){0};
    if (!path)
        return true;
    if (rgs_file_set_add(&l->file, path, false, err, sizeof(err)) < 0 || l->file.n != 1) {
        rgs_failed(args, "%s", err);
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    l->inventory = rgs_inventory_new(&l->file.file[0], &diag, &rgs_alloc_libc);
    if (diag.text)
        fputs(diag.text, stderr);
    rgs_diag_fini(&diag);
    return l->inventory != NULL;
}

void rgs_inventory_unload(struct rgs_inventory_load *l)
{
    rgs_inventory_del(l->inventory);
    rgs_file_set_fini(&l->file);
}
