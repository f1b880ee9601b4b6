/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for terminals: nothing from the wire may steer one, and columns line up for any script. */
#ifndef RGS_SINK_TEXT_H
#define RGS_SINK_TEXT_H

#include <stdio.h>

#include "base/bytes.h"

/* Columns that the text takes on a terminal (wide scripts take two). */
size_t rgs_text_width(struct rgs_bytes s);
/* What stands for a character where it would steer a reader's screen or eye. */
uint32_t rgs_text_tame(uint32_t cp);
/* Writes s cut at `columns` (SIZE_MAX: whole), control and direction characters replaced; returns
 * the columns. */
size_t rgs_text_put(FILE *out, struct rgs_bytes s, size_t columns);
/* The same, filled with spaces to exactly `columns`. */
void rgs_text_cell(FILE *out, struct rgs_bytes s, size_t columns, bool right);
/* Words of text from column `at` on, folded at `columns` and indented, with a new line at the end.
 * What stands in brackets is one word; a word that fits no line is broken. */
void rgs_text_fold(FILE *out, const char *text, unsigned indent, unsigned at, unsigned columns);
/* "2025-09-30 23:21:18" UTC of ns since the epoch; with_ns adds the fraction. */
void rgs_text_time(char out[40], int64_t ns, bool with_ns);
/* ", on trial: would give +31.0" behind a shadow rule; "" behind others. */
const char *rgs_text_trial(double shadow, char out[64]);
/* What lies between the sum of a typology's rules and its score, in words: below it, or above. */
const char *rgs_text_rest(double rest);

static inline struct rgs_bytes rgs_text(const char *s)
{
    return rgs_bytes(s, s ? strlen(s) : 0);
}

#endif
