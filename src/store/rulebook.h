/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule sets of a site, and the timetable by which they are in force. All of it follows from one
 * log of changes, a chain of JSON lines (store/chain.h):
 *
 *     rgs:{NAME}:rulelog         list: the lines
 *     rgs:{NAME}:rules:SHA256    string: a bundle (store/bundle.h)
 *
 *     {"n":1,"ts":..,"op":"propose","rev":1,"sha256":..,"name":..,"revision":..,"by":..,"user":..,
 *      "note":..,"previous":..,"hash":..}
 *     {"n":2,..,"op":"promote","rev":1,..,"at":..,"proposed_by":..,"by":..,..}
 *     {"n":3,..,"op":"policy","persons":2,..}
 *
 * A promoted set is in force from a point of event time on, `at`. The point lies behind what any
 * seal has let the site evaluate, and the seal behind it says how long the log of changes was: so
 * whoever comes to the point knows of it, whichever engine, whenever.
 */
#ifndef RGS_STORE_RULEBOOK_H
#define RGS_STORE_RULEBOOK_H

#include "store/log.h"

enum { RGS_REVISIONS = 4096 };

enum rgs_rule_op { RGS_RULE_PROPOSE, RGS_RULE_PROMOTE, RGS_RULE_POLICY };

/* One line of the log. */
struct rgs_rule_line {
    struct rgs_log_line head;
    enum rgs_rule_op op;
    unsigned rev; /* 0: of the policy */
    unsigned persons;
    char sha256[RGS_SHA256_HEX + 1], name[64], revision[64];
    struct rgs_person proposer; /* by empty: nobody else proposed it */
    int64_t at;                 /* event time, ns; 0: from the first observation on */
};

struct rgs_revision {
    char sha256[RGS_SHA256_HEX + 1], name[64], revision[64];
    bool pending, promoted;
    struct rgs_person proposer; /* of what is pending */
};

struct rgs_turn {
    int64_t at;
    unsigned rev;
};

struct rgs_rulebook {
    struct rgs_chain chain;
    unsigned persons; /* 1; 2: who proposes does not promote */
    bool weaker;      /* somebody asked for one person to do */
    struct rgs_person weaker_by;
    struct rgs_revision *revision; /* from revision 1 on */
    unsigned n_revisions;
    struct rgs_turn *turn; /* by `at` */
    unsigned n_turns;
};

void rgs_rulebook_init(struct rgs_rulebook *b);
void rgs_rulebook_fini(struct rgs_rulebook *b);

/*
 * The next line of the log. 0; -EBADMSG with a reason when it was changed, or says what must not
 * be (a promotion by whom proposed it): then b is left as it is. out may be NULL.
 */
int rgs_rulebook_take(struct rgs_rulebook *b, struct rgs_bytes line, struct rgs_rule_line *out,
                      char *err, size_t err_size);
/* The revision that a word means: its number, or the first digits of its sha256 (6 or more). 0:
 * none, or several. */
unsigned rgs_rulebook_find(const struct rgs_rulebook *b, const char *word);
unsigned rgs_rulebook_by_sha256(const struct rgs_rulebook *b, const char *sha256);
/* The turn in force at an event time; NULL: none. */
const struct rgs_turn *rgs_rulebook_at(const struct rgs_rulebook *b, int64_t ts);

/* ---- on the server ----------------------------------------------------------------------------
 */

typedef void rgs_rule_line_fn(void *ctx, const struct rgs_rule_line *line);
/* Takes what the log has behind what b knows. 0; -EBADMSG; or another -errno, with a reason. */
int rgs_rulebook_load(struct rgs_rulebook *b, struct rgs_desk *d, rgs_rule_line_fn *fn, void *ctx,
                      char *err, size_t err_size);
/*
 * Adds a line that was made behind the newest one that b knows. 0; -EAGAIN: somebody else added
 * one; -ERANGE: the site has come to `at` already; or another -errno with a reason. at < 0: the
 * line promotes nothing.
 */
int rgs_rulebook_add(const struct rgs_rulebook *b, struct rgs_desk *d, const char *line, int64_t at,
                     char *err, size_t err_size);
/* Up to which event time the site is sealed; -1: not at all, or no answer. */
int64_t rgs_rulebook_sealed(struct rgs_desk *d);
int rgs_rulebook_put(struct rgs_desk *d, const char *sha256, struct rgs_bytes bundle, char *err,
                     size_t err_size);
/* The bundle of this address, [own] by *reply; empty with a reason when it is not there or is
 * another. */
struct rgs_bytes rgs_rulebook_get(struct rgs_desk *d, const char *sha256, redisReply **reply,
                                  char *err, size_t err_size);
/* Puts off the expiry of the bundles, as the log's is put off by every seal. */
void rgs_rulebook_keep(const struct rgs_rulebook *b, struct rgs_desk *d);

#endif
