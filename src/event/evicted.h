/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What full tables of the packet path gave up before it was over, by table. Rows in evicted.def. */
#ifndef RGS_EVENT_EVICTED_H
#define RGS_EVENT_EVICTED_H

enum rgs_evicted {
#define E(ID, name, meaning) RGS_EVICTED_##ID,
#include "event/evicted.def"
#undef E
    RGS_EVICTED_COUNT
};

/* "layer.what", stable: an interface. */
const char *rgs_evicted_name(enum rgs_evicted x);

#endif
