/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "capture/input.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/wipe.h"

enum {
    RAW_CHUNK = 256 * 1024,
    HEAD_BYTES = 64 * 1024,
    WINDOW = 256 * 1024,
    WAIT_MS = 200, /* for more of a pipe, before stop is asked again */
};

enum packing { PLAIN, GZIP, ZSTD };

struct rgs_input {
    int fd;
    enum packing packing;
    uint64_t taken, size;
    uint8_t raw[RAW_CHUNK]; /* read, not yet unpacked: raw[raw_at..raw_n] */
    size_t raw_at, raw_n;
    uint8_t head[HEAD_BYTES]; /* unpacked ahead, given out first */
    size_t head_at, head_n;
    uint8_t *window; /* for who peeks: window[window_at..window_n] is not taken yet */
    size_t window_at, window_n, window_cap;
    z_stream gz;
    bool inside; /* a gzip member or zstd frame has begun and not ended */
    ZSTD_DStream *zst;
    bool eof, stopped;
    bool (*stop)(void); /* NULL: never */
    const char *error;
};

/* Waits until something can be read. Briefly, and again: a signal that comes just before a wait
 * does not end it. */
static bool await(struct rgs_input *in)
{
    struct pollfd p = {.fd = in->fd, .events = POLLIN};

    while (in->stop) {
        in->stopped = in->stop();
        if (in->stopped)
            return false;
        int ready = poll(&p, 1, WAIT_MS);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            break;
    }
    return true;
}

