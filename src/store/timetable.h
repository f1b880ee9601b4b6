/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule sets that a site has promoted, each compiled, with the event time from which it is in
 * force. What cannot be read as it was promoted, or is not understood, is refused: then the one
 * before it stays.
 */
#ifndef RGS_STORE_TIMETABLE_H
#define RGS_STORE_TIMETABLE_H

#include "classify/classify.h"
#include "rules/rules.h"
#include "store/rulebook.h"

enum { RGS_TIMETABLE_TURNS = 512 }; /* the newest */

struct rgs_timed_rules {
    int64_t at; /* ns; 0: from the first observation on */
    const struct rgs_ruleset *ruleset;
};

struct rgs_timetable_conf {
    struct rgs_redis_url url;
    const char *site; /* [borrow] with the catalogue */
    const struct rgs_catalogue *catalogue;
    void (*say)(void *ctx, const char *event, const char *text);
    void *ctx;
};

struct rgs_timetable;

/* Connects to nobody yet. NULL when memory is short. */
struct rgs_timetable *rgs_timetable_new(const struct rgs_timetable_conf *conf);
void rgs_timetable_del(struct rgs_timetable *t);

/*
 * Knows the first `lines` lines of the log of rules, at least, or has refused them. False: the
 * server does not answer; to be asked again.
 */
bool rgs_timetable_know(struct rgs_timetable *t, long lines);
/* In the order of their times, of which each stands once. Rule sets live as long as the table. */
size_t rgs_timetable_turns(const struct rgs_timetable *t, const struct rgs_timed_rules **out);
/* The longest retention of a set in it, ns; 0: there is none. */
int64_t rgs_timetable_retention(const struct rgs_timetable *t);
/* Puts off the expiry of what the site needs to begin anew. */
void rgs_timetable_keep(struct rgs_timetable *t);

#endif
