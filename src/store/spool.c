/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/big_endian.h"
#include "store/whole.h"

enum { RECORD_HEAD = 8 };

struct rgs_spool {
    int fd;
    uint64_t max, size, at; /* of the file; where the next record is read */
};

struct rgs_spool *rgs_spool_open(const char *path, uint64_t max_bytes, char *err, size_t err_size)
{
    struct rgs_spool *s = calloc(1, sizeof(*s));
    struct stat st;

    if (!s) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    s->max = max_bytes;
    s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->fd < 0 || fstat(s->fd, &st) < 0) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
    } else if (flock(s->fd, LOCK_EX | LOCK_NB) < 0) {
        snprintf(err, err_size, "%s: another probe uses this spool", path);
    } else {
        s->size = (uint64_t)st.st_size;
        return s;
    }
    rgs_spool_close(s);
    return NULL;
}

void rgs_spool_close(struct rgs_spool *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

bool rgs_spool_active(const struct rgs_spool *s)
{
    return s && s->size > 0;
}

uint64_t rgs_spool_bytes(const struct rgs_spool *s)
{
    return s ? s->size : 0;
}

int rgs_spool_append(struct rgs_spool *s, struct rgs_bytes block)
{
    uint8_t head[RECORD_HEAD];

    if (s->size + RECORD_HEAD + block.n > s->max)
        return -ENOSPC;
    rgs_be_put(head, (uint32_t)block.n, 4);
    rgs_be_put(head + 4, (uint32_t)crc32(0, block.p, (uInt)block.n), 4);
    if (!rgs_whole_write_at(s->fd, head, sizeof(head), s->size) ||
        !rgs_whole_write_at(s->fd, block.p, block.n, s->size + RECORD_HEAD)) {
        int status = -errno;
        /* Half a record must not stand in the way of the next one. */
        if (ftruncate(s->fd, (off_t)s->size) < 0)
            status = -EIO;
        return status;
    }
    s->size += RECORD_HEAD + block.n;
    return 0;
}

void rgs_spool_forget(struct rgs_spool *s)
{
    if (ftruncate(s->fd, 0) == 0)
        s->size = s->at = 0;
}

void rgs_spool_skip(struct rgs_spool *s)
{
    s->at = s->size;
}

size_t rgs_spool_next(struct rgs_spool *s, uint8_t *out, size_t cap, bool *damaged)
{
    uint8_t head[RECORD_HEAD];

    *damaged = false;
    if (s->at >= s->size)
        return 0;
    if (rgs_whole_read_at(s->fd, head, sizeof(head), s->at)) {
        size_t n = rgs_be_get(head, 4);
        if (n > 0 && n <= cap && rgs_whole_read_at(s->fd, out, n, s->at + RECORD_HEAD) &&
            (uint32_t)crc32(0, out, (uInt)n) == rgs_be_get(head + 4, 4)) {
            s->at += RECORD_HEAD + n;
            return n;
        }
    }
    *damaged = true;
    if (ftruncate(s->fd, (off_t)s->at) == 0)
        s->size = s->at;
    return 0;
}

void rgs_spool_settle(struct rgs_spool *s)
{
    if (s->size > 0 && s->at == s->size)
        rgs_spool_forget(s);
}
