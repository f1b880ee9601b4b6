/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML and SVG as the report needs them. */
#ifndef RGS_SINK_HTML_H
#define RGS_SINK_HTML_H

#include <stdio.h>

#include "sink/charts.h"

/* Text or an attribute's value: whatever the bytes are, they stay text. */
void rgs_html_text(FILE *out, const char *s);

/* The same, cut at so many characters. */
void rgs_html_short(FILE *out, const char *s, size_t most);

/* Figures, as inline SVG. Colours come from the page's style sheet. */
void rgs_svg_timeline(FILE *out, const struct rgs_chart *c);
void rgs_svg_waterfall(FILE *out, const struct rgs_result_typology *t);
void rgs_svg_block(FILE *out, const struct rgs_chart_block *b);

/* A row of a list of bars: label, length 0..1, and what it means. */
void rgs_html_bar(FILE *out, const char *label, double part, const char *value);

extern const char rgs_html_style[];

#endif
