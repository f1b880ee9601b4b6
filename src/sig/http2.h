/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/2 in clear text (RFC 9113), as the service based interfaces of 5G speak it (TS 29.500 5.2):
 * frames, compressed headers, bodies; and the messages in them that carry short messages or name
 * subscribers.
 */
#ifndef RGS_SIG_HTTP2_H
#define RGS_SIG_HTTP2_H

#include "base/cursor.h"
#include "event/dissect.h"

/* Stream framing over TCP, and recognition on any port. */
long rgs_http2_length(struct rgs_bytes head);
enum rgs_probe rgs_http2_probe(struct rgs_bytes head);

/* ---- frames, RFC 9113 4.1 and 6 ---- */

enum rgs_http2_type {
    RGS_HTTP2_DATA = 0,
    RGS_HTTP2_HEADERS = 1,
    RGS_HTTP2_PRIORITY = 2,
    RGS_HTTP2_RST_STREAM = 3,
    RGS_HTTP2_SETTINGS = 4,
    RGS_HTTP2_PUSH_PROMISE = 5,
    RGS_HTTP2_PING = 6,
    RGS_HTTP2_GOAWAY = 7,
    RGS_HTTP2_WINDOW_UPDATE = 8,
    RGS_HTTP2_CONTINUATION = 9,
};

enum rgs_http2_flag {
    RGS_HTTP2_END_STREAM = 0x01, /* of DATA and HEADERS */
    RGS_HTTP2_ACK = 0x01,        /* of SETTINGS and PING */
    RGS_HTTP2_END_HEADERS = 0x04,
    RGS_HTTP2_PADDED = 0x08,
    RGS_HTTP2_PRIORITISED = 0x20,
};

struct rgs_http2_frame {
    enum rgs_http2_type type;
    uint8_t flags;
    uint32_t stream;
    size_t length;            /* with its header of nine octets */
    struct rgs_bytes payload; /* as far as it is there; padding and priority taken off */
};

enum { RGS_HTTP2_PREFACE = 24 };

/* RFC 9113 3.4: what a client's side begins with. */
bool rgs_http2_is_preface(struct rgs_bytes in);
/* RGS_SHORT without a whole header, RGS_BAD for what no frame can be. */
enum rgs_outcome rgs_http2_frame(struct rgs_bytes in, struct rgs_http2_frame *f);

/* ---- headers, RFC 7541 ---- */

struct rgs_hpack; /* the dynamic table of one direction */

/* One header; borrowed during the call. A header that was sent before the capture began has an
 * empty name. */
typedef void rgs_hpack_fn(void *ctx, struct rgs_bytes name, struct rgs_bytes value);

/* midway: the table already holds headers that nobody here has seen. NULL when memory is short. */
struct rgs_hpack *rgs_hpack_new(bool midway, const struct rgs_alloc *alloc);
void rgs_hpack_del(struct rgs_hpack *h);
/* A piece of a header block; false when it cannot be read, and then nothing behind it can. */
bool rgs_hpack_read(struct rgs_hpack *h, struct rgs_bytes piece, bool last, rgs_hpack_fn *each,
                    void *ctx);
/* The size that the other side allows (RFC 9113 6.5.2), once this one has acknowledged it. */
void rgs_hpack_resize(struct rgs_hpack *h, uint32_t size);

/* ---- messages ---- */

/* A short message and its JSON are a few hundred octets. */
enum { RGS_HTTP2_MAX_BODY = 64 << 10 };

struct rgs_http {
    bool request;
    bool unknown; /* headers are missing that were sent before the capture began */
    uint32_t stream;
    uint32_t status; /* of a response */
    struct rgs_bytes method, path, type, coding;
    struct rgs_bytes body;
};

struct rgs_sessions;
/* Requests that wait for their response, by stream. */
struct rgs_sessions *rgs_http2_requests(const struct rgs_dissect *d);

/* ---- service based interfaces ---- */

/* A message of one that carries a short message or names a subscriber is emitted; anything else is
 * passed over. */
void rgs_sbi(struct rgs_dissect *d, const struct rgs_http *m);
/* The service operation of a request, or NULL. */
const char *rgs_sbi_operation(struct rgs_bytes method, struct rgs_bytes path);
/* Why it failed: the application error of the body (TS 29.500 5.2.7), else what the status means.
 */
const char *rgs_sbi_error(struct rgs_bytes cause, uint32_t status);

#endif
