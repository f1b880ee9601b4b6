/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tap would take of memory. */
#ifndef RGS_CLI_TAP_PLAN_H
#define RGS_CLI_TAP_PLAN_H

#include <stdio.h>

#include "tap/tap.h"

struct rgs_tap_plan {
    const struct rgs_live_conf *live; /* NULL: files */
    const struct rgs_tap *tap;
    const struct rgs_catalogue *catalogue;
};

void rgs_tap_plan_write(FILE *out, const struct rgs_tap_plan *p);

#endif
