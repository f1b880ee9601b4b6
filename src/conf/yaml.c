/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/cursor.h"
#include "base/real.h"
#include "conf/tree.h"

enum {
    MAX_BYTES = 16 << 20, /* of one file */
    MAX_ANCHORS = 64,
    MAX_DIRECTIVES = 16, /* libyaml compares each %TAG with all before it */
};

struct reader {
    struct rgs_yaml *tree;
    yaml_parser_t parser;
    struct rgs_yaml_node *anchored[MAX_ANCHORS];
    const char *anchor[MAX_ANCHORS];
    unsigned n_anchors;
};

static struct rgs_mark mark_of(const struct reader *r, yaml_mark_t m)
{
    return (struct rgs_mark){r->tree->file, (unsigned)m.line + 1, (unsigned)m.column + 1};
}

static bool next(struct reader *r, yaml_event_t *e)
{
    if (yaml_parser_parse(&r->parser, e))
        return true;
    if (r->parser.error != YAML_MEMORY_ERROR)
        rgs_diag_error(r->tree->diag, mark_of(r, r->parser.problem_mark), "%s",
                       r->parser.problem ? r->parser.problem : "not YAML");
    return false;
}

static const char *keep(struct reader *r, const yaml_char_t *text, size_t n)
{
    char *s = rgs_tree_take(r->tree, n + 1);

    if (s) {
        memcpy(s, text, n);
        s[n] = '\0';
    }
    return s;
}

/* ---- anchors and aliases ----------------------------------------------------------------------
 */

static unsigned find_anchor(const struct reader *r, const char *name)
{
    unsigned i = 0;
    while (i < r->n_anchors && strcmp(r->anchor[i], name) != 0)
        i++;
    return i;
}

/* A node can be pointed to from behind its end. */
static bool add_anchor(struct reader *r, const yaml_char_t *name, struct rgs_yaml_node *n)
{
    const char *word = keep(r, name, strlen((const char *)name));

    if (!word)
        return false;
    if (r->n_anchors == MAX_ANCHORS) {
        rgs_diag_error(r->tree->diag, n->at, "more than %d anchors", MAX_ANCHORS);
        return false;
    }
    if (find_anchor(r, word) < r->n_anchors) {
        rgs_diag_error(r->tree->diag, n->at, "the anchor '%.80s' stands twice", word);
        return false;
    }
    r->anchor[r->n_anchors] = word;
    r->anchored[r->n_anchors++] = n;
    return true;
}

/* Aliases are copies, so that what they blow up to counts. */
static struct rgs_yaml_node *copy(struct reader *r, const struct rgs_yaml_node *from,
                                  unsigned depth)
{
    struct rgs_yaml_node *n = rgs_tree_node(r->tree, from->kind, from->at, depth);
    size_t since = r->tree->n_open;

    if (!n)
        return NULL;
    if (from->kind == RGS_YAML_SCALAR) {
        n->s = from->s;
        n->n = from->n;
        n->quoted = from->quoted;
        return n;
    }
    for (size_t i = 0; i < from->n; i++) {
        struct rgs_yaml_node *x;
        if (from->kind == RGS_YAML_MAP &&
            (!(x = copy(r, from->key[i], depth + 1)) || !rgs_tree_add(r->tree, x)))
            return NULL;
        if (!(x = copy(r, from->item[i], depth + 1)) || !rgs_tree_add(r->tree, x))
            return NULL;
    }
    return rgs_tree_close(r->tree, n, since) ? n : NULL;
}

static struct rgs_yaml_node *alias(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    const char *name = (const char *)e->data.alias.anchor;
    unsigned i = find_anchor(r, name);

    if (i < r->n_anchors)
        return copy(r, r->anchored[i], depth);
    rgs_diag_error(r->tree->diag, mark_of(r, e->start_mark), "no anchor '%.80s' before this", name);
    return NULL;
}

/* ---- nodes ------------------------------------------------------------------------------------
 */

static struct rgs_yaml_node *value(struct reader *r, const yaml_event_t *e, unsigned depth);

static bool items(struct reader *r, struct rgs_yaml_node *n, yaml_event_type_t end, unsigned depth)
{
    struct rgs_yaml *y = r->tree;
    yaml_event_t e;

    for (size_t since = y->n_open; next(r, &e);) {
        bool ended = e.type == end;
        bool key = n->kind == RGS_YAML_MAP && (y->n_open - since) % 2 == 0;
        struct rgs_yaml_node *x = ended ? NULL : value(r, &e, depth + 1);
        yaml_event_delete(&e);
        if (ended)
            return rgs_tree_close(y, n, since);
        if (x && key && x->kind != RGS_YAML_SCALAR) {
            rgs_diag_error(y->diag, x->at, "a key must be a plain word");
            return false;
        }
        if (!x || !rgs_tree_add(y, x))
            return false;
    }
    return false;
}

