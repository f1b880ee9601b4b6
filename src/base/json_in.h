/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON (RFC 8259) read from front to back without building anything: one string or number after the
 * other, with the name of its member and of what that stands in. Made to find members in bodies of
 * known shape; what is malformed ends the reading.
 */
#ifndef RGS_BASE_JSON_IN_H
#define RGS_BASE_JSON_IN_H

#include "base/reader.h"

enum { RGS_JSON_IN_DEPTH = 24 }; /* bodies of TS 29.5xx nest about ten */

struct rgs_json_in {
    struct rgs_reader r;
    struct rgs_bytes name; /* of the member whose value comes next */
    unsigned depth;
    struct rgs_bytes in[RGS_JSON_IN_DEPTH]; /* the names of the open objects and arrays */
};

/* A member of `object`; of a list, each value by itself under the list's name. Escapes stay. */
struct rgs_json_in_item {
    struct rgs_bytes object, name, value;
};

struct rgs_json_in rgs_json_in(struct rgs_bytes text);
/* False at the end, and where the text is none of JSON's. */
bool rgs_json_in_next(struct rgs_json_in *j, struct rgs_json_in_item *item);

#endif
