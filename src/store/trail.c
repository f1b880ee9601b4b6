/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/trail.h"

#include <errno.h>

enum { STEP_MS = 2000 }; /* so that a trail is longer than a failover takes to lose entries */

void rgs_trail_init(struct rgs_trail *t, unsigned shard)
{
    *t = (struct rgs_trail){.at = {{shard, "0-0"}}, .n = 1};
}

void rgs_trail_note(struct rgs_trail *t, const struct rgs_place *place, int64_t now_ms)
{
    if (now_ms - t->noted_ms < STEP_MS)
        return;
    t->noted_ms = now_ms;
    if (t->n && strcmp(t->at[t->n - 1].id, place->id) == 0)
        return;
    if (t->n == RGS_TRAIL)
        memmove(&t->at[0], &t->at[1], --t->n * sizeof(t->at[0]));
    t->at[t->n++] = *place;
}

void rgs_trail_mend(struct rgs_trail *t, unsigned shard)
{
    t->n = t->n < RGS_TRAIL ? t->n : RGS_TRAIL;
    t->noted_ms = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        t->at[i].shard = shard;
        t->at[i].id[sizeof(t->at[i].id) - 1] = '\0';
    }
}

int rgs_trail_check(struct rgs_trail *t, struct rgs_site *s, struct rgs_place *place)
{
    int status = rgs_site_check(s, place);

    while (status == -ENOENT && t->n) {
        *place = t->at[--t->n];
        status = rgs_site_check(s, place);
    }
    return status == -ENOENT ? -ESTALE : status;
}
