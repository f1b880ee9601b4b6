/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pack.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "cli/cache.h"
#include "cli/command.h"
#include "cli/known.h"
#include "cli/large.h"
#include "store/bundle.h"

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

static bool services_digest(const struct rgs_file_set *s, uint8_t digest[32])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

    for (size_t i = 0; ok && i < s->n; i++)
        ok = EVP_DigestUpdate(ctx, s->file[i].text.p, s->file[i].text.n) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return ok;
}

/* The cache has a file for the texts of this hash, whichever folder they lie in. */
static void picture_name(const uint8_t digest[32], char out[48])
{
    char hex[33];

    rgs_hex_write(hex, digest, 16);
    snprintf(out, 48, "services-%s.db", hex);
}

/* And one for what is known of this folder's files. */
static void known_name(const char *dir, char out[48])
{
    snprintf(out, 48, "known-%016llx", (unsigned long long)rgs_id_of(dir, strlen(dir)));
}

/* The catalogue of files that need not be read; false: they need. */
static bool known_catalogue(struct rgs_pack *p)
{
    char name[48];
    struct rgs_known known;

    known_name(p->dir, name);
    if (!rgs_known_find(name, &p->services, &known))
        return false;
    picture_name(known.digest, name);
    struct rgs_bytes cached = rgs_cache_open(name);
    p->catalogue = rgs_catalogue_of_picture(p->services.file, p->services.n, known.sources, cached,
                                            &rgs_alloc_shared);
    rgs_cache_close(cached);
    memcpy(p->services_digest, known.digest, sizeof(known.digest));
    return p->catalogue != NULL;
}

/* Without the gaps that its making left, and in huge pages: look-ups take a quarter less time. */
static void move_catalogue(struct rgs_pack *p, struct rgs_bytes picture)
{
    struct rgs_catalogue *again =
        rgs_catalogue_of_picture(p->services.file, p->services.n,
                                 rgs_catalogue_sources(p->catalogue), picture, &rgs_alloc_shared);

    if (!again)
        return;
    rgs_catalogue_del(p->catalogue);
    p->catalogue = again;
}

static void read_catalogue(struct rgs_pack *p, int64_t began, struct rgs_diag *diag)
{
    char name[48];
    struct rgs_known known;
    size_t n;

    if (!services_digest(&p->services, p->services_digest)) {
        rgs_diag_error(diag, (struct rgs_mark){0}, "out of memory");
        return;
    }
    picture_name(p->services_digest, name);
    struct rgs_bytes cached = rgs_cache_open(name);
    p->catalogue =
        rgs_catalogue_new(p->services.file, p->services.n, cached, diag, &rgs_alloc_libc);
    if (p->catalogue && rgs_catalogue_was_cached(p->catalogue)) {
        move_catalogue(p, cached);
    } else if (p->catalogue) {
        uint8_t *data = rgs_catalogue_serialise(p->catalogue, &n);
        if (data) {
            rgs_cache_write(name, data, n);
            move_catalogue(p, rgs_bytes(data, n));
        }
        rgs_free(&rgs_alloc_libc, data);
    }
    rgs_cache_close(cached);
    if (!p->catalogue)
        return;
    memcpy(known.digest, p->services_digest, sizeof(known.digest));
    known.sources = rgs_catalogue_sources(p->catalogue);
    known_name(p->dir, name);
    rgs_known_keep(name, &p->services, &known, began);
}

static int64_t real_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int load_catalogue(struct rgs_pack *p, struct rgs_diag *diag, char *err, size_t err_size)
{
    int64_t began = real_time();

    p->services.listed = true;
    int status = service_files(p, err, err_size);
    if (status < 0 || known_catalogue(p))
        return status;
    rgs_file_set_fini(&p->services);
    if ((status = service_files(p, err, err_size)) == 0)
        read_catalogue(p, began, diag);
    return status;
}

bool rgs_pack_load(struct rgs_pack *p, const char *given_dir, const char *how, bool with_rules)
{
    char err[PATH_MAX + 128] = "";
    struct rgs_diag diag;

    *p = (struct rgs_pack){0};
    if (!rgs_find_rules(given_dir, p->dir, sizeof(p->dir))) {
        rgs_say("%s: is no folder of rules; name one %s", p->dir, how);
        return false;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    if (load_catalogue(p, &diag, err, sizeof(err)) < 0 ||
        (with_rules && rgs_pack_rule_files(&p->rules, p->dir, err, sizeof(err)) < 0)) {
        rgs_say("%s", err);
        rgs_diag_fini(&diag);
        rgs_pack_fini(p);
        return false;
    }
    if (with_rules)
        p->ruleset =
            rgs_ruleset_compile(p->rules.file, p->rules.n, p->catalogue, &diag, &rgs_alloc_libc);
    bool ok = p->catalogue && (!with_rules || p->ruleset);
    if (diag.text)
        fputs(diag.text, stderr);
    if (!ok)
        rgs_say("%s: %u error%s", p->dir, diag.errors, diag.errors == 1 ? "" : "s");
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
        rgs_say("%s", err);
        return NULL;
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    rs = rgs_ruleset_compile(s->file, s->n, catalogue, &diag, &rgs_alloc_libc);
    if (diag.text)
        fputs(diag.text, stderr);
    if (!rs)
        rgs_say("%s: %u error%s", dir, diag.errors, diag.errors == 1 ? "" : "s");
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
    uint8_t digest[32];
    char err[PATH_MAX + 128];

    memcpy(now.dir, p->dir, sizeof(now.dir));
    bool changed = service_files(&now, err, sizeof(err)) == 0 &&
                   services_digest(&now.services, digest) &&
                   memcmp(digest, p->services_digest, sizeof(digest)) != 0;
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
