/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a result, told at length. */
#include <math.h>

#include "sink/charts.h"
#include "sink/report.h"
#include "sink/text.h"

enum { INDENT = 4, POINTS = 8, STAMP = 18 };

struct page {
    FILE *out;
    unsigned columns;
    bool colour;
};

static void head(const struct page *p, const char *title)
{
    fprintf(p->out, "\n%s%s%s\n", p->colour ? "\033[1m" : "", title, p->colour ? "\033[0m" : "");
}

static void say(const struct page *p, const char *text)
{
    fprintf(p->out, "%*s", INDENT, "");
    rgs_text_fold(p->out, text, INDENT, INDENT, p->columns);
}

static void when(const struct page *p, int64_t ts)
{
    char word[40];
    rgs_text_time(word, ts, false);
    fprintf(p->out, "%*s%.16s  ", INDENT, "", word);
}

static void crossed(const struct page *p, const struct rgs_result_alert *a)
{
    char line[1024];
    size_t n = (size_t)snprintf(line, sizeof(line), "%s: %.60s reached %.1f",
                                rgs_status_word(a->level), a->typology, a->score);

    for (size_t i = 0; i < a->n_rules && n < sizeof(line) - 64; i++)
        n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%.50s%s", i ? " " : " (", a->rules[i],
                              i + 1 == a->n_rules ? ")" : "");
    when(p, a->ts);
    rgs_text_fold(p->out, line, INDENT + STAMP, INDENT + STAMP, p->columns);
}

