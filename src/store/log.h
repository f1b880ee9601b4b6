/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A log that the desks of a site share: a list of JSON lines beside the first shard, a chain
 * (store/chain.h) from its first line on. Each line says who wrote it, when and why:
 *
 *     {"n":1,"ts":..,"op":..,...,"by":..,"user":..,"note":..,"previous":..,"hash":..}
 */
#ifndef RGS_STORE_LOG_H
#define RGS_STORE_LOG_H

#include "conf/yaml.h"
#include "store/chain.h"
#include "store/desk.h"

enum { RGS_PERSON_MAX = 64, RGS_NOTE_MAX = 400, RGS_LOG_KEEP_S = 90 * 86400 };

/* A person: the name given, and the user that the server knows ("default": anybody). */
struct rgs_person {
    char by[RGS_PERSON_MAX + 1], user[RGS_PERSON_MAX + 1];
};
bool rgs_person_same(const struct rgs_person *a, const struct rgs_person *b);

/* What every line has. */
struct rgs_log_line {
    unsigned n;
    int64_t ts; /* ns, of the clock on the wall */
    struct rgs_person person;
    char note[RGS_NOTE_MAX + 1];
};

/* Members of a line; what is not there is empty, 0, or -1. */
void rgs_log_word(struct rgs_yaml_node *root, const char *key, char *out, size_t cap);
unsigned rgs_log_count(struct rgs_yaml_node *root, const char *key, struct rgs_diag *diag);
int rgs_log_choice(struct rgs_yaml_node *root, const char *key, const char *const *words);
void rgs_log_head(struct rgs_yaml_node *root, struct rgs_log_line *out, struct rgs_diag *diag);

/*
 * The next line of a log: proves it by the chain and has `fill` read it, which leaves its head in
 * *head. NULL, or what is wrong; what c is then does not count.
 */
typedef bool rgs_log_fill_fn(void *line, struct rgs_yaml_node *root, struct rgs_diag *diag);
const char *rgs_log_take(struct rgs_chain *c, struct rgs_bytes text, rgs_log_fill_fn *fill,
                         void *line, const struct rgs_log_line *head);
/* -EBADMSG, with the name of the line behind those of c. */
int rgs_log_broken(const char *title, const struct rgs_chain *c, const char *why, char *err,
                   size_t err_size);

/* ---- on the server ----------------------------------------------------------------------------
 */

struct rgs_log {
    const char *key;   /* "rulelog" */
    const char *title; /* "rules" */
};

/* Gives the lines behind the first `known` to take, which says 0 or -errno with a reason. */
typedef int rgs_log_take_fn(void *ctx, struct rgs_bytes line, char *err, size_t err_size);
int rgs_log_read(const struct rgs_log *log, struct rgs_desk *d, long known, rgs_log_take_fn *take,
                 void *ctx, char *err, size_t err_size);
/*
 * Adds a line that was closed behind c. 0; -EAGAIN: somebody else added one; -ERANGE: the site has
 * come to `at` already; or another -errno with a reason. at < 0: the line is of no event time.
 */
int rgs_log_add(const struct rgs_log *log, struct rgs_desk *d, const struct rgs_chain *c,
                const char *line, int64_t at, char *err, size_t err_size);
/* Who this connection is to the server. */
void rgs_desk_whoami(struct rgs_desk *d, char out[RGS_PERSON_MAX + 1]);

#endif
