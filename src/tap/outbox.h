/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alerts on their way out, as they arise: JSON lines in a file, and syslog. The evaluating thread
 * puts and never waits; the thread that looks on takes and tries again what could not be delivered.
 */
#ifndef RGS_TAP_OUTBOX_H
#define RGS_TAP_OUTBOX_H

#include <stdio.h>

#include "base/ring.h"
#include "regsentry/result.h"

enum { RGS_OUT_RULES = 12 };

/* An alert without pointers. */
struct rgs_out_alert {
    int64_t ts;
    double score;
    enum rgs_status level;
    uint64_t lost; /* packets and operations lost by then: what it says is a lower bound */
    char entity[128], typology[64];
    char rule[RGS_OUT_RULES][32];
    size_t n_rules;
    char id[33]; /* the same for the same alert, whoever tells it: receivers drop repeats by it */
};

struct rgs_outbox_conf {
    const char *file;           /* JSON lines are appended; NULL: none */
    const char *syslog;         /* UDP ADDRESS:PORT or the path of a socket; NULL: none */
    const char *ruleset_sha256; /* [borrow] part of an alert's id */
};

struct rgs_outbox;

/* Opens the receivers. NULL with a reason in err. */
struct rgs_outbox *rgs_outbox_new(const struct rgs_outbox_conf *conf, char *err, size_t err_size);
void rgs_outbox_del(struct rgs_outbox *o);

/* The evaluating thread. A full box counts. */
void rgs_outbox_put(struct rgs_outbox *o, const struct rgs_result_alert *a, uint64_t lost);
/* The other thread: delivers what it can. How many wait on. */
uint32_t rgs_outbox_deliver(struct rgs_outbox *o);
uint64_t rgs_outbox_dropped(const struct rgs_outbox *o);
/* Opens the file anew, after it was moved away. */
void rgs_outbox_reopen(struct rgs_outbox *o);

void rgs_out_alert_fill(struct rgs_out_alert *out, const struct rgs_result_alert *a,
                        const char *ruleset_sha256, uint64_t lost);
/* One line. */
void rgs_out_alert_json(FILE *out, const struct rgs_out_alert *a, const char *ruleset_sha256);
/* RFC 5424 with an ArcSight CEF:0 message; the host's name and the time it is sent. */
int rgs_out_alert_syslog(char *out, size_t cap, const struct rgs_out_alert *a, const char *host,
                         int64_t now);

#endif
