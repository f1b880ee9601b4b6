/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cursor.h"
#include "base/utf8.h"

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

/* What comes from a file: what a terminal may obey, and what is no UTF-8, becomes '?'. */
static void append_clean(struct rgs_diag *d, struct rgs_bytes s)
{
    while (s.n) {
        uint32_t cp;
        size_t n = rgs_utf8_get(s, &cp);
        bool odd = cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp == RGS_UTF8_REPLACEMENT && n == 1);
        append(d, odd ? (cp == '\t' ? " " : "?") : (const char *)s.p, odd ? 1 : n);
        s = rgs_bytes_from(s, n);
    }
}

static bool is_inside(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

/* The source line with a caret under the column. */
static void append_source(struct rgs_diag *d, struct rgs_mark at)
{
    const struct rgs_bytes b = at.file->text;
    size_t i = 0;
    char caret[MAX_LINE + 8];

    for (unsigned l = 1; l < at.line && i < b.n; l++)
        i += rgs_find_byte(rgs_bytes_from(b, i), '\n') + 1;
    if (i >= b.n || at.col == 0)
        return;
    /* Columns are characters. */
    unsigned from = at.col > MAX_LINE ? at.col - MAX_LINE / 2 : 0, col = 0;
    while (i < b.n && b.p[i] != '\n' && (col < from || is_inside(b.p[i])))
        col += !is_inside(b.p[i++]);
    if (col < from)
        return;
    size_t n = 0;
    while (i + n < b.n && b.p[i + n] != '\n' && (n < MAX_LINE || is_inside(b.p[i + n])))
        n++;
    append(d, "  ", 2);
    append_clean(d, rgs_bytes(b.p + i, n));
    append(d, "\n", 1);
    int len = snprintf(caret, sizeof(caret), "  %*s^\n", (int)(at.col - 1 - col), "");
    append(d, caret, (size_t)len);
}

bool rgs_diag_full(const struct rgs_diag *d)
{
    return d->errors + d->warnings > MAX_MESSAGES;
}

__attribute__((format(printf, 4, 0))) static void
message(struct rgs_diag *d, struct rgs_mark at, const char *what, const char *fmt, va_list ap)
{
    char head[320], text[512];
    int n;

    if (rgs_diag_full(d))
        return;
    if (at.file && at.line)
        n = snprintf(head, sizeof(head), "%s:%u:%u: %s: ", at.file->name, at.line, at.col, what);
    else
        n = snprintf(head, sizeof(head), "%s%s%s: ", at.file ? at.file->name : "",
                     at.file ? ": " : "", what);
    append(d, head, n < (int)sizeof(head) ? (size_t)n : sizeof(head) - 1);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    append_clean(d, rgs_bytes(text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1));
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
