/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode records: one line per operation, as JSON or as text. */
#ifndef RGS_SINK_RECORD_H
#define RGS_SINK_RECORD_H

#include <stdio.h>

#include "event/dissect.h"

struct rgs_token_key;

struct rgs_record_conf {
    const struct rgs_token_key *key; /* identifiers leave as tokens under it */
    bool clear; /* laboratories, on files only: identifiers and text as they are */
};

void rgs_record_json(FILE *out, const struct rgs_record_conf *conf, const char *file,
                     const struct rgs_dissect *d, const struct rgs_op *op);
void rgs_record_text(FILE *out, const struct rgs_record_conf *conf, const char *file,
                     const struct rgs_dissect *d, const struct rgs_op *op);

#endif
