/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of HTTP/2: their header, and what tells them from other bytes. */
#include "sig/http2.h"

enum {
    HEADER = 9,            /* RFC 9113 4.1 */
    USUAL_FRAME = 1 << 14, /* what all have to take, 4.2: the length of another protocol is not so
                              likely to be taken for it */
    MAX_FRAME = 1 << 16,   /* 16384, unless a side allows more (6.5.2) */
    MAX_STREAM = 1 << 24,  /* streams are numbered from 1: more than a connection has */
};

/* What RFC 9113 6 allows a frame of each type. */
static const struct {
    uint8_t flags;
    bool connection;           /* on stream 0 only */
    bool either;               /* on any stream */
    uint8_t least, most, step; /* of its length; most 0: no limit */
} types[] = {
    [RGS_HTTP2_DATA] = {RGS_HTTP2_END_STREAM | RGS_HTTP2_PADDED, false, false, 0, 0, 1},
    [RGS_HTTP2_HEADERS] = {RGS_HTTP2_END_STREAM | RGS_HTTP2_END_HEADERS | RGS_HTTP2_PADDED |
                               RGS_HTTP2_PRIORITISED,
                           false, false, 1, 0, 1},
    [RGS_HTTP2_PRIORITY] = {0, false, false, 5, 5, 5},
    [RGS_HTTP2_RST_STREAM] = {0, false, false, 4, 4, 4},
    [RGS_HTTP2_SETTINGS] = {RGS_HTTP2_ACK, true, false, 0, 120, 6},
    [RGS_HTTP2_PUSH_PROMISE] = {RGS_HTTP2_END_HEADERS | RGS_HTTP2_PADDED, false, false, 4, 0, 1},
    [RGS_HTTP2_PING] = {RGS_HTTP2_ACK, true, false, 8, 8, 8},
    [RGS_HTTP2_GOAWAY] = {0, true, false, 8, 0, 1},
    [RGS_HTTP2_WINDOW_UPDATE] = {0, false, true, 4, 4, 4},
    [RGS_HTTP2_CONTINUATION] = {RGS_HTTP2_END_HEADERS, false, false, 0, 0, 1},
};

static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
_Static_assert(sizeof(preface) - 1 == RGS_HTTP2_PREFACE, "RFC 9113 3.4");

bool rgs_http2_is_preface(struct rgs_bytes in)
{
    return in.n >= RGS_HTTP2_PREFACE && memcmp(in.p, preface, RGS_HTTP2_PREFACE) == 0;
}

static bool allowed(uint8_t type, uint8_t flags, uint32_t stream, uint32_t n)
{
    if (type >= sizeof(types) / sizeof(types[0]) || (flags & ~types[type].flags))
        return false;
    if (types[type].either ? stream >= MAX_STREAM
                           : types[type].connection != (stream == 0) || stream >= MAX_STREAM)
        return false;
    if (type == RGS_HTTP2_SETTINGS && (flags & RGS_HTTP2_ACK) && n)
        return false;
    return n <= MAX_FRAME && n >= types[type].least && n % types[type].step == 0 &&
           (types[type].most == 0 || n <= types[type].most);
}

/* RFC 9113 6.1 and 6.2: padding at the end and, of HEADERS, a priority in front. */
static bool unpad(struct rgs_http2_frame *f, bool whole)
{
    struct rgs_reader r = rgs_reader(f->payload);
    bool may_be = f->type == RGS_HTTP2_DATA || f->type == RGS_HTTP2_HEADERS ||
                  f->type == RGS_HTTP2_PUSH_PROMISE;
    uint8_t pad = may_be && (f->flags & RGS_HTTP2_PADDED) ? rgs_u8(&r) : 0;

    if (f->type == RGS_HTTP2_HEADERS && (f->flags & RGS_HTTP2_PRIORITISED))
        rgs_skip(&r, 5);
    if (f->type == RGS_HTTP2_PUSH_PROMISE)
        rgs_skip(&r, 4); /* the promised stream, 6.6 */
    struct rgs_bytes rest = rgs_rest(&r);
    if (!whole)
        return true;
    if (!rgs_reader_ok(&r) || pad > rest.n)
        return false;
    f->payload = rgs_bytes_upto(rest, rest.n - pad);
    return true;
}

