/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What follows from the conditions that hold in an observation. Few combinations of the values that
 * conditions look at occur, so each is worked out once and remembered.
 */
#ifndef RGS_RULES_SITUATION_H
#define RGS_RULES_SITUATION_H

#include "rules/ruleset.h"

enum {
    RGS_SITUATIONS = 512,                         /* remembered */
    RGS_SITUATION_FIELDS = 16,                    /* where conditions look at more, none is */
    RGS_FEED_WORDS = (RGS_RS_INSTANCES + 63) / 64 /* one bit per instance */
};

struct rgs_situation {
    uint64_t bits;   /* conditions that are true */
    uint16_t mask;   /* of them, the log's */
    uint16_t scopes; /* typologies in whose scope it lies */
    uint32_t values; /* of its number, that count it */
    /* Of an entity's direct instances, those that it moves. */
    uint64_t feeds[RGS_GRAIN_COUNT][RGS_FEED_WORDS];
};

struct rgs_known_situation {
    bool known;
    uint64_t has, value[RGS_SITUATION_FIELDS]; /* of the fields that conditions name */
    struct rgs_situation is;
};

struct rgs_situations {
    struct rgs_known_situation *at;
    struct rgs_situation other; /* what is not remembered */
    uint64_t fields;
    uint8_t field[RGS_SITUATION_FIELDS];
    unsigned n_fields;
    bool remembers;
};

struct rgs_scorer;

/* False when memory is short. */
bool rgs_situations_init(struct rgs_scorer *s);
void rgs_situations_fini(struct rgs_scorer *s);
/* Holds until the next call. */
const struct rgs_situation *rgs_situation_of(struct rgs_scorer *s, const struct rgs_obs *o);

#endif
