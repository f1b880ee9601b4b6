/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands of a desk share that add lines to a log (store/log.h), or print them. */
#ifndef RGS_CLI_DESK_LINE_H
#define RGS_CLI_DESK_LINE_H

#include <stdio.h>

#include "base/json.h"
#include "cli/command.h"
#include "store/log.h"

enum { RGS_DESK_TRIES = 20 }; /* others may add lines at the same time */

/* The site of --redis and --site as the person of --by (or the login). NULL after a complaint, with
 * the exit status. --note is checked, too. */
struct rgs_desk *rgs_desk_enter(const struct rgs_args *args, struct rgs_person *me, int *status);

/* --known, which what is read into this chain must have passed. False after a complaint. */
bool rgs_desk_remember(const struct rgs_args *args, struct rgs_chain *chain, int *status);
/* Whether it has. False after a complaint. */
bool rgs_desk_passed(const struct rgs_args *args, const struct rgs_chain *chain, int *status);
/* "3 lines, the chain holds", and the head to be remembered. */
void rgs_desk_print_head(const struct rgs_chain *chain);

/* A line as it is put together. */
struct rgs_desk_line {
    FILE *out;
    char *text;
    size_t n;
    struct rgs_json json; /* what comes between begin and end */
};
bool rgs_desk_line_begin(struct rgs_desk_line *l, const struct rgs_chain *chain, const char *op);
/* A string, unless it is NULL. */
void rgs_desk_line_word(struct rgs_json *j, const char *key, const char *value);
/* [own] freed with free(); NULL when memory is short. */
char *rgs_desk_line_end(struct rgs_desk_line *l, const struct rgs_chain *chain,
                        const struct rgs_person *me, const char *note);

enum { RGS_PERSON_WORDS = 2 * RGS_PERSON_MAX + 4 };
/* "bob", or "bob (desk)" where the server knows him by another name. */
void rgs_desk_person_words(char out[RGS_PERSON_WORDS], const struct rgs_person *p);
/* For a terminal: nothing in it may steer one. */
void rgs_desk_put(const char *text);

#endif
