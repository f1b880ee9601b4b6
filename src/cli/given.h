/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reading and listening commands share: the inventory they load. */
#ifndef RGS_CLI_GIVEN_H
#define RGS_CLI_GIVEN_H

#include "cli/command.h"
#include "cli/load.h"
#include "engine/conf.h"

struct rgs_inventory_load {
    struct rgs_file_set file;
    struct rgs_inventory *inventory; /* NULL: none was asked for */
};
/* false: its errors were printed. path NULL: none. */
bool rgs_inventory_load(struct rgs_inventory_load *l, const struct rgs_args *args,
                        const char *path);
void rgs_inventory_unload(struct rgs_inventory_load *l);

#endif
