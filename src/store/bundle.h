/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of a rule set as one piece of bytes, whose SHA-256 is its address:
 *
 *     regsentry-rules 1
 *     NAME BYTES
 *     ...the file...
 *     NAME BYTES
 *     ...
 *
 * Names are relative to the folder, in the order in which the folder is read.
 */
#ifndef RGS_STORE_BUNDLE_H
#define RGS_STORE_BUNDLE_H

#include "classify/classify.h"
#include "rules/rules.h"
#include "store/chain.h"

enum {
    RGS_BUNDLE_FILES = 512,
    RGS_BUNDLE_NAME = 200,
    RGS_BUNDLE_MAX = 16 << 20, /* bytes; the shipped rules have 25 thousand */
};

/* Files below dir (as their names say), [own] freed with free(). NULL when memory is short, or they
 * are too many or too large, or a name is none that is fit. */
char *rgs_bundle_pack(const struct rgs_conf_file *files, size_t n, const char *dir, size_t *size);

struct rgs_bundle {
    struct rgs_conf_file *file; /* texts: [borrow] from the bytes */
    size_t n;
    char *names;
};

/* False: it is no bundle. */
bool rgs_bundle_open(struct rgs_bundle *b, struct rgs_bytes bytes);
void rgs_bundle_close(struct rgs_bundle *b);
/* Compiles a bundle's rules. NULL after errors, which are in diag. */
struct rgs_ruleset *rgs_bundle_ruleset(struct rgs_bytes bytes,
                                       const struct rgs_catalogue *catalogue,
                                       struct rgs_diag *diag);

#endif
