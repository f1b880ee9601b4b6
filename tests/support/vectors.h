/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Third-party vectors: TSV rows of layer, hex, expected (key=value;...), source, read where they
 * lie. */
#ifndef RGS_TESTS_VECTORS_H
#define RGS_TESTS_VECTORS_H

#include "support/support.h"

struct rgs_vector {
    const char *layer;
    struct rgs_test_buf bytes;
    const char *expected;
    const char *source;
    unsigned line;
};

/* The folder of outside data, or NULL when it is not there (say so, and skip). */
const char *rgs_test_shared(void);

/* Calls fn for every row of vectors/NAME; returns the number of rows, or -1 when the file is not
 * there. */
int rgs_test_vectors(const char *name, void (*fn)(void *ctx, const struct rgs_vector *v),
                     void *ctx);

/* The unescaped value of a key in an expected column, in a static buffer; NULL when absent. */
const char *rgs_vector_value(const struct rgs_vector *v, const char *key);

#endif
