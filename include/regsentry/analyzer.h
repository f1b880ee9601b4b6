/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole way of the data: packets in, a result out. The library opens nothing, has no clock and
 * no state of its own: time is that of the packets, memory comes from the allocator, and an
 * analyzer is used by one thread at a time.
 */
#ifndef REGSENTRY_ANALYZER_H
#define REGSENTRY_ANALYZER_H

#include <regsentry/config.h>
#include <regsentry/operation.h>
#include <regsentry/result.h>

/* Limits of what is remembered between packets. What is full evicts the oldest, and counts it. */
struct rgs_capacity {
    uint32_t ip_fragments; /* datagrams under reassembly */
    uint32_t tcp_flows;
    uint32_t tcp_buffer; /* bytes held per direction for reassembly */
    uint32_t sctp_flows;
    uint32_t sctp_messages; /* user messages under reassembly */
    uint32_t sccp_segments; /* segmented SCCP messages and connections */
    uint32_t dialogues;     /* open requests waiting for their answer, per protocol */
    uint32_t sessions;      /* bound accounts, per protocol */
    /* Bytes held for reassembly; of TCP partial PDUs and what waits behind gaps, of HTTP/2 bodies
     * and tables of headers. Twice as much is taken, since blocks are powers of two. */
    uint32_t ip_held, sctp_held, tcp_held, http2_held;
    int64_t timeout_ns;           /* of reassembly and open dialogues, event time */
    struct rgs_hash_key hash_key; /* set by the analyzer */
};

/* Entries of tracking and scoring; 0: what suits files. */
struct rgs_tables {
    uint32_t subscribers; /* known numbers and SIMs */
    uint32_t messages;    /* recent messages, for joining and for repeats */
    uint32_t pairs;       /* (number, service) pairs of the retention */
    uint32_t names;       /* accounts, cells and serving nodes that reports can name */
    uint32_t numbers;     /* that took a code inside the retention */
    uint32_t entities;    /* resellers, blocks, accounts, devices and cells together */
};

struct rgs_analyzer_conf {
    const struct rgs_catalogue *catalogue; /* [borrow] these four outlive the analyzer */
    const struct rgs_ruleset *ruleset;     /* NULL: observations only, no scores */
    const struct rgs_inventory *inventory; /* NULL: none */
    struct rgs_geo geo;
    rgs_country home;             /* whose numbers stand in national form; 0: none */
    bool blind;                   /* decides without reading texts, where the law forbids it */
    struct rgs_hash_key hash_key; /* of tables keyed by what the wire says */
    struct rgs_hash_key code_key; /* under which codes are told apart */
    struct rgs_capacity capacity;
    struct rgs_tables tables;
    uint32_t concat_messages; /* concatenated messages under reassembly */
};

/* c: [out] the capacities of an analysis of files; no catalogue, rules, inventory or keys yet. */
RGS_API void rgs_analyzer_conf_init(struct rgs_analyzer_conf *c);
/* Sets hash_key and code_key of c, derived from the operator's. The same key gives the same bytes
 * out. key: [borrow] during the call. */
RGS_API void rgs_analyzer_conf_key(struct rgs_analyzer_conf *c, const struct rgs_token_key *key);

struct rgs_packet {
    int64_t ts;            /* ns since the epoch */
    uint64_t number;       /* from 1, as in Wireshark */
    uint32_t linktype;     /* LINKTYPE_ number of the registry at tcpdump.org */
    uint32_t wire_len;     /* length on the wire; more than data.n when cut by the capture */
    struct rgs_bytes data; /* [borrow] during the call */
};

struct rgs_analyzer;

/*
 * conf:  [borrow] during the call; what its pointers name outlives the analyzer
 * alloc: [borrow] as long as the analyzer
 *
 * NULL when memory is short.
 */
RGS_API struct rgs_analyzer *rgs_analyzer_new(const struct rgs_analyzer_conf *conf,
                                              const struct rgs_alloc *alloc);
/* a: [own] NULL is passed over. */
RGS_API void rgs_analyzer_del(struct rgs_analyzer *a);

/* Packets in the order of their time, from any interfaces. Nothing in a packet can fail the call:
 * what is wrong with it is an anomaly, counted in the result. The first few, and some after a pause
 * of more than a day, wait for the next ones, which show whether their time can be right. packet:
 * [borrow] during the call. */
RGS_API void rgs_analyzer_packet(struct rgs_analyzer *a, const struct rgs_packet *packet);
/* No more packets: what waits for missing ones is given out, and the scores are brought up to the
 * last packet's time. */
RGS_API void rgs_analyzer_finish(struct rgs_analyzer *a);

/*
 * The result as of now; it may be asked for at any time, with a fresh owner each.
 *
 * owner: [out] set up by rgs_result_owner_init(). It must not outlive the analyzer. Its `files`
 * stay as the caller sets them.
 *
 * 0, or -ENOMEM.
 */
RGS_API int rgs_analyzer_result(struct rgs_analyzer *a, struct rgs_result_owner *owner);

/*
 * Called from rgs_analyzer_packet() and rgs_analyzer_finish() as things are found; fn NULL: not at
 * all. They must not call the analyzer. ctx: [borrow] as long as the analyzer, or until another one
 * is set.
 */
RGS_API void rgs_analyzer_on_op(struct rgs_analyzer *a, rgs_op_fn *fn, void *ctx);
RGS_API void rgs_analyzer_on_obs(struct rgs_analyzer *a, rgs_obs_fn *fn, void *ctx);
/* As they are raised, for a live display; the result has all of them. */
RGS_API void rgs_analyzer_on_alert(struct rgs_analyzer *a, rgs_alert_fn *fn, void *ctx);

#endif
