/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "sink/report.h"
#include "sink/text.h"

enum { BAR = 10, NUMBERS = 8, CODES = 9, STATUS = 13, INDENT = 5 };

struct page {
    FILE *out;
    unsigned columns;
    bool colour;
};

static const char *tone(const struct page *p, enum rgs_status s)
{
    static const char *const tones[] = {"\033[2m", "\033[32m", "\033[33m", "\033[1;31m"};
    return p->colour ? tones[s] : "";
}

static const char *plain(const struct page *p)
{
    return p->colour ? "\033[0m" : "";
}

static const char *dim(const struct page *p)
{
    return p->colour ? "\033[2m" : "";
}

static const char *bold(const struct page *p)
{
    return p->colour ? "\033[1m" : "";
}

/* 12345 as "12,345". */
static const char *grouped(char out[32], uint64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v);
    char *o = out;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            *o++ = ',';
        *o++ = digits[i];
    }
    *o = '\0';
    return out;
}

static void bar(const struct page *p, double score, enum rgs_status s)
{
    int full = (int)lround(score * BAR / 100);
    fputs(tone(p, s), p->out);
    for (int i = 0; i < BAR; i++)
        fputs(i < full ? "█" : "░", p->out);
    fprintf(p->out, " %5.1f%s", score, plain(p));
}

/* Folds words at the page's width; the first line starts at column `at`. */
static void fold(const struct page *p, const char *text, unsigned indent, unsigned at)
{
    rgs_text_fold(p->out, text, indent, at, p->columns);
}

static void heading(const struct page *p, const struct rgs_result *r)
{
    char a[40], b[40], n1[32], n2[32], n3[32];

    fprintf(p->out, "%sregsentry%s", bold(p), plain(p));
    if (r->n_files == 1)
        fputs("  ", p->out), rgs_text_put(p->out, rgs_text(r->files[0]), p->columns - 11);
    else
        fprintf(p->out, "  %zu files", r->n_files);
    fputc('\n', p->out);
    if (r->packets) {
        rgs_text_time(a, r->first_ts, false);
        rgs_text_time(b, r->last_ts, false);
        fprintf(p->out, "  %s to %s UTC\n", a, b);
    }
    fprintf(p->out, "  %s packets, %s operations, %s verification codes\n", grouped(n1, r->packets),
            grouped(n2, r->operations), grouped(n3, r->verifications));
    if (r->ruleset_name)
        fprintf(p->out, "  rules: %s, revision %s, sha256 %.12s\n", r->ruleset_name,
                r->ruleset_revision, r->ruleset_sha256);
    fputc('\n', p->out);
}

static void shares(const struct page *p, const struct rgs_result_reseller *x)
{
    unsigned at = INDENT;

    if (x->n_services == 0 && x->n_origins == 0) {
        if (x->name && strcmp(x->name, x->id) != 0) {
            fprintf(p->out, "%*s%s", INDENT, "", dim(p));
            fold(p, x->name, INDENT, INDENT);
            fputs(plain(p), p->out);
        }
        return;
    }
    fprintf(p->out, "%*s%s", INDENT, "", dim(p));
    for (size_t i = 0; i < x->n_services && i < 6; i++) {
        char one[160];
        double share =
            x->verifications ? 100.0 * (double)x->services[i].count / (double)x->verifications : 0;
        int n = snprintf(one, sizeof(one), "%s%s %.0f%%", i ? ", " : "", x->services[i].id, share);
        if (at + (unsigned)n > p->columns - 24)
            break;
        at += (unsigned)rgs_text_put(p->out, rgs_text(one), SIZE_MAX);
    }
    if (x->n_origins) {
        fputs(at > INDENT ? "; used from " : "used from ", p->out);
        for (size_t i = 0; i < x->n_origins && i < 3; i++)
            fprintf(p->out, "%s%s %.0f%%", i ? ", " : "", x->origins[i].id,
                    100 * x->origins[i].share);
    }
    fprintf(p->out, "%s\n", plain(p));
}

/* Whether a typology before this one has said so, with the same weight. */
static bool said(const struct rgs_result_reseller *x, size_t before,
                 const struct rgs_result_rule *u)
{
    for (size_t t = 0; t < before; t++) {
        for (size_t i = 0; i < x->typologies[t].n_rules; i++) {
            const struct rgs_result_rule *v = &x->typologies[t].rules[i];
            if (strcmp(u->why, v->why) == 0 && fabs(u->weight - v->weight) < 0.05)
                return true;
        }
    }
    return false;
}

static void reason(const struct page *p, const struct rgs_result_rule *u)
{
    char head[64], why[1024], trial[64];
    int n = snprintf(head, sizeof(head), "%*s%+6.1f  ", INDENT, "", u->weight);

    snprintf(why, sizeof(why), "%s  [%s.%u %s%s]", u->why, u->id, u->rev, u->family,
             rgs_text_trial(u->shadow, trial));
    fputs(head, p->out);
    fold(p, why, (unsigned)n, (unsigned)n);
}

/* So that the points of the reasons add up to the score that stands above them. */
static void rest(const struct page *p, const struct rgs_result_typology *t)
{
    double sum = 0;

    for (size_t i = 0; i < t->n_rules; i++)
        sum += t->rules[i].weight;
    if (fabs(t->score - sum) < 0.05)
        return;
    int n = fprintf(p->out, "%*s%s%+6.1f  ", INDENT, "", dim(p), t->score - sum);
    unsigned at = (unsigned)n - (unsigned)strlen(dim(p));
    fold(p, rgs_text_rest(t->score - sum), at, at);
    fputs(plain(p), p->out);
}

