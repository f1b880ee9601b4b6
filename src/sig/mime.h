/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies of several parts (RFC 2046 5.1), as SIP and HTTP carry them. */
#ifndef RGS_SIG_MIME_H
#define RGS_SIG_MIME_H

#include "base/cursor.h"
#include "event/dissect.h"

enum { RGS_MIME_PARTS = 16, RGS_MIME_BOUNDARY = 70 /* RFC 2046 5.1.1 */ };

struct rgs_mime {
    struct rgs_bytes rest;
    char mark[RGS_MIME_BOUNDARY + 3]; /* "--boundary" */
    size_t mark_n;
    unsigned parts;
};

struct rgs_mime_part {
    struct rgs_bytes type, encoding, coding, body; /* of transfer, of content */
};

/* The next header with the lines folded into it (RFC 5322 2.2.3, RFC 3261 7.3.1): a folded value
 * runs on over the line end. Empty at the end of the headers; false at the end of *rest. */
bool rgs_mime_next_header(struct rgs_bytes *rest, struct rgs_bytes *line);
/* Without blanks at both ends, also those of a line end that it is folded at. */
struct rgs_bytes rgs_mime_unfolded(struct rgs_bytes s);

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
/* The body with its Content-Transfer-Encoding (RFC 2045 6: base64, quoted-printable) taken off, in
 * memory of the frame. */
struct rgs_bytes rgs_mime_content(struct rgs_dissect *d, const struct rgs_mime_part *part);

/* The body with its Content-Encoding (RFC 9110 8.4.1, RFC 3261 20.12: gzip, deflate) taken off, in
 * memory of the frame. False, with an anomaly: another one, a broken one, or more than `most`. */
bool rgs_mime_unpack(struct rgs_dissect *d, struct rgs_bytes coding, size_t most,
                     struct rgs_bytes *body);
/* The text of a page in UTF-8, as far as a message needs it: tags, comments, scripts and styles
 * left out, lines broken where br, p, div, li and tr stand, the references of RFC 1866 9.7.1 and
 * those by number undone, other blanks as one. Writes at most in.n octets and returns how many. */
size_t rgs_mime_html(struct rgs_bytes in, char *out);

#endif
