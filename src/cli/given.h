/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reading and listening commands share: the inventory they load, the keys they derive. */
#ifndef RGS_CLI_GIVEN_H
#define RGS_CLI_GIVEN_H

#include "cli/command.h"
#include "cli/load.h"
#include "engine/conf.h"

struct rgs_token_key;

struct rgs_inventory_load {
    struct rgs_file_set file;
    struct rgs_inventory *inventory; /* NULL: none was asked for */
};
/* false: its errors were printed. path NULL: none. */
bool rgs_inventory_load(struct rgs_inventory_load *l, const struct rgs_args *args,
                        const char *path);
void rgs_inventory_unload(struct rgs_inventory_load *l);

/* The keys of tables and codes, out of the operator's. */
void rgs_derive_keys(struct rgs_analyzer_conf *conf, const struct rgs_token_key *key);

#endif
