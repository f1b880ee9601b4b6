/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of the report. Nothing here has a size of its own: the page scales the view box. */
#include <math.h>

#include "sink/html.h"
#include "sink/text.h"

#define HOUR (INT64_C(3600) * 1000000000)

/* ---- codes over time --------------------------------------------------------------------------
 * All codes as bars, and below them a row for each service: who mixes services evenly is seen at
 * once, which stacked colours would hide.
 */

enum { T_WIDTH = 900, T_LEFT = 96, T_RIGHT = 40, T_TOP = 8, T_PLOT = 96, T_ROW = 15, T_DATES = 22 };
enum { T_DAY = 34, T_HOUR = 66 }; /* how wide a date is written */

/* The least round number that is not below v. */
static uint32_t round_up(uint32_t v)
{
    static const uint32_t steps[] = {1, 2, 4, 6, 8};
    for (uint32_t ten = 1; ten < 100000000; ten *= 10) {
        for (int i = 0; i < 5; i++) {
            if (steps[i] * ten >= v)
                return steps[i] * ten;
        }
    }
    return v;
}

static void day_word(char out[40], int64_t ts, int64_t step)
{
    char time[40];
    rgs_text_time(time, ts, false);
    /* "2026-03-14 04:55:09": month and day, with the hour where steps are shorter than a day */
    snprintf(out, 40, step < 24 * HOUR ? "%.11s" : "%.5s", time + 5);
}

/* From one date of the axis to the next: round, and at most eight of them. */
static int64_t between_dates(int64_t span)
{
    static const int hours[] = {1, 2, 3, 6, 12, 24, 48, 72, 96, 168, 336, 720, 1440};
    enum { N = sizeof(hours) / sizeof(hours[0]) };
    unsigned i = 0;

    while (i + 1 < N && hours[i] * HOUR * 8 < span)
        i++;
    return hours[i] * HOUR;
}

static void axes(FILE *out, const struct rgs_chart *c, uint32_t top, int bottom)
{
    const double width = T_WIDTH - T_LEFT - T_RIGHT;
    char word[40];

    for (unsigned i = 0; i <= 2; i++) {
        double y = T_TOP + T_PLOT * (2.0 - i) / 2;
        if (top * i % 2)
            continue;
        fprintf(out,
                "<line class=%s x1=%d x2=%d y1=%.1f y2=%.1f /><text x=%d y=%.1f "
                "text-anchor=end>%u</text>\n",
                i ? "grid" : "axis", T_LEFT, T_WIDTH - T_RIGHT, y, y, T_LEFT - 6, y + 4,
                top * i / 2);
    }
    int64_t end = c->from + c->step * c->n_steps, every = between_dates(end - c->from);
    int64_t day = c->from - c->from % (24 * HOUR);
    for (int64_t ts = every < 24 * HOUR ? c->from - c->from % every : day; ts < end; ts += every) {
        if (ts < c->from)
            continue;
        double x = T_LEFT + width * (double)(ts - c->from) / (double)(end - c->from);
        if (x + (every < 24 * HOUR ? T_HOUR : T_DAY) > T_WIDTH)
            break;
        day_word(word, ts, every);
        fprintf(out, "<line class=axis x1=%.1f x2=%.1f y1=%d y2=%d /><text x=%.1f y=%d>%s</text>\n",
                x, x, bottom, bottom + 4, x, bottom + 16, word);
    }
}

/* Four tones up to the densest cell; a row of others may be denser than that. */
static unsigned shade(uint32_t n, uint32_t most)
{
    unsigned tone = 1 + (unsigned)((uint64_t)(n - 1) * 4 / (most > 4 ? most : 4));
    return tone < 4 ? tone : 4;
}

static void service_row(FILE *out, const struct rgs_chart *c, unsigned s, uint32_t most,
                        uint64_t sum, int y)
{
    const char *name = s < c->n_services ? c->service[s] : "others";
    const double bar = (T_WIDTH - T_LEFT - T_RIGHT) / (double)c->n_steps;
    char word[40];

    fprintf(out, "<text class=ink x=0 y=%d>", y + 11);
    rgs_html_short(out, name, 15);
    fprintf(out, "</text><text x=%d y=%d text-anchor=end>%llu</text>", T_WIDTH, y + 11,
            (unsigned long long)sum);
    fprintf(out, "<rect class=m0 x=%d y=%d width=%d height=%d />\n", T_LEFT, y + 1,
            T_WIDTH - T_LEFT - T_RIGHT, T_ROW - 3);
    for (unsigned i = 0; i < c->n_steps; i++) {
        uint32_t n = c->codes[s][i];
        if (!n)
            continue;
        day_word(word, c->from + c->step * i, c->step);
        fprintf(out, "<rect class=m%u x=%.1f y=%d width=%.1f height=%d><title>%s, ", shade(n, most),
                T_LEFT + bar * i, y + 1, bar - 0.5, T_ROW - 3, word);
        rgs_html_text(out, name);
        fprintf(out, ": %u</title></rect>\n", n);
    }
}

