/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One direction of a TCP connection: segments put in order, and PDUs framed out of the bytes. */
#ifndef RGS_XPORT_TCP_STREAM_H
#define RGS_XPORT_TCP_STREAM_H

#include "base/pool.h"
#include "event/dissect.h"

/* What the directions of all connections share. */
struct rgs_tcp_memory {
    struct rgs_pool *pool;
    size_t held;      /* bytes, of all connections */
    size_t most;      /* of them */
    size_t per_side;  /* cap per direction */
    int64_t patience; /* ns that a gap may last */
    /* Frees memory of other connections, the longest unused first; false when there is none. */
    bool (*make_room)(void *ctx, struct rgs_dissect *d);
    void *ctx;
    bool yields; /* what is handed on frees memory: it may pass `most`, and takes none of others */
};

/* What both directions know: which protocol it is. */
struct rgs_tcp_talk {
    const struct rgs_stream_proto *proto; /* NULL: not recognised yet */
    bool given_up;                        /* nothing that we read */
};

struct rgs_tcp_segment; /* waits behind a gap */

struct rgs_tcp_side {
    bool started;     /* next is meaningful */
    bool from_syn;    /* its first byte was captured */
    bool searching;   /* the next PDU may begin at any byte */
    uint32_t start;   /* sequence number of the first byte seen */
    uint32_t next;    /* sequence number of the next byte in order */
    uint64_t offset;  /* the same, counted from the first byte */
    uint64_t unknown; /* bytes passed since a PDU was recognised */
    uint8_t *buf;     /* bytes in order that are no whole PDU yet; they end at next */
    size_t buf_n, buf_cap;
    struct rgs_tcp_segment *held, *held_last; /* by sequence number */
    size_t held_bytes;
    unsigned held_count;
    uint32_t acked; /* by the other side; meaningful when has_acked */
    bool has_acked;
    unsigned waited; /* segments of this side since the gap opened */
    int64_t gap_ts;
};

/* A segment with data; lost is how many bytes of it the capture lacks at the end. */
void rgs_tcp_side_data(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                       struct rgs_tcp_side *side, uint32_t seq, struct rgs_bytes data, size_t lost);

/* The other side acknowledged up to ack. */
void rgs_tcp_side_acked(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                        struct rgs_tcp_side *side, uint32_t ack);

/* No more data will come: what waits behind gaps goes out. */
void rgs_tcp_side_flush(struct rgs_tcp_memory *m, struct rgs_dissect *d, struct rgs_tcp_talk *talk,
                        struct rgs_tcp_side *side);

/* Gives up the PDU under way, if any; of what is read it is counted. */
void rgs_tcp_side_lose(struct rgs_tcp_memory *m, struct rgs_dissect *d,
                       const struct rgs_tcp_talk *talk, struct rgs_tcp_side *side);

/* Frees all that is held. */
void rgs_tcp_side_drop(struct rgs_tcp_memory *m, struct rgs_tcp_side *side);

#endif
