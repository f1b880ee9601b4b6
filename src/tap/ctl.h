/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control of a running tap over a unix socket: who may open the socket may ask. A line asks
 * ("top 5"), lines answer, the last of them is "ok" or "error REASON", and the connection ends. No
 * question of one waits for another's, and a client that does not read loses its answer.
 */
#ifndef RGS_TAP_CTL_H
#define RGS_TAP_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { RGS_CTL_LINE = 256, RGS_CTL_WORDS = 4 };

struct rgs_ctl;

/* Answers a question of n words: lines into out, NULL or what went wrong. */
typedef const char *rgs_ctl_fn(void *ctx, char *const *words, size_t n, FILE *out);

/* The socket's file is made anew, for the user and his group. NULL with a reason in err. */
struct rgs_ctl *rgs_ctl_open(const char *path, rgs_ctl_fn *fn, void *ctx, char *err,
                             size_t err_size);
/* Takes the file away. */
void rgs_ctl_close(struct rgs_ctl *c);
/* Answers who asks; waits at most so long for one. signals: one more descriptor to wait for. */
void rgs_ctl_step(struct rgs_ctl *c, int signals, int wait_ms);

/* The asking end: the answer goes to out. 0; 1 when the tap gave a reason why not (it is in err);
 * -errno when there is no tap. */
int rgs_ctl_ask(const char *path, const char *line, FILE *out, char *err, size_t err_size);

#endif
