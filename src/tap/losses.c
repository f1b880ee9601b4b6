/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/losses.h"

#define HOUR (INT64_C(3600) * 1000000000)

void rgs_losses_note(struct rgs_losses *l, int64_t ts, uint64_t total)
{
    int64_t hour = ts / HOUR;

    if (hour <= 0)
        return;
    if (l->cell[hour % RGS_LOSS_HOURS].hour < hour) {
        l->cell[hour % RGS_LOSS_HOURS].hour = hour;
        /* What came since the last note may be of this hour, or of the one before. */
        l->cell[hour % RGS_LOSS_HOURS].before = l->last;
    }
    l->last = total;
}

uint64_t rgs_losses_since(const struct rgs_losses *l, int64_t ts)
{
    int64_t hour = ts / HOUR;
    uint64_t before = l->last;

    for (unsigned i = 0; i < RGS_LOSS_HOURS; i++) {
        if (l->cell[i].hour && l->cell[i].hour >= hour && l->cell[i].before < before)
            before = l->cell[i].before;
    }
    return l->last - before;
}
