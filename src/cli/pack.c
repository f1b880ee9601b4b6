/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/bundle.h"

enum { MAX_CACHE = 256 << 20 }; /* the shipped catalogue takes 3 MB */

static bool exists(const char *path)
{
    return access(path, R_OK) == 0;
}

static int add_folder(struct rgs_file_set *s, const char *dir, const char *name, char *err,
                      size_t err_size)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return exists(path) ? rgs_file_set_add(s, path, true, err, err_size) : 0;
}

int rgs_pack_rule_files(struct rgs_file_set *s, const char *dir, char *err, size_t err_size)
{
    int status = rgs_file_set_add(s, dir, false, err, err_size);
    if (status == 0)
        status = add_folder(s, dir, "typologies", err, err_size);
    if (status == 0)
        status = add_folder(s, dir, "lists", err, err_size);
    return status;
}

/* A pack without its own services uses the shipped ones. */
static int service_files(struct rgs_pack *p, char *err, size_t err_size)
{
    char shipped[PATH_MAX], own[PATH_MAX + 16];
    const char *dir = p->dir;

    snprintf(own, sizeof(own), "%s/services", p->dir);
    if (!exists(own) && rgs_find_rules(NULL, shipped, sizeof(shipped)))
        dir = shipped;
    int status = add_folder(&p->services, dir, "services", err, err_size);
    if (status == 0)
        status = add_folder(&p->services, dir, "recognition", err, err_size);
    if (status == 0 && p->services.n == 0) {
        snprintf(err, err_size, "%s: holds no services", dir);
        status = -ENOENT;
    }
    return status;
}

static bool services_digest(const struct rgs_pack *p, uint8_t digest[32])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; ok && i < p->services.n; i++)
        ok = EVP_DigestUpdate(ctx, p->services.file[i].text.p, p->services.file[i].text.n) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

/* $XDG_CACHE_HOME/regsentry/services-HASH.db, by the hash of all files. */
static bool cache_path(const struct rgs_pack *p, char *out, size_t cap)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    uint8_t digest[32];
    char hex[33];

    if (!services_digest(p, digest))
        return false;
    rgs_hex_write(hex, digest, 16);
    if (xdg && xdg[0] == '/')
        snprintf(out, cap, "%s/regsentry", xdg);
    else if (home && home[0] == '/')
        snprintf(out, cap, "%s/.cache/regsentry", home);
    else
        return false;
    size_t n = strlen(out);
    return (size_t)snprintf(out + n, cap - n, "/services-%s.db", hex) < cap - n;
}

static void make_folders(const char *path)
{
    char part[PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        mkdir(part, 0700);
    }
}

/* What somebody else can write is not for us: under sudo, HOME may still be another user's. */
static uint8_t *read_cache(const char *path, size_t *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    uint8_t *data = NULL;
    struct stat st;

    *n = 0;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        !(st.st_mode & (S_IWGRP | S_IWOTH)) && st.st_size > 0 && st.st_size <= MAX_CACHE)
        data = malloc((size_t)st.st_size);
    ssize_t got = 1;
    while (data && got > 0 && *n < (size_t)st.st_size) {
        got = read(fd, data + *n, (size_t)st.st_size - *n);
        *n += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return data;
}

/* Failing to cache costs time at the next start, nothing else. */
static void write_cache(const char *path, const uint8_t *data, size_t n)
{
    char temporary[PATH_MAX + 16];
    make_folders(path);
    snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid());
    unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    FILE *f = fdopen(fd, "w");
    bool ok = f && fwrite(data, 1, n, f) == n;
    ok = (f ? fclose(f) : close(fd)) == 0 && ok;
    if (!ok || rename(temporary, path) < 0)
        unlink(temporary);
}

static void load_catalogue(struct rgs_pack *p, struct rgs_diag *diag)
{
    char path[PATH_MAX];
    bool cache = cache_path(p, path, sizeof(path));
    size_t n = 0;
    uint8_t *cached = cache ? read_cache(path, &n) : NULL;

    p->catalogue = rgs_catalogue_new(p->services.file, p->services.n, rgs_bytes(cached, n), diag,
                                     &rgs_alloc_libc);
    free(cached);
    if (p->catalogue && cache && !rgs_catalogue_was_cached(p->catalogue)) {
        uint8_t *data = rgs_catalogue_serialise(p->catalogue, &n);
        if (data)
            write_cache(path, data, n);
        rgs_free(&rgs_alloc_libc, data);
    }
}

