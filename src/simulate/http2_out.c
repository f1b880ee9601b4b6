/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/http2_out.h"

#include <stdio.h>

enum { DATA = 0, HEADERS = 1, SETTINGS = 4 };      /* RFC 9113 6 */
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4 }; /* flags */
enum {                                             /* RFC 7541 appendix A */
       AUTHORITY = 1,
       METHOD = 2,
       PATH = 4,
       SCHEME_HTTP = 6,
       STATUS = 8,
       CONTENT_LENGTH = 28,
       CONTENT_TYPE = 31,
};

/* RFC 9113 4.1; returns where the payload begins. */
static size_t open_frame(struct rgs_wire *w, unsigned type, unsigned flags, uint32_t stream)
{
    rgs_put8(w, 0);
    rgs_put16(w, 0);
    rgs_put8(w, type);
    rgs_put8(w, flags);
    rgs_put32(w, stream);
    return w->n;
}

static void close_frame(struct rgs_wire *w, size_t at)
{
    if (rgs_wire_ok(w))
        rgs_set16(w->p + at - 8, (unsigned)(w->n - at));
}

static void put_settings(struct rgs_wire *w)
{
    size_t at = open_frame(w, SETTINGS, 0, 0);

    rgs_put16(w, 3); /* SETTINGS_MAX_CONCURRENT_STREAMS, 6.5.2 */
    rgs_put32(w, 100);
    close_frame(w, at);
}

void rgs_put_http2_client_preface(struct rgs_wire *w)
{
    rgs_put_format(w, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    put_settings(w);
}

void rgs_put_http2_server_preface(struct rgs_wire *w)
{
    put_settings(w);
    rgs_put_http2_settings_ack(w);
}

void rgs_put_http2_settings_ack(struct rgs_wire *w)
{
    open_frame(w, SETTINGS, ACK, 0);
}

/* An integer behind a prefix of so many bits, RFC 7541 5.1. */
static void put_integer(struct rgs_wire *w, unsigned pattern, unsigned bits, size_t value)
{
    size_t most = (1u << bits) - 1;

    if (value < most) {
        rgs_put8(w, pattern | (unsigned)value);
        return;
    }
    rgs_put8(w, pattern | (unsigned)most);
    for (value -= most; value >= 128; value /= 128)
        rgs_put8(w, 128u | (unsigned)(value % 128));
    rgs_put8(w, (unsigned)value);
}

/* A value that is not to be remembered, under a name of the static table: 6.2.2. */
static void put_header(struct rgs_wire *w, unsigned name, const char *value)
{
    put_integer(w, 0x00, 4, name);
    put_integer(w, 0x00, 7, strlen(value));
    rgs_put_bytes(w, rgs_bytes(value, strlen(value)));
}

void rgs_put_http2(struct rgs_wire *w, const struct rgs_http2_out *m)
{
    unsigned ends = m->body.n ? 0 : END_STREAM;
    size_t at = open_frame(w, HEADERS, END_HEADERS | ends, m->stream);
    char number[24];

    if (m->method) {
        put_header(w, METHOD, m->method);
        put_integer(w, 0x80, 7, SCHEME_HTTP); /* 6.1 */
        put_header(w, AUTHORITY, m->authority);
        put_header(w, PATH, m->path);
    } else {
        snprintf(number, sizeof(number), "%u", m->status);
        put_header(w, STATUS, number);
    }
    if (m->body.n) {
        snprintf(number, sizeof(number), "%zu", m->body.n);
        put_header(w, CONTENT_TYPE, m->type);
        put_header(w, CONTENT_LENGTH, number);
    }
    close_frame(w, at);
    if (!m->body.n)
        return;
    at = open_frame(w, DATA, END_STREAM, m->stream);
    rgs_put_bytes(w, m->body);
    close_frame(w, at);
}
