/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tap tells Prometheus (text exposition 0.0.4): /metrics, /healthz (it runs) and /readyz
 * (it runs and can see traffic), over HTTP on an address of the operator's choice.
 */
#ifndef RGS_TAP_METRICS_H
#define RGS_TAP_METRICS_H

#include <stdatomic.h>
#include <stdio.h>

#include "store/probe.h"
#include "tap/tally.h"
#include "tap/tap.h"

/* Of the state directory; whoever keeps it writes, from any thread. */
struct rgs_metrics_state {
    bool kept, refused; /* refused: what was there at the start could not be gone on with */
    _Atomic uint64_t written, failed; /* checkpoints */
    _Atomic int64_t last; /* when the last one was written, ns since the epoch; 0: none */
};

struct rgs_metrics_facts {
    const char *ruleset_sha256;
    int64_t started;           /* ns since the epoch */
    struct rgs_tap *tap;       /* for what each worker counts; NULL: none */
    struct rgs_tally *tally;   /* NULL: none */
    struct rgs_outbox *outbox; /* NULL: none */
    const struct rgs_metrics_state *state;
    struct rgs_probe_link *probe; /* NULL: it feeds no site */
};

/* Writes all metrics of a picture; now in ns since the epoch. */
void rgs_metrics_write(FILE *out, const struct rgs_tap_status *s,
                       const struct rgs_metrics_facts *facts, int64_t now);

struct rgs_metrics;

/* ADDRESS:PORT, [ADDRESS]:PORT, or PORT on the loopback. Opens the socket, which is what needs the
 * rights; NULL with a reason in err. */
struct rgs_metrics *rgs_metrics_open(const char *address, char *err, size_t err_size);
/* Answers from now on, in a thread of its own. [borrow] the facts, until it is closed. */
bool rgs_metrics_start(struct rgs_metrics *m, struct rgs_tap *tap,
                       const struct rgs_metrics_facts *facts);
void rgs_metrics_close(struct rgs_metrics *m);

#endif
