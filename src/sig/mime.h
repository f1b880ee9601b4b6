/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies of several parts (RFC 2046 5.1), as SIP and HTTP carry them. */
#ifndef RGS_SIG_MIME_H
#define RGS_SIG_MIME_H

#include "base/cursor.h"

enum { RGS_MIME_PARTS = 16, RGS_MIME_BOUNDARY = 70 /* RFC 2046 5.1.1 */ };

struct rgs_mime {
    struct rgs_bytes rest;
    char mark[RGS_MIME_BOUNDARY + 3]; /* "--boundary" */
    size_t mark_n;
    unsigned parts;
};

struct rgs_mime_part {
    struct rgs_bytes type, body;
};

/* The value of a ";name=value" or ",name=value" parameter of a header, quotes taken off; empty when
 * absent. */
struct rgs_bytes rgs_mime_parameter(struct rgs_bytes header, const char *name);
/* Is the media type this one (small letters), whatever its parameters? */
bool rgs_mime_is(struct rgs_bytes type, const char *word);
/* False when the type names no boundary; an empty type takes the first line of the body for it. */
bool rgs_mime_open(struct rgs_mime *m, struct rgs_bytes type, struct rgs_bytes body);
/* The next part; false behind the last. */
bool rgs_mime_next(struct rgs_mime *m, struct rgs_mime_part *part);
/* The content of a message/cpim (RFC 3862 2): its own headers stand in front of a part. */
bool rgs_mime_unwrap(struct rgs_bytes body, struct rgs_mime_part *part);

#endif
