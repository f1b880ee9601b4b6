/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/bundle.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "engine/conf.h"

static const char magic[] = "regsentry-rules 1\n";

/* Letters, digits, "._-" and single slashes; no part begins with a dot, so nothing leads out of a
 * folder. */
static bool name_ok(struct rgs_bytes name)
{
    bool begins = true;

    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
        if (!letter && (begins || (c != '.' && c != '/')))
            return false;
        begins = c == '/';
    }
    return name.n > 0 && name.n <= RGS_BUNDLE_NAME && !begins;
}

char *rgs_bundle_pack(const struct rgs_conf_file *files, size_t n, const char *dir, size_t *size)
{
    size_t skip = strlen(dir);
    char *out = NULL;
    FILE *f = n && n <= RGS_BUNDLE_FILES ? open_memstream(&out, size) : NULL;
    bool ok = f && fputs(magic, f) >= 0;

    for (size_t i = 0; ok && i < n; i++) {
        const char *name = files[i].name;
        name += strncmp(name, dir, skip) == 0 ? skip : 0;
        name += strspn(name, "/");
        ok = name_ok(rgs_bytes(name, strlen(name))) &&
             fprintf(f, "%s %zu\n", name, files[i].text.n) > 0 &&
             fwrite(files[i].text.p, 1, files[i].text.n, f) == files[i].text.n &&
             fputc('\n', f) != EOF;
    }
    ok = f && fclose(f) == 0 && ok && *size <= RGS_BUNDLE_MAX;
    if (!ok) {
        free(out);
        out = NULL;
    }
    return out;
}

/* The next file from the bytes; what is left of them. False: damaged. */
static bool take(struct rgs_bytes *in, struct rgs_bytes *name, struct rgs_bytes *text)
{
    struct rgs_bytes head = rgs_bytes_upto(*in, rgs_find_byte(*in, '\n'));
    size_t space = rgs_find_byte(head, ' ');
    uint32_t n;

    *name = rgs_bytes_upto(head, space);
    if (head.n == in->n || !name_ok(*name) ||
        !rgs_decimal(rgs_bytes_from(head, space + 1), RGS_BUNDLE_MAX, &n))
        return false;
    struct rgs_bytes rest = rgs_bytes_from(*in, head.n + 1);
    if (rest.n <= n || rest.p[n] != '\n')
        return false;
    *text = rgs_bytes_upto(rest, n);
    *in = rgs_bytes_from(rest, (size_t)n + 1);
    return true;
}

bool rgs_bundle_open(struct rgs_bundle *b, struct rgs_bytes bytes)
{
    size_t begin = sizeof(magic) - 1;
    struct rgs_bytes name, text;

    *b = (struct rgs_bundle){0};
    if (bytes.n <= begin || bytes.n > RGS_BUNDLE_MAX || memcmp(bytes.p, magic, begin) != 0)
        return false;
    bytes = rgs_bytes_from(bytes, begin);
    b->file = calloc(RGS_BUNDLE_FILES, sizeof(*b->file));
    b->names = calloc(RGS_BUNDLE_FILES, RGS_BUNDLE_NAME + 1);
    bool ok = b->file && b->names;
    while (ok && bytes.n) {
        ok = b->n < RGS_BUNDLE_FILES && take(&bytes, &name, &text);
        if (ok) {
            char *copy = b->names + b->n * (RGS_BUNDLE_NAME + 1);
            memcpy(copy, name.p, name.n);
            b->file[b->n++] = (struct rgs_conf_file){copy, text};
        }
    }
    if (!ok)
        rgs_bundle_close(b);
    return ok;
}

void rgs_bundle_close(struct rgs_bundle *b)
{
    free(b->file);
    free(b->names);
    *b = (struct rgs_bundle){0};
}

struct rgs_ruleset *rgs_bundle_ruleset(struct rgs_bytes bytes,
                                       const struct rgs_catalogue *catalogue, struct rgs_diag *diag)
{
    struct rgs_bundle b;

    if (!rgs_bundle_open(&b, bytes)) {
        rgs_diag_error(diag, (struct rgs_mark){0}, "this is no bundle of rules");
        return NULL;
    }
    struct rgs_ruleset *rs = rgs_ruleset_compile(b.file, b.n, catalogue, diag, &rgs_alloc_libc);
    rgs_bundle_close(&b);
    return rs;
}