/* Bytes read, 0 at the end of the file, where it was to stop or after an error. */
static size_t read_more(struct rgs_input *in, uint8_t *out, size_t n)
{
    ssize_t got;

    if (!await(in))
        return 0;
    do {
        got = read(in->fd, out, n);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        in->error = "the file cannot be read";
    if (got > 0)
        in->taken += (uint64_t)got;
    return got > 0 ? (size_t)got : 0;
}

static size_t read_some(struct rgs_input *in, uint8_t *out, size_t n)
{
    /* The next bytes may be long in coming: nothing of the last ones waits for them. */
    rgs_wipe_stack_deep();
    if (in->raw_at == in->raw_n) {
        explicit_bzero(in->raw, in->raw_n);
        in->raw_at = in->raw_n = 0;
    }
    return read_more(in, out, n);
}

/* Bytes now in raw, 0 at the end of the file or after a read error. */
static size_t fill(struct rgs_input *in)
{
    if (in->raw_at < in->raw_n)
        return in->raw_n - in->raw_at;
    in->raw_n = read_some(in, in->raw, sizeof(in->raw));
    return in->raw_n;
}

static size_t unpack_plain(struct rgs_input *in, uint8_t *out, size_t n)
{
    if (in->raw_at == in->raw_n && n >= WINDOW / 2)
        return read_some(in, out, n);
    size_t have = fill(in);
    if (have > n)
        have = n;
    memcpy(out, in->raw + in->raw_at, have);
    in->raw_at += have;
    return have;
}

static size_t unpack_gzip(struct rgs_input *in, uint8_t *out, size_t n)
{
    in->gz.next_out = out;
    in->gz.avail_out = (uInt)(n < INT32_MAX ? n : INT32_MAX);
    uInt room = in->gz.avail_out;

    while (in->gz.avail_out == room) {
        size_t have = fill(in);
        if (have == 0) {
            if (in->inside)
                in->error = "the gzip data end early";
            break;
        }
        in->gz.next_in = in->raw + in->raw_at;
        in->gz.avail_in = (uInt)have;
        int status = inflate(&in->gz, Z_NO_FLUSH);
        in->raw_at = in->raw_n - in->gz.avail_in;
        in->inside = true;
        if (status == Z_STREAM_END) { /* another member may follow (RFC 1952 2.2) */
            in->inside = false;
            inflateReset(&in->gz);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            in->error = "the gzip data are damaged";
            break;
        }
    }
    return room - in->gz.avail_out;
}

static size_t unpack_zstd(struct rgs_input *in, uint8_t *out, size_t n)
{
    ZSTD_outBuffer to = {.dst = out, .size = n};

    while (to.pos == 0) {
        size_t have = fill(in);
        ZSTD_inBuffer from = {.src = in->raw + in->raw_at, .size = have};
        size_t status = ZSTD_decompressStream(in->zst, &to, &from);
        in->raw_at += from.pos;
        if (ZSTD_isError(status)) {
            in->error = "the zstd data are damaged";
            break;
        }
        if (have == 0 && to.pos == 0) {
            if (in->inside)
                in->error = "the zstd data end early";
            break;
        }
        in->inside = status != 0;
    }
    return to.pos;
}

static size_t unpack(struct rgs_input *in, uint8_t *out, size_t n)
{
    size_t got = 0;
    if (in->eof || n == 0)
        return 0;
    switch (in->packing) {
    case PLAIN:
        got = unpack_plain(in, out, n);
        break;
    case GZIP:
        got = unpack_gzip(in, out, n);
        break;
    case ZSTD:
        got = unpack_zstd(in, out, n);
        break;
    }
    in->eof = got == 0;
    return got;
}

static size_t next_bytes(struct rgs_input *in, uint8_t *out, size_t n)
{
    if (in->head_at < in->head_n) {
        size_t have = in->head_n - in->head_at < n ? in->head_n - in->head_at : n;
        memcpy(out, in->head + in->head_at, have);
        in->head_at += have;
        return have;
    }
    explicit_bzero(in->head, in->head_n);
    in->head_at = in->head_n = 0;
    return unpack(in, out, n);
}

static void *wiped_alloc(void *ctx, unsigned items, unsigned size)
{
    (void)ctx;
    return calloc(items, size);
}

static void wiped_free(void *ctx, void *p)
{
    (void)ctx;
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

/* Room for n bytes in the window, what it holds at its start; false when memory is short. */
static bool make_room(struct rgs_input *in, size_t n)
{
    if (n > in->window_cap) {
        size_t cap = in->window_cap ? in->window_cap : WINDOW;
        while (cap < n)
            cap *= 2;
        uint8_t *more = malloc(cap);
        if (!more)
            return false;
        if (in->window_n)
            memcpy(more, in->window, in->window_n);
        wiped_free(NULL, in->window);
        in->window = more;
        in->window_cap = cap;
    }
    if (in->window_at == 0)
        return true;
    in->window_n -= in->window_at;
    if (in->window_n)
        memmove(in->window, in->window + in->window_at, in->window_n);
    explicit_bzero(in->window + in->window_n, in->window_at);
    in->window_at = 0;
    return true;
}

struct rgs_bytes rgs_input_peek(struct rgs_input *in, size_t n)
{
    /* Behind the end nothing comes: what is left is not moved for each record that says it is
       longer than that. */
    bool ended = in->eof && in->head_at == in->head_n;
    if (in->window_n - in->window_at < n && !ended) {
        if (!make_room(in, n)) {
            in->error = "too little memory";
            return (struct rgs_bytes){0};
        }
        while (in->window_n < n) {
            size_t got = next_bytes(in, in->window + in->window_n, in->window_cap - in->window_n);
            if (got == 0)
                break;
            in->window_n += got;
        }
    }
    return rgs_bytes_upto(rgs_bytes(in->window + in->window_at, in->window_n - in->window_at), n);
}

void rgs_input_skip(struct rgs_input *in, size_t n)
{
    in->window_at += n;
}

static bool start_unpacking(struct rgs_input *in)
{
    static const uint8_t gzip_magic[] = {0x1f, 0x8b}, zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};

    /* A pipe may give a few bytes at a time: the magic number needs four. */
    size_t have = fill(in);
    while (have > 0 && have < 4) {
        size_t n = read_more(in, in->raw + have, sizeof(in->raw) - have);
        if (n == 0)
            break;
        have += n;
        in->raw_n = have;
    }
    if (have >= 2 && memcmp(in->raw, gzip_magic, 2) == 0) {
        in->packing = GZIP;
        in->gz.zalloc = wiped_alloc; /* it keeps the last 32 KiB of what it unpacked */
        in->gz.zfree = wiped_free;
        return inflateInit2(&in->gz, 15 + 16) == Z_OK;
    }
    if (have >= 4 && memcmp(in->raw, zstd_magic, 4) == 0) {
        in->packing = ZSTD;
        in->zst = ZSTD_createDStream();
        return in->zst && !ZSTD_isError(ZSTD_initDStream(in->zst));
    }
    return true;
}

struct rgs_input *rgs_input_open(const char *path, bool (*stop)(void), char *err, size_t err_size)
{
    struct rgs_input *in = calloc(1, sizeof(*in));
    struct stat st;

    if (!in) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    in->stop = stop;
    in->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0 || fstat(in->fd, &st) < 0) {
        snprintf(err, err_size, "%s", strerror(errno));
        rgs_input_close(in);
        return NULL;
    }
    if (S_ISDIR(st.st_mode)) {
        snprintf(err, err_size, "is a folder");
        rgs_input_close(in);
        return NULL;
    }
    in->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    if (!start_unpacking(in)) {
        snprintf(err, err_size, "out of memory");
        rgs_input_close(in);
        return NULL;
    }
    while (in->head_n < sizeof(in->head)) {
        size_t n = unpack(in, in->head + in->head_n, sizeof(in->head) - in->head_n);
        if (n == 0)
            break;
        in->head_n += n;
    }
    return in;
}

void rgs_input_close(struct rgs_input *in)
{
    if (!in)
        return;
    if (in->packing == GZIP)
        inflateEnd(&in->gz);
    ZSTD_freeDStream(in->zst);
    if (in->fd >= 0)
        close(in->fd);
    wiped_free(NULL, in->window);
    explicit_bzero(in, sizeof(*in));
    free(in);
}

struct rgs_bytes rgs_input_head(const struct rgs_input *in)
{
    return rgs_bytes(in->head, in->head_n);
}

uint64_t rgs_input_taken(const struct rgs_input *in)
{
    return in->taken;
}

uint64_t rgs_input_size(const struct rgs_input *in)
{
    return in->size;
}

const char *rgs_input_error(const struct rgs_input *in)
{
    return in->error;
}

bool rgs_input_stopped(const struct rgs_input *in)
{
    return in->stopped;
}
