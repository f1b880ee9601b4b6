/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of an analysis for people and for programs. */
#ifndef RGS_SINK_REPORT_H
#define RGS_SINK_REPORT_H

#include <stdio.h>

#include "rules/result.h"

struct rgs_report_conf {
    unsigned columns; /* of the terminal; 80 to 100 are used */
    bool colour;
};

/* A ranked table with the reasons under each row. */
void rgs_report_text(FILE *out, const struct rgs_result *r, const struct rgs_report_conf *conf);
/* The interface "analyze result", one line. */
void rgs_report_json(FILE *out, const struct rgs_result *r);
/* One row per reseller, RFC 4180. */
void rgs_report_csv(FILE *out, const struct rgs_result *r);

const char *rgs_status_word(enum rgs_status s);

#endif
