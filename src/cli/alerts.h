/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of commands that tell alerts as they arise, and the outbox that they make. */
#ifndef RGS_CLI_ALERTS_H
#define RGS_CLI_ALERTS_H

#include "cli/command.h"
#include "tap/cage.h"
#include "tap/outbox.h"

struct rgs_alerts {
    char *url; /* of the webhook */
    uint8_t key[32];
    bool has_key;
    uint64_t most_bytes;
};

/* What needs rights to be read, and what can be said wrong: before rights are dropped. False after
 * a complaint. */
bool rgs_alerts_read(struct rgs_alerts *a, const struct rgs_args *args);
/* As the user that the command goes on as: his are the files. *out stays NULL when no receiver was
 * named. False after a complaint. Wipes the key. */
bool rgs_alerts_open(struct rgs_alerts *a, const struct rgs_args *args, const char *ruleset_sha256,
                     struct rgs_outbox **out);
void rgs_alerts_fini(struct rgs_alerts *a);
/* Do they need connections of their own? */
bool rgs_alerts_connect(const struct rgs_args *args);
/* Lets the cage give what they need. */
void rgs_alerts_cage(const struct rgs_alerts *a, const struct rgs_args *args, struct rgs_cage *c);

#define RGS_ALERT_OPTIONS                                                                          \
    {"alerts", 0, "FILE", "append alerts as they arise, a JSON line each", NULL},                  \
        {"alerts-size", 0, "MIB", "begin a new FILE at this size, keeping eight (64; 0: never)",   \
         NULL},                                                                                    \
        {"syslog", 0, "WHERE",                                                                     \
         "send them to syslog, RFC 5424 with CEF: ADDRESS:PORT (UDP), tcp:ADDRESS:PORT, or the "   \
         "path of a socket",                                                                       \
         NULL},                                                                                    \
        {"webhook", 0, "URL", "post them as JSON, one by one; @FILE: the address stands in FILE",  \
         NULL},                                                                                    \
        {"webhook-key", 0, "FILE",                                                                 \
         "sign them with HMAC-SHA256 in X-Regsentry-Signature: 32 bytes or 64 hex digits", NULL},  \
    {                                                                                              \
        "alert-spool", 0, "FILE", "keep what a receiver has not got yet over a restart (3 MB)",    \
            NULL                                                                                   \
    }

#endif
