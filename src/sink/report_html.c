/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report as one file that a desk can mail: no scripts, no requests, every string escaped. */
#include <math.h>

#include "sink/html.h"
#include "sink/report.h"
#include "sink/text.h"

static void number(FILE *out, uint64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            fputc(',', out);
        fputc(digits[i], out);
    }
}

static void when(FILE *out, int64_t ts)
{
    char word[40];
    rgs_text_time(word, ts, false);
    fprintf(out, "%.16s", word);
}

static size_t count_of(const struct rgs_result *r, enum rgs_status s)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_resellers; i++)
        n += r->resellers[i].status == s;
    return n;
}

static void tile(FILE *out, uint64_t n, const char *class_name, const char *what)
{
    fprintf(out, "<div class=tile><b class=%s>", class_name);
    number(out, n);
    fprintf(out, "</b><span>%s</span></div>\n", what);
}

static void heading(FILE *out, const struct rgs_result *r)
{
    fputs("<h1>Resellers of numbers for registrations</h1>\n<p class=soft>", out);
    for (size_t i = 0; i < r->n_files && i < 4; i++) {
        fputs(i ? ", " : "", out);
        rgs_html_text(out, r->files[i]);
    }
    if (r->n_files > 4)
        fprintf(out, " and %zu more files", r->n_files - 4);
    if (r->packets) {
        fputs(" &middot; ", out);
        when(out, r->first_ts);
        fputs(" to ", out);
        when(out, r->last_ts);
        fputs(" UTC", out);
    }
    fputs("</p>\n<div class=tiles>\n", out);
    tile(out, count_of(r, RGS_STATUS_ALERT), "alert", "in alert");
    tile(out, count_of(r, RGS_STATUS_REVIEW), "review", "to review");
    tile(out, count_of(r, RGS_STATUS_CLEAR), "clear", "clear");
    tile(out, r->verifications, "ink", "verification codes");
    tile(out, r->operations, "ink", "operations");
    fputs("</div>\n", out);
}

static void title(FILE *out, const struct rgs_result_reseller *x)
{
    bool named = x->name && *x->name && strcmp(x->name, x->id) != 0;
    /* A name in another direction does not turn what stands beside it. */
    fputs("<bdi>", out);
    rgs_html_text(out, named ? x->name : x->id);
    fputs("</bdi>", out);
    if (named) {
        fputs(" <span class=soft>", out);
        rgs_html_text(out, x->id);
        fputs("</span>", out);
    }
    if (x->parent) {
        fputs(" <span class=soft>inside ", out);
        rgs_html_text(out, x->parent);
        fputs("</span>", out);
    }
}

static void shares(FILE *out, const struct rgs_result_reseller *x, size_t most)
{
    for (size_t i = 0; i < x->n_services && i < most; i++) {
        fputs(i ? ", " : "", out);
        rgs_html_text(out, x->services[i].id);
        if (x->verifications)
            fprintf(out, " %.0f&#8239;%%",
                    100.0 * (double)x->services[i].count / (double)x->verifications);
    }
}

static const struct rgs_result_rule *strongest(const struct rgs_result_reseller *x)
{
    const struct rgs_result_rule *best = NULL;
    for (size_t i = 0; x->n_typologies && i < x->typologies[0].n_rules; i++) {
        const struct rgs_result_rule *u = &x->typologies[0].rules[i];
        best = !best || u->weight > best->weight ? u : best;
    }
    return best;
}

static void row(FILE *out, const struct rgs_result_reseller *x, size_t i, bool linked)
{
    const char *word = rgs_status_word(x->status);
    const struct rgs_result_rule *why = x->status >= RGS_STATUS_REVIEW ? strongest(x) : NULL;

    fprintf(out,
            "<tr><td class=n><span class=score><i class=%s style=\"width:%.1f%%\"></i></span><span "
            "class=sn>%.1f"
            "</span></td><td class=\"st %s\">%s</td><td class=who>",
            word, x->score < 100 ? x->score : 100, x->score, word, word);
    if (linked)
        fprintf(out, "<a href=\"#r%zu\">", i);
    title(out, x);
    fputs(linked ? "</a></td><td class=n>" : "</td><td class=n>", out);
    number(out, x->numbers);
    fputs("</td><td class=n>", out);
    number(out, x->verifications);
    fputs("</td><td class=small>", out);
    shares(out, x, 3);
    fputs("</td><td class=small>", out);
    rgs_html_text(out, why ? why->why : "");
    fputs("</td></tr>\n", out);
}

