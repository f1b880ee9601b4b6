/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What all decoders share: the frame that is being decoded, the operation under construction, and
 * the one way to hand a payload on to the next layer.
 *
 * A layer gets (dissect, payload). It fills members of dissect->op that it knows, hands its own
 * payload on with rgs_hand_on(), and rgs_emit()s when a PDU carries a message or binds a
 * subscriber. Presence bits and anomalies set by a layer end with it, so siblings never see each
 * other's fields.
 */
#ifndef RGS_EVENT_DISSECT_H
#define RGS_EVENT_DISSECT_H

#include "base/alloc.h"
#include "base/arena.h"
#include "base/hash.h"
#include "base/reader.h"
#include "base/table.h"
#include "event/evicted.h"
#include "event/limits.h"
#include "event/op.h"
#include "regsentry/analyzer.h"

enum rgs_layer {
    RGS_LAYER_NONE,
#define L(ID, name, function, state, spec) RGS_LAYER_##ID,
#include "event/layers.def"
#undef L
    RGS_LAYER_COUNT
};

struct rgs_dissect;
struct rgs_stream_proto;
typedef enum rgs_outcome rgs_layer_fn(struct rgs_dissect *d, struct rgs_bytes payload);

/* What an analysis of files wants; a constant, so that other defaults can hold it. */
#define RGS_CAPACITY_DEFAULT                                                                       \
    {                                                                                              \
        .ip_fragments = 1024, .tcp_flows = 16384, .tcp_buffer = 256 * 1024, .sctp_flows = 4096,    \
        .sctp_messages = 4096, .sccp_segments = 4096, .dialogues = 65536, .sessions = 4096,        \
        .ip_held = 16 << 20, .sctp_held = 16 << 20, .tcp_held = 64 << 20, .http2_held = 16 << 20,  \
        .timeout_ns = INT64_C(60) * 1000000000                                                     \
    }
extern const struct rgs_capacity rgs_capacity_default;

/* Every layer's function and, where it keeps state, NAME_new and NAME_del. */
#define L(ID, name, function, state, spec) rgs_layer_fn function;
#include "event/layers.def"
#undef L
#define L(ID, name, function, state, spec) L_##state
#define L_N
#define L_S(prefix_)                                                                               \
    void *prefix_##_new(const struct rgs_capacity *, const struct rgs_alloc *);                    \
    void prefix_##_del(void *, const struct rgs_alloc *);
#include "event/layers.def"
#undef L
#undef L_N
#undef L_S

struct rgs_layer_info {
    const char *name;
    char step[15]; /* the name with a colon, and how long that is */
    uint8_t step_n;
    const char *spec;
    rgs_layer_fn *fn;
    void *(*state_new)(const struct rgs_capacity *, const struct rgs_alloc *); /* NULL: no state */
    void (*state_del)(void *state, const struct rgs_alloc *);
};

/* Where operations go. op and all that it borrows are valid during the call only. */
typedef void rgs_emit_fn(void *ctx, struct rgs_dissect *d, struct rgs_op *op);

struct rgs_dissect {
    struct rgs_op op;                       /* under construction */
    struct rgs_arena arena;                 /* lives until the frame ends */
    const struct rgs_layer_info *layers;    /* the table, by enum rgs_layer */
    const struct rgs_stream_proto *streams; /* protocols over TCP, strictest probe first */
    size_t stream_count;
    void *state[RGS_LAYER_COUNT]; /* of the stateful layers */
    uint64_t anomaly_count[RGS_A_COUNT];
    uint64_t evicted[RGS_EVICTED_COUNT];
    uint64_t layer_count[RGS_LAYER_COUNT]; /* PDUs seen per layer */
    rgs_emit_fn *emit;
    void *emit_ctx;
    uint64_t frame;       /* from 1 */
    int64_t ts;           /* ns since the epoch */
    uint64_t flow;        /* id of the TCP, UDP or SCTP flow, both directions; 0 none */
    unsigned dir;         /* 0: from the flow's lower (address, port) end to the higher; 1: back */
    uint64_t flow_offset; /* TCP: stream offset of the PDU that is handed on */
    size_t cut;           /* bytes that the capture lacks at the end of the innermost IP payload */
    unsigned depth;
    unsigned handons;
    bool from_reassembly; /* the PDU was put together from several frames */
    uint8_t path[RGS_MAX_DEPTH];
};

/* Hands payload to a layer: keeps depth and budget, restores presence bits, anomalies, flow and
 * path. */
enum rgs_outcome rgs_hand_on(struct rgs_dissect *d, enum rgs_layer layer, struct rgs_bytes payload);

/* Counts the anomaly and marks it on the operation under construction. */
void rgs_anomaly(struct rgs_dissect *d, enum rgs_anomaly x);

/* Counts n of an anomaly that says nothing about the operation under construction (what timed out).
 */
void rgs_count(struct rgs_dissect *d, enum rgs_anomaly x, uint64_t n);

/* The entry of a layer's table, made (zeroed) if it was absent; counts what has to go for it. */
void *rgs_remember(struct rgs_dissect *d, enum rgs_evicted x, struct rgs_table *t, const void *key,
                   bool *created);

/* Gives d->op out. Frame number and time are set here; the layer has set proto, op and phase. */
void rgs_emit(struct rgs_dissect *d);

/* n bytes that live until the frame ends, or NULL with an anomaly. */
void *rgs_frame_alloc(struct rgs_dissect *d, size_t n);

/* "eth:ip:sctp:m3ua:sccp:tcap:map" of the layer that runs now; returns its length, cut at cap. */
size_t rgs_path(const struct rgs_dissect *d, char *out, size_t cap);

/* ---- streams: protocols over TCP --------------------------------------------------------------
 */

/*
 * A stream protocol says how long its first PDU is; TCP collects that many bytes and hands the PDU
 * on. length: > 0 bytes of the PDU at the start of head; 0 more bytes are needed to tell; < 0 not a
 * PDU of it. probe: is this the protocol (any port)? Called at the start of a flow and after a gap;
 * must be strict enough not to take TLS or HTTP for itself.
 */
enum rgs_probe { RGS_PROBE_NO, RGS_PROBE_MORE, RGS_PROBE_YES };

struct rgs_stream_proto {
    enum rgs_layer layer;
    long (*length)(struct rgs_bytes head);
    enum rgs_probe (*probe)(struct rgs_bytes head);
    bool datagrams; /* UDP carries it, too, a message each */
    bool ahead;     /* probe looks at the PDUs behind the first one, too */
};

#endif
