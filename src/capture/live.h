/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interfaces as one run of packets in time order. A mirror often gives each direction of a link on
 * a port of its own; the decoder needs both as one.
 */
#ifndef RGS_CAPTURE_LIVE_H
#define RGS_CAPTURE_LIVE_H

#include "engine/decoder.h"

enum { RGS_MAX_INTERFACES = 16 };

struct rgs_live_conf {
    const char *const *interfaces;
    size_t n;
    const char *filter; /* "" takes all */
    int ring_mib;       /* kernel ring of each interface */
    int snaplen;
    bool promiscuous;
    bool adapter_time; /* the network card's timestamps, where it has some */
    unsigned sockets;  /* on each interface, that share its frames by flow (0: one) */
    bool spread_sctp;  /* SCTP, too: see capture/fanout.h */
    bool busy;         /* asks again and again instead of sleeping */
    int timeout_ms;    /* after which the kernel hands over a block that is not full */
};
extern const struct rgs_live_conf rgs_live_conf_default;

struct rgs_live;

/* Opens all interfaces: this is what needs rights. live: [out] conf->sockets of them, each with one
 * socket on every interface. False with a reason in err; what was opened is in live all the same.
 */
bool rgs_live_open(const struct rgs_live_conf *conf, struct rgs_live **live, char *err,
                   size_t err_size);
void rgs_live_del(struct rgs_live *l);

enum rgs_live_got {
    RGS_LIVE_PACKET,
    RGS_LIVE_IDLE, /* nothing for a while, ask again */
    RGS_LIVE_GONE, /* every interface has failed for good */
};
/* The next packet, valid until the next call. Waits at most about twice the timeout. After `drain`
 * it does not wait, and IDLE means that the rings are empty. upto: [out] when IDLE, nothing of
 * before this time follows. */
enum rgs_live_got rgs_live_next(struct rgs_live *l, struct rgs_packet *packet, bool drain,
                                int64_t *upto);

struct rgs_live_state {
    const char *name;
    bool failed;              /* gone: not waited for any more */
    const char *reason;       /* when failed */
    uint64_t packets;         /* handed out */
    uint64_t kernel_dropped;  /* the ring was full */
    uint64_t adapter_dropped; /* the card or its driver had no room */
};
size_t rgs_live_count(const struct rgs_live *l);
/* Asks the kernel; by the reading thread only. */
void rgs_live_state(struct rgs_live *l, size_t i, struct rgs_live_state *out);

#endif
