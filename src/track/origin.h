/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a number is used from: the evidence that operations carry, and what follows from all of it.
 */
#ifndef RGS_TRACK_ORIGIN_H
#define RGS_TRACK_ORIGIN_H

#include "event/obs.h"
#include "event/op.h"
#include "numplan/numplan.h"

enum { RGS_ORIGIN_SOURCES = 5 }; /* bit i of enum rgs_origin is source i */

struct rgs_whereabouts {
    rgs_country country[RGS_ORIGIN_SOURCES]; /* 0: this source says nothing */
    uint64_t node, cell;                     /* ids, 0 not known */
};

/*
 * What this operation says about the subscriber's place. `towards`: it goes to him, so he is at its
 * destination; `serving` false: its serving node is no evidence (a router stands in for it).
 */
void rgs_place_read(struct rgs_whereabouts *p, const struct rgs_op *op, bool towards, bool serving,
                    const struct rgs_geo *geo);
bool rgs_place_known(const struct rgs_whereabouts *p);

/* The country that most evidence supports, and the bits that agree on it; 0 when nothing is known.
 */
rgs_country rgs_origin_of(const rgs_country country[RGS_ORIGIN_SOURCES], uint32_t *bits);

#endif
