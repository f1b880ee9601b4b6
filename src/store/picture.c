/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/picture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int rgs_picture_take(struct rgs_picture *p, int (*fn)(void *ctx), void *ctx)
{
    pid_t child = fork();

    if (child == 0)
        _exit(-fn(ctx) & 0xff);
    if (child < 0)
        return -errno;
    p->child = child;
    return 0;
}

bool rgs_picture_done(struct rgs_picture *p, bool wait, int *reason)
{
    int status = 0;

    if (p->child <= 0 || waitpid(p->child, &status, wait ? 0 : WNOHANG) != p->child)
        return false;
    p->child = 0;
    *reason = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
    return true;
}

void rgs_picture_drop(struct rgs_picture *p)
{
    int reason;

    if (p->child > 0)
        kill(p->child, SIGKILL);
    rgs_picture_done(p, true, &reason);
}
