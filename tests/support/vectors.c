/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

const char *rgs_test_shared(void)
{
    struct stat st;
    const char *dir = getenv("RGS_SHARED_DATA");
    return dir && stat(dir, &st) == 0 ? dir : NULL;
}

int rgs_test_vectors(const char *name, void (*fn)(void *ctx, const struct rgs_vector *v), void *ctx)
{
    char path[1024], *line = NULL;
    size_t cap = 0;
    int rows = 0;
    unsigned number = 0;
    const char *dir = rgs_test_shared();

    if (!dir)
        return -1;
    snprintf(path, sizeof(path), "%s/vectors/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    while (getline(&line, &cap, f) > 0) {
        char *save = line, *cell[4] = {0};
        number++;
        if (line[0] == '#' || strncmp(line, "layer\t", 6) == 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i < 4; i++)
            cell[i] = strsep(&save, "\t");
        if (!cell[1])
            continue;
        struct rgs_vector v = {.layer = cell[0],
                               .bytes = rgs_test_hex(cell[1]),
                               .expected = cell[2] ? cell[2] : "",
                               .source = cell[3] ? cell[3] : "",
                               .line = number};
        fn(ctx, &v);
        rgs_test_buf_free(&v.bytes);
        rows++;
    }
    free(line);
    fclose(f);
    return rows;
}

const char *rgs_vector_value(const struct rgs_vector *v, const char *key)
{
    static char value[8192];
    size_t len = strlen(key);
    const char *p = v->expected;

    while (*p) {
        bool here = strncmp(p, key, len) == 0 && p[len] == '=';
        size_t n = 0;
        if (here)
            p += len + 1;
        for (; *p && *p != ';'; p++) {
            char c = *p;
            if (c == '\\' && p[1]) {
                p++;
                c = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p;
            }
            if (n < sizeof(value) - 1)
                value[n++] = c;
        }
        if (here) {
            value[n] = '\0';
            return value;
        }
        if (*p)
            p++;
    }
    return NULL;
}
