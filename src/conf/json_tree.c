/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/json_tree.h"

#include <stdio.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "conf/tree.h"

struct reader {
    struct rgs_yaml *tree;
    const uint8_t *p, *end;
    const uint8_t *marked; /* at.line and at.col are its place */
    struct rgs_mark at;
    bool failed;
};

/* Columns are characters. */
static struct rgs_mark here(struct reader *r)
{
    for (; r->marked < r->p; r->marked++) {
        if (*r->marked == '\n')
            r->at = (struct rgs_mark){r->at.file, r->at.line + 1, 1};
        else
            r->at.col += (*r->marked & 0xc0) != 0x80;
    }
    return r->at;
}

static bool wrong(struct reader *r, const char *what)
{
    rgs_diag_error(r->tree->diag, here(r), "%s", r->p < r->end ? what : "the text ends too early");
    r->failed = true;
    return false;
}

static void skip_blanks(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n'))
        r->p++;
}

static bool met(struct reader *r, char c)
{
    skip_blanks(r);
    bool there = r->p < r->end && *r->p == (uint8_t)c;
    r->p += there;
    return there;
}

/* ---- texts, RFC 8259 7 ------------------------------------------------------------------------
 */

/* Four digits; false, and nothing taken, where there are fewer. */
static bool unit(const uint8_t **p, const uint8_t *end, uint32_t *v)
{
    *v = 0;
    for (unsigned i = 0; i < 4; i++) {
        int digit = *p + i < end ? rgs_hex_digit((*p)[i]) : -1;
        if (digit < 0)
            return false;
        *v = *v << 4 | (unsigned)digit;
    }
    *p += 4;
    return true;
}

/* What follows \u, with the other half of a pair; a half alone is U+FFFD. */
static size_t code_point(const uint8_t **p, const uint8_t *end, char *out)
{
    uint32_t v, low;

    if (!unit(p, end, &v))
        return 0;
    if (v >> 10 == 0xd800 >> 10 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        const uint8_t *q = *p + 2;
        if (unit(&q, end, &low) && low >> 10 == 0xdc00 >> 10) {
            v = 0x10000 + ((v & 0x3ff) << 10 | (low & 0x3ff));
            *p = q;
        }
    }
    return rgs_utf8_put(out, v);
}

static size_t escape(const uint8_t **p, const uint8_t *end, char *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint8_t c = *(*p)++;
    const char *at = memchr(from, c, sizeof(from) - 1);

    if (at)
        *out = to[at - from];
    return at ? 1 : c == 'u' ? code_point(p, end, out) : 0;
}

/* Up to the quotation mark at end, behind which the reader is then. No escape is longer than what
 * it stands for. */
static bool decode(struct reader *r, const uint8_t *end, struct rgs_yaml_node *n)
{
    char *s = rgs_tree_take(r->tree, (size_t)(end - r->p) + 1), *out = s;

    if (!s)
        return false;
    while (r->p < end) {
        const uint8_t *at = memchr(r->p, '\\', (size_t)(end - r->p));
        size_t plain = (size_t)((at ? at : end) - r->p), got;
        memcpy(out, r->p, plain);
        out += plain;
        r->p += plain;
        if (!at)
            break;
        const uint8_t *behind = r->p + 1;
        if ((got = escape(&behind, end, out)) == 0)
            return wrong(r, "no such escape");
        out += got;
        r->p = behind;
    }
    r->p++;
    *out = '\0';
    n->quoted = true;
    return rgs_tree_text(r->tree, n, s, (size_t)(out - s));
}

static bool text(struct reader *r, struct rgs_yaml_node *n)
{
    const uint8_t *p = ++r->p;

    while (p < r->end && *p != '"' && *p >= 0x20)
        p += *p == '\\' && p + 1 < r->end ? 2 : 1;
    if (p >= r->end || *p != '"') {
        r->p = p;
        return wrong(r, "a control character inside a text");
    }
    if (!rgs_utf8_valid(rgs_bytes(r->p, (size_t)(p - r->p))))
        return wrong(r, "this text is no UTF-8");
    return decode(r, p, n);
}

/* ---- numbers and words, RFC 8259 6 and 3 ------------------------------------------------------
 */

static const uint8_t *digits(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* The end of the number at p, or NULL. */
static const uint8_t *number(const uint8_t *p, const uint8_t *end)
{
    p += p < end && *p == '-';
    const uint8_t *q = digits(p, end);
    if (q == p || (*p == '0' && q > p + 1))
        return NULL;
    if (q < end && *q == '.') {
        p = q + 1;
        q = digits(p, end);
        if (q == p)
            return NULL;
    }
    if (q < end && (*q == 'e' || *q == 'E')) {
        p = q + 1;
        p += p < end && (*p == '+' || *p == '-');
        q = digits(p, end);
        if (q == p)
            return NULL;
    }
    return q;
}

static bool word(struct reader *r, struct rgs_yaml_node *n)
{
    static const char *const words[] = {"true", "false", "null"};
    const uint8_t *behind = number(r->p, r->end);

    for (size_t i = 0; !behind && i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(r->end - r->p) >= length && memcmp(r->p, words[i], length) == 0)
            behind = r->p + length;
    }
    if (!behind)
        return wrong(r, "expected a value");
    size_t length = (size_t)(behind - r->p);
    char *s = rgs_tree_take(r->tree, length + 1);
    if (!s)
        return false;
    memcpy(s, r->p, length);
    s[length] = '\0';
    r->p = behind;
    return rgs_tree_text(r->tree, n, s, length);
}

