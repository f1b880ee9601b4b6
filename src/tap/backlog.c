/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/backlog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "tap/log.h"

/* The file: a head of HEAD bytes, then the slots. Integers as the machine has them: it stays on
 * it. */
enum { HEAD = 4096 };
/* Of an alert, so that there are numbers behind it: no tap tells so many. */
#define NUMBER_MOST (UINT64_MAX / 2)

struct head {
    char magic[8];
    uint32_t slot_bytes, slots;
    struct place {
        char name[RGS_BACKLOG_NAME];
        uint64_t next; /* number of the alert that the reader wants */
    } reader[RGS_BACKLOG_READERS];
};

struct slot {
    uint64_t number; /* from 1; 0: never written */
    uint64_t check;  /* of number and alert: a write that was cut short is no alert */
    struct rgs_out_alert alert;
};

struct rgs_backlog {
    int fd; /* -1: memory only */
    struct head head;
    uint64_t last; /* number of the newest alert */
    uint64_t lost[RGS_BACKLOG_READERS];
    bool claimed[RGS_BACKLOG_READERS];
    struct slot slot[RGS_BACKLOG_SLOTS];
};

static const struct head empty = {
    .magic = "rgsalrt1", .slot_bytes = sizeof(struct slot), .slots = RGS_BACKLOG_SLOTS};

static uint64_t check(const struct slot *s)
{
    static const struct rgs_hash_key key = {0x616c657274732069u, 0x6e2061206669656cu};
    return rgs_hash(&key, &s->alert, sizeof(s->alert)) ^ rgs_mix64(s->number);
}

static bool write_at(int fd, const void *p, size_t n, off_t at)
{
    return pwrite(fd, p, n, at) == (ssize_t)n;
}

static bool read_slots(struct rgs_backlog *b)
{
    if (pread(b->fd, b->slot, sizeof(b->slot), HEAD) != (ssize_t)sizeof(b->slot))
        return false;
    for (size_t i = 0; i < RGS_BACKLOG_SLOTS; i++) {
        struct slot *s = &b->slot[i];
        if (s->number % RGS_BACKLOG_SLOTS != i || s->number > NUMBER_MOST || s->check != check(s) ||
            !rgs_out_alert_whole(&s->alert))
            *s = (struct slot){0};
        else if (s->number > b->last)
            b->last = s->number;
    }
    /* Places are not trusted either: none is ahead of the newest, and names end. */
    for (size_t r = 0; r < RGS_BACKLOG_READERS; r++) {
        struct place *p = &b->head.reader[r];
        p->name[RGS_BACKLOG_NAME - 1] = '\0';
        if (p->next > b->last + 1)
            p->next = b->last + 1;
    }
    return true;
}

static bool open_file(struct rgs_backlog *b, const char *path, char *err, size_t err_size);

static bool of_another_version(const struct head *h)
{
    return memcmp(h->magic, empty.magic, sizeof(h->magic) - 1) == 0 &&
           memcmp(h, &empty, offsetof(struct head, reader)) != 0;
}

/* A program that was updated tells what is new; what the former one had not told stays there. */
static bool set_aside(struct rgs_backlog *b, const char *path, char *err, size_t err_size)
{
    char old[PATH_MAX], quoted[256];

    if ((size_t)snprintf(old, sizeof(old), "%s.old", path) >= sizeof(old) ||
        rename(path, old) < 0) {
        snprintf(err, err_size, "%s: is a spool of another version; move it away", path);
        return false;
    }
    rgs_log(RGS_LOG_WARNING, "alert-spool-set-aside", "reason=\"another version\" kept=%s",
            rgs_log_quote(old, quoted));
    close(b->fd);
    b->head = empty;
    return open_file(b, path, err, err_size);
}

