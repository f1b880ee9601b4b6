/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts on their way out, as they arise. The evaluating thread puts into a ring and never waits; a
 * thread of the outbox takes from it into the backlog; each receiver takes from there at its own
 * pace, in a thread of its own, and tries again what failed. So each gets every alert at least
 * once, also over a restart when the backlog has a file, and none can hold up another or the tap.
 */
#ifndef RGS_TAP_OUTBOX_H
#define RGS_TAP_OUTBOX_H

#include "tap/backlog.h"
#include "tap/receiver.h"

enum { RGS_RECEIVERS = 4 };

struct rgs_outbox;

/* r: [own] n receivers, from a success on. spool: file of the backlog, NULL for memory only. NULL
 * with a reason in err. */
struct rgs_outbox *rgs_outbox_new(const struct rgs_receiver *r, size_t n, const char *spool,
                                  const char *ruleset_sha256, char *err, size_t err_size);
/* 0, or -errno when a thread cannot be started. */
int rgs_outbox_start(struct rgs_outbox *o);
/* No more alerts come: delivers what it can in so many ms, and ends the threads. How many alerts
 * wait on with the receiver that is farthest behind; they are in the spool, if there is one. */
uint64_t rgs_outbox_finish(struct rgs_outbox *o, int patience_ms);
void rgs_outbox_del(struct rgs_outbox *o);

/* The evaluating thread; lack is what the alert's windows may lack. A full ring counts. */
void rgs_outbox_put(struct rgs_outbox *o, const struct rgs_result_alert *a,
                    const struct rgs_out_lack *lack);
/* The evaluating thread: alerts from now on are those of this rule set. */
void rgs_outbox_ruleset(struct rgs_outbox *o, const char *sha256);
/* From any thread: files are opened anew before the next alert. */
void rgs_outbox_reopen(struct rgs_outbox *o);

struct rgs_outbox_status {
    uint64_t dropped; /* found the ring full */
    size_t n;
    struct rgs_receiver_status {
        const char *kind;
        uint64_t delivered, failed; /* alerts; attempts */
        uint64_t waiting, lost;     /* lost: overwritten in the backlog */
    } receiver[RGS_RECEIVERS];
};
void rgs_outbox_status(struct rgs_outbox *o, struct rgs_outbox_status *out);

#endif
