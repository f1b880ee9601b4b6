/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A running tap's rules, lists and inventory, loaded anew. */
#ifndef RGS_CLI_TAP_RULES_H
#define RGS_CLI_TAP_RULES_H

#include "cli/given.h"
#include "cli/pack.h"
#include "tap/metrics.h"
#include "tap/tap.h"

struct rgs_tap_rules {
    const struct rgs_args *args;
    struct rgs_tap *tap;
    struct rgs_outbox *outbox;   /* NULL: none */
    const struct rgs_pack *pack; /* of the start; its catalogue stays: services are indexed by it */
    const struct rgs_inventory *first_inventory; /* of the start */
    const char *inventory_path;                  /* NULL: none */
    struct rgs_metrics_facts *facts;
    char sha256[2][65]; /* facts point into one of them, others may still read the former */
    unsigned loads;
    /* What is in use since the last reload. */
    struct rgs_file_set files;
    struct rgs_ruleset *ruleset;
    struct rgs_pack_text text;
    struct rgs_inventory_load inventory;
};

/* What is in force. */
const struct rgs_ruleset *rgs_tap_ruleset(const struct rgs_tap_rules *r);
const struct rgs_inventory *rgs_tap_inventory(const struct rgs_tap_rules *r);
struct rgs_bytes rgs_tap_rules_text(const struct rgs_tap_rules *r);

/* NULL, or why the old ones stay; both are logged. out: lines for whoever asked; NULL: nobody. */
const char *rgs_tap_reload(struct rgs_tap_rules *r, FILE *out);
void rgs_tap_rules_fini(struct rgs_tap_rules *r);

#endif