static void typology(const struct page *p, const struct rgs_result_reseller *x, size_t t)
{
    const struct rgs_result_typology *ty = &x->typologies[t];
    size_t again = 0;

    for (size_t i = 0; i < ty->n_rules; i++)
        again += said(x, t, &ty->rules[i]);
    char head[512], score[16];
    size_t n = 0;
    if (ty->title && strcmp(ty->title, ty->id) != 0)
        n = (size_t)snprintf(head, sizeof(head), ": %.300s", ty->title);
    if (again)
        snprintf(head + n, sizeof(head) - n, ", for %zu of the reasons above%s", again,
                 again < ty->n_rules ? ", and" : "");
    else
        head[n] = '\0';
    fprintf(p->out, "%*s%s", INDENT, "", bold(p));
    unsigned at = INDENT + (unsigned)rgs_text_put(p->out, rgs_text(ty->id), 60);
    fputs(plain(p), p->out);
    at += (unsigned)snprintf(score, sizeof(score), " %.1f", ty->score);
    fputs(score, p->out);
    fold(p, head, INDENT, at);
    for (size_t i = 0; i < ty->n_rules; i++) {
        if (!said(x, t, &ty->rules[i]))
            reason(p, &ty->rules[i]);
    }
    rest(p, ty);
}

static void reasons(const struct page *p, const struct rgs_result_reseller *x)
{
    for (size_t t = 0; t < x->n_typologies; t++) {
        if (x->typologies[t].n_rules)
            typology(p, x, t);
    }
    if (x->alerted) {
        char when[40];
        rgs_text_time(when, x->alert_ts, false);
        fprintf(p->out, "%*s%salert raised %s UTC%s\n", INDENT, "", dim(p), when, plain(p));
    }
    for (size_t i = 0; i < x->n_counterfactual; i++) {
        fprintf(p->out, "%*s%s", INDENT, "", dim(p));
        fold(p, x->counterfactual[i], INDENT, INDENT);
        fputs(plain(p), p->out);
    }
}

static void row(const struct page *p, const struct rgs_result_reseller *x)
{
    char n1[32], n2[32], name[256];
    size_t room = p->columns - (BAR + 6) - 2 - STATUS - NUMBERS - CODES - 2;

    bar(p, x->score, x->status);
    fprintf(p->out, "  %s", tone(p, x->status));
    rgs_text_cell(p->out, rgs_text(rgs_status_word(x->status)), STATUS, false);
    fputs(plain(p), p->out);
    bool named = x->name && strcmp(x->name, x->id) != 0 && !x->parent;
    bool inside = x->parent && !strstr(x->id, x->parent);
    snprintf(name, sizeof(name), "%s%s%s%s%s%s", x->id, named ? "  " : "", named ? x->name : "",
             inside ? " (in " : "", inside ? x->parent : "", inside ? ")" : "");
    rgs_text_cell(p->out, rgs_text(name), room, false);
    fputs("  ", p->out);
    rgs_text_cell(p->out, rgs_text(grouped(n1, x->numbers)), NUMBERS, true);
    rgs_text_cell(p->out, rgs_text(grouped(n2, x->verifications)), CODES, true);
    fputc('\n', p->out);
}

static void tail(const struct page *p, const char *what, const struct rgs_result_named *at,
                 size_t n)
{
    char line[2048], num[32];
    size_t len = 0;

    if (n == 0)
        return;
    for (size_t i = 0; i < n && len < sizeof(line); i++)
        len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s %s", i ? ", " : "",
                                at[i].name, grouped(num, at[i].count));
    fprintf(p->out, "%s%s: ", dim(p), what);
    fold(p, line, 2, (unsigned)strlen(what) + 2);
    fputs(plain(p), p->out);
}

void rgs_report_text(FILE *out, const struct rgs_result *r, const struct rgs_report_conf *conf)
{
    struct page page = {.out = out,
                        .columns = conf->columns < 80    ? 80
                                   : conf->columns > 100 ? 100
                                                         : conf->columns,
                        .colour = conf->colour};
    const struct page *p = &page;
    uint64_t insufficient = 0, shown = 0;
    char num[32];

    heading(p, r);
    for (size_t i = 0; i < r->n_resellers; i++) {
        const struct rgs_result_reseller *x = &r->resellers[i];
        if (x->status == RGS_STATUS_INSUFFICIENT) {
            insufficient++;
            continue;
        }
        if (shown++ == 0) {
            size_t room = p->columns - (BAR + 6) - 2 - STATUS - NUMBERS - CODES - 2;
            fprintf(out, "%s%-*s  %-*s%-*s  %*s%*s%s\n", bold(p), BAR + 6, "score", STATUS,
                    "status", (int)room, "reseller", NUMBERS, "numbers", CODES, "codes", plain(p));
        }
        row(p, x);
        if (x->status >= RGS_STATUS_REVIEW) {
            shares(p, x);
            reasons(p, x);
            fputc('\n', out);
        }
    }
    if (shown == 0)
        fputs("No reseller has enough numbers to be named.\n", out);
    if (insufficient)
        fprintf(out, "\n%s%s more below the minimum support %s not named.%s\n", dim(p),
                grouped(num, insufficient), insufficient == 1 ? "is" : "are", plain(p));
    if (r->n_anomalies || r->n_dropped)
        fputc('\n', out);
    tail(p, "anomalies", r->anomalies, r->n_anomalies);
    tail(p, "dropped", r->dropped, r->n_dropped);
}
