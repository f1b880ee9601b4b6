/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pipeline is built from; its parts take what concerns them. */
#ifndef RGS_ENGINE_CONF_H
#define RGS_ENGINE_CONF_H

#include "classify/classify.h"
#include "event/dissect.h"
#include "numplan/inventory.h"
#include "numplan/numplan.h"
#include "rules/rules.h"

struct rgs_analyzer_conf {
    const struct rgs_catalogue *catalogue; /* [borrow] these four outlive the analyzer */
    const struct rgs_ruleset *ruleset;     /* NULL: observations only, no scores */
    const struct rgs_inventory *inventory; /* NULL: none */
    struct rgs_geo geo;
    rgs_country home;             /* whose numbers stand in national form; 0 none */
    bool blind;                   /* privacy.content: never; decides without reading texts */
    struct rgs_hash_key hash_key; /* of tables keyed by what the wire says */
    struct rgs_hash_key code_key; /* under which codes are told apart */
    struct rgs_capacity capacity;
    uint32_t concat_messages;
};
/* Capacities for files; the borrowed parts are NULL. */
extern const struct rgs_analyzer_conf rgs_analyzer_conf_default;

/* What was read so far; of several workers, the sum. */
struct rgs_totals {
    uint64_t packets, bytes, operations;
    int64_t first_ts, last_ts; /* ns, event time; meaningful when packets > 0 */
    uint64_t anomalies[RGS_A_COUNT];
};
void rgs_totals_add(struct rgs_totals *sum, const struct rgs_totals *t);

#endif