/* ---- objects and arrays, RFC 8259 4 and 5 -----------------------------------------------------
 */

/* Is there one more behind `some` items, or does it close? False after an error, too. */
static bool more(struct reader *r, bool map, size_t some)
{
    if (met(r, map ? '}' : ']'))
        return false;
    return some == 0 || met(r, ',') || wrong(r, map ? "expected , or }" : "expected , or ]");
}

/* A key and the colon behind it. */
static struct rgs_yaml_node *key_of(struct reader *r, unsigned depth)
{
    skip_blanks(r);
    struct rgs_yaml_node *n = rgs_tree_node(r->tree, RGS_YAML_SCALAR, here(r), depth);
    if (!n)
        return NULL;
    bool ok = r->p < r->end && *r->p == '"' ? text(r, n) : wrong(r, "expected a name in quotes");
    return ok && (met(r, ':') || wrong(r, "expected :")) ? n : NULL;
}

static struct rgs_yaml_node *value(struct reader *r, unsigned depth);

static bool items(struct reader *r, struct rgs_yaml_node *n, unsigned depth)
{
    size_t since = r->tree->n_open;
    bool map = n->kind == RGS_YAML_MAP;

    for (r->p++; more(r, map, r->tree->n_open - since);) {
        struct rgs_yaml_node *x = map ? key_of(r, depth + 1) : NULL;
        if (map && (!x || !rgs_tree_add(r->tree, x)))
            return false;
        x = value(r, depth + 1);
        if (!x || !rgs_tree_add(r->tree, x))
            return false;
    }
    return !r->failed && rgs_tree_close(r->tree, n, since);
}

static struct rgs_yaml_node *value(struct reader *r, unsigned depth)
{
    skip_blanks(r);
    uint8_t c = r->p < r->end ? *r->p : 0;
    enum rgs_yaml_kind kind = c == '{' ? RGS_YAML_MAP : c == '[' ? RGS_YAML_LIST : RGS_YAML_SCALAR;
    struct rgs_yaml_node *n = rgs_tree_node(r->tree, kind, here(r), depth);
    if (!n)
        return NULL;
    bool ok = kind != RGS_YAML_SCALAR ? items(r, n, depth) : c == '"' ? text(r, n) : word(r, n);
    return ok ? n : NULL;
}

/* ---- all of it --------------------------------------------------------------------------------
 */

static bool begin(struct reader *r, const struct rgs_conf_file *file, struct rgs_diag *diag,
                  const struct rgs_alloc *alloc)
{
    const uint8_t *p = file->text.p ? file->text.p : (const uint8_t *)"";

    *r = (struct reader){.p = p, .end = p + file->text.n, .marked = p, .at = {file, 1, 1}};
    return (r->tree = rgs_tree_new(file, diag, alloc)) != NULL;
}

static bool end(struct reader *r)
{
    skip_blanks(r);
    return r->p == r->end || wrong(r, "expected nothing more");
}

struct rgs_yaml *rgs_json_tree(const struct rgs_conf_file *file, struct rgs_diag *diag,
                               const struct rgs_alloc *alloc)
{
    struct reader r;
    unsigned errors = diag->errors;

    if (!begin(&r, file, diag, alloc))
        return NULL;
    struct rgs_yaml_node *root = value(&r, 0);
    if (root)
        end(&r);
    else if (diag->errors == errors)
        rgs_diag_error(diag, (struct rgs_mark){.file = file}, "out of memory");
    return rgs_tree_done(r.tree, root, errors);
}

/* *stopped: by whoever takes the items. */
static bool list(struct reader *r, const char *key, rgs_json_tree_fn *take, void *ctx,
                 bool *stopped)
{
    *stopped = !take(ctx, key, NULL);
    r->p++;
    for (size_t n = 0; !*stopped && more(r, false, n); n++) {
        struct rgs_yaml_node *x = value(r, 2);
        if (!x)
            return false;
        *stopped = !take(ctx, key, x);
        rgs_tree_forget(r->tree);
    }
    return !*stopped && !r->failed;
}

static bool members(struct reader *r, rgs_json_tree_fn *take, void *ctx, bool *stopped)
{
    char key[RGS_JSON_TREE_KEY];

    if (!met(r, '{'))
        return value(r, 0) && end(r);
    for (size_t n = 0; more(r, true, n); n++) {
        struct rgs_yaml_node *x = key_of(r, 1);
        if (!x)
            return false;
        snprintf(key, sizeof(key), "%s", x->s);
        rgs_tree_forget(r->tree);
        skip_blanks(r);
        bool is_list = r->p < r->end && *r->p == '[';
        if (is_list ? !list(r, key, take, ctx, stopped) : !value(r, 1))
            return false;
        rgs_tree_forget(r->tree);
    }
    return !r->failed && end(r);
}

bool rgs_json_tree_items(const struct rgs_conf_file *file, struct rgs_diag *diag,
                         const struct rgs_alloc *alloc, rgs_json_tree_fn *take, void *ctx)
{
    struct reader r;
    unsigned errors = diag->errors;
    bool stopped = false;

    if (!begin(&r, file, diag, alloc))
        return false;
    bool ok = members(&r, take, ctx, &stopped);
    if (!ok && !stopped && diag->errors == errors)
        rgs_diag_error(diag, (struct rgs_mark){.file = file}, "out of memory");
    rgs_yaml_del(r.tree);
    return ok;
}
