/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Event time that one wrong timestamp does not move. All windows, lives and scores follow the time
 * of packets, and a single one that is dated years ahead would end them all. So a packet that is
 * more than a day ahead is kept back until the next ones show whether time went on there: who comes
 * back from it was not there, and what was kept back is taken as of the time before.
 *
 * The same goes for the first packets, whose time nothing comes before. Files that a tap follows
 * keep nothing back, for a restart goes on where the last one had read to: there, packets behind a
 * pause of more than a day are taken as of the time before it until there are enough of them.
 */
#ifndef RGS_ENGINE_STEADY_H
#define RGS_ENGINE_STEADY_H

#include "base/alloc.h"
#include "regsentry/analyzer.h"

enum {
    RGS_STEADY_PACKETS = 16,     /* in a row that are ahead show that time went on */
    RGS_STEADY_SURE = 3,         /* at the end of all packets */
    RGS_STEADY_FOLLOWED = 64,    /* the same in files that a tap follows */
    RGS_STEADY_ROOM = 64 * 1024, /* bytes of packets that are kept back */
};

struct rgs_steady;

/* wrong: the packet's own time was another one. packet: [borrow] during the call */
typedef void rgs_steady_fn(void *ctx, const struct rgs_packet *packet, bool wrong);

/* ctx: [borrow] as long as it lives. NULL when memory is short. */
struct rgs_steady *rgs_steady_new(rgs_steady_fn *fn, void *ctx, const struct rgs_alloc *alloc);
void rgs_steady_del(struct rgs_steady *s);
/* Calls fn for none, one or more packets, in the order in which they came. */
void rgs_steady_packet(struct rgs_steady *s, const struct rgs_packet *packet);
/* No more packets. */
void rgs_steady_flush(struct rgs_steady *s);

/* Of files that a tap follows; all zero at first. */
struct rgs_steady_clock {
    int64_t now;
    unsigned ahead; /* packets in a row */
};
/* False: it was wrong, and is another one now. */
bool rgs_steady_time(struct rgs_steady_clock *c, int64_t *ts);

#endif
