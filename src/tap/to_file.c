/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap/receiver.h"

enum { KEEP = 8, MOST_WAIT_MS = 5000 };

struct file {
    int fd;
    uint64_t most_bytes;
    char path[];
};

/* What a crash left of a line is taken away: the alert is told again, whole. */
static void cut_half_line(int fd)
{
    char tail[RGS_OUT_LINE];
    off_t end = lseek(fd, 0, SEEK_END);
    size_t n = end < (off_t)sizeof(tail) ? (size_t)end : sizeof(tail);

    if (end <= 0 || pread(fd, tail, n, end - (off_t)n) != (ssize_t)n || tail[n - 1] == '\n')
        return;
    const char *newline = memrchr(tail, '\n', n);
    if (newline || n == (size_t)end)
        (void)!ftruncate(fd, end - (off_t)(newline ? n - (size_t)(newline + 1 - tail) : n));
}

static bool open_file(struct file *f)
{
    int fd = open(f->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
    struct stat st;

    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        cut_half_line(fd);
    if (f->fd >= 0)
        close(f->fd);
    f->fd = fd;
    return true;
}

/* Somebody (logrotate) may have moved the file away. */
static bool is_there(const struct file *f)
{
    struct stat open_one, named;

    return f->fd >= 0 && fstat(f->fd, &open_one) == 0 && stat(f->path, &named) == 0 &&
           open_one.st_dev == named.st_dev && open_one.st_ino == named.st_ino;
}

static void rotate(const struct file *f)
{
    char from[4200], to[4200];

    for (unsigned i = KEEP - 1; i > 0; i--) {
        snprintf(from, sizeof(from), "%s.%u", f->path, i);
        snprintf(to, sizeof(to), "%s.%u", f->path, i + 1);
        rename(from, to);
    }
    snprintf(to, sizeof(to), "%s.1", f->path);
    rename(f->path, to);
}

static bool append(const struct file *f, const char *line, size_t n, char why[RGS_WHY])
{
    struct stat st;

    if (fstat(f->fd, &st) < 0)
        return false;
    ssize_t written = write(f->fd, line, n);
    if (written == (ssize_t)n)
        return true;
    snprintf(why, RGS_WHY, "%s", written < 0 ? strerror(errno) : strerror(ENOSPC));
    /* A full disk may take half a line: it is taken back, and the whole told again. */
    if (written > 0 && S_ISREG(st.st_mode))
        (void)!ftruncate(f->fd, st.st_size);
    return false;
}

static int deliver(void *ctx, const struct rgs_out_alert *a, const rgs_give_up *give_up,
                   char why[RGS_WHY])
{
    struct file *f = ctx;
    char line[RGS_OUT_LINE];
    struct stat st;

    if (!is_there(f) && !open_file(f)) {
        snprintf(why, RGS_WHY, "%s", strerror(errno));
        return -1;
    }
    size_t n = rgs_out_alert_json(line, sizeof(line), a);
    if (f->most_bytes && fstat(f->fd, &st) == 0 && st.st_size > 0 && S_ISREG(st.st_mode) &&
        (uint64_t)st.st_size + n > f->most_bytes) {
        rotate(f);
        if (!open_file(f)) {
            snprintf(why, RGS_WHY, "%s", strerror(errno));
            return -1;
        }
    }
    return n && append(f, line, n, why) ? 0 : -1;
}

static void reopen(void *ctx)
{
    open_file(ctx);
}

static void close_file(void *ctx)
{
    struct file *f = ctx;
    if (f->fd >= 0)
        close(f->fd);
    free(f);
}

bool rgs_to_file(struct rgs_receiver *r, const char *path, uint64_t most_bytes, char *err,
                 size_t err_size)
{
    size_t n = strlen(path) + 1;
    struct file *f = malloc(sizeof(*f) + n);

    if (!f) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    *f = (struct file){.fd = -1, .most_bytes = most_bytes};
    memcpy(f->path, path, n);
    if (!open_file(f)) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        free(f);
        return false;
    }
    *r = (struct rgs_receiver){.kind = "file",
                               .target = path,
                               .most_wait_ms = MOST_WAIT_MS,
                               .ctx = f,
                               .deliver = deliver,
                               .reopen = reopen,
                               .close = close_file};
    return true;
}
