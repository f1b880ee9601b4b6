/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers with a decimal point, whatever the locale of the process: a program that embeds the
 * library may have chosen one with a comma.
 */
#ifndef RGS_BASE_REAL_H
#define RGS_BASE_REAL_H

#include "base/bytes.h"

/* Writes v with so many decimals and a NUL, cut at cap; returns the length that is there. */
size_t rgs_real_fixed(char *out, size_t cap, double v, int decimals);
/* With as many digits as tell it from every other double. */
size_t rgs_real_exact(char *out, size_t cap, double v);
/* The number at the start of s (NUL-ended), as strtod() reads it in the C locale; *used: how much
 * of s it is, 0 when there is none or it is longer than any that people write. */
double rgs_real_read(const char *s, size_t *used);

#endif
