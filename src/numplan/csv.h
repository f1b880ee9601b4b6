/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comma-separated rows (RFC 4180) with the place of every cell, so that errors can point at it. */
#ifndef RGS_NUMPLAN_CSV_H
#define RGS_NUMPLAN_CSV_H

#include "conf/diag.h"

enum { RGS_CSV_CELLS = 16 };

struct rgs_csv_cell {
    const char *text; /* NUL-terminated, in the pool; white space around unquoted text is gone */
    size_t n;
    struct rgs_mark at;
};

struct rgs_csv {
    const struct rgs_conf_file *file;
    size_t pos;
    unsigned line, col;
    char *pool; /* unquoted cells, taken by rgs_csv_init() */
    size_t used;
    struct rgs_csv_cell cell[RGS_CSV_CELLS];
    unsigned n;
};

/* A byte order mark is passed over. The pool is the caller's: rgs_csv_pool() bytes that outlive the
 * cells. */
size_t rgs_csv_pool(const struct rgs_conf_file *file);
void rgs_csv_init(struct rgs_csv *c, const struct rgs_conf_file *file, char *pool);
/* The next row that is not empty; false at the end. Errors are reported and the row's rest is
 * passed over. */
bool rgs_csv_row(struct rgs_csv *c, struct rgs_diag *diag);

#endif
