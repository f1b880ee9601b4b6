/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where an engine stood in a log some seconds ago. A log may lose its end with its server and go on
 * from an earlier entry; what it says from there on was never read, though later entries may stand
 * behind all that was. So the engine goes back to where both still agree. What it reads twice says
 * nothing new: blocks have numbers, and seals only rise.
 */
#ifndef RGS_STORE_TRAIL_H
#define RGS_STORE_TRAIL_H

#include "store/site.h"

enum { RGS_TRAIL = 16 };

struct rgs_trail {
    struct rgs_place at[RGS_TRAIL]; /* oldest first */
    uint32_t n;
    int64_t noted_ms;
};

/* Before all entries of this shard's log. */
void rgs_trail_init(struct rgs_trail *t, unsigned shard);
/* The place, from which something was read at this monotonic time. */
void rgs_trail_note(struct rgs_trail *t, const struct rgs_place *place, int64_t now_ms);
/* After it came from a store: what cannot be is gone. */
void rgs_trail_mend(struct rgs_trail *t, unsigned shard);
/* The place, or the latest before it, that the log still has and goes on from. 0; -ESTALE: there is
 * none; or another -errno. */
int rgs_trail_check(struct rgs_trail *t, struct rgs_site *s, struct rgs_place *place);

#endif
