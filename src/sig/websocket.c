/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WebSocket framing (RFC 6455) of SIP (RFC 7118): the upgrade of HTTP, then frames, masked from the
 * client. */
#include "sig/sip.h"

struct frame {
    uint8_t opcode;
    bool last;
    bool masked;
    uint8_t mask[4];
    struct rgs_bytes payload; /* as far as it is there */
    size_t length;            /* of the whole frame */
};

enum {
    OP_CONTINUATION = 0,
    OP_TEXT = 1,
    OP_BINARY = 2,
    OP_CLOSE = 8,
    OP_PONG = 10,
    MAX_FRAME = 128 * 1024
};

/* RGS_SHORT: more bytes are needed to tell its length. */
static enum rgs_outcome parse(struct rgs_bytes in, struct frame *f)
{
    struct rgs_reader r = rgs_reader(in);
    uint8_t first = rgs_u8(&r), second = rgs_u8(&r);
    uint64_t n = second & 0x7f;

    *f = (struct frame){.opcode = first & 0xf, .last = first & 0x80, .masked = second & 0x80};
    if (in.n &&
        ((first & 0x70) || (f->opcode > OP_BINARY && f->opcode < OP_CLOSE) || f->opcode > OP_PONG))
        return RGS_BAD; /* reserved bits and opcodes, 5.2 */
    if (n == 126)
        n = rgs_be16(&r);
    else if (n == 127)
        n = rgs_be64(&r);
    if (f->masked)
        for (unsigned i = 0; i < 4; i++)
            f->mask[i] = rgs_u8(&r);
    if (!rgs_reader_ok(&r))
        return RGS_SHORT;
    if (n > MAX_FRAME)
        return RGS_BAD;
    f->length = rgs_offset(&r) + (size_t)n;
    f->payload = rgs_bytes_upto(rgs_rest(&r), (size_t)n);
    return RGS_OK;
}

static bool is_http(struct rgs_bytes in)
{
    return rgs_begins_with_word(in, "get ") || rgs_begins_with_word(in, "http/1.1 101");
}

/* A header of HTTP that asks for or grants SIP in a WebSocket (RFC 7118 4.1). */
static enum rgs_probe upgrade_probe(struct rgs_bytes in)
{
    struct rgs_bytes rest = rgs_bytes_upto(in, RGS_SIP_MAX_HEAD), line;

    while (rgs_next_line(&rest, &line)) {
        if (rgs_begins_with_word(line, "sec-websocket-protocol:")) {
            struct rgs_bytes value = rgs_bytes_from(line, strlen("sec-websocket-protocol:"));
            return rgs_find(value, "sip") < value.n ? RGS_PROBE_YES : RGS_PROBE_NO;
        }
        if (line.n == 0)
            return RGS_PROBE_NO;
    }
    return in.n < RGS_SIP_MAX_HEAD ? RGS_PROBE_MORE : RGS_PROBE_NO;
}

static size_t unmask(const struct frame *f, uint8_t *out, size_t cap)
{
    size_t n = f->payload.n < cap ? f->payload.n : cap;
    for (size_t i = 0; i < n; i++)
        out[i] = f->payload.p[i] ^ (f->masked ? f->mask[i % 4] : 0);
    return n;
}

enum rgs_probe rgs_websocket_probe(struct rgs_bytes head)
{
    struct frame f;
    uint8_t start[1100];

    if (head.n < 4)
        return RGS_PROBE_MORE;
    if (is_http(head))
        return upgrade_probe(head);
    enum rgs_outcome out = parse(head, &f);
    if (out != RGS_OK)
        return out == RGS_SHORT && head.n < 14 ? RGS_PROBE_MORE : RGS_PROBE_NO;
    if (!f.last || f.opcode == OP_CONTINUATION || f.opcode > OP_BINARY)
        return RGS_PROBE_NO;
    return rgs_sip_probe(rgs_bytes(start, unmask(&f, start, sizeof(start))));
}

long rgs_websocket_length(struct rgs_bytes head)
{
    struct frame f;

    if (is_http(head)) {
        size_t end = rgs_find(rgs_bytes_upto(head, RGS_SIP_MAX_HEAD), "\r\n\r\n");
        return end + 4 <= head.n ? (long)end + 4 : head.n < RGS_SIP_MAX_HEAD ? 0 : -1;
    }
    enum rgs_outcome out = parse(head, &f);
    return out == RGS_OK ? (long)f.length : out == RGS_SHORT ? 0 : -1;
}

enum rgs_outcome rgs_websocket(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct frame f;

    if (is_http(in))
        return RGS_OK;
    if (parse(in, &f) != RGS_OK || f.length > in.n) {
        rgs_anomaly(d, RGS_A_WEBSOCKET_BAD);
        return RGS_BAD;
    }
    if (f.opcode >= OP_CLOSE)
        return RGS_OK;
    if (!f.last || f.opcode == OP_CONTINUATION) {
        rgs_anomaly(d, RGS_A_WEBSOCKET_FRAGMENT);
        return RGS_UNSUPPORTED;
    }
    if (!f.masked)
        return rgs_hand_on(d, RGS_LAYER_SIP, f.payload);
    uint8_t *plain = rgs_frame_alloc(d, f.payload.n);
    if (!plain)
        return RGS_UNSUPPORTED;
    return rgs_hand_on(d, RGS_LAYER_SIP, rgs_bytes(plain, unmask(&f, plain, f.payload.n)));
}
