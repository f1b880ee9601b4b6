/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors of configuration and rules: collected, with file, line, column and a caret under the
 * place. */
#ifndef RGS_CONF_DIAG_H
#define RGS_CONF_DIAG_H

#include "base/alloc.h"
#include "base/bytes.h"
#include "regsentry/config.h"

/* A place in a file; line and column from 1, 0 when the error has no place. */
struct rgs_mark {
    const struct rgs_conf_file *file;
    unsigned line, col;
};

/* "file:line:col: error: message", the line, and a caret. */
__attribute__((format(printf, 3, 4))) void rgs_diag_error(struct rgs_diag *d, struct rgs_mark at,
                                                          const char *fmt, ...);
__attribute__((format(printf, 3, 4))) void rgs_diag_warning(struct rgs_diag *d, struct rgs_mark at,
                                                            const char *fmt, ...);

/* Further messages are counted only, and need not be thought of. */
bool rgs_diag_full(const struct rgs_diag *d);

#endif
