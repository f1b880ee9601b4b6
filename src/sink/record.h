/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decode records: one line per operation, as JSON or as text. */
#ifndef RGS_SINK_RECORD_H
#define RGS_SINK_RECORD_H

#include <stdio.h>

#include "event/dissect.h"
#include "event/op_values.h"

void rgs_record_json(FILE *out, const struct rgs_show_conf *conf, const char *file,
                     const struct rgs_dissect *d, const struct rgs_op *op);
void rgs_record_text(FILE *out, const struct rgs_show_conf *conf, const struct rgs_op *op);

#endif
