/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Anomalies: bad input as named values, counted, shown and matchable by rules. Rows in
 * anomalies.def. */
#ifndef RGS_EVENT_ANOMALY_H
#define RGS_EVENT_ANOMALY_H

#include "base/bytes.h"

enum rgs_anomaly {
#define A(ID, name, meaning) RGS_A_##ID,
#include "event/anomalies.def"
#undef A
    RGS_A_COUNT
};

#define RGS_ANOMALY_WORDS ((RGS_A_COUNT + 63) / 64)

struct rgs_anomalies {
    uint64_t bits[RGS_ANOMALY_WORDS];
};

static inline void rgs_anomalies_add(struct rgs_anomalies *a, enum rgs_anomaly x)
{
    a->bits[(unsigned)x / 64] |= UINT64_C(1) << ((unsigned)x % 64);
}

static inline bool rgs_anomalies_have(const struct rgs_anomalies *a, enum rgs_anomaly x)
{
    return a->bits[(unsigned)x / 64] >> ((unsigned)x % 64) & 1;
}

/* "layer.what", stable: an interface. */
const char *rgs_anomaly_name(enum rgs_anomaly x);

#endif
