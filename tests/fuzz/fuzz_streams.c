/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Byte streams as packets of one connection: TCP segments and SCTP fragments whose headers are
 * right, but which are cut, repeated, delayed and lost as the input says. The first byte chooses
 * the transport; each piece begins with a byte that says how it travels.
 */
#include "pipeline.h"

enum { MAX_PACKETS = 64, MAX_PIECE = 4096, HELD = 4 };

enum travel {
    FROM_SERVER = 0x01,
    LOST = 0x02,
    TWICE = 0x04,
    LATE = 0x08,  /* after the next HELD packets */
    FIRST = 0x10, /* SCTP: B; TCP: SYN */
    LAST = 0x20,  /* SCTP: E; TCP: FIN */
    BACK = 0x40,  /* TCP: overlaps what was sent last */
};

struct line {
    struct rgs_fuzz f;
    uint8_t transport; /* IP protocol */
    uint32_t ppid;
    uint32_t next[2];
    struct packet {
        uint8_t bytes[MAX_PIECE + 64];
        size_t n;
    } held[HELD];
    unsigned n_held;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

static size_t put_ip(const struct line *l, uint8_t *p, unsigned dir, size_t payload)
{
    memset(p, 0, 20);
    p[0] = 0x45;
    put16(p + 2, (unsigned)(20 + payload));
    p[8] = 64;
    p[9] = l->transport;
    put32(p + 12, dir ? 0x0a000002 : 0x0a000001);
    put32(p + 16, dir ? 0x0a000001 : 0x0a000002);
    return 20;
}

static void put_tcp(struct line *l, struct packet *out, uint8_t how, struct rgs_bytes data)
{
    unsigned dir = how & FROM_SERVER;
    uint32_t seq = l->next[dir];
    uint8_t *p = out->bytes + put_ip(l, out->bytes, dir, 20 + data.n);

    if (how & BACK)
        seq -= (uint32_t)(data.n / 2);
    memset(p, 0, 20);
    put16(p, dir ? 2775 : 40000);
    put16(p + 2, dir ? 40000 : 2775);
    put32(p + 4, seq);
    put32(p + 8, l->next[!dir]);
    p[12] = 0x50;
    p[13] = (uint8_t)(0x10 | (how & FIRST ? 0x02 : 0) | (how & LAST ? 0x01 : 0));
    if (data.n)
        memcpy(p + 20, data.p, data.n);
    out->n = 40 + data.n;
    l->next[dir] = seq + (uint32_t)data.n + (how & FIRST ? 1 : 0);
}

/* One DATA chunk (RFC 9260 3.3.1) behind a common header. */
static void put_sctp(struct line *l, struct packet *out, uint8_t how, struct rgs_bytes data)
{
    unsigned dir = how & FROM_SERVER;
    size_t padded = (data.n + 3) & ~(size_t)3;
    uint8_t *p = out->bytes + put_ip(l, out->bytes, dir, 12 + 16 + padded);

    memset(p, 0, 28 + padded);
    put16(p, 2905);
    put16(p + 2, 2905);
    put32(p + 4, 0x01020304 + dir);
    p[13] = (uint8_t)((how & FIRST ? 0x02 : 0) | (how & LAST ? 0x01 : 0));
    put16(p + 14, (unsigned)(16 + data.n));
    put32(p + 16, l->next[dir]++);
    put32(p + 24, l->ppid);
    if (data.n)
        memcpy(p + 28, data.p, data.n);
    out->n = 48 + padded;
}

static void deliver(struct line *l, const struct packet *p)
{
    rgs_fuzz_feed(&l->f, RGS_LAYER_IP, rgs_bytes(p->bytes, p->n));
}

static void travel(struct line *l, uint8_t how, struct rgs_bytes data)
{
    static struct packet p;

    (l->transport == 6 ? put_tcp : put_sctp)(l, &p, how, rgs_bytes_upto(data, MAX_PIECE));
    if (how & LOST)
        return;
    if (how & LATE && l->n_held < HELD) {
        l->held[l->n_held++] = p;
        return;
    }
    deliver(l, &p);
    if (how & TWICE)
        deliver(l, &p);
    if (l->n_held == HELD) {
        while (l->n_held)
            deliver(l, &l->held[--l->n_held]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    /* Payload protocol identifiers of the roads: M3UA, SUA, M2UA, M2PA, Diameter; SGsAP has 0. */
    static const uint32_t ppids[] = {3, 4, 2, 5, 46, 0};
    static struct line l;
    struct rgs_bytes input = rgs_bytes(data, n), piece;

    if (n < 2)
        return 0;
    memset(&l, 0, sizeof(l));
    l.transport = data[0] & 1 ? 6 : 132;
    l.ppid = ppids[(data[0] >> 1) % (sizeof(ppids) / sizeof(ppids[0]))];
    l.next[0] = data[0] & 0x80 ? 0xffffff00 : 1000; /* sequence numbers wrap */
    l.next[1] = 5000;
    input = rgs_bytes_from(input, 1);
    rgs_fuzz_init(&l.f);
    for (int i = 0; i < MAX_PACKETS && rgs_fuzz_piece(&input, &piece); i++) {
        if (piece.n)
            travel(&l, piece.p[0], rgs_bytes_from(piece, 1));
    }
    while (l.n_held)
        deliver(&l, &l.held[--l.n_held]);
    rgs_fuzz_fini(&l.f);
    return 0;
}
