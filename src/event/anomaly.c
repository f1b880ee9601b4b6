/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/anomaly.h"

static const struct {
    const char *name, *meaning;
} rows[RGS_A_COUNT] = {
#define A(ID, name, meaning) [RGS_A_##ID] = {name, meaning},
#include "event/anomalies.def"
#undef A
};

const char *rgs_anomaly_name(enum rgs_anomaly x)
{
    return rows[x].name;
}

const char *rgs_anomaly_meaning(enum rgs_anomaly x)
{
    return rows[x].meaning;
}