static bool scalar_of(struct reader *r, struct rgs_yaml_node *n, const yaml_event_t *e)
{
    size_t length = e->data.scalar.length;
    const char *s = keep(r, e->data.scalar.value, length);

    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return s && rgs_tree_text(r->tree, n, s, length);
}

/* By events, so that what is nested too deeply is met before libyaml has read it, which costs it
 * the square of the depth. */
static struct rgs_yaml_node *value(struct reader *r, const yaml_event_t *e, unsigned depth)
{
    if (e->type == YAML_ALIAS_EVENT)
        return alias(r, e, depth);
    bool map = e->type == YAML_MAPPING_START_EVENT, list = e->type == YAML_SEQUENCE_START_EVENT;
    enum rgs_yaml_kind kind = map ? RGS_YAML_MAP : list ? RGS_YAML_LIST : RGS_YAML_SCALAR;
    const yaml_char_t *anchor = map    ? e->data.mapping_start.anchor
                                : list ? e->data.sequence_start.anchor
                                       : e->data.scalar.anchor;
    struct rgs_yaml_node *n = rgs_tree_node(r->tree, kind, mark_of(r, e->start_mark), depth);
    if (!n)
        return NULL;
    bool ok = map    ? items(r, n, YAML_MAPPING_END_EVENT, depth)
              : list ? items(r, n, YAML_SEQUENCE_END_EVENT, depth)
                     : scalar_of(r, n, e);
    return ok && (!anchor || add_anchor(r, anchor, n)) ? n : NULL;
}

/* Of the first document. *empty: there is none. */
static struct rgs_yaml_node *document(struct reader *r, bool *empty)
{
    struct rgs_yaml_node *root = NULL;
    yaml_event_t e;

    while (next(r, &e)) {
        yaml_event_type_t type = e.type;
        *empty = type == YAML_STREAM_END_EVENT;
        bool begins = type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT;
        if (!begins && !*empty)
            root = value(r, &e, 0);
        yaml_event_delete(&e);
        if (!begins)
            break;
    }
    return root;
}

static const char *refused(struct rgs_bytes text)
{
    unsigned directives = text.n && text.p[0] == '%';

    if (text.n > MAX_BYTES)
        return "larger than 16 MiB";
    while (directives <= MAX_DIRECTIVES) {
        size_t at = rgs_find(text, "\n%");
        if (at == text.n)
            return NULL;
        text = rgs_bytes_from(text, at + 2);
        directives++;
    }
    return "too many lines that begin with %";
}

struct rgs_yaml *rgs_yaml_new(const struct rgs_conf_file *file, struct rgs_diag *diag,
                              const struct rgs_alloc *alloc)
{
    const struct rgs_mark whole = {.file = file};
    const char *why = refused(file->text);
    unsigned errors = diag->errors;
    struct reader r = {.tree = NULL};

    if (why) {
        rgs_diag_error(diag, whole, "%s", why);
        return NULL;
    }
    if (!(r.tree = rgs_tree_new(file, diag, alloc)))
        return NULL;
    bool empty = false;
    struct rgs_yaml_node *root = NULL;
    if (yaml_parser_initialize(&r.parser)) {
        yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r.parser, file->text.p ? file->text.p : (const uint8_t *)"",
                                     file->text.n);
        root = document(&r, &empty);
        yaml_parser_delete(&r.parser);
    }
    if (!root && !empty && diag->errors == errors)
        rgs_diag_error(diag, whole, "out of memory");
    return rgs_tree_done(r.tree, root, errors);
}

struct rgs_yaml_node *rgs_yaml_root(const struct rgs_yaml *y)
{
    return y->root;
}

struct rgs_yaml_node *rgs_yaml_get(struct rgs_yaml_node *n, const char *key)
{
    if (!n || n->kind != RGS_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < n->n; i++) {
        if (strcmp(n->key[i]->s, key) == 0) {
            n->key[i]->used = true;
            return n->item[i];
        }
    }
    return NULL;
}

static size_t distance(const char *a, const char *b)
{
    enum { MAX = 40 };
    size_t row[MAX + 1], la = strlen(a), lb = strlen(b);

    if (la > MAX || lb > MAX)
        return MAX;
    for (size_t j = 0; j <= lb; j++)
        row[j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t swap = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = swap < best ? swap : best;
        }
    }
    return row[lb];
}

const char *rgs_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t least = strlen(word) / 3 + 2;

    for (; *names; names++) {
        size_t d = distance(word, *names);
        if (d < least) {
            least = d;
            best = *names;
        }
    }
    return best;
}

/* Without a near one, what may stand there. */
static void unknown_key(struct rgs_diag *diag, const struct rgs_yaml_node *key,
                        const char *const *known)
{
    char list[200];
    size_t n = 0;

    for (size_t i = 0; known[i] && n < sizeof(list); i++)
        n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", known[i]);
    if (n < sizeof(list))
        rgs_diag_error(diag, key->at, "unknown key '%s'; there are %s", key->s, list);
    else
        rgs_diag_error(diag, key->at, "unknown key '%s'", key->s);
}

