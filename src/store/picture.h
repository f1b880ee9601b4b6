/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child of this process that has all memory as it is at this moment, and does one thing with it
 * while the process goes on. */
#ifndef RGS_STORE_PICTURE_H
#define RGS_STORE_PICTURE_H

#include <stdbool.h>
#include <sys/types.h>

struct rgs_picture {
    pid_t child; /* 0: there is none */
};

/* fn gives 0 or -errno. 0, or -errno: there is no child. */
int rgs_picture_take(struct rgs_picture *p, int (*fn)(void *ctx), void *ctx);
/* True when it has ended just now; reason: what fn gave as errno, EINTR when a signal ended it. */
bool rgs_picture_done(struct rgs_picture *p, bool wait, int *reason);
/* Ends it. */
void rgs_picture_drop(struct rgs_picture *p);

#endif