void rgs_svg_timeline(FILE *out, const struct rgs_chart *c)
{
    const double bar = (T_WIDTH - T_LEFT - T_RIGHT) / (double)c->n_steps;
    uint64_t sum[RGS_CHART_SERVICES + 1] = {0};
    uint32_t all[RGS_CHART_STEPS] = {0}, most = 1, cell = 1;
    unsigned rows = 0;
    char word[40];

    for (unsigned s = 0; s <= RGS_CHART_SERVICES; s++) {
        for (unsigned i = 0; i < c->n_steps; i++) {
            all[i] += c->codes[s][i];
            sum[s] += c->codes[s][i];
            cell = s < RGS_CHART_SERVICES && c->codes[s][i] > cell ? c->codes[s][i] : cell;
        }
        rows += sum[s] > 0;
    }
    for (unsigned i = 0; i < c->n_steps; i++)
        most = all[i] > most ? all[i] : most;
    uint32_t top = round_up(most);
    int bottom = T_TOP + T_PLOT + 8 + (int)rows * T_ROW;
    fprintf(out,
            "<svg viewBox=\"0 0 %d %d\" role=img aria-label=\"codes over time, by service\">\n",
            T_WIDTH, bottom + T_DATES);
    axes(out, c, top, bottom);
    for (unsigned i = 0; i < c->n_steps; i++) {
        double h = (double)T_PLOT * all[i] / top;
        if (!all[i])
            continue;
        day_word(word, c->from + c->step * i, c->step);
        fprintf(out,
                "<rect class=total x=%.1f y=%.1f width=%.1f height=%.1f><title>%s: %u codes"
                "</title></rect>\n",
                T_LEFT + bar * i + bar * 0.08, T_TOP + T_PLOT - h, bar * 0.84, h, word, all[i]);
    }
    int y = T_TOP + T_PLOT + 8;
    for (unsigned s = 0; s <= RGS_CHART_SERVICES; s++) {
        if (!sum[s])
            continue;
        service_row(out, c, s, cell, sum[s], y);
        y += T_ROW;
    }
    fputs("</svg>\n", out);
}

/* ---- how the score comes about ----------------------------------------------------------------
 */

enum { W_WIDTH = 440, W_ROW = 24, W_LEFT = 52, W_RIGHT = 46 };

struct scale {
    double low, unit; /* points at the left edge, pixels per point */
};

static void step(FILE *out, const struct scale *s, unsigned row, const char *class_name,
                 const char *label, double from, double to, const char *title)
{
    double left = W_LEFT + ((from < to ? from : to) - s->low) * s->unit;
    double width = fabs(to - from) * s->unit;
    double y = row * W_ROW;

    fprintf(out, "<text class=ink x=0 y=%.1f>", y + 15);
    rgs_html_text(out, label);
    fprintf(out, "</text><rect class=%s x=%.1f y=%.1f width=%.1f height=%d rx=2><title>",
            class_name, left, y + 4, width > 1.5 ? width : 1.5, W_ROW - 9);
    rgs_html_text(out, title);
    bool total = strcmp(class_name, "total") == 0;
    fprintf(out, "</title></rect><text x=%.1f y=%.1f>%s%.1f</text>\n",
            left + (width > 1.5 ? width : 1.5) + 5, y + 15,
            total       ? ""
            : to < from ? "\xe2\x88\x92"
                        : "+",
            total ? to : fabs(to - from));
}

void rgs_svg_waterfall(FILE *out, const struct rgs_result_typology *t)
{
    double at = 0, high = t->score, low = 0;
    unsigned row = 0;

    for (size_t i = 0; i < t->n_rules; i++) {
        at += t->rules[i].weight;
        high = at > high ? at : high;
        low = at < low ? at : low;
    }
    double rest = t->score - at;
    bool adjusted = fabs(rest) >= 0.05;
    unsigned rows = (unsigned)t->n_rules + 1 + adjusted;
    const struct scale s = {low, (W_WIDTH - W_LEFT - W_RIGHT) / (high > low ? high - low : 1)};
    fprintf(out,
            "<svg viewBox=\"0 0 %d %u\" role=img aria-label=\"what each rule adds to the "
            "score\">\n",
            W_WIDTH, rows * W_ROW + 4);
    double zero = W_LEFT - low * s.unit;
    fprintf(out, "<line class=axis x1=%.1f x2=%.1f y1=0 y2=%u />\n", zero, zero, rows * W_ROW);
    at = 0;
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rgs_result_rule *r = &t->rules[i];
        step(out, &s, row++, r->weight < 0 ? "down" : "up", r->id, at, at + r->weight, r->why);
        at += r->weight;
    }
    if (adjusted)
        step(out, &s, row++, "s6", rest < 0 ? "limits" : "before", at, t->score,
             rgs_text_rest(rest));
    step(out, &s, row, "total", "score", 0, t->score, "the score of this typology");
    fputs("</svg>\n", out);
}

/* ---- which parts of a block are active --------------------------------------------------------
 */

enum { B_SIDE = 20, B_CELL = 10, B_TOP = 16 };

void rgs_svg_block(FILE *out, const struct rgs_chart_block *b)
{
    fprintf(out,
            "<svg viewBox=\"0 0 %d %d\" role=img aria-label=\"active cells of a number block\">\n"
            "<text class=ink x=0 y=11>+%llu&#8201;xxxx: %u numbers</text>\n",
            B_SIDE * B_CELL, B_SIDE * B_CELL + B_TOP, (unsigned long long)b->prefix, b->numbers);
    for (int i = 0; i < RGS_CHART_CELLS; i++) {
        unsigned n = b->cell[i];
        int tone = n == 0 ? 0 : n < 5 ? 1 : n < 10 ? 2 : n < 18 ? 3 : 4;
        fprintf(out, "<rect class=m%d x=%d y=%d width=%d height=%d />\n", tone, i % B_SIDE * B_CELL,
                i / B_SIDE * B_CELL + B_TOP, B_CELL - 1, B_CELL - 1);
    }
    fputs("</svg>\n", out);
}