void rgs_yaml_unknown(struct rgs_yaml_node *n, const char *const *known, struct rgs_diag *diag)
{
    if (!n || n->kind != RGS_YAML_MAP)
        return;
    for (size_t i = 0; i < n->n; i++) {
        if (n->key[i]->used)
            continue;
        const char *near = NULL;
        if (rgs_diag_full(diag))
            rgs_diag_error(diag, n->key[i]->at, "unknown key");
        else if ((near = rgs_nearest(n->key[i]->s, known)) != NULL)
            rgs_diag_error(diag, n->key[i]->at, "unknown key '%s'; did you mean '%s'?",
                           n->key[i]->s, near);
        else
            unknown_key(diag, n->key[i], known);
    }
}

static bool scalar(struct rgs_yaml_node *n, const char *what, struct rgs_diag *diag)
{
    if (n && n->kind != RGS_YAML_SCALAR)
        rgs_diag_error(diag, n->at, "expected %s", what);
    return n && n->kind == RGS_YAML_SCALAR;
}

bool rgs_yaml_str(struct rgs_yaml_node *n, const char **out, struct rgs_diag *diag)
{
    if (!scalar(n, "a text", diag))
        return false;
    *out = n->s;
    return true;
}

bool rgs_yaml_int(struct rgs_yaml_node *n, int64_t least, int64_t most, int64_t *out,
                  struct rgs_diag *diag)
{
    if (!scalar(n, "a whole number", diag))
        return false;
    char *end;
    errno = 0;
    long long v = strtoll(n->s, &end, 10);
    if (errno || end == n->s || *end) {
        rgs_diag_error(diag, n->at, "'%s' is no whole number", n->s);
        return false;
    }
    if (v < least || v > most) {
        rgs_diag_error(diag, n->at, "%lld is outside %lld..%lld", v, (long long)least,
                       (long long)most);
        return false;
    }
    *out = v;
    return true;
}

bool rgs_yaml_num(struct rgs_yaml_node *n, double least, double most, double *out,
                  struct rgs_diag *diag)
{
    if (!scalar(n, "a number", diag))
        return false;
    size_t used;
    double v = rgs_real_read(n->s, &used);
    if (used == 0 || n->s[used]) {
        rgs_diag_error(diag, n->at, "'%s' is no number", n->s);
        return false;
    }
    if (v < least || v > most) {
        rgs_diag_error(diag, n->at, "%g is outside %g..%g", v, least, most);
        return false;
    }
    *out = v;
    return true;
}

bool rgs_yaml_bool(struct rgs_yaml_node *n, bool *out, struct rgs_diag *diag)
{
    if (!scalar(n, "true or false", diag))
        return false;
    if (strcmp(n->s, "true") != 0 && strcmp(n->s, "false") != 0) {
        rgs_diag_error(diag, n->at, "'%s' is neither true nor false", n->s);
        return false;
    }
    *out = n->s[0] == 't';
    return true;
}

bool rgs_duration_parse(const char *s, size_t n, int64_t *out)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    int64_t v = 0;
    size_t i = 0;

    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
        v = v * 10 + (s[i] - '0');
        if (v > 100000000)
            return false;
    }
    if (i == 0 || i + 1 != n)
        return false;
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        if (units[u].unit == s[i] && v <= 9000000000 / units[u].seconds) {
            *out = v * units[u].seconds * 1000000000;
            return true;
        }
    }
    return false;
}

bool rgs_seconds_parse(const char *s, int64_t *out)
{
    int64_t ts = 0, unit = 100000000;
    const char *begin = s;

    for (; *s >= '0' && *s <= '9'; s++) {
        ts = ts * 10 + (*s - '0');
        if (ts > INT64_MAX / 1000000000 - 1)
            return false;
    }
    if (s == begin)
        return false;
    ts *= 1000000000;
    if (*s == '.') {
        for (s++; *s >= '0' && *s <= '9'; s++, unit /= 10)
            ts += (*s - '0') * unit;
    }
    *out = ts;
    return *s == '\0';
}

bool rgs_yaml_time(struct rgs_yaml_node *n, int64_t *out, struct rgs_diag *diag)
{
    if (!scalar(n, "seconds since the epoch", diag))
        return false;
    if (!rgs_seconds_parse(n->s, out)) {
        rgs_diag_error(diag, n->at, "'%s' are no seconds since the epoch", n->s);
        return false;
    }
    return true;
}

bool rgs_yaml_duration(struct rgs_yaml_node *n, int64_t *out, struct rgs_diag *diag)
{
    if (!scalar(n, "a duration like 10m or 7d", diag))
        return false;
    if (!rgs_duration_parse(n->s, n->n, out)) {
        rgs_diag_error(diag, n->at, "'%s' is no duration (write 90s, 10m, 1h, 7d, 2w)", n->s);
        return false;
    }
    return true;
}
