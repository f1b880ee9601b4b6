/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/rules.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

char *rgs_test_slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    size_t cap = 1 << 16, len = 0;
    char *text = malloc(cap + 1);

    if (!f || !text) {
        free(text);
        if (f)
            fclose(f);
        return NULL;
    }
    for (size_t got; (got = fread(text + len, 1, cap - len, f)) > 0;) {
        len += got;
        if (len == cap) {
            cap *= 2;
            text = realloc(text, cap + 1);
            if (!text)
                abort();
        }
    }
    fclose(f);
    text[len] = '\0';
    *n = len;
    return text;
}

struct rgs_test_files rgs_test_rules(const char *const *folders)
{
    struct rgs_test_files out = {0};
    const char *root = getenv("RGS_SOURCE_ROOT");
    glob_t g = {0};
    char pattern[4096];

    for (size_t i = 0; folders[i]; i++) {
        snprintf(pattern, sizeof(pattern), "%s/rules/%s/*.yaml", root ? root : ".", folders[i]);
        glob(pattern, i ? GLOB_APPEND : 0, NULL, &g);
    }
    if (g.gl_pathc == 0) {
        fprintf(stderr, "no rules below %s\n", root ? root : ".");
        abort();
    }
    out.file = calloc(g.gl_pathc, sizeof(*out.file));
    for (size_t i = 0; out.file && i < g.gl_pathc; i++) {
        size_t n;
        char *text = rgs_test_slurp(g.gl_pathv[i], &n);
        if (!text)
            continue;
        const char *name = strstr(g.gl_pathv[i], "/rules/");
        out.file[out.n++] = (struct rgs_conf_file){.name = strdup(name ? name + 1 : g.gl_pathv[i]),
                                                   .text = rgs_bytes(text, n)};
    }
    globfree(&g);
    return out;
}

void rgs_test_files_free(struct rgs_test_files *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free((void *)(uintptr_t)f->file[i].name);
        free((void *)(uintptr_t)f->file[i].text.p);
    }
    free(f->file);
    *f = (struct rgs_test_files){0};
}
