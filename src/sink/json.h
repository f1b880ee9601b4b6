/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes JSON: commas, escapes and numbers that are the same bytes everywhere. */
#ifndef RGS_SINK_JSON_H
#define RGS_SINK_JSON_H

#include <stdio.h>

#include "base/bytes.h"

enum { RGS_JSON_DEPTH = 16 };

struct rgs_json {
    FILE *out;
    unsigned depth;
    bool filled[RGS_JSON_DEPTH]; /* the container at this depth has an item */
    bool after_key;
};

void rgs_json_init(struct rgs_json *j, FILE *out);
void rgs_json_open(struct rgs_json *j, char bracket); /* '{' or '[' */
void rgs_json_close(struct rgs_json *j, char bracket);
void rgs_json_key(struct rgs_json *j, const char *key);
/* Any bytes: what is not UTF-8 becomes U+FFFD, control characters are escaped. */
void rgs_json_bytes(struct rgs_json *j, struct rgs_bytes s);
void rgs_json_string(struct rgs_json *j, const char *s); /* NULL: null */
void rgs_json_u64(struct rgs_json *j, uint64_t v);
void rgs_json_null(struct rgs_json *j);
/* With so many decimals, trailing zeros cut. */
void rgs_json_decimal(struct rgs_json *j, double v, int decimals);
/* ns since the epoch as seconds with nine decimals. */
void rgs_json_time(struct rgs_json *j, int64_t ns);

#endif
