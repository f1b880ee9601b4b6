/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rule sets out of text or out of the shipped folder, and populations of numbers as observations.
 */
#ifndef RGS_TESTS_SCORING_H
#define RGS_TESTS_SCORING_H

#include "rules/rules.h"

/* Compiles one text as "t.yaml"; NULL with the messages in *messages (freed with free) when it is
 * refused. */
struct rgs_ruleset *rgs_test_ruleset(const char *text, char **messages);
/* The same, and aborts the test when it is. */
struct rgs_ruleset *rgs_test_good_ruleset(const char *text);
/* The pack under rules/; aborts the test when it does not compile. */
struct rgs_ruleset *rgs_test_shipped(void);
/* Services "s1" .. "s999" with indices 1 .. 999; categories "bank" = 1, "social" = 2. */
extern const struct rgs_rules_lookup rgs_test_lookup;
/* Resellers with ids rgs_id_of("R1") .. "R99", accounts "a1" .. "a99". */
extern const struct rgs_scorer_names rgs_test_names;
uint64_t rgs_test_reseller(unsigned n);
uint64_t rgs_test_account(unsigned n);
extern const struct rgs_scorer_capacity rgs_test_capacity;

/* xorshift; the state must not be 0. */
uint64_t rgs_test_random(uint64_t *state);
double rgs_test_uniform(uint64_t *state);

/* How one population of numbers behaves; rates per day and number. */
struct rgs_population {
    unsigned reseller; /* R<n>; 0 in no inventory */
    uint64_t first_number;
    uint32_t numbers;
    uint32_t stride;                       /* between numbers; 0 and 1: consecutive */
    double from_day, over_days, life_days; /* activation, and for how long; life 0: to the end */
    double codes, messages, sent;          /* per day */
    unsigned services;                     /* different ones that a number has in its life */
    double repeat;      /* chance that a code is for a service that it had before */
    unsigned catalogue; /* services to draw from: 1 .. catalogue; 0: 60 */
    unsigned first_service;
    bool away;      /* used from CN; else from its own HK */
    unsigned cells; /* 0: no cell known */
    unsigned nodes;
    unsigned sims_per_device; /* 0: no device known; 1: a phone each */
    bool rotate;              /* SIMs move through the devices */
    unsigned account;         /* over SMPP to a<n>; 0: MAP */
    double burst;             /* share of codes that come in bursts of one service */
    double failed;            /* share of deliveries that fail */
    double again;             /* share of codes that are asked for once more, minutes later */
};

struct rgs_world {
    struct rgs_obs *obs;
    size_t n, cap;
    uint64_t random;
    double days;
};
/* Ordinary customers of a network, R90, so that nothing is scored in an empty world. */
extern const struct rgs_population rgs_test_customers;
/* SIMs that R1 parks in boxes. */
extern const struct rgs_population rgs_test_parked;

void rgs_world_init(struct rgs_world *w, uint64_t seed, double days);
void rgs_world_add(struct rgs_world *w, const struct rgs_population *p);
/* In order of time; marks what is the first for its (number, service) pair. */
void rgs_world_finish(struct rgs_world *w);
/* A world of n populations, finished. */
void rgs_world_of(struct rgs_world *w, uint64_t seed, double days, const struct rgs_population *p,
                  size_t n);
/* Three weeks in which R1 trades among the customers of R90. */
void rgs_world_traded(struct rgs_world *w, uint64_t seed);
void rgs_world_fini(struct rgs_world *w);
/* The result of a world under a rule set; owner is initialised here. */
void rgs_world_score(const struct rgs_world *w, const struct rgs_ruleset *r,
                     struct rgs_result_owner *o);

const struct rgs_result_reseller *rgs_test_find(const struct rgs_result_owner *o, const char *id);
/* Everything that a result says, as text: for comparing, and for messages of failed tests. */
char *rgs_test_result_text(const struct rgs_result *r);
/* The same of what a scorer says now. */
char *rgs_test_scorer_text(struct rgs_scorer *s);

#endif
