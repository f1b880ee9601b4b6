/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/report.h"
#include "sink/text.h"

/*
 * RFC 4180; a value that a spreadsheet would run as a formula gets an apostrophe in front, since
 * names may come from the wire.
 */
static void cell(FILE *out, const char *s, bool last)
{
    if (!s)
        s = "";
    bool formula = s[0] && strchr("=+-@\t", s[0]);
    if (strcspn(s, ",\"\r\n") == strlen(s) && !formula) {
        rgs_text_put(out, rgs_text(s), SIZE_MAX);
    } else {
        fputc('"', out);
        if (formula)
            fputc('\'', out);
        for (const char *p = s; *p;) {
            size_t n = strcspn(p, "\"");
            rgs_text_put(out, rgs_bytes(p, n), SIZE_MAX);
            p += n;
            if (*p == '"') {
                fputs("\"\"", out);
                p++;
            }
        }
        fputc('"', out);
    }
    fputc(last ? '\n' : ',', out);
}

static void when(FILE *out, int64_t ts, bool known)
{
    char buf[40] = "";
    if (known)
        rgs_text_time(buf, ts, false);
    cell(out, buf, false);
}

/* "whatsapp:120 telegram:80" */
static void counts(FILE *out, const struct rgs_result_count *at, size_t n, bool shares)
{
    char buf[512];
    size_t len = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        char one[128];
        int l = shares
                    ? snprintf(one, sizeof(one), "%s%s:%.4f", i ? " " : "", at[i].id, at[i].share)
                    : snprintf(one, sizeof(one), "%s%s:%llu", i ? " " : "", at[i].id,
                               (unsigned long long)at[i].count);
        if (l < 0 || (size_t)l >= sizeof(one) || len + (size_t)l >= sizeof(buf))
            break;
        memcpy(buf + len, one, (size_t)l + 1);
        len += (size_t)l;
    }
    cell(out, buf, false);
}

void rgs_report_csv(FILE *out, const struct rgs_result *r)
{
    fputs("id,name,parent,score,status,alert_time,numbers,verifications,services,origins,first_"
          "time,last_time,"
          "typology,rules,why\n",
          out);
    for (size_t i = 0; i < r->n_resellers; i++) {
        const struct rgs_result_reseller *x = &r->resellers[i];
        const struct rgs_result_typology *t = x->n_typologies ? &x->typologies[0] : NULL;
        char rules[512] = "", why[2048] = "";
        size_t a = 0, b = 0;

        cell(out, x->id, false);
        cell(out, x->name, false);
        cell(out, x->parent, false);
        fprintf(out, "%.1f,%s,", x->score, rgs_status_word(x->status));
        when(out, x->alert_ts, x->alerted);
        fprintf(out, "%llu,%llu,", (unsigned long long)x->numbers,
                (unsigned long long)x->verifications);
        counts(out, x->services, x->n_services, false);
        counts(out, x->origins, x->n_origins, true);
        when(out, x->first_ts, x->last_ts != 0);
        when(out, x->last_ts, x->last_ts != 0);
        for (size_t u = 0; t && u < t->n_rules; u++) {
            if (a < sizeof(rules))
                a += (size_t)snprintf(rules + a, sizeof(rules) - a, "%s%s.%u", u ? " " : "",
                                      t->rules[u].id, t->rules[u].rev);
            if (b < sizeof(why))
                b += (size_t)snprintf(why + b, sizeof(why) - b, "%s%s", u ? "; " : "",
                                      t->rules[u].why);
        }
        cell(out, t ? t->id : "", false);
        cell(out, rules, false);
        cell(out, why, true);
    }
}
