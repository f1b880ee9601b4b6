/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/diag.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    MAX_MESSAGES = 200, /* nobody reads more; a hostile file must not fill memory */
    MAX_LINE = 160,     /* longer source lines are cut around the caret's column */
};

void rgs_diag_init(struct rgs_diag *d, const struct rgs_alloc *alloc)
{
    *d = (struct rgs_diag){.alloc = alloc};
}

void rgs_diag_fini(struct rgs_diag *d)
{
    rgs_free(d->alloc, d->text);
    *d = (struct rgs_diag){.alloc = d->alloc};
}

static void append(struct rgs_diag *d, const char *s, size_t n)
{
    if (d->len + n + 1 > d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 1024;
        while (cap < d->len + n + 1)
            cap *= 2;
        char *text = rgs_new(d->alloc, cap);
        if (!text)
            return;
        if (d->len)
            memcpy(text, d->text, d->len);
        rgs_free(d->alloc, d->text);
        d->text = text;
        d->cap = cap;
    }
    memcpy(d->text + d->len, s, n);
    d->len += n;
    d->text[d->len] = '\0';
}

/* The source line with a caret under the column; bytes that a terminal may obey become '?'. */
static void append_source(struct rgs_diag *d, struct rgs_mark at)
{
    const struct rgs_bytes b = at.file->text;
    size_t i = 0;
    char line[MAX_LINE + 2], caret[MAX_LINE + 8];

    for (unsigned l = 1; l < at.line && i < b.n; i++)
        l += b.p[i] == '\n';
    if (i >= b.n || at.col == 0 || at.col > MAX_LINE)
        return;
    size_t n = 0;
    for (; i < b.n && b.p[i] != '\n' && n < MAX_LINE; i++, n++)
        line[n] = b.p[i] == '\t' ? ' ' : (b.p[i] < 0x20 || b.p[i] == 0x7f) ? '?' : (char)b.p[i];
    line[n] = '\n';
    append(d, "  ", 2);
    append(d, line, n + 1);
    int len = snprintf(caret, sizeof(caret), "  %*s^\n", (int)at.col - 1, "");
    append(d, caret, (size_t)len);
}

__attribute__((format(printf, 4, 0))) static void
message(struct rgs_diag *d, struct rgs_mark at, const char *what, const char *fmt, va_list ap)
{
    char head[320], text[512];
    int n;

    if (d->errors + d->warnings > MAX_MESSAGES)
        return;
    if (at.file && at.line)
        n = snprintf(head, sizeof(head), "%s:%u:%u: %s: ", at.file->name, at.line, at.col, what);
    else
        n = snprintf(head, sizeof(head), "%s%s%s: ", at.file ? at.file->name : "",
                     at.file ? ": " : "", what);
    append(d, head, n < (int)sizeof(head) ? (size_t)n : sizeof(head) - 1);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    append(d, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
    append(d, "\n", 1);
    if (at.file && at.line)
        append_source(d, at);
}

void rgs_diag_error(struct rgs_diag *d, struct rgs_mark at, const char *fmt, ...)
{
    va_list ap;
    d->errors++;
    va_start(ap, fmt);
    message(d, at, "error", fmt, ap);
    va_end(ap);
}

void rgs_diag_warning(struct rgs_diag *d, struct rgs_mark at, const char *fmt, ...)
{
    va_list ap;
    d->warnings++;
    va_start(ap, fmt);
    message(d, at, "warning", fmt, ap);
    va_end(ap);
}