bool rgs_pack_load(struct rgs_pack *p, const char *given_dir, bool with_rules)
{
    char err[PATH_MAX + 128] = "";
    struct rgs_diag diag;

    *p = (struct rgs_pack){0};
    if (!rgs_find_rules(given_dir, p->dir, sizeof(p->dir))) {
        fprintf(stderr,
                "regsentry: %s: is no folder of rules; name one with --rules or RGS_RULES\n",
                p->dir);
        return false;
    }
    if (service_files(p, err, sizeof(err)) < 0 ||
        (with_rules && rgs_pack_rule_files(&p->rules, p->dir, err, sizeof(err)) < 0)) {
        fprintf(stderr, "regsentry: %s\n", err);
        rgs_pack_fini(p);
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    load_catalogue(p, &diag);
    if (with_rules)
        p->ruleset =
            rgs_ruleset_compile(p->rules.file, p->rules.n, p->catalogue, &diag, &rgs_alloc_libc);
    bool ok = p->catalogue && (!with_rules || p->ruleset);
    if (diag.text)
        fputs(diag.text, stderr);
    if (!ok)
        fprintf(stderr, "regsentry: %s: %u error%s\n", p->dir, diag.errors,
                diag.errors == 1 ? "" : "s");
    rgs_diag_fini(&diag);
    if (!ok)
        rgs_pack_fini(p);
    return ok;
}

struct rgs_ruleset *rgs_pack_ruleset(struct rgs_file_set *s, const char *dir,
                                     const struct rgs_catalogue *catalogue)
{
    struct rgs_ruleset *rs = NULL;
    char err[PATH_MAX + 128] = "";
    struct rgs_diag diag;

    if (rgs_pack_rule_files(s, dir, err, sizeof(err)) < 0) {
        fprintf(stderr, "regsentry: %s\n", err);
        return NULL;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    rs = rgs_ruleset_compile(s->file, s->n, catalogue, &diag, &rgs_alloc_libc);
    if (diag.text)
        fputs(diag.text, stderr);
    if (!rs)
        fprintf(stderr, "regsentry: %s: %u error%s\n", dir, diag.errors,
                diag.errors == 1 ? "" : "s");
    rgs_diag_fini(&diag);
    return rs;
}

void rgs_pack_text_of(struct rgs_pack_text *t, const struct rgs_file_set *files, const char *dir)
{
    *t = (struct rgs_pack_text){0};
    if (files->n)
        t->p = rgs_bundle_pack(files->file, files->n, dir, &t->n);
}

void rgs_pack_text_fini(struct rgs_pack_text *t)
{
    free(t->p);
    *t = (struct rgs_pack_text){0};
}

bool rgs_pack_services_changed(const struct rgs_pack *p)
{
    struct rgs_pack now = {0};
    uint8_t digest[2][32];
    char err[PATH_MAX + 128];

    memcpy(now.dir, p->dir, sizeof(now.dir));
    bool changed = service_files(&now, err, sizeof(err)) == 0 && services_digest(p, digest[0]) &&
                   services_digest(&now, digest[1]) &&
                   memcmp(digest[0], digest[1], sizeof(digest[0])) != 0;
    rgs_pack_fini(&now);
    return changed;
}

struct rgs_ruleset *rgs_pack_bundle(struct rgs_bytes bytes, const struct rgs_catalogue *catalogue)
{
    struct rgs_diag diag;

    rgs_diag_init(&diag, &rgs_alloc_libc);
    struct rgs_ruleset *rs = rgs_bundle_ruleset(bytes, catalogue, &diag);
    if (diag.text)
        fputs(diag.text, stderr);
    rgs_diag_fini(&diag);
    return rs;
}

void rgs_pack_fini(struct rgs_pack *p)
{
    if (p->ruleset)
        rgs_ruleset_del(p->ruleset);
    if (p->catalogue)
        rgs_catalogue_del(p->catalogue);
    rgs_file_set_fini(&p->services);
    rgs_file_set_fini(&p->rules);
    rgs_pack_text_fini(&p->text);
    p->ruleset = NULL; /* whoever failed to load it closes it once more */
    p->catalogue = NULL;
}
