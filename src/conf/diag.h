/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors of configuration and rules: collected, with file, line, column and a caret under the place. */
#ifndef RGS_CONF_DIAG_H
#define RGS_CONF_DIAG_H

#include "base/alloc.h"
#include "base/bytes.h"

/* A file that a shell has read; name is for messages. Both are borrowed. */
struct rgs_conf_file {
    const char *name;
    struct rgs_bytes text;
};

/* A place in a file; line and column from 1, 0 when the error has no place. */
struct rgs_mark {
    const struct rgs_conf_file *file;
    unsigned line, col;
};

struct rgs_diag {
    const struct rgs_alloc *alloc;
    char *text; /* rendered messages, one after the other; NULL when there is none */
    size_t len, cap;
    unsigned errors, warnings;
};

void rgs_diag_init(struct rgs_diag *d, const struct rgs_alloc *alloc);
void rgs_diag_fini(struct rgs_diag *d);

/* "file:line:col: error: message", the line, and a caret. At most 200 messages are kept, all are counted. */
__attribute__((format(printf, 3, 4))) void rgs_diag_error(struct rgs_diag *d, struct rgs_mark at,
                                                           const char *fmt, ...);
__attribute__((format(printf, 3, 4))) void rgs_diag_warning(struct rgs_diag *d, struct rgs_mark at,
                                                             const char *fmt, ...);

#endif
