/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WALK = 1 << 20 };

static char folder[64];

static void remove_folder(void)
{
    char path[512];
    DIR *d = opendir(folder);

    for (const struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(folder);
}

const char *rgs_fuzz_folder(void)
{
    if (folder[0])
        return folder;
    snprintf(folder, sizeof(folder), "%s/fuzz-kept-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder) || atexit(remove_folder) != 0)
        abort();
    return folder;
}

const char *rgs_fuzz_file(const char *name, struct rgs_bytes content)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%s", rgs_fuzz_folder(), name);
    FILE *f = fopen(path, "we");
    if (!f || fwrite(content.p, 1, content.n, f) != content.n || fclose(f) != 0)
        abort();
    return path;
}

void rgs_fuzz_walk(void *ctx, struct rgs_image *im)
{
    static uint8_t room[WALK];
    uint32_t n = 0;

    (void)ctx;
    do {
        RGS_IMAGE(im, n);
        if (rgs_image_fits(im, n, sizeof(room)))
            rgs_image_bytes(im, room, n);
    } while (!im->failed && n);
}
