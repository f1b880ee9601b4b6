/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a running tap can still reach, by Landlock (landlock(7)): the files and folders that were
 * named, and TCP connections to the ports that were named. A kernel that knows less of it gives
 * less; one without it, nothing.
 */
#ifndef RGS_TAP_CAGE_H
#define RGS_TAP_CAGE_H

#include <stdbool.h>
#include <stdint.h>

struct rgs_cage {
    int fd;  /* -1: no Landlock here */
    int abi; /* its version */
    bool any_port;
    int refused;  /* errno of the first rule that was not taken */
    uint64_t all; /* rights that are handled */
};

/* Everything is forbidden, as far as the kernel knows how; with any_port, all but connections. */
void rgs_cage_init(struct rgs_cage *c, bool any_port);
/* A file, or a folder with all beneath it, may be read. One that is not there stays out of reach.
 */
void rgs_cage_read(struct rgs_cage *c, const char *path);
/* In the folder of this path files may be read, made, written, renamed and removed. */
void rgs_cage_write_beside(struct rgs_cage *c, const char *path);
/* The same in this folder. */
void rgs_cage_write_in(struct rgs_cage *c, const char *folder);
void rgs_cage_connect(struct rgs_cage *c, uint16_t port);

/* From now on, in this thread and those that it makes; no_new_privs is set. The version in force,
 * 0 when the kernel has none, or -errno. */
int rgs_cage_lock(struct rgs_cage *c);

#endif