static void ranking(FILE *out, const struct rgs_result *r)
{
    size_t insufficient = count_of(r, RGS_STATUS_INSUFFICIENT);

    if (r->n_resellers == insufficient) {
        fputs("<p>No reseller has enough numbers to be named.</p>\n", out);
        return;
    }
    fputs(
        "<div class=\"card scroll list\" id=list tabindex=0 role=region aria-label=\"Resellers by "
        "score\"><table><thead><tr><th scope=col>Score<th scope=col>Status<th scope=col>Reseller"
        "<th scope=col class=n>Numbers<th scope=col class=n>Codes<th scope=col>Most frequent "
        "services<th scope=col>Strongest reason</tr></thead><tbody>\n",
        out);
    for (size_t i = 0; i < r->n_resellers; i++) {
        const struct rgs_result_reseller *x = &r->resellers[i];
        if (x->status != RGS_STATUS_INSUFFICIENT)
            row(out, x, i, x->status >= RGS_STATUS_REVIEW);
    }
    fputs("</tbody></table></div>\n", out);
    if (insufficient)
        fprintf(out,
                "<p class=\"soft small\">%zu more below the minimum support %s not named.</p>\n",
                insufficient, insufficient == 1 ? "is" : "are");
}

static void origins(FILE *out, const struct rgs_result_reseller *x)
{
    char value[32];

    if (!x->n_origins)
        return;
    fputs("<figure><h3>Used from</h3>\n", out);
    for (size_t i = 0; i < x->n_origins; i++) {
        snprintf(value, sizeof(value), "%.0f %%", x->origins[i].share * 100);
        rgs_html_bar(out, x->origins[i].id, x->origins[i].share, value);
    }
    fputs("</figure>\n", out);
}

static void devices(FILE *out, const struct rgs_chart *c)
{
    uint32_t all = 0;
    char value[64];

    for (int t = 0; t < RGS_CHART_TIERS; t++)
        all += c->on_devices[t];
    if (!all)
        return;
    fputs("<figure><h3>Numbers by how many share their device</h3>\n", out);
    for (int t = 0; t < RGS_CHART_TIERS; t++) {
        if (!c->devices[t])
            continue;
        snprintf(value, sizeof(value), "%u number%s on %u device%s", c->on_devices[t],
                 c->on_devices[t] == 1 ? "" : "s", c->devices[t], c->devices[t] == 1 ? "" : "s");
        rgs_html_bar(out, rgs_chart_tiers[t], (double)c->on_devices[t] / all, value);
    }
    fputs("</figure>\n", out);
}

static void blocks(FILE *out, const struct rgs_chart *c)
{
    if (!c->n_blocks && !c->other_blocks)
        return;
    fputs("<figure class=wide><h3>Active parts of number blocks (a cell is 25 numbers in a row; "
          "the stronger, the more of them)</h3>\n<div class=blocks>\n",
          out);
    for (unsigned i = 0; i < c->n_blocks; i++)
        rgs_svg_block(out, &c->block[i]);
    fputs("</div>\n", out);
    if (c->other_numbers)
        fprintf(out, "<p class=\"soft small\">%s%u numbers in %u block%s that %s not drawn.</p>\n",
                c->n_blocks ? "And " : "", c->other_numbers, c->other_blocks,
                c->other_blocks == 1 ? "" : "s", c->other_blocks == 1 ? "is" : "are");
    fputs("</figure>\n", out);
}

static void reasons(FILE *out, const struct rgs_result_typology *t)
{
    fputs("<figure class=rules><table><thead><tr><th scope=col>Rule<th scope=col>What was seen"
          "<th scope=col class=n>Points</tr></thead><tbody>\n",
          out);
    double sum = 0;
    char trial[64];
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rgs_result_rule *u = &t->rules[i];
        sum += u->weight;
        fputs("<tr><td>", out);
        rgs_html_text(out, u->id);
        fprintf(out, ".%u <span class=soft>", u->rev);
        rgs_html_text(out, u->family);
        rgs_html_text(out, rgs_text_trial(u->shadow, trial));
        fputs("</span></td><td>", out);
        rgs_html_text(out, u->why);
        fprintf(out, "</td><td class=n>%+.1f</td></tr>\n", u->weight);
    }
    /* The waterfall's last step, in words. */
    double rest = t->score - sum;
    if (fabs(rest) >= 0.05)
        fprintf(out, "<tr class=soft><td></td><td>%s</td><td class=n>%+.1f</td></tr>\n",
                rgs_text_rest(rest), rest);
    fputs("</tbody></table></figure>\n", out);
}

static void history(FILE *out, const struct rgs_result *r, const struct rgs_result_reseller *x)
{
    fputs("<ul class=small>\n<li>", out);
    when(out, x->first_ts);
    fputs(" first code</li>\n", out);
    for (size_t i = 0; i < r->n_alerts; i++) {
        const struct rgs_result_alert *a = &r->alerts[i];
        if (strcmp(a->id, x->id) != 0)
            continue;
        fputs("<li>", out);
        when(out, a->ts);
        fprintf(out, " <span class=\"st %s\">%s</span>, ", rgs_status_word(a->level),
                rgs_status_word(a->level));
        rgs_html_text(out, a->typology);
        fprintf(out, " at %.1f", a->score);
        if (a->raised_as) {
            fputs(", told as ", out);
            rgs_html_text(out, a->raised_as);
        }
        fputs("</li>\n", out);
    }
    fputs("<li>", out);
    when(out, x->last_ts);
    fputs(" last code</li>\n</ul>\n", out);
}

