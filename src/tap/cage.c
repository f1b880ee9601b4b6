/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The kernel's interface, written out: the C library has no calls for it, and the header of the
 * distribution may be older than the kernel that runs. Numbers are those of linux/landlock.h.
 */
enum {
    CREATE_RULESET = 444, /* the same on all architectures */
    ADD_RULE = 445,
    RESTRICT_SELF = 446,
    GIVE_VERSION = 1,
    PATH_BENEATH = 1,
    NET_PORT = 2,
    BIND_TCP = 1, /* of version 4, as the next; no tap binds once it runs */
    CONNECT_TCP = 2,
    ALL_SCOPES = 3, /* abstract sockets of others, and signals to them: version 6 */
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    WRITE_FILE = 1 << 1,
    REMOVE_FILE = 1 << 5,
    MAKE_REG = 1 << 8,
    TRUNCATE = 1 << 14,
    OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE, /* what a rule on a file may give */
};

struct ruleset_attr {
    uint64_t fs, net, scoped;
};

struct path_attr {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));

struct port_attr {
    uint64_t allowed, port;
};

/* Rights on files that each version handles: bits 0 to 12, then refer, truncate, ioctl on devices.
 */
static uint64_t file_rights(int abi)
{
    unsigned bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
    return (UINT64_C(1) << bits) - 1;
}

void rgs_cage_init(struct rgs_cage *c, bool any_port)
{
    int abi = (int)syscall(CREATE_RULESET, NULL, 0, GIVE_VERSION);

    *c = (struct rgs_cage){.fd = -1, .abi = abi, .any_port = any_port};
    if (abi < 1)
        return;
    c->all = file_rights(abi);
    struct ruleset_attr attr = {.fs = c->all, .scoped = abi >= 6 ? ALL_SCOPES : 0};
    if (abi >= 4)
        attr.net = any_port ? BIND_TCP : BIND_TCP | CONNECT_TCP;
    /* An older kernel takes the longer structure as long as what it does not know is zero. */
    c->fd = (int)syscall(CREATE_RULESET, &attr, sizeof(attr), 0);
    if (c->fd < 0)
        c->refused = errno;
}

static void allow(struct rgs_cage *c, const char *path, uint64_t rights)
{
    struct stat st;
    int fd = c->fd < 0 ? -1 : open(path, O_PATH | O_CLOEXEC);

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rights &= OF_FILES;
    struct path_attr attr = {.allowed = rights & c->all, .fd = fd};
    if (syscall(ADD_RULE, c->fd, PATH_BENEATH, &attr, 0) < 0 && !c->refused)
        c->refused = errno;
    close(fd);
}

void rgs_cage_read(struct rgs_cage *c, const char *path)
{
    allow(c, path, READ_FILE | READ_DIR);
}

void rgs_cage_write_in(struct rgs_cage *c, const char *folder)
{
    allow(c, folder, READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE);
}

void rgs_cage_write_beside(struct rgs_cage *c, const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');

    if (!slash)
        snprintf(folder, sizeof(folder), ".");
    else
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash == path ? 1 : slash - path), path);
    rgs_cage_write_in(c, folder);
}

void rgs_cage_connect(struct rgs_cage *c, uint16_t port)
{
    struct port_attr attr = {.allowed = CONNECT_TCP, .port = port};

    if (c->fd >= 0 && c->abi >= 4 && !c->any_port &&
        syscall(ADD_RULE, c->fd, NET_PORT, &attr, 0) < 0 && !c->refused)
        c->refused = errno;
}

int rgs_cage_lock(struct rgs_cage *c)
{
    int status = c->fd < 0 ? -c->refused : c->abi;

    if (c->fd < 0)
        return status;
    if (!c->refused && syscall(RESTRICT_SELF, c->fd, 0) < 0)
        c->refused = errno;
    close(c->fd);
    c->fd = -1;
    return c->refused ? -c->refused : status;
}
