/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/position.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/grown.h"

enum { MAX_FORGOTTEN = 4096 }; /* files that are gone, of which the file still knows */

static const char head_line[] = "regsentry-follow 1\n";

/* Room behind the last entry; false when memory is short. */
static bool has_room(struct rgs_position *p)
{
    struct rgs_position_entry *entry = rgs_grown(p->entry, p->n, &p->cap, sizeof(*entry));

    if (entry)
        p->entry = entry;
    return entry != NULL;
}

size_t rgs_position_of(struct rgs_position *p, const uint8_t id[RGS_CAPTURE_ID])
{
    for (size_t i = 0; i < p->n; i++) {
        if (memcmp(p->entry[i].id, id, RGS_CAPTURE_ID) == 0)
            return i;
    }
    if (!has_room(p))
        return SIZE_MAX;
    struct rgs_position_entry *e = &p->entry[p->n];
    *e = (struct rgs_position_entry){.here = true};
    memcpy(e->id, id, RGS_CAPTURE_ID);
    return p->n++;
}

bool rgs_position_load(struct rgs_position *p, char *err, size_t err_size)
{
    FILE *in = *p->path ? fopen(p->path, "re") : NULL;
    char line[256], hex[2 * RGS_CAPTURE_ID + 1];
    unsigned long long taken, size;
    unsigned n = 1;

    if (!*p->path || (!in && errno == ENOENT))
        return true;
    bool ok = in && fgets(line, sizeof(line), in) && strcmp(line, head_line) == 0;
    while (ok && fgets(line, sizeof(line), in)) {
        uint8_t id[RGS_CAPTURE_ID];
        n++;
        ok = sscanf(line, "%32[0-9a-f] %llu %llu", hex, &taken, &size) == 3 &&
             strlen(hex) == 2 * (size_t)RGS_CAPTURE_ID &&
             rgs_hex_read(hex, id, RGS_CAPTURE_ID) == RGS_CAPTURE_ID;
        size_t i = ok ? rgs_position_of(p, id) : SIZE_MAX;
        ok = i != SIZE_MAX;
        if (ok) {
            p->entry[i].taken = taken;
            p->entry[i].size = size;
        }
    }
    if (!ok && !in)
        snprintf(err, err_size, "%s: %s", p->path, strerror(errno));
    else if (!ok)
        snprintf(err, err_size,
                 "%s:%u: is no position file; remove it to read all files from their beginning",
                 p->path, n);
    if (in)
        fclose(in);
    return ok;
}

/* The oldest of what is gone is forgotten first; entries stand in the order in which they came. */
static void forget(struct rgs_position *p)
{
    size_t gone = 0, kept = 0;

    for (size_t i = 0; i < p->n; i++)
        gone += !p->entry[i].here;
    if (gone <= MAX_FORGOTTEN)
        return;
    for (size_t i = 0; i < p->n; i++) {
        if (!p->entry[i].here && gone > MAX_FORGOTTEN)
            gone--;
        else
            p->entry[kept++] = p->entry[i];
    }
    p->n = kept;
}

int rgs_position_save(struct rgs_position *p, bool may_forget)
{
    char *part;
    int status = 0;

    if (may_forget)
        forget(p);
    if (!*p->path)
        return 0;
    if (asprintf(&part, "%s.part", p->path) < 0)
        return -ENOMEM;
    FILE *out = fopen(part, "we");
    if (!out) {
        status = -errno;
        free(part);
        return status;
    }
    fputs(head_line, out);
    for (size_t i = 0; i < p->n; i++) {
        const struct rgs_position_entry *e = &p->entry[i];
        char id[2 * RGS_CAPTURE_ID + 1];
        rgs_hex_write(id, e->id, RGS_CAPTURE_ID);
        fprintf(out, "%s %llu %llu\n", id, (unsigned long long)e->taken,
                (unsigned long long)e->size);
    }
    errno = 0;
    if (fflush(out) == EOF || ferror(out) || fsync(fileno(out)) < 0)
        status = errno ? -errno : -EIO;
    if (fclose(out) == EOF && !status)
        status = -errno;
    if (!status && rename(part, p->path) < 0)
        status = -errno;
    if (status)
        unlink(part);
    free(part);
    return status;
}

/* As many as there are bytes for, whatever is said of their number. */
static void read_entries(struct rgs_position *p, struct rgs_image *im, uint64_t n)
{
    for (p->n = 0; p->n < n; p->n++) {
        uint8_t here = 0;
        if (!has_room(p)) {
            im->failed = true;
            return;
        }
        rgs_image_bytes(im, &p->entry[p->n], sizeof(*p->entry));
        memcpy(&here, &p->entry[p->n].here, sizeof(here));
        if (!rgs_image_fits(im, here, true))
            return;
    }
}

void rgs_position_image(struct rgs_position *p, struct rgs_image *im)
{
    uint64_t n = p->n;

    rgs_image_same(im, sizeof(*p->entry));
    RGS_IMAGE(im, n);
    if (im->mode == RGS_IMAGE_READ)
        read_entries(p, im, n);
    else
        rgs_image_bytes(im, p->entry, n * sizeof(*p->entry));
}

void rgs_position_fini(struct rgs_position *p)
{
    free(p->entry);
    free(p->path);
}
