/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numplan/csv.h"

size_t rgs_csv_pool(const struct rgs_conf_file *file)
{
    return 2 * file->text.n + 2; /* every cell has at least its comma, and takes a NUL */
}

void rgs_csv_init(struct rgs_csv *c, const struct rgs_conf_file *file, char *pool)
{
    *c = (struct rgs_csv){.file = file, .line = 1, .col = 1, .pool = pool};
    if (file->text.n >= 3 && memcmp(file->text.p, "\xef\xbb\xbf", 3) == 0)
        c->pos = 3;
}

static int peek(const struct rgs_csv *c)
{
    return c->pos < c->file->text.n ? c->file->text.p[c->pos] : -1;
}

static void step(struct rgs_csv *c)
{
    if (c->file->text.p[c->pos++] == '\n') {
        c->line++;
        c->col = 1;
    } else {
        c->col++;
    }
}

static bool at_end_of_line(const struct rgs_csv *c)
{
    int ch = peek(c);
    return ch == '\n' || ch < 0 ||
           (ch == '\r' && (c->pos + 1 == c->file->text.n || c->file->text.p[c->pos + 1] == '\n'));
}

static void put(struct rgs_csv *c, int ch)
{
    c->pool[c->used++] = (char)ch;
}

static void spaces(struct rgs_csv *c)
{
    while (peek(c) == ' ' || peek(c) == '\t')
        step(c);
}

/* "a ""quoted"" cell"; may hold commas and line ends. */
static bool quoted(struct rgs_csv *c, struct rgs_mark at, struct rgs_diag *diag)
{
    step(c);
    for (;;) {
        int ch = peek(c);
        if (ch < 0) {
            rgs_diag_error(diag, at, "this quote is never closed");
            return false;
        }
        step(c);
        if (ch == '"') {
            if (peek(c) != '"')
                break;
            step(c);
        }
        put(c, ch);
    }
    spaces(c);
    if (peek(c) != ',' && !at_end_of_line(c)) {
        rgs_diag_error(diag, (struct rgs_mark){c->file, c->line, c->col},
                       "a comma or the end of the line is expected after a quoted cell");
        return false;
    }
    return true;
}

static bool cell(struct rgs_csv *c, struct rgs_diag *diag)
{
    bool ok = true;
    spaces(c);
    struct rgs_mark at = {c->file, c->line, c->col};
    size_t from = c->used;
    if (peek(c) == '"') {
        ok = quoted(c, at, diag);
    } else {
        while (peek(c) != ',' && !at_end_of_line(c)) {
            put(c, peek(c));
            step(c);
        }
        while (c->used > from && (c->pool[c->used - 1] == ' ' || c->pool[c->used - 1] == '\t'))
            c->used--;
    }
    size_t n = c->used - from;
    put(c, 0);
    if (ok && n && memchr(c->pool + from, 0, n)) {
        rgs_diag_error(diag, at, "a NUL byte in a text file");
        ok = false;
    }
    if (ok && c->n == RGS_CSV_CELLS) {
        rgs_diag_error(diag, at, "more than %d cells in a row", RGS_CSV_CELLS);
        ok = false;
    }
    if (ok)
        c->cell[c->n++] = (struct rgs_csv_cell){c->pool + from, n, at};
    return ok;
}

static void end_line(struct rgs_csv *c)
{
    while (peek(c) >= 0 && peek(c) != '\n')
        step(c);
    if (peek(c) == '\n')
        step(c);
}

bool rgs_csv_row(struct rgs_csv *c, struct rgs_diag *diag)
{
    while (peek(c) >= 0) {
        bool ok = true;
        c->n = 0;
        do {
            ok = cell(c, diag);
        } while (ok && peek(c) == ',' && (step(c), true));
        end_line(c);
        if (ok && (c->n > 1 || c->cell[0].n))
            return true;
    }
    return false;
}
