/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One scorer's state under another rule set: which of its parts mean the same in both. */
#ifndef RGS_RULES_ADOPT_H
#define RGS_RULES_ADOPT_H

#include "rules/scorer.h"

/* Indices of the old set for those of the new one; -1: there is none. */
struct rgs_adoption {
    const struct rgs_scorer *old;
    struct rgs_scorer *s;
    uint16_t bit[RGS_RS_BITS];     /* of an old log's condition: the new bit, 0 when nobody asks */
    uint16_t known;                /* new bits that old logs have */
    uint16_t logged;               /* of them, those that an old log has every observation of */
    int8_t track[RGS_RS_TRACKS];   /* of an old track: the new one */
    int8_t per[RGS_RS_PER_NUMBER]; /* the same value */
    int16_t instance[RGS_RS_INSTANCES];
    int16_t typology[RGS_RS_TYPOLOGIES]; /* of the same name */
    int16_t scope[RGS_RS_TYPOLOGIES];    /* with the same scope */
    bool same[RGS_RS_TYPOLOGIES];        /* the typology of that name is the same one */
};

/* False when memory is short. */
bool rgs_adopt_plan(struct rgs_adoption *a);
bool rgs_adopt_entities(const struct rgs_adoption *a);
bool rgs_adopt_numbers(const struct rgs_adoption *a);

#endif
