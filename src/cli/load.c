/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/load.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"

enum { MAX_FILE = 64 << 20, MAX_FOLDER_DEPTH = 8 };

uint8_t *rgs_read_file_upto(const char *path, size_t most, size_t *n, char *err, size_t err_size)
{
    FILE *f = fopen(path, "re");
    uint8_t *data = NULL;
    size_t cap = 0;

    *n = 0;
    if (!f) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct stat st;
    /* One more than a file has: the end is met without growing. */
    bool sized = fstat(fileno(f), &st) == 0 && st.st_size > 0 && (uintmax_t)st.st_size < most;
    do {
        if (*n == cap) {
            cap = cap ? cap * 2 : sized ? (size_t)st.st_size + 1 : 65536;
            uint8_t *more = cap <= most ? realloc(data, cap) : NULL;
            if (!more) {
                snprintf(err, err_size, "%s: %s", path,
                         cap > most ? "is too large" : "out of memory");
                free(data);
                fclose(f);
                return NULL;
            }
            data = more;
        }
        *n += fread(data + *n, 1, cap - *n, f);
    } while (*n == cap);
    if (ferror(f)) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        free(data);
        data = NULL;
    }
    fclose(f);
    return data;
}

uint8_t *rgs_read_file(const char *path, size_t *n, char *err, size_t err_size)
{
    return rgs_read_file_upto(path, MAX_FILE, n, err, err_size);
}

static bool make_room(struct rgs_file_set *s)
{
    if (s->n < s->cap)
        return true;
    size_t cap = s->cap ? s->cap * 2 : 32;
    struct rgs_conf_file *file = realloc(s->file, cap * sizeof(*file));
    if (file)
        s->file = file;
    struct rgs_file_stamp *stamp = realloc(s->stamp, cap * sizeof(*stamp));
    if (stamp)
        s->stamp = stamp;
    if (!file || !stamp)
        return false;
    s->cap = cap;
    return true;
}

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int add_file(struct rgs_file_set *s, const char *path, const struct stat *st, char *err,
                    size_t err_size)
{
    if (!make_room(s))
        return -ENOMEM;
    struct rgs_conf_file *f = &s->file[s->n];
    *f = (struct rgs_conf_file){0};
    s->stamp[s->n] = (struct rgs_file_stamp){st->st_dev, st->st_ino, (uint64_t)st->st_size,
                                             ns_of(st->st_mtim), ns_of(st->st_ctim)};
    if (!s->listed && !(f->text.p = rgs_read_file(path, &f->text.n, err, err_size)))
        return -EIO;
    f->name = strdup(path);
    s->n++;
    return f->name ? 0 : -ENOMEM;
}

static int wanted(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static bool ends_in_yaml(const char *name)
{
    size_t n = strlen(name);
    return n > 5 && strcmp(name + n - 5, ".yaml") == 0;
}

static int add_path(struct rgs_file_set *s, const char *path, unsigned depth, unsigned max_depth,
                    char *err, size_t err_size)
{
    struct stat st;
    struct dirent **entries;

    if (stat(path, &st) < 0) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return -errno;
    }
    if (!S_ISDIR(st.st_mode))
        return depth == 0 || ends_in_yaml(path) ? add_file(s, path, &st, err, err_size) : 0;
    if (depth > max_depth)
        return 0;
    int n = scandir(path, &entries, wanted, alphasort);
    if (n < 0) {
        snprintf(err, err_size, "%s: the folder cannot be read", path);
        return -EIO;
    }
    int status = 0;
    for (int i = 0; i < n; i++) {
        char *sub = NULL;
        if (status == 0 && asprintf(&sub, "%s/%s", path, entries[i]->d_name) >= 0)
            status = add_path(s, sub, depth + 1, max_depth, err, err_size);
        free(sub);
        free(entries[i]);
    }
    free(entries);
    return status;
}

int rgs_file_set_add(struct rgs_file_set *s, const char *path, bool deep, char *err,
                     size_t err_size)
{
    return add_path(s, path, 0, deep ? MAX_FOLDER_DEPTH : 0, err, err_size);
}

void rgs_file_set_fini(struct rgs_file_set *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free((void *)(uintptr_t)s->file[i].name);
        free((void *)(uintptr_t)s->file[i].text.p);
    }
    free(s->file);
    free(s->stamp);
    *s = (struct rgs_file_set){0};
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool rgs_find_rules(const char *given, char *out, size_t cap)
{
    char exe[PATH_MAX];
    const char *env = getenv("RGS_RULES");

    if (!given && env && *env)
        given = env;
    if (given) {
        snprintf(out, cap, "%s", given);
        return is_folder(out);
    }
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    if (n > 0) {
        exe[n] = '\0';
        for (int up = 0; up < 2; up++) {
            char *slash = strrchr(exe, '/');
            if (!slash)
                break;
            *slash = '\0';
            if ((size_t)snprintf(out, cap, "%s/rules", exe) < cap && is_folder(out))
                return true;
        }
        if ((size_t)snprintf(out, cap, "%s/share/regsentry/rules", exe) < cap && is_folder(out))
            return true;
    }
    snprintf(out, cap, "%s", RGS_DATADIR "/rules");
    return is_folder(out);
}

int rgs_load_key(const char *path, uint8_t key[32], char *err, size_t err_size)
{
    size_t n;
    uint8_t *data = rgs_read_file(path, &n, err, err_size);
    int status = 0;

    if (!data)
        return -EIO;
    size_t text = n;
    while (text && isspace(data[text - 1]))
        text--;
    if (n == 32) {
        memcpy(key, data, 32);
    } else if (text != 64 || rgs_hex_read(data, key, 32) != 32) {
        status = -EINVAL;
    }
    if (status)
        snprintf(err, err_size,
                 "%s: a key is 32 bytes or 64 hex digits; make one with: openssl rand -hex 32",
                 path);
    explicit_bzero(data, n);
    free(data);
    return status;
}