enum rgs_outcome rgs_http2_frame(struct rgs_bytes in, struct rgs_http2_frame *f)
{
    struct rgs_reader r = rgs_reader(in);
    uint32_t n = rgs_be24(&r);
    uint8_t type = rgs_u8(&r), flags = rgs_u8(&r);
    uint32_t stream = rgs_be32(&r);

    if (!rgs_reader_ok(&r))
        return RGS_SHORT;
    if (!allowed(type, flags, stream, n))
        return RGS_BAD;
    *f = (struct rgs_http2_frame){.type = (enum rgs_http2_type)type,
                                  .flags = flags,
                                  .stream = stream,
                                  .length = HEADER + n,
                                  .payload = rgs_bytes_upto(rgs_rest(&r), n)};
    return unpad(f, in.n >= f->length) ? RGS_OK : RGS_BAD;
}

/* RFC 9113 6.5.2, RFC 8441, RFC 9218: identifiers in use. */
static bool settings_known(struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);

    while (rgs_left(&r) >= 6) {
        uint16_t id = rgs_be16(&r);
        rgs_skip(&r, 4);
        if (id == 0 || id > 16)
            return false;
    }
    return true;
}

/* A block of headers that is whole, and begins with what a field in use begins with (RFC 7541 6):
 * no literal with a new name that nobody is to keep. */
static bool headers_likely(const struct rgs_http2_frame *f)
{
    return f->type == RGS_HTTP2_HEADERS && (f->flags & RGS_HTTP2_END_HEADERS) && f->payload.n &&
           f->payload.p[0];
}

/*
 * The preface, or the settings that a server begins with. A connection under way is told by a row
 * of frames with headers among them, which fills what is there to the octet, or is of two at least:
 * in zeros of other protocols any octet could begin a frame of data.
 */
enum rgs_probe rgs_http2_probe(struct rgs_bytes head)
{
    struct rgs_http2_frame f = {0};
    size_t at = 0;
    unsigned frames = 0;
    bool settings = false, headers = false;

    if (rgs_http2_is_preface(head))
        return RGS_PROBE_YES;
    if (head.n >= 4 && head.n < RGS_HTTP2_PREFACE && memcmp(head.p, preface, head.n) == 0)
        return RGS_PROBE_MORE;
    while (at < head.n && frames < 4) {
        enum rgs_outcome out = rgs_http2_frame(rgs_bytes_from(head, at), &f);
        if (out == RGS_SHORT)
            break;
        if (out != RGS_OK || f.length > HEADER + USUAL_FRAME ||
            (f.type == RGS_HTTP2_SETTINGS && !settings_known(f.payload)))
            return RGS_PROBE_NO;
        settings |= frames == 0 && f.type == RGS_HTTP2_SETTINGS && !(f.flags & RGS_HTTP2_ACK);
        headers |= headers_likely(&f);
        frames++;
        at += f.length;
    }
    bool row = frames >= 2 || (frames == 1 && at == head.n);
    return row && (settings || headers) ? RGS_PROBE_YES : RGS_PROBE_NO;
}

long rgs_http2_length(struct rgs_bytes head)
{
    struct rgs_http2_frame f;

    if (rgs_http2_is_preface(head))
        return RGS_HTTP2_PREFACE;
    if (head.n &&
        memcmp(head.p, preface, head.n < RGS_HTTP2_PREFACE ? head.n : RGS_HTTP2_PREFACE) == 0)
        return 0;
    switch (rgs_http2_frame(head, &f)) {
    case RGS_OK:
        return (long)f.length;
    case RGS_SHORT:
        return 0;
    default:
        return -1;
    }
}