static void reseller(FILE *out, const struct rgs_result *r, size_t i, const struct rgs_chart *c)
{
    const struct rgs_result_reseller *x = &r->resellers[i];
    const char *word = rgs_status_word(x->status);

    fprintf(out, "<section class=card id=r%zu>\n<div class=head><h2>", i);
    title(out, x);
    fprintf(out,
            "</h2><span class=\"big %s\">%s %.1f<a class=\"up-link soft\" href=\"#list\">to the "
            "list</a></span></div>\n<p class=soft>",
            word, word, x->score);
    number(out, x->numbers);
    fputs(" numbers took ", out);
    number(out, x->verifications);
    fputs(" codes. ", out);
    shares(out, x, 6);
    fputs("</p>\n<div class=figs>\n", out);
    if (c) {
        fputs("<figure class=\"wide scroll timeline\" tabindex=0 role=region aria-label=\"Codes "
              "over time\"><h3>Verification codes by service</h3>\n",
              out);
        rgs_svg_timeline(out, c);
        fputs("</figure>\n", out);
    }
    for (size_t k = 0; k < x->n_typologies; k++) {
        const struct rgs_result_typology *t = &x->typologies[k];
        bool titled = t->title && strcmp(t->title, t->id) != 0;
        fputs("<figure><h3>How the score comes about: ", out);
        rgs_html_text(out, titled ? t->title : t->id);
        if (titled) {
            fputs(" (", out);
            rgs_html_text(out, t->id);
            fputs(")", out);
        }
        fputs("</h3>\n", out);
        rgs_svg_waterfall(out, &x->typologies[k]);
        fputs("</figure>\n", out);
        reasons(out, &x->typologies[k]);
    }
    origins(out, x);
    if (c)
        devices(out, c);
    if (c)
        blocks(out, c);
    fputs("<figure><h3>What happened</h3>\n", out);
    history(out, r, x);
    fputs("</figure>\n", out);
    if (x->n_counterfactual) {
        fputs("<figure><h3>What would change it</h3>\n<ul class=small>\n", out);
        for (size_t k = 0; k < x->n_counterfactual; k++) {
            fputs("<li>", out);
            rgs_html_text(out, x->counterfactual[k]);
            fputs("</li>\n", out);
        }
        fputs("</ul></figure>\n", out);
    }
    fputs("</div></section>\n", out);
}

static void named(FILE *out, const char *what, const struct rgs_result_named *at, size_t n)
{
    if (!n)
        return;
    fprintf(out, "<p>%s: ", what);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ", " : "", out);
        rgs_html_text(out, at[i].name);
        fputc(' ', out);
        number(out, at[i].count);
    }
    fputs("</p>\n", out);
}

static void footer(FILE *out, const struct rgs_result *r)
{
    fputs("<footer>\n<p>Rules: ", out);
    rgs_html_text(out, r->ruleset_name ? r->ruleset_name : "none");
    fputs(", revision ", out);
    rgs_html_text(out, r->ruleset_revision ? r->ruleset_revision : "-");
    fputs(", SHA-256 ", out);
    rgs_html_text(out, r->ruleset_sha256 ? r->ruleset_sha256 : "-");
    fputs("</p>\n", out);
    named(out, "Damaged or unexpected input", r->anomalies, r->n_anomalies);
    named(out, "Passed over or evicted", r->dropped, r->n_dropped);
    fputs("<p>The report names resellers and clusters with the minimum support, never a single "
          "number, and holds no content of messages. A score is a reason to look, not a verdict. "
          "Times are UTC.</p>\n</footer>\n",
          out);
}

void rgs_report_html(FILE *out, const struct rgs_result *r, const struct rgs_charts *charts)
{
    fputs("<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
          "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
          "style-src 'unsafe-inline'\">\n"
          "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
          "<meta name=referrer content=no-referrer>\n",
          out);
    fprintf(out, "<title>regsentry: %zu in alert, %zu to review</title>\n<style>\n",
            count_of(r, RGS_STATUS_ALERT), count_of(r, RGS_STATUS_REVIEW));
    fputs(rgs_html_style, out);
    fputs("</style>\n</head>\n<body>\n<main>\n", out);
    heading(out, r);
    ranking(out, r);
    for (size_t i = 0; i < r->n_resellers; i++) {
        if (r->resellers[i].status >= RGS_STATUS_REVIEW)
            reseller(out, r, i, rgs_charts_of(charts, i));
    }
    footer(out, r);
    fputs("</main>\n</body>\n</html>\n", out);
}
