/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_TESTS_PERMUTE_H
#define RGS_TESTS_PERMUTE_H

#include <stdbool.h>
#include <stddef.h>

/* The next permutation in lexical order; false after the last. Start with ascending values. */
bool rgs_test_permute(unsigned *p, size_t n);

#endif
