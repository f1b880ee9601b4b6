/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify/catalogue.h"

static void read_file(struct rgs_catalogue *c, const struct rgs_conf_file *file,
                      struct rgs_diag *diag)
{
    static const char *const kinds[] = {"id", "words", "features", "tests", NULL};
    struct rgs_yaml *y = rgs_yaml_new(file, diag, c->keep.alloc);

    if (!y)
        return;
    struct rgs_yaml_node *root = rgs_yaml_root(y);
    if (!root || root->kind != RGS_YAML_MAP)
        rgs_diag_error(diag, (struct rgs_mark){.file = file},
                       "expected a service, words, weights or tests");
    else if (rgs_yaml_get(root, "id"))
        rgs_service_read(c, root, diag);
    else if (rgs_yaml_get(root, "words"))
        rgs_words_read(c, root, diag);
    else if (rgs_yaml_get(root, "features"))
        rgs_weights_read(c, root, diag);
    else if (rgs_yaml_get(root, "tests"))
        rgs_tests_read(c, rgs_yaml_get(root, "tests"), NULL, diag);
    else
        rgs_yaml_unknown(root, kinds, diag);
    rgs_yaml_del(y);
}

static void check_tests(const struct rgs_catalogue *c, struct rgs_diag *diag)
{
    for (size_t i = 0; i < c->n_tests; i++) {
        const struct rgs_service_test *t = &c->tests[i];
        if (strcmp(t->service, "-") != 0 && !rgs_catalogue_find(c, t->service, strlen(t->service)))
            rgs_diag_error(diag, (struct rgs_mark){0}, "%s:%u: the test names no service: '%s'",
                           t->file, t->line, t->service);
    }
}

static void empty(struct rgs_catalogue *c)
{
    const struct rgs_alloc *alloc = c->keep.alloc;

    rgs_patterns_fini(&c->patterns);
    rgs_free(alloc, c->services);
    rgs_free(alloc, c->by_id);
    rgs_free(alloc, c->senders);
    rgs_free(alloc, c->prefixes);
    rgs_free(alloc, c->formats);
    rgs_free(alloc, c->tests);
    rgs_keep_fini(&c->keep);
}

static void begin(struct rgs_catalogue *c, const struct rgs_alloc *alloc, uint64_t sources)
{
    *c = (struct rgs_catalogue){.keep.alloc = alloc, .sources = sources};
    c->patterns.keep = &c->keep;
    c->patterns.signs = RGS_SIGNS;
}

static bool take_picture(struct rgs_catalogue *c, const struct rgs_conf_file *files, size_t n_files,
                         struct rgs_bytes cached, struct rgs_bytes *database)
{
    c->was_cached = rgs_picture_read(c, files, n_files, cached, database) &&
                    rgs_patterns_take(&c->patterns, *database);
    return c->was_cached;
}

struct rgs_catalogue *rgs_catalogue_of_picture(const struct rgs_conf_file *files, size_t n_files,
                                               uint64_t sources, struct rgs_bytes cached,
                                               const struct rgs_alloc *alloc)
{
    struct rgs_catalogue *c = rgs_new(alloc, sizeof(*c));
    struct rgs_bytes database;

    if (!c)
        return NULL;
    begin(c, alloc, sources);
    if (take_picture(c, files, n_files, cached, &database))
        return c;
    rgs_catalogue_del(c);
    return NULL;
}

struct rgs_catalogue *rgs_catalogue_new(const struct rgs_conf_file *files, size_t n_files,
                                        struct rgs_bytes cached, struct rgs_diag *diag,
                                        const struct rgs_alloc *alloc)
{
    unsigned errors = diag->errors;
    struct rgs_catalogue *c = rgs_new(alloc, sizeof(*c));
    struct rgs_bytes database;

    if (!c) {
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
        return NULL;
    }
    begin(c, alloc, rgs_sources_mark(files, n_files));
    if (take_picture(c, files, n_files, cached, &database))
        return c;
    empty(c);
    begin(c, alloc, c->sources);
    for (size_t i = 0; i < n_files; i++) {
        c->file_at = (uint32_t)i;
        read_file(c, &files[i], diag);
    }
    if (diag->errors == errors)
        check_tests(c, diag);
    if (diag->errors == errors && (!c->has_words || !c->has_weights))
        rgs_diag_error(diag, (struct rgs_mark){0}, "no file has the %s of recognition",
                       c->has_words ? "weights" : "words");
    if (c->patterns.full)
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
    if (diag->errors == errors)
        rgs_patterns_build(&c->patterns, database, diag);
    if (diag->errors != errors) {
        rgs_catalogue_del(c);
        return NULL;
    }
    return c;
}

