/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pipeline is built from; its parts take what concerns them. */
#ifndef RGS_ENGINE_CONF_H
#define RGS_ENGINE_CONF_H

#include "classify/classify.h"
#include "event/dissect.h"
#include "numplan/inventory.h"
#include "numplan/numplan.h"
#include "regsentry/regsentry.h"
#include "rules/rules.h"

/* What was read so far; of several workers, the sum. */
struct rgs_totals {
    uint64_t packets, bytes, operations;
    int64_t first_ts, last_ts; /* ns, event time; meaningful when packets > 0 */
    uint64_t anomalies[RGS_A_COUNT];
    uint64_t evicted[RGS_EVICTED_COUNT];
};
void rgs_totals_add(struct rgs_totals *sum, const struct rgs_totals *t);

#endif
