/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/anomaly.h"

static const char *const names[RGS_A_COUNT] = {
#define A(ID, name, meaning) [RGS_A_##ID] = name,
#include "event/anomalies.def"
#undef A
};

const char *rgs_anomaly_name(enum rgs_anomaly x)
{
    return names[x];
}
