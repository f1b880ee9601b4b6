/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shipped rules, read from the source tree as a shell reads them. */
#ifndef RGS_TESTS_RULES_H
#define RGS_TESTS_RULES_H

#include "conf/diag.h"

struct rgs_test_files {
    struct rgs_conf_file *file;
    size_t n;
};

/* All .yaml files of these folders below rules/, in the order of their names; aborts when there are
 * none. */
struct rgs_test_files rgs_test_rules(const char *const *folders);
void rgs_test_files_free(struct rgs_test_files *f);
/* The whole of a file, NUL-terminated; NULL when it cannot be read. */
char *rgs_test_slurp(const char *path, size_t *n);

#endif
