/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What follows from the conditions that hold in an observation. Few combinations of what conditions
 * tell apart occur, so each is worked out once and remembered: of a field whose values are only
 * compared with constants, all that lie between two of these are one class, as the seconds that a
 * number is known for.
 */
#ifndef RGS_RULES_SITUATION_H
#define RGS_RULES_SITUATION_H

#include "rules/ruleset.h"

enum {
    RGS_SITUATIONS = 512,                         /* remembered */
    RGS_SITUATION_WORDS = 8,                      /* of classes; where there are more, none is */
    RGS_FEED_WORDS = (RGS_RS_INSTANCES + 63) / 64 /* one bit per instance */
};

struct rgs_situation {
    uint64_t bits;                  /* conditions that are true */
    uint16_t mask;                  /* of them, the log's */
    uint16_t scopes;                /* typologies in whose scope it lies */
    uint32_t values;                /* of its number, that count it */
    uint64_t feeds[RGS_FEED_WORDS]; /* instances that it moves in entities that keep them */
    /* The lines of an entity's heads, from the first on, that are of these. */
    uint32_t heads[RGS_GRAIN_COUNT];
};

/* The values of a field that conditions tell apart. */
struct rgs_classes {
    uint64_t *constant; /* n of them, rising; NULL: each value is a class */
    uint8_t *of_byte;   /* of a field that is a byte, the classes themselves, else NULL */
    uint32_t n;
    uint16_t offset;
    uint8_t field;
    uint8_t word, shift; /* where a class stands in the key */
};

/* What is alike for all conditions: the fields that there are, and the classes of their values. */
struct rgs_situation_key {
    uint64_t has, word[RGS_SITUATION_WORDS];
};

struct rgs_known_situation {
    bool known;
    struct rgs_situation_key key;
    struct rgs_situation is;
};

struct rgs_situations {
    struct rgs_known_situation *at;
    struct rgs_situation other; /* what is not remembered */
    uint64_t fields;            /* that conditions name */
    uint64_t *constants;
    uint8_t *of_bytes;
    struct rgs_classes classes[RGS_O_COUNT]; /* by field */
    unsigned n_words;
    bool remembers;
};

struct rgs_scorer;

/* False when memory is short. */
bool rgs_situations_init(struct rgs_scorer *s);
void rgs_situations_fini(struct rgs_scorer *s);
/* Holds until the next call. */
const struct rgs_situation *rgs_situation_of(struct rgs_scorer *s, const struct rgs_obs *o);

#endif
