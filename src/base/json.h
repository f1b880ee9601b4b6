/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes JSON: commas, escapes and numbers that are the same bytes everywhere, in any locale. */
#ifndef RGS_BASE_JSON_H
#define RGS_BASE_JSON_H

#include "base/bytes.h"

enum { RGS_JSON_DEPTH = 16, RGS_JSON_BUFFER = 1024 };

struct rgs_json {
    rgs_write_fn *write;
    void *ctx;
    unsigned depth;
    bool filled[RGS_JSON_DEPTH]; /* the container at this depth has an item */
    bool after_key;
    size_t n;
    char buf[RGS_JSON_BUFFER]; /* not written yet */
};

void rgs_json_init(struct rgs_json *j, rgs_write_fn *write, void *ctx);
/* Writes what is held back; due at the end. */
void rgs_json_flush(struct rgs_json *j);
void rgs_json_open(struct rgs_json *j, char bracket); /* '{' or '[' */
void rgs_json_close(struct rgs_json *j, char bracket);
/* The end of a line. */
void rgs_json_line(struct rgs_json *j);
void rgs_json_key(struct rgs_json *j, const char *key);
/* A key that is a constant of ours and needs no escape, made ready: "key": and how long that is. */
struct rgs_json_label {
    char text[23];
    uint8_t n;
};
#define RGS_JSON_LABEL(key)                                                                        \
    {                                                                                              \
        "\"" key "\":", sizeof("\"" key "\":") - 1                                                 \
    }
void rgs_json_label(struct rgs_json *j, const struct rgs_json_label *label);
/* Any bytes: what is not UTF-8 becomes U+FFFD, control characters are escaped. */
void rgs_json_bytes(struct rgs_json *j, struct rgs_bytes s);
void rgs_json_plain(struct rgs_json *j, struct rgs_bytes s); /* text of ours without escapes */
void rgs_json_string(struct rgs_json *j, const char *s);     /* NULL: null */
void rgs_json_u64(struct rgs_json *j, uint64_t v);
void rgs_json_null(struct rgs_json *j);
/* With so many decimals, trailing zeros cut. */
void rgs_json_decimal(struct rgs_json *j, double v, int decimals);
/* ns since the epoch as seconds with nine decimals. */
void rgs_json_time(struct rgs_json *j, int64_t ns);

#endif
