/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Observations that wait a moment while what they will read is fetched from memory. A number, its
 * log and its entities lie anywhere in hundreds of megabytes, each is found through the one before,
 * and waiting for them one after the other would cost more than all that is done with them. So
 * every observation that comes lets each of those that wait go one step ahead.
 */
#ifndef RGS_RULES_AHEAD_H
#define RGS_RULES_AHEAD_H

#include "event/obs.h"
#include "rules/situation.h"

enum {
    RGS_AHEAD = 12,        /* the chunks of a busy number's log included */
    RGS_AHEAD_RING = 16,   /* places for them */
    RGS_AHEAD_FROM = 4000, /* numbers: fewer, and their logs, stay in a core's cache anyway */
    RGS_TURN_AHEAD = 8,    /* numbers that expire, and their logs */
};

struct rgs_expected {
    struct rgs_obs o;
    struct rgs_situation is;
    uint64_t who;                 /* its number's id; 0: none */
    uint64_t id[RGS_GRAIN_COUNT]; /* of its entities */
    uint32_t bucket[RGS_GRAIN_COUNT];
    uint32_t chunk;
    bool starts; /* its number is not there yet */
};

/*
 * Asks for the line that p lies in. gcc takes a function that does nothing but that for one without
 * any effect, and drops its calls where it sees its body: so all such functions are inline.
 */
#define RGS_FETCHES static inline __attribute__((always_inline))
RGS_FETCHES void rgs_fetch(const void *p)
{
    __builtin_prefetch(p, 1);
}

/* A ring. None waits across a step of time, so that what arises in one arises at its call. */
struct rgs_ahead {
    struct rgs_expected at[RGS_AHEAD_RING];
    unsigned first, n;
    uint32_t logs; /* places, as bits, whose numbers' logs go on behind the chunk */
};

#endif
