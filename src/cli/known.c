/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/known.h"

#include <stdlib.h>

#include "base/hash.h"
#include "cli/cache.h"

enum { MAX_FILES = 1 << 20 };
/* The coarsest clock of a file system that is met has steps of this. */
static const int64_t tick_ns = INT64_C(2) * 1000000000;

/* Not secret: it guards against damage. Whoever can write the file can write the catalogue, too. */
static const struct rgs_hash_key known_key = {0x7265677365727631u, 0x6b6e6f776e66696cu};
static const char known_magic[8] = "RGSKNW1\n";

struct row {
    uint64_t name;
    struct rgs_file_stamp stamp;
};

struct head {
    char magic[8];
    uint64_t sum; /* of all that follows */
    struct rgs_known known;
    uint64_t n;
};

static struct row row_of(const struct rgs_file_set *s, size_t i)
{
    const char *name = s->file[i].name;
    return (struct row){rgs_hash(&known_key, name, strlen(name)), s->stamp[i]};
}

static uint64_t sum_of(const uint8_t *record, size_t n)
{
    size_t from = offsetof(struct head, known);
    return rgs_hash(&known_key, record + from, n - from);
}

bool rgs_known_find(const char *name, const struct rgs_file_set *s, struct rgs_known *k)
{
    struct rgs_bytes record = rgs_cache_open(name);
    struct head h;
    bool same = s->n && s->n <= MAX_FILES && record.n == sizeof(h) + s->n * sizeof(struct row);

    if (same) {
        memcpy(&h, record.p, sizeof(h));
        same = memcmp(h.magic, known_magic, sizeof(h.magic)) == 0 && h.n == s->n &&
               h.sum == sum_of(record.p, record.n);
    }
    for (size_t i = 0; same && i < s->n; i++) {
        struct row now = row_of(s, i);
        same = memcmp(record.p + sizeof(h) + i * sizeof(now), &now, sizeof(now)) == 0;
    }
    if (same)
        *k = h.known;
    rgs_cache_close(record);
    return same;
}

void rgs_known_keep(const char *name, const struct rgs_file_set *s, const struct rgs_known *k,
                    int64_t began)
{
    struct head h = {.known = *k, .n = s->n};
    size_t bytes = sizeof(h) + s->n * sizeof(struct row);
    uint8_t *record = s->n && s->n <= MAX_FILES ? malloc(bytes) : NULL;

    for (size_t i = 0; record && i < s->n; i++) {
        const struct rgs_file_stamp *f = &s->stamp[i];
        struct row row = row_of(s, i);
        memcpy(record + sizeof(h) + i * sizeof(row), &row, sizeof(row));
        if (f->changed > began - tick_ns || f->written > began - tick_ns) {
            free(record);
            record = NULL;
        }
    }
    if (!record)
        return;
    memcpy(h.magic, known_magic, sizeof(h.magic));
    memcpy(record, &h, sizeof(h));
    h.sum = sum_of(record, bytes);
    memcpy(record, &h, sizeof(h));
    rgs_cache_write(name, record, bytes);
    free(record);
}
