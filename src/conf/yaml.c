/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conf/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/real.h"

enum {
    MAX_DEPTH = 24,       /* rules need 6 */
    MAX_NODES = 400000,   /* the full service catalogue has some ten thousand */
    MAX_BYTES = 16 << 20, /* of one file */
    CHUNK = 2048,         /* the first one; each further one is twice as large, up to: */
    MAX_CHUNK = 64 * 1024,
};

struct chunk {
    struct chunk *next;
    size_t used, cap;
};

struct rgs_yaml {
    const struct rgs_alloc *alloc;
    const struct rgs_conf_file *file;
    struct rgs_diag *diag;
    struct chunk *chunks;
    struct rgs_yaml_node *root;
    yaml_document_t *doc;
    unsigned nodes;
};

static void *take(struct rgs_yaml *y, size_t n)
{
    n = (n + 15u) & ~(size_t)15u;
    if (!y->chunks || y->chunks->cap - y->chunks->used < n) {
        size_t cap = !y->chunks                       ? CHUNK
                     : y->chunks->cap * 2 < MAX_CHUNK ? y->chunks->cap * 2
                                                      : MAX_CHUNK;
        cap = n > cap ? n : cap;
        struct chunk *c = rgs_new(y->alloc, sizeof(*c) + 16 + cap);
        if (!c)
            return NULL;
        c->cap = cap;
        c->next = y->chunks;
        y->chunks = c;
    }
    uintptr_t base = ((uintptr_t)(y->chunks + 1) + 15u) & ~(uintptr_t)15u;
    void *p = (uint8_t *)base + y->chunks->used; /* NOLINT: aligned on purpose */
    y->chunks->used += n;
    return p;
}

static struct rgs_mark mark_of(const struct rgs_yaml *y, yaml_mark_t m)
{
    return (struct rgs_mark){y->file, (unsigned)m.line + 1, (unsigned)m.column + 1};
}

static struct rgs_yaml_node *build(struct rgs_yaml *y, int index, unsigned depth);

static bool duplicate_key(const struct rgs_yaml_node *n, size_t upto)
{
    for (size_t i = 0; i < upto; i++) {
        if (strcmp(n->key[i]->s, n->key[upto]->s) == 0)
            return true;
    }
    return false;
}

static bool build_map(struct rgs_yaml *y, struct rgs_yaml_node *n, const yaml_node_t *from,
                      unsigned depth)
{
    n->kind = RGS_YAML_MAP;
    n->n = (size_t)(from->data.mapping.pairs.top - from->data.mapping.pairs.start);
    n->key = take(y, (n->n + 1) * sizeof(struct rgs_yaml_node *));
    n->item = take(y, (n->n + 1) * sizeof(struct rgs_yaml_node *));
    if (!n->key || !n->item)
        return false;
    for (size_t i = 0; i < n->n; i++) {
        const yaml_node_pair_t *pair = from->data.mapping.pairs.start + i;
        n->key[i] = build(y, pair->key, depth + 1);
        n->item[i] = build(y, pair->value, depth + 1);
        if (!n->key[i] || !n->item[i])
            return false;
        if (n->key[i]->kind != RGS_YAML_SCALAR) {
            rgs_diag_error(y->diag, n->key[i]->at, "a key must be a plain word");
            return false;
        }
        if (n->n <= 4096 && duplicate_key(n, i)) {
            rgs_diag_error(y->diag, n->key[i]->at, "'%s' stands twice here", n->key[i]->s);
            return false;
        }
    }
    return true;
}

static bool build_list(struct rgs_yaml *y, struct rgs_yaml_node *n, const yaml_node_t *from,
                       unsigned depth)
{
    n->kind = RGS_YAML_LIST;
    n->n = (size_t)(from->data.sequence.items.top - from->data.sequence.items.start);
    n->item = take(y, (n->n + 1) * sizeof(struct rgs_yaml_node *));
    if (!n->item)
        return false;
    for (size_t i = 0; i < n->n; i++) {
        n->item[i] = build(y, from->data.sequence.items.start[i], depth + 1);
        if (!n->item[i])
            return false;
    }
    return true;
}

static bool build_scalar(struct rgs_yaml *y, struct rgs_yaml_node *n, const yaml_node_t *from)
{
    n->kind = RGS_YAML_SCALAR;
    n->n = from->data.scalar.length;
    n->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    char *s = take(y, n->n + 1);
    if (!s)
        return false;
    memcpy(s, from->data.scalar.value, n->n);
    s[n->n] = '\0';
    n->s = s;
    if (strlen(s) != n->n) {
        rgs_diag_error(y->diag, n->at, "a NUL byte inside a value");
        return false;
    }
    return true;
}

static struct rgs_yaml_node *build(struct rgs_yaml *y, int index, unsigned depth)
{
    yaml_node_t *from = yaml_document_get_node(y->doc, index);
    struct rgs_yaml_node *n = from ? take(y, sizeof(*n)) : NULL;
    bool ok = false;

    if (!n)
        return NULL;
    memset(n, 0, sizeof(*n));
    n->at = mark_of(y, from->start_mark);
    if (depth > MAX_DEPTH || ++y->nodes > MAX_NODES) {
        rgs_diag_error(y->diag, n->at, depth > MAX_DEPTH ? "nested too deeply" : "too many values");
        return NULL;
    }
    switch (from->type) {
    case YAML_MAPPING_NODE:
        ok = build_map(y, n, from, depth);
        break;
    case YAML_SEQUENCE_NODE:
        ok = build_list(y, n, from, depth);
        break;
    case YAML_SCALAR_NODE:
        ok = build_scalar(y, n, from);
        break;
    default:
        break;
    }
    return ok ? n : NULL;
}

struct rgs_yaml *rgs_yaml_new(const struct rgs_conf_file *file, struct rgs_diag *diag,
                              const struct rgs_alloc *alloc)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    struct rgs_yaml *y = rgs_new(alloc, sizeof(*y));

    if (!y || file->text.n > MAX_BYTES || !yaml_parser_initialize(&parser)) {
        rgs_diag_error(diag, (struct rgs_mark){.file = file},
                       file->text.n > MAX_BYTES ? "larger than 16 MiB" : "out of memory");
        rgs_free(alloc, y);
        return NULL;
    }
    *y = (struct rgs_yaml){.alloc = alloc, .file = file, .diag = diag, .doc = &doc};
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, file->text.p ? file->text.p : (const uint8_t *)"",
                                 file->text.n);
    unsigned errors = diag->errors;
    if (!yaml_parser_load(&parser, &doc)) {
        rgs_diag_error(diag, mark_of(y, parser.problem_mark), "%s",
                       parser.problem ? parser.problem : "not YAML");
    } else {
        yaml_node_t *root = yaml_document_get_root_node(&doc);
        if (root) {
            y->root = build(y, 1, 0);
            if (!y->root && diag->errors == errors)
                rgs_diag_error(diag, (struct rgs_mark){.file = file}, "out of memory");
        }
        yaml_document_delete(&doc);
    }
    yaml_parser_delete(&parser);
    y->doc = NULL;
    if (diag->errors != errors) {
        rgs_yaml_del(y);
        return NULL;
    }
    return y;
}

void rgs_yaml_del(struct rgs_yaml *y)
{
    if (!y)
        return;
    while (y->chunks) {
        struct chunk *next = y->chunks->next;
        rgs_free(y->alloc, y->chunks);
        y->chunks = next;
    }
    rgs_free(y->alloc, y);
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
        const char *near = rgs_nearest(n->key[i]->s, known);
        if (near)
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
