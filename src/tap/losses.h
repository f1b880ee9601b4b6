/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much was lost since a time: what the windows that reach back to it may lack. Hours are exact
 * enough for windows of days; what is asked for is never too little. */
#ifndef RGS_TAP_LOSSES_H
#define RGS_TAP_LOSSES_H

#include <stdint.h>

enum { RGS_LOSS_HOURS = 1024 };

struct rgs_losses {
    struct {
        int64_t hour;    /* since the epoch; 0: none */
        uint64_t before; /* lost in all before this hour was first noted */
    } cell[RGS_LOSS_HOURS];
    uint64_t last; /* the total when it was noted last */
};

/* At this time (ns) so much was lost in all. */
void rgs_losses_note(struct rgs_losses *l, int64_t ts, uint64_t total);
/* Of the last noted total, what was lost since. */
uint64_t rgs_losses_since(const struct rgs_losses *l, int64_t ts);

#endif
