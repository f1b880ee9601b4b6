/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets alerts: a file, syslog, a web server. Each has a thread of its own and may wait in it.
 */
#ifndef RGS_TAP_RECEIVER_H
#define RGS_TAP_RECEIVER_H

#include <stdatomic.h>

#include "tap/alert.h"

enum { RGS_WHY = 256 };

/* The moment to give up in, ms of the monotonic clock; INT64_MAX while the tap runs. */
typedef _Atomic int64_t rgs_give_up;

struct rgs_receiver {
    const char *kind;   /* "file", "syslog", "webhook" */
    const char *target; /* [borrow] as the operator named it: its place in the spool hangs on it */
    int most_wait_ms;   /* between two attempts */
    void *ctx;
    /*
     * 0: it has the alert. Else the reason in why, and the ms to wait that it asked for, or -1.
     * Gives up soon after the moment has come, if it can.
     */
    int (*deliver)(void *ctx, const struct rgs_out_alert *a, const rgs_give_up *give_up,
                   char why[RGS_WHY]);
    void (*reopen)(void *ctx); /* NULL: nothing to do; called from the same thread */
    void (*close)(void *ctx);
};

/*
 * JSON lines, appended. A file that was moved away or removed is made anew; one of most_bytes (0:
 * no limit) is moved to PATH.1, that to PATH.2 and so on, the eighth is dropped. Each opens what it
 * can while the rights are there. False with a reason in err.
 */
bool rgs_to_file(struct rgs_receiver *r, const char *path, uint64_t most_bytes, char *err,
                 size_t err_size);

/* RFC 5424 with CEF: ADDRESS:PORT over UDP, tcp:ADDRESS:PORT with counted frames (RFC 6587 3.4.1),
 * or the path of a datagram socket. */
bool rgs_to_syslog(struct rgs_receiver *r, const char *target, char *err, size_t err_size);

/* HTTP POST of one JSON object. key: 32 bytes for the signature, copied into locked memory; NULL:
 * none. */
bool rgs_to_webhook(struct rgs_receiver *r, const char *url, const uint8_t *key, char *err,
                    size_t err_size);
/* The TCP ports that they connect to; 0: none. */
uint16_t rgs_webhook_port(const char *url);
uint16_t rgs_syslog_port(const char *target);

#endif
