/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts whose words or digits are hidden from a reader of bytes: invisible characters between
 * letters (bidirectional marks around numbers, zero-width characters against filters), blanks of
 * typographers, fullwidth Latin letters, accents as characters of their own, and entities of HTML
 * that a web site forgot to turn back.
 */
#ifndef RGS_CLASSIFY_PLAIN_H
#define RGS_CLASSIFY_PLAIN_H

#include "base/bytes.h"

/* Is there anything of that in the text? Most have nothing, and are read where they lie. */
bool rgs_plain_needed(struct rgs_bytes t);
/*
 * The text without it in `out`, never longer than it was, and for each byte of `out`, and its end,
 * where that stood (`from`, may be NULL); both have room for t.n + 1. Returns the new length.
 */
size_t rgs_plain(struct rgs_bytes t, uint8_t *out, uint16_t *from);

#endif
