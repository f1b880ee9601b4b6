/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cases of a site: what its desk decided on a reseller or a discovered block, by whom and why.
 * All of it follows from one log (store/log.h), `rgs:{NAME}:cases`:
 *
 *     {"n":1,"ts":..,"op":"open","id":"R17","by":..,"user":..,"note":..,"previous":..,"hash":..}
 *     {"n":2,..,"op":"decide","id":"R17","as":"cut-off",..}
 *
 * A case is open until it is decided as cut-off or cleared; watch leaves it open. A closed one may
 * be opened again. People decide: no score knows of a case.
 */
#ifndef RGS_STORE_CASEBOOK_H
#define RGS_STORE_CASEBOOK_H

#include "store/log.h"

enum { RGS_CASES = 4096, RGS_CASE_ID_MAX = 127 };

enum rgs_case_state { RGS_CASE_OPEN, RGS_CASE_WATCH, RGS_CASE_CUT_OFF, RGS_CASE_CLEARED };
const char *rgs_case_word(enum rgs_case_state state);
/* Of a decision's word; false: it is none. */
bool rgs_case_decision(const char *word, enum rgs_case_state *out);

/* One line of the log: what a case has become. */
struct rgs_case_line {
    struct rgs_log_line head;
    enum rgs_case_state state; /* RGS_CASE_OPEN: it was opened */
    char id[RGS_CASE_ID_MAX + 1];
};

struct rgs_case {
    struct rgs_case_line last;
    int64_t opened; /* ns, the last time */
    unsigned lines;
};

struct rgs_casebook {
    struct rgs_chain chain;
    struct rgs_case *c; /* in the order in which they were first opened */
    unsigned n;
};

void rgs_casebook_init(struct rgs_casebook *b);
void rgs_casebook_fini(struct rgs_casebook *b);
/* NULL: there is none. */
struct rgs_case *rgs_casebook_find(const struct rgs_casebook *b, const char *id);
/* Why a case of this id cannot become this now; NULL: it can. */
const char *rgs_casebook_refuses(const struct rgs_casebook *b, const char *id,
                                 enum rgs_case_state state);
/* The next line. 0; -EBADMSG with a reason, b left as it is; -ENOMEM. out may be NULL. */
int rgs_casebook_take(struct rgs_casebook *b, struct rgs_bytes line, struct rgs_case_line *out,
                      char *err, size_t err_size);

/* ---- on the server ----------------------------------------------------------------------------
 */

typedef void rgs_case_line_fn(void *ctx, const struct rgs_case_line *line);
/* Takes what the log has behind what b knows. 0; or -errno with a reason. */
int rgs_casebook_load(struct rgs_casebook *b, struct rgs_desk *d, rgs_case_line_fn *fn, void *ctx,
                      char *err, size_t err_size);
/* As rgs_log_add(). */
int rgs_casebook_add(const struct rgs_casebook *b, struct rgs_desk *d, const char *line, char *err,
                     size_t err_size);
/* Whether the site has a line for this id: below the minimum support none has one. 1, 0; -errno
 * with a reason. */
int rgs_casebook_may_name(struct rgs_desk *d, const char *id, char *err, size_t err_size);

#endif