/* Eighths of a line, by the share of the greatest. */
static void spark(const struct page *p, const struct rgs_chart *c)
{
    static const char *const tones[] = {"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint32_t all[RGS_CHART_STEPS] = {0}, most = 1;
    char from[40], to[40];

    for (unsigned i = 0; i < c->n_steps; i++) {
        for (unsigned s = 0; s <= RGS_CHART_SERVICES; s++)
            all[i] += c->codes[s][i];
        most = all[i] > most ? all[i] : most;
    }
    rgs_text_time(from, c->from, false);
    rgs_text_time(to, c->from + c->step * c->n_steps, false);
    fprintf(p->out, "\n%*s", INDENT, "");
    for (unsigned i = 0; i < c->n_steps; i++)
        fputs(tones[all[i] ? 1 + (all[i] - 1) * 8 / most : 0], p->out);
    fprintf(p->out, "\n%*scodes from %.10s to %.10s, %lld hours a step, %u at most\n", INDENT, "",
            from, to, (long long)(c->step / 3600 / 1000000000), most);
}

static void timeline(const struct page *p, const struct rgs_result *r,
                     const struct rgs_result_reseller *x, const struct rgs_chart *chart)
{
    head(p, "What happened");
    when(p, x->first_ts);
    fputs("first code\n", p->out);
    for (size_t i = 0; i < r->n_alerts; i++) {
        const struct rgs_result_alert *a = &r->alerts[i];
        if (strcmp(a->id, x->id) != 0)
            continue;
        crossed(p, a);
    }
    when(p, x->last_ts);
    fputs("last code\n", p->out);
    if (chart)
        spark(p, chart);
}

static void service(const struct page *p, const struct rgs_result_reseller *x, const char *id,
                    uint64_t count)
{
    double share = x->verifications ? (double)count / (double)x->verifications * 100 : 0;

    fprintf(p->out, "%*s%7llu  %4.1f %%  ", INDENT, "", (unsigned long long)count, share);
    rgs_text_put(p->out, rgs_text(id), 40);
    fputc('\n', p->out);
}

static void evidence(const struct page *p, const struct rgs_result_reseller *x,
                     const struct rgs_chart *chart)
{
    char line[512];

    head(p, "What was counted");
    snprintf(line, sizeof(line), "%llu numbers took %llu verification codes.",
             (unsigned long long)x->numbers, (unsigned long long)x->verifications);
    say(p, line);
    uint64_t rest = x->verifications;
    for (size_t i = 0; i < x->n_services; i++) {
        service(p, x, x->services[i].id, x->services[i].count);
        rest -= x->services[i].count < rest ? x->services[i].count : rest;
    }
    if (x->n_services && rest)
        service(p, x, "other services", rest);
    for (size_t i = 0; i < x->n_origins; i++) {
        snprintf(line, sizeof(line), "Used from %.8s: %.0f %%", x->origins[i].id,
                 x->origins[i].share * 100);
        say(p, line);
    }
    for (int t = 0; chart && t < RGS_CHART_TIERS; t++) {
        if (!chart->devices[t])
            continue;
        snprintf(line, sizeof(line),
                 "%u of its numbers on devices that carry %s of them: %u device%s",
                 chart->on_devices[t], rgs_chart_tiers[t], chart->devices[t],
                 chart->devices[t] == 1 ? "" : "s");
        say(p, line);
    }
}

static void typology(const struct page *p, const struct rgs_result_typology *t)
{
    char title[128], why[600], trial[64];
    double sum = 0;

    snprintf(title, sizeof(title), "Why: %.60s, %.1f points", t->id, t->score);
    head(p, title);
    if (t->title && strcmp(t->title, t->id) != 0)
        say(p, t->title);
    for (size_t i = 0; i < t->n_rules; i++) {
        const struct rgs_result_rule *u = &t->rules[i];
        sum += u->weight;
        fprintf(p->out, "%*s%+*.1f  ", INDENT, "", POINTS - 2, u->weight);
        snprintf(why, sizeof(why), "%.400s [%.40s.%u %.40s%s]", u->why, u->id, u->rev, u->family,
                 rgs_text_trial(u->shadow, trial));
        rgs_text_fold(p->out, why, INDENT + POINTS, INDENT + POINTS, p->columns);
    }
    if (fabs(sum - t->score) < 0.05)
        return;
    fprintf(p->out, "%*s%+*.1f  ", INDENT, "", POINTS - 2, t->score - sum);
    rgs_text_fold(p->out, rgs_text_rest(t->score - sum), INDENT + POINTS, INDENT + POINTS,
                  p->columns);
}

void rgs_report_explain(FILE *out, const struct rgs_result *r, size_t i,
                        const struct rgs_chart *chart, const struct rgs_report_conf *conf)
{
    const struct rgs_result_reseller *x = &r->resellers[i];
    unsigned columns = conf->columns < 80 ? 80 : conf->columns > 100 ? 100 : conf->columns;
    const struct page page = {out, columns, conf->colour}, *p = &page;

    if (p->colour)
        fputs("\033[1m", out);
    rgs_text_put(out, rgs_text(x->id), 60);
    if (x->name) {
        fputs("  ", out);
        rgs_text_put(out, rgs_text(x->name), 60);
    }
    fprintf(out, "%s\n", p->colour ? "\033[0m" : "");
    if (x->status == RGS_STATUS_INSUFFICIENT) {
        say(p, "It has too few numbers with codes to be scored: nothing is said about it.");
        return;
    }
    fprintf(out, "%*s%s, score %.1f of 100", INDENT, "", rgs_status_word(x->status), x->score);
    if (x->parent) {
        fputs(", inside ", out);
        rgs_text_put(out, rgs_text(x->parent), 60);
    }
    fputc('\n', out);
    timeline(p, r, x, chart);
    evidence(p, x, chart);
    for (size_t k = 0; k < x->n_typologies; k++)
        typology(p, &x->typologies[k]);
    if (x->n_typologies == 0) {
        head(p, "Why");
        say(p, "No typology found anything in it.");
    }
    if (x->n_counterfactual)
        head(p, "What would change it");
    for (size_t k = 0; k < x->n_counterfactual; k++)
        say(p, x->counterfactual[k]);
}