static bool open_file(struct rgs_backlog *b, const char *path, char *err, size_t err_size)
{
    struct stat st;

    b->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (b->fd < 0 || fstat(b->fd, &st) < 0) {
        snprintf(err, err_size, "%s: %s", path, strerror(errno));
        return false;
    }
    if (flock(b->fd, LOCK_EX | LOCK_NB) < 0) {
        snprintf(err, err_size, "%s: another tap has it open", path);
        return false;
    }
    if (st.st_size == 0) {
        int status = posix_fallocate(b->fd, 0, HEAD + (off_t)sizeof(b->slot));
        if (status || !write_at(b->fd, &b->head, sizeof(b->head), 0)) {
            snprintf(err, err_size, "%s: %s", path, strerror(status ? status : errno));
            (void)!ftruncate(b->fd, 0); /* the next start begins anew */
            return false;
        }
        return true;
    }
    if (pread(b->fd, &b->head, sizeof(b->head), 0) == (ssize_t)sizeof(b->head) &&
        of_another_version(&b->head))
        return set_aside(b, path, err, err_size);
    if (memcmp(&b->head, &empty, offsetof(struct head, reader)) != 0 || !read_slots(b)) {
        snprintf(err, err_size, "%s: is no spool of alerts; move it away", path);
        return false;
    }
    return true;
}

struct rgs_backlog *rgs_backlog_open(const char *path, char *err, size_t err_size)
{
    struct rgs_backlog *b = calloc(1, sizeof(*b));

    if (!b) {
        snprintf(err, err_size, "out of memory");
        return NULL;
    }
    b->fd = -1;
    b->head = empty;
    if (path && !open_file(b, path, err, err_size)) {
        rgs_backlog_close(b);
        return NULL;
    }
    return b;
}

void rgs_backlog_close(struct rgs_backlog *b)
{
    if (!b)
        return;
    if (b->fd >= 0)
        close(b->fd);
    free(b);
}

static bool save_reader(const struct rgs_backlog *b, int reader)
{
    size_t at = offsetof(struct head, reader) + (size_t)reader * sizeof(struct place);
    return b->fd < 0 || write_at(b->fd, &b->head.reader[reader], sizeof(struct place), (off_t)at);
}

int rgs_backlog_reader(struct rgs_backlog *b, const char *name)
{
    int found = -1;

    for (int r = 0; r < RGS_BACKLOG_READERS; r++) {
        if (strncmp(b->head.reader[r].name, name, RGS_BACKLOG_NAME - 1) == 0) {
            b->claimed[r] = true;
            return r;
        }
        /* Else a place that nobody has, or had in an earlier run only. */
        if (!b->claimed[r] && (found < 0 || !b->head.reader[r].name[0]))
            found = r;
    }
    if (found < 0)
        return -1;
    struct place *p = &b->head.reader[found];
    *p = (struct place){.next = b->last + 1};
    memcpy(p->name, name, strnlen(name, RGS_BACKLOG_NAME - 1));
    b->claimed[found] = true;
    save_reader(b, found);
    return found;
}

bool rgs_backlog_put(struct rgs_backlog *b, const struct rgs_out_alert *a)
{
    struct slot *s = &b->slot[++b->last % RGS_BACKLOG_SLOTS];

    *s = (struct slot){.number = b->last, .alert = *a};
    s->check = check(s);
    return b->fd < 0 ||
           (write_at(b->fd, s, sizeof(*s), HEAD + (off_t)((char *)s - (char *)b->slot)) &&
            fdatasync(b->fd) == 0);
}

const struct rgs_out_alert *rgs_backlog_head(struct rgs_backlog *b, int reader)
{
    uint64_t *next = &b->head.reader[reader].next, behind = b->last + 1 - *next;

    if (behind > RGS_BACKLOG_SLOTS) {
        b->lost[reader] += behind - RGS_BACKLOG_SLOTS;
        *next += behind - RGS_BACKLOG_SLOTS;
    }
    for (; *next <= b->last; ++*next) {
        const struct slot *s = &b->slot[*next % RGS_BACKLOG_SLOTS];
        if (s->number == *next)
            return &s->alert;
        b->lost[reader]++; /* damaged in the file */
    }
    return NULL;
}

void rgs_backlog_take(struct rgs_backlog *b, int reader)
{
    b->head.reader[reader].next++;
    save_reader(b, reader); /* a failure costs a repeat after a restart, no more */
}

uint64_t rgs_backlog_waiting(const struct rgs_backlog *b, int reader)
{
    uint64_t behind = b->last + 1 - b->head.reader[reader].next;
    return behind < RGS_BACKLOG_SLOTS ? behind : RGS_BACKLOG_SLOTS;
}

uint64_t rgs_backlog_lost(const struct rgs_backlog *b, int reader)
{
    return b->lost[reader];
}