void rgs_catalogue_del(struct rgs_catalogue *c)
{
    if (!c)
        return;
    const struct rgs_alloc *alloc = c->keep.alloc;
    empty(c);
    rgs_free(alloc, c);
}

size_t rgs_catalogue_count(const struct rgs_catalogue *c)
{
    return c->n_services;
}

uint64_t rgs_catalogue_sources(const struct rgs_catalogue *c)
{
    return c->sources;
}

uint64_t rgs_catalogue_mark(const struct rgs_catalogue *c)
{
    uint64_t h = 0;
    for (size_t i = 1; i <= rgs_catalogue_count(c); i++) {
        const char *id = rgs_catalogue_service(c, (uint16_t)i)->id;
        h = rgs_mix64(h * 31 + rgs_id_of(id, strlen(id)));
    }
    return h;
}

const struct rgs_service *rgs_catalogue_service(const struct rgs_catalogue *c, uint16_t index)
{
    return index >= 1 && index <= c->n_services ? &c->services[index - 1] : NULL;
}

/* Not secret: the table is built once from the catalogue. */
static const struct rgs_hash_key id_key = {0x7265677365727631u, 0x7365727669636573u};

/* Where an id stands, or would. */
static uint16_t *id_slot(const struct rgs_catalogue *c, const char *id, size_t n)
{
    size_t at = rgs_hash(&id_key, id, n) & (c->n_id_slots - 1);

    for (; c->by_id[at]; at = (at + 1) & (c->n_id_slots - 1)) {
        const char *other = c->services[c->by_id[at] - 1].id;
        if (strlen(other) == n && memcmp(other, id, n) == 0)
            break;
    }
    return &c->by_id[at];
}

static bool more_id_slots(struct rgs_catalogue *c)
{
    size_t n = c->n_id_slots ? c->n_id_slots * 2 : 1024;
    uint16_t *slots = rgs_new(c->keep.alloc, n * sizeof(*slots));

    if (!slots)
        return false;
    rgs_free(c->keep.alloc, c->by_id);
    c->by_id = slots;
    c->n_id_slots = n;
    for (size_t i = 0; i < c->n_services; i++)
        *id_slot(c, c->services[i].id, strlen(c->services[i].id)) = (uint16_t)(i + 1);
    return true;
}

bool rgs_catalogue_add(struct rgs_catalogue *c, struct rgs_service s)
{
    if (!rgs_grow(c->keep.alloc, (void **)&c->services, c->n_services, &c->cap_services,
                  sizeof(s)) ||
        ((c->n_services + 1) * 2 > c->n_id_slots && !more_id_slots(c)))
        return false;
    uint16_t *slot = id_slot(c, s.id, strlen(s.id));
    c->services[c->n_services++] = s;
    *slot = (uint16_t)c->n_services;
    return true;
}

uint16_t rgs_catalogue_find(const struct rgs_catalogue *c, const char *id, size_t n)
{
    return c->n_id_slots ? *id_slot(c, id, n) : 0;
}

uint16_t rgs_catalogue_sender(const struct rgs_catalogue *c, struct rgs_bytes sender)
{
    return rgs_sender_service(c, sender);
}

size_t rgs_catalogue_tests(const struct rgs_catalogue *c, const struct rgs_service_test **tests)
{
    *tests = c->tests;
    return c->n_tests;
}

bool rgs_catalogue_was_cached(const struct rgs_catalogue *c)
{
    return c->was_cached;
}

uint8_t *rgs_catalogue_serialise(const struct rgs_catalogue *c, size_t *n)
{
    const struct rgs_alloc *alloc = c->keep.alloc;
    size_t picture = rgs_picture_write(c, NULL), database;
    uint8_t *bytes = picture ? rgs_patterns_serialise(&c->patterns, &database) : NULL;
    uint8_t *out = bytes ? rgs_new(alloc, picture + database) : NULL;

    if (out) {
        rgs_picture_write(c, out);
        memcpy(out + picture, bytes, database);
        *n = picture + database;
    }
    rgs_free(alloc, bytes);
    return out;
}

void rgs_catalogue_memory(const struct rgs_catalogue *c, size_t *database, size_t *rest,
                          size_t *literals)
{
    *database = 0;
    *database = rgs_patterns_size(&c->patterns);
    *literals = c->patterns.n_literals;
    *rest = sizeof(*c) + rgs_keep_bytes(&c->keep) +
            c->patterns.cap_literals * sizeof(*c->patterns.literals) +
            c->patterns.cap_meanings * sizeof(*c->patterns.meanings) +
            c->patterns.n_slots * sizeof(*c->patterns.slots) +
            c->cap_services * sizeof(*c->services) + c->n_id_slots * sizeof(*c->by_id) +
            c->n_sender_slots * sizeof(*c->senders) + c->cap_tests * sizeof(*c->tests);
}
