/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink/report.h"
#include "sink/text.h"

/*
 * RFC 4180; a value that a spreadsheet would run as a formula gets an apostrophe in front, since
 * names may come from the wire. A cell of many values is written piece by piece, so that none is
 * too long, and gone through once before: whether it needs quotes shows at its end.
 */
struct cell {
    FILE *out; /* NULL: looking only */
    bool any, formula, quoted;
};

static void piece(struct cell *c, const char *s)
{
    if (!s)
        return;
    if (!c->out) {
        c->formula = c->formula || (!c->any && *s && strchr("=+-@\t", *s));
        c->quoted = c->quoted || c->formula || s[strcspn(s, ",\"\r\n")];
        c->any = c->any || *s;
        return;
    }
    while (*s) {
        size_t n = strcspn(s, "\"");
        rgs_text_put(c->out, rgs_bytes(s, n), SIZE_MAX);
        s += n;
        if (*s == '"') {
            fputs("\"\"", c->out);
            s++;
        }
    }
}

static void cell_of(FILE *out, void (*write)(struct cell *c, const void *of), const void *of,
                    char end)
{
    struct cell c = {0};

    write(&c, of);
    c.out = out;
    fputs(c.formula ? "\"'" : c.quoted ? "\"" : "", out);
    write(&c, of);
    fputs(c.quoted ? "\"" : "", out);
    fputc(end, out);
}

static void one(struct cell *c, const void *of)
{
    piece(c, of);
}

static void cell(FILE *out, const char *s)
{
    cell_of(out, one, s, ',');
}

static void when(FILE *out, int64_t ts, bool known)
{
    char buf[40] = "";
    if (known)
        rgs_text_time(buf, ts, false);
    cell(out, buf);
}

/* "whatsapp:120 telegram:80" */
static void services(struct cell *c, const void *of)
{
    const struct rgs_result_reseller *x = of;
    char count[32];

    for (size_t i = 0; i < x->n_services; i++) {
        snprintf(count, sizeof(count), ":%llu", (unsigned long long)x->services[i].count);
        piece(c, i ? " " : "");
        piece(c, x->services[i].id);
        piece(c, count);
    }
}

static void origins(struct cell *c, const void *of)
{
    const struct rgs_result_reseller *x = of;
    char share[32];

    for (size_t i = 0; i < x->n_origins; i++) {
        snprintf(share, sizeof(share), ":%.4f", x->origins[i].share);
        piece(c, i ? " " : "");
        piece(c, x->origins[i].id);
        piece(c, share);
    }
}

static void typologies(struct cell *c, const void *of)
{
    const struct rgs_result_reseller *x = of;

    for (size_t i = 0; i < x->n_typologies; i++) {
        piece(c, i ? " " : "");
        piece(c, x->typologies[i].id);
    }
}

/* The rules of all typologies one behind the other, and in the same order why. */
static void rules(struct cell *c, const void *of)
{
    const struct rgs_result_reseller *x = of;
    char revision[16];

    for (size_t i = 0; i < x->n_typologies; i++) {
        for (size_t u = 0; u < x->typologies[i].n_rules; u++) {
            const struct rgs_result_rule *rule = &x->typologies[i].rules[u];
            snprintf(revision, sizeof(revision), ".%u", rule->rev);
            piece(c, i || u ? " " : "");
            piece(c, rule->id);
            piece(c, revision);
        }
    }
}

static void why(struct cell *c, const void *of)
{
    const struct rgs_result_reseller *x = of;

    for (size_t i = 0; i < x->n_typologies; i++) {
        for (size_t u = 0; u < x->typologies[i].n_rules; u++) {
            piece(c, i || u ? "; " : "");
            piece(c, x->typologies[i].rules[u].why);
        }
    }
}

void rgs_report_csv(FILE *out, const struct rgs_result *r)
{
    fputs("id,name,parent,score,status,alert_time,numbers,verifications,services,origins,first_"
          "time,last_time,"
          "typology,rules,why\n",
          out);
    for (size_t i = 0; i < r->n_resellers; i++) {
        const struct rgs_result_reseller *x = &r->resellers[i];

        cell(out, x->id);
        cell(out, x->name);
        cell(out, x->parent);
        fprintf(out, "%.1f,%s,", x->score, rgs_status_word(x->status));
        when(out, x->alert_ts, x->alerted);
        fprintf(out, "%llu,%llu,", (unsigned long long)x->numbers,
                (unsigned long long)x->verifications);
        cell_of(out, services, x, ',');
        cell_of(out, origins, x, ',');
        when(out, x->first_ts, x->last_ts != 0);
        when(out, x->last_ts, x->last_ts != 0);
        cell_of(out, typologies, x, ',');
        cell_of(out, rules, x, ',');
        cell_of(out, why, x, '\n');
    }
}
