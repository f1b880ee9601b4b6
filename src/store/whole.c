/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/whole.h"

#include <errno.h>
#include <unistd.h>

typedef ssize_t move_fn(int fd, void *p, size_t n, uint64_t at);

static ssize_t read_once(int fd, void *p, size_t n, uint64_t at)
{
    return read(fd, p, n);
}

static ssize_t write_once(int fd, void *p, size_t n, uint64_t at)
{
    return write(fd, p, n);
}

static ssize_t read_once_at(int fd, void *p, size_t n, uint64_t at)
{
    return pread(fd, p, n, (off_t)at);
}

static ssize_t write_once_at(int fd, void *p, size_t n, uint64_t at)
{
    return pwrite(fd, p, n, (off_t)at);
}

static bool whole(move_fn *move, int fd, const void *bytes, size_t n, uint64_t at)
{
    uint8_t *p = (uint8_t *)(uintptr_t)bytes;

    while (n) {
        ssize_t done = move(fd, p, n, at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            errno = EIO;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
    return true;
}

bool rgs_whole_read(int fd, void *p, size_t n)
{
    return whole(read_once, fd, p, n, 0);
}

bool rgs_whole_write(int fd, const void *p, size_t n)
{
    return whole(write_once, fd, p, n, 0);
}

bool rgs_whole_read_at(int fd, void *p, size_t n, uint64_t at)
{
    return whole(read_once_at, fd, p, n, at);
}

bool rgs_whole_write_at(int fd, const void *p, size_t n, uint64_t at)
{
    return whole(write_once_at, fd, p, n, at);
}
