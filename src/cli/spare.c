/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/spare.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/pack.h"
#include "store/grown.h"

/* An output that is not there yet is known by its folder and name. */
struct rgs_spared {
    uint64_t device, inode; /* 0: not known */
    uint64_t folder_device, folder_inode;
    const char *name; /* [borrow]; NULL: not known */
    const char *what;
};

/* False: it can be no file that is replaced (/dev/null, a FIFO). */
static bool identify(const char *path, struct rgs_spared *f)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX] = ".";
    struct stat st;

    f->name = slash ? slash + 1 : path;
    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &st) == 0) {
        if (!S_ISREG(st.st_mode))
            return false;
        f->device = st.st_dev;
        f->inode = st.st_ino;
    }
    if (slash)
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1), path);
    if (stat(folder, &st) < 0)
        return f->inode != 0;
    f->folder_device = st.st_dev;
    f->folder_inode = st.st_ino;
    return true;
}

static bool same(const struct rgs_spared *a, const struct rgs_spared *b)
{
    if (a->inode && a->inode == b->inode && a->device == b->device)
        return true;
    return a->name && b->name && strcmp(a->name, b->name) == 0 &&
           a->folder_inode == b->folder_inode && a->folder_device == b->folder_device;
}

static void add(struct rgs_spare *s, const struct rgs_spared *f)
{
    struct rgs_spared *more = rgs_grown(s->file, s->n, &s->cap, sizeof(*more));

    if (!more) {
        s->incomplete = true;
        return;
    }
    s->file = more;
    s->file[s->n++] = *f;
}

void rgs_spare_file(struct rgs_spare *s, const char *path, const char *what)
{
    struct rgs_spared f = {.what = what};

    if (path && identify(path, &f))
        add(s, &f);
}

void rgs_spare_set(struct rgs_spare *s, const struct rgs_file_set *set, const char *what)
{
    for (size_t i = 0; i < set->n; i++)
        add(s, &(struct rgs_spared){
                   .device = set->stamp[i].device, .inode = set->stamp[i].inode, .what = what});
}

void rgs_spare_pack(struct rgs_spare *s, const struct rgs_pack *p)
{
    rgs_spare_set(s, &p->rules, "one of the rules");
    rgs_spare_set(s, &p->services, "one of the services");
}

void rgs_spare_captures(struct rgs_spare *s, const struct rgs_files *files)
{
    for (size_t i = 0; i < rgs_files_count(files); i++) {
        const char *path = rgs_files_path(files, i);
        bool input = strcmp(path, "-") == 0;
        rgs_spare_file(s, input ? "/dev/stdin" : path, "one of the captures");
    }
}

bool rgs_spare_output(struct rgs_spare *s, const char *path, char *err, size_t err_size)
{
    struct rgs_spared f = {.what = "another output"};

    if (!path || !identify(path, &f))
        return true;
    for (size_t i = 0; i < s->n; i++) {
        if (!same(&s->file[i], &f))
            continue;
        snprintf(err, err_size, "%s: is %s; name another file for the output", path,
                 s->file[i].what);
        return false;
    }
    add(s, &f);
    if (s->incomplete)
        snprintf(err, err_size, "out of memory");
    return !s->incomplete;
}

void rgs_spare_fini(struct rgs_spare *s)
{
    free(s->file);
    *s = (struct rgs_spare){0};
}
