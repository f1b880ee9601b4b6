/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cache.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_CACHE = 256 << 20 }; /* the shipped catalogue takes 3 MB */

static bool path_of(const char *name, char *out, size_t cap)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (xdg && xdg[0] == '/')
        return (size_t)snprintf(out, cap, "%s/regsentry/%s", xdg, name) < cap;
    if (home && home[0] == '/')
        return (size_t)snprintf(out, cap, "%s/.cache/regsentry/%s", home, name) < cap;
    return false;
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
struct rgs_bytes rgs_cache_open(const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    void *data = MAP_FAILED;

    if (!path_of(name, path, sizeof(path)))
        return (struct rgs_bytes){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return (struct rgs_bytes){0};
    /* It was renamed to its place when it was whole, and nobody writes into it. */
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
        !(st.st_mode & (S_IWGRP | S_IWOTH)) && st.st_size > 0 && st.st_size <= MAX_CACHE)
        data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    close(fd);
    return data == MAP_FAILED ? (struct rgs_bytes){0} : rgs_bytes(data, (size_t)st.st_size);
}

void rgs_cache_close(struct rgs_bytes cached)
{
    if (cached.n)
        munmap((void *)(uintptr_t)cached.p, cached.n);
}

void rgs_cache_write(const char *name, const void *data, size_t n)
{
    char path[PATH_MAX], temporary[PATH_MAX + 16];

    if (!path_of(name, path, sizeof(path)))
        return;
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
