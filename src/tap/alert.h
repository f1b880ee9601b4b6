/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An alert on its way out: without pointers, so that it can lie in rings and files, and its words.
 */
#ifndef RGS_TAP_ALERT_H
#define RGS_TAP_ALERT_H

#include "regsentry/result.h"

enum {
    RGS_OUT_RULES = 12,
    RGS_OUT_LINE = 4096, /* the longest form of an alert: every byte of it escaped, and the frame */
};

struct rgs_out_alert {
    int64_t ts;
    double score;
    /* What its windows may lack, so that what it says is a lower bound. */
    struct rgs_out_lack {
        uint64_t dropped; /* packets and operations */
        uint64_t evicted; /* entries of full tables */
    } lack;
    uint32_t level, n_rules;
    char entity[128], typology[64];
    char rule[RGS_OUT_RULES][32];
    char ruleset[65]; /* SHA-256 of the rule set that raised it, in hex */
    char id[33]; /* the same for the same alert, whoever tells it: receivers drop repeats by it */
};

/* Without its id, and without a call that could wait; unused bytes are zero. */
void rgs_out_alert_fill(struct rgs_out_alert *out, const struct rgs_result_alert *a,
                        const char *ruleset_sha256, const struct rgs_out_lack *lack);
/* Gives it its id. */
bool rgs_out_alert_seal(struct rgs_out_alert *a);
/* Whether one that comes from a file can be one of ours: strings end, numbers are in bounds. */
bool rgs_out_alert_whole(const struct rgs_out_alert *a);
/* One line: its bytes, or 0 when they are not fewer than `cap`. */
size_t rgs_out_alert_json(char *out, size_t cap, const struct rgs_out_alert *a);
/* RFC 5424 with an ArcSight CEF:0 message; the host's name and the time it is sent. */
size_t rgs_out_alert_syslog(char *out, size_t cap, const struct rgs_out_alert *a, const char *host,
                            int64_t now);

#endif
