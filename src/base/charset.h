/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coded character sets, as media types (RFC 2046 4.1.2) and data_coding (SMPP 3.4 5.2.19) name
 * them. */
#ifndef RGS_BASE_CHARSET_H
#define RGS_BASE_CHARSET_H

#include "base/bytes.h"

struct rgs_charset;

/* By its name or an alias in IANA's register of character sets (RFC 2978), in either case; NULL:
 * not known. UTF-8 and US-ASCII are none of these: there is nothing to be done for them. */
const struct rgs_charset *rgs_charset_named(struct rgs_bytes name);

/* Writes the text as UTF-8, at most three octets for each of in, and returns how many; U+FFFD for
 * what is no character of the set. */
size_t rgs_charset_utf8(const struct rgs_charset *c, struct rgs_bytes in, char *out);

#endif
