/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorer under a rule set of a test's own, fed by hand. */
#ifndef RGS_TESTS_FEED_H
#define RGS_TESTS_FEED_H

#include "support/scoring.h"

/* Codes of the last day decide: A gives one point each to 60 (usage), B 40 when most are logins
 * (time). */
#define RGS_FEED_PACK(typology)                                                                    \
    "min_support: 20\n"                                                                            \
    "aggregates:\n"                                                                                \
    "  a: {by: [reseller, block], over: sliding 1d/1h, fn: count, where: kind == verification,\n"  \
    "      title: the codes of a day}\n"                                                           \
    "  b: {by: [reseller, block], over: sliding 1d/1h, fn: ratio(purpose == login)}\n"             \
    "rules:\n"                                                                                     \
    "  - {id: A, rev: 3, family: usage, uses: a, ramp: 1, bands: [{ge: 60, weight: 60, why: "      \
    "'{value} codes'}]}\n"                                                                         \
    "  - {id: B, family: time, uses: b, bands: [{ge: 0.5, weight: 40, why: '{value} logins'}]}\n"  \
    "typologies:\n  t: {" typology "}\n"

#define RGS_FEED_START (INT64_C(20500) * 86400 * 1000000000)

struct rgs_feed {
    struct rgs_ruleset *rules;
    struct rgs_scorer *s;
    struct rgs_result_owner o; /* what it said when it was asked last */
    int64_t ts;                /* of the last observation; RGS_FEED_START before any */
    unsigned n;                /* codes by rgs_feed_codes() */
};

/* yaml NULL: the shipped pack. A rule set that does not compile aborts the test. */
void rgs_feed_init(struct rgs_feed *f, const char *yaml);
void rgs_feed_fini(struct rgs_feed *f);
/* n codes for `numbers` numbers of R1 in turn, a second apart. */
void rgs_feed_codes(struct rgs_feed *f, unsigned n, unsigned numbers, enum rgs_purpose purpose);
/* Asks for the result, into f->o. */
void rgs_feed_result(struct rgs_feed *f);
/* The same, and the line of R1, which must be there; valid until it is asked again. */
struct rgs_result_reseller rgs_feed_reseller(struct rgs_feed *f);

#endif
