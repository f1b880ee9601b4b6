/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of an analysis for people and for programs. */
#ifndef RGS_SINK_REPORT_H
#define RGS_SINK_REPORT_H

#include <stdio.h>

#include "regsentry/result.h"

struct rgs_report_conf {
    unsigned columns; /* of the terminal; 80 to 100 are used */
    bool colour;
};

/* A ranked table with the reasons under each row. */
void rgs_report_text(FILE *out, const struct rgs_result *r, const struct rgs_report_conf *conf);
struct rgs_charts;
struct rgs_chart;
/* One file for a browser or a printer. charts may be NULL: then without those figures. */
void rgs_report_html(FILE *out, const struct rgs_result *r, const struct rgs_charts *charts);
/* All about line i in words: time line, evidence, contributions, what would change it. chart may be
 * NULL. */
void rgs_report_explain(FILE *out, const struct rgs_result *r, size_t i,
                        const struct rgs_chart *chart, const struct rgs_report_conf *conf);
/* One row per reseller, RFC 4180. */
void rgs_report_csv(FILE *out, const struct rgs_result *r);

#endif
