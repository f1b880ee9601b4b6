/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder that another program fills with capture files (tcpdump -G, dumpcap -b). Files are read
 * in the order of their first packets, each packet once: a file is known by its first packet,
 * whatever it is renamed to or packed into, and how far it was read stands in a position file, so
 * that a restart goes on where the last run ended.
 */
#ifndef RGS_CAPTURE_FOLLOW_H
#define RGS_CAPTURE_FOLLOW_H

#include "base/image.h"
#include "capture/files.h"

struct rgs_follow;

/*
 * settle_ms: how long the newest file must have been left alone before it is read; any older one is
 * finished. position NULL: "DIR/.regsentry.position"; "": none is kept. The position file must be
 * writable now. NULL with a reason in err.
 */
struct rgs_follow *rgs_follow_new(const char *dir, const char *position, unsigned settle_ms,
                                  rgs_files_problem *problem, void *ctx, char *err,
                                  size_t err_size);
/* Does not save. */
void rgs_follow_del(struct rgs_follow *f);

/* The next packet, valid until the next call; false: none now, ask again in a while. */
bool rgs_follow_next(struct rgs_follow *f, struct rgs_packet *packet);
/* Writes down what rgs_follow_next() gave so far; 0, or -errno. */
int rgs_follow_save(struct rgs_follow *f);

/* Moves how far all files were read, for who keeps that together with what was read. */
void rgs_follow_image(struct rgs_follow *f, struct rgs_image *im);

struct rgs_follow_state {
    uint64_t files;   /* read to their end */
    uint64_t damaged; /* places in them that could not be read */
    uint64_t waiting; /* seen, not read yet */
};
void rgs_follow_state(const struct rgs_follow *f, struct rgs_follow_state *out);

#endif
