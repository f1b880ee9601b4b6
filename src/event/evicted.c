/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/evicted.h"

static const char *const names[RGS_EVICTED_COUNT] = {
#define E(ID, name, meaning) [RGS_EVICTED_##ID] = name,
#include "event/evicted.def"
#undef E
};

const char *rgs_evicted_name(enum rgs_evicted x)
{
    return names[x];
}
