/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "support/permute.h"
#include "support/recorder.h"

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16, CLIENT = 40000, SERVER = 2775 };

static const enum rgs_layer kept[] = {RGS_LAYER_IP, RGS_LAYER_TCP, RGS_LAYER_NONE};

static size_t put_segment(uint8_t *b, unsigned src, unsigned dst, uint32_t seq, uint32_t ack,
                          unsigned flags, const void *data, size_t n)
{
    const uint8_t head[20] = {(uint8_t)(src >> 8),
                              (uint8_t)src,
                              (uint8_t)(dst >> 8),
                              (uint8_t)dst,
                              (uint8_t)(seq >> 24),
                              (uint8_t)(seq >> 16),
                              (uint8_t)(seq >> 8),
                              (uint8_t)seq,
                              (uint8_t)(ack >> 24),
                              (uint8_t)(ack >> 16),
                              (uint8_t)(ack >> 8),
                              (uint8_t)ack,
                              0x50,
                              (uint8_t)flags,
                              0xff,
                              0xff};
    memcpy(b, head, 20);
    if (n)
        memcpy(b + 20, data, n);
    return 20 + n;
}

static void send_ack(struct rgs_test_recorder *r, bool client, uint32_t seq, uint32_t ack,
                     unsigned flags, const void *data, size_t n)
{
    uint8_t b[20 + 65536];
    size_t len = put_segment(b, client ? CLIENT : SERVER, client ? SERVER : CLIENT, seq, ack, flags,
                             data, n);
    rgs_test_feed(&r->t, RGS_LAYER_TCP, rgs_bytes(b, len));
}

static void send(struct rgs_test_recorder *r, bool client, uint32_t seq, unsigned flags,
                 const void *data, size_t n)
{
    send_ack(r, client, seq, 0, flags & ~(unsigned)ACK, data, n);
}

static void send_from(struct rgs_test_recorder *r, unsigned port, uint32_t seq, unsigned flags,
                      const void *data, size_t n)
{
    uint8_t b[20 + 65536];
    size_t len = put_segment(b, port, SERVER, seq, 0, flags, data, n);
    rgs_test_feed(&r->t, RGS_LAYER_TCP, rgs_bytes(b, len));
}

/* A stream of five PDUs of different sizes. */
struct stream {
    uint8_t bytes[400];
    size_t n;
    size_t at[6];
};

static struct stream five(void)
{
    static const size_t sizes[] = {40, 4, 100, 33, 71};
    struct stream s = {.n = 0};
    for (uint8_t i = 0; i < 5; i++) {
        s.at[i] = s.n;
        s.n += rgs_test_pdu(s.bytes + s.n, sizes[i], i);
    }
    s.at[5] = s.n;
    return s;
}

static void expect_five(const struct rgs_test_recorder *r, const struct stream *s, const char *what)
{
    cr_assert_eq(r->n, 5, "%s: %zu PDUs", what, r->n);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(r->at[i].n, s->at[i + 1] - s->at[i], "%s: PDU %zu", what, i);
        cr_assert_eq(memcmp(r->at[i].bytes, s->bytes + s->at[i], r->at[i].n), 0, "%s: PDU %zu",
                     what, i);
        cr_assert_eq(r->at[i].flow_offset, s->at[i], "%s: PDU %zu", what, i);
    }
}

Test(tcp, any_cut_of_the_stream)
{
    struct stream s = five();

    for (size_t step = 1; step <= s.n; step++) {
        struct rgs_test_recorder r;
        rgs_test_recorder_init(&r, kept);
        send(&r, true, 0xffffff00u, SYN, NULL, 0);
        for (size_t at = 0; at < s.n; at += step) /* the sequence number wraps on the way */
            send(&r, true, 0xffffff01u + (uint32_t)at, 0, s.bytes + at,
                 s.n - at < step ? s.n - at : step);
        expect_five(&r, &s, "in order");
        for (size_t i = 0; i < 5; i++)
            cr_assert_eq(r.at[i].frame, 2 + (s.at[i + 1] - 1) / step, "step %zu PDU %zu", step, i);
        rgs_test_recorder_fini(&r);
    }
}

/* Six segments in all 720 orders, with and without the SYN, each also with overlaps and repeats. */
Test(tcp, any_order_of_segments)
{
    struct stream s = five();
    static const size_t cut[] = {0, 13, 44, 60, 144, 200, 248};

    for (int overlap = 0; overlap < 3; overlap++) {
        unsigned order[] = {0, 1, 2, 3, 4, 5};
        do {
            struct rgs_test_recorder r;
            rgs_test_recorder_init(&r, kept);
            send(&r, true, 999, SYN, NULL, 0);
            for (size_t i = 0; i < 6; i++) {
                size_t from = cut[order[i]], to = cut[order[i] + 1];
                if (overlap == 1) {
                    from = from > 7 ? from - 7 : 0;
                    to = to + 9 < s.n ? to + 9 : s.n;
                }
                send(&r, true, 1000 + (uint32_t)from, 0, s.bytes + from, to - from);
                if (overlap == 2)
                    send(&r, true, 1000 + (uint32_t)from, 0, s.bytes + from, to - from);
            }
            expect_five(&r, &s, "permuted");
            cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_OVERLAP), 0);
            cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_GAP), 0);
            rgs_test_recorder_fini(&r);
        } while (rgs_test_permute(order, 6));
    }
}

Test(tcp, a_syn_may_carry_data_and_come_late)
{
    struct stream s = five();
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 5000, SYN, s.bytes, 50);
    send(&r, true, 5000, SYN, s.bytes, 50);
    send(&r, true, 5051, 0, s.bytes + 50, s.n - 50);
    expect_five(&r, &s, "data in the SYN");
    rgs_test_recorder_fini(&r);
}

Test(tcp, both_directions_and_keep_alives)
{
    struct stream s = five();
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1, 0, s.bytes, s.at[1]);
    send(&r, false, 77, 0, s.bytes, s.at[1]);
    send(&r, true, (uint32_t)s.at[1], 0, "x", 1); /* RFC 9293 3.8.4: one byte from before */
    send(&r, true, 1 + (uint32_t)s.at[1], 0, s.bytes + s.at[1], s.at[2] - s.at[1]);
    cr_assert_eq(r.n, 3);
    cr_assert_eq(r.at[0].flow, r.at[1].flow);
    cr_assert_neq(r.at[0].dir, r.at[1].dir);
    cr_assert_eq(r.at[1].dir, 0, "2775 is the lower end");
    cr_assert_eq(r.at[0].dir, r.at[2].dir);
    cr_assert_neq(r.at[0].flow, 0);
    rgs_test_recorder_fini(&r);
}

Test(tcp, ports_used_again_are_another_flow)
{
    struct stream s = five();
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 100, SYN, NULL, 0);
    send(&r, true, 101, 0, s.bytes, s.at[1] + 2);
    send(&r, true, 100000, SYN, NULL, 0);
    send(&r, true, 100001, 0, s.bytes, s.at[1]);
    cr_assert_eq(r.n, 2);
    cr_assert_neq(r.at[0].flow, r.at[1].flow);
    cr_assert_eq(r.at[1].flow_offset, 0);
    rgs_test_recorder_fini(&r);
}

Test(tcp, mid_stream_start_finds_the_next_pdu)
{
    struct stream s = five();
    for (size_t from = 1; from < s.at[4]; from++) {
        struct rgs_test_recorder r;
        size_t left = 0;
        rgs_test_recorder_init(&r, kept);
        send(&r, true, 7, 0, s.bytes + from, s.n - from);
        for (size_t i = 0; i < 5; i++)
            left += s.at[i] >= from;
        cr_assert_eq(r.n, left, "from %zu: %zu PDUs", from, r.n);
        rgs_test_recorder_fini(&r);
    }
}

Test(tcp, a_start_that_was_overtaken_is_read_too)
{
    struct stream s = five();
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1 + (uint32_t)s.at[1], 0, s.bytes + s.at[1], s.n - s.at[1]);
    send(&r, true, 1, 0, s.bytes, s.at[1]);
    send(&r, true, 1, 0, s.bytes, s.at[1]);
    cr_assert_eq(r.n, 5);
    cr_assert_eq(r.at[4].n, s.at[1]);
    rgs_test_recorder_fini(&r);
}

/* A segment that the tap missed: the receiver acknowledges it, and reading goes on at the next PDU.
 */
Test(tcp, a_gap_is_given_up)
{
    struct stream s = five();
    struct rgs_test_recorder r;
    uint32_t seq = 1001;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1000, SYN, NULL, 0);
    send(&r, true, seq, 0, s.bytes, s.at[1]);
    seq += (uint32_t)s.at[1] + 30; /* lost: the middle of a stream */
    for (unsigned i = 0; i < 6; i++, seq += 248) {
        send(&r, true, seq, 0, s.bytes, s.n);
        if (i == 2)
            cr_assert_eq(r.n, 1, "it may still come");
        send_ack(&r, false, 1, seq + 248, ACK, NULL, 0);
    }
    cr_assert_eq(r.n, 31);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_GAP), 1);
    cr_assert_eq(r.at[1].frame, 3, "the frame that carried it");
    cr_assert_eq(r.at[1].flow_offset, s.at[1] + 30);
    for (size_t i = 0; i < r.n; i++) {
        cr_assert_eq(r.at[i].op.src_port, CLIENT, "whoever's segment let it go");
        cr_assert_eq(r.at[i].op.dst_port, SERVER);
        cr_assert_eq(r.at[i].dir, 1);
    }
    rgs_test_recorder_fini(&r);
}

Test(tcp, the_end_of_the_input_flushes)
{
    struct stream s = five();
    for (int how = 0; how < 3; how++) {
        struct rgs_test_recorder r;
        rgs_test_recorder_init(&r, kept);
        send(&r, true, 1000, SYN, NULL, 0);
        send(&r, true, 1001, 0, s.bytes, s.at[1]);
        send(&r, true, 1001 + (uint32_t)s.at[2], 0, s.bytes + s.at[2], s.n - s.at[2]);
        cr_assert_eq(r.n, 1);
        if (how == 0) {
            rgs_decoder_flush(r.t.dec);
        } else if (how == 1) {
            send(&r, false, 1, RST, NULL, 0);
        } else {
            send(&r, true, 1001 + (uint32_t)s.n, FIN, NULL, 0);
            send(&r, false, 1, FIN, NULL, 0);
            send(&r, true, 1002 + (uint32_t)s.n, 0, NULL, 0);
        }
        cr_assert_eq(r.n, 4, "way %d", how);
        cr_assert_eq(r.at[3].frame, 3);
        cr_assert_eq(r.at[3].op.src_port, CLIENT);
        cr_assert(RGS_HAS(&r.at[3].op, SRC_PORT));
        rgs_test_recorder_fini(&r);
    }
}

Test(tcp, a_gap_ends_with_time)
{
    struct stream s = five();
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1000, SYN, NULL, 0);
    send(&r, true, 1001 + 100, 0, s.bytes, s.n);
    cr_assert_eq(r.n, 0);
    r.t.ts += rgs_capacity_default.timeout_ns;
    send(&r, true, 1001 + 100 + 248, 0, s.bytes, s.n);
    cr_assert_eq(r.n, 10);
    rgs_test_recorder_fini(&r);
}

Test(tcp, junk_between_pdus_is_passed_over)
{
    struct stream s = five();
    struct rgs_test_recorder r;

    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1000, SYN, NULL, 0);
    send(&r, true, 1001, 0, s.bytes, s.n);
    send(&r, true, 1001 + 248, 0, "junk junk R RX", 14);
    send(&r, true, 1001 + 248 + 14, 0, s.bytes, s.n);
    cr_assert_eq(r.n, 10);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_FRAMING), 1);
    rgs_test_recorder_fini(&r);
}

Test(tcp, other_protocols_are_left_alone)
{
    struct stream s = five();
    struct rgs_test_recorder r;
    uint8_t tls[1400];
    uint32_t seq = 1001;

    memset(tls, 0x17, sizeof(tls));
    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1000, SYN, NULL, 0);
    for (unsigned i = 0; i < 60; i++, seq += sizeof(tls))
        send(&r, true, seq, 0, tls, sizeof(tls));
    send(&r, true, seq, 0, s.bytes, s.n);
    cr_assert_eq(r.n, 0, "given up for good");
    send(&r, true, 1, SYN, NULL, 0);
    send(&r, true, 2, 0, s.bytes, s.n);
    cr_assert_eq(r.n, 5, "until the ports are used again");
    rgs_test_recorder_fini(&r);
}

Test(tcp, bytes_that_differ_are_named_and_the_first_stay)
{
    struct stream s = five();
    struct rgs_test_recorder r;
    uint8_t other[248];

    memset(other, 'z', sizeof(other));
    rgs_test_recorder_init(&r, kept);
    send(&r, true, 1000, SYN, NULL, 0);
    send(&r, true, 1001 + 20, 0, s.bytes + 20, s.n - 20);
    send(&r, true, 1001 + 10, 0, other, 50);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_OVERLAP), 1);
    send(&r, true, 1001, 0, s.bytes, 30);
    cr_assert_eq(r.n, 5);
    cr_assert_eq(r.at[0].bytes[9], s.bytes[9]);
    cr_assert_eq(r.at[0].bytes[10], 'z', "held first");
    cr_assert_eq(r.at[0].bytes[25], s.bytes[25]);
    rgs_test_recorder_fini(&r);
}

/* A frame that the capture cut: what is there is read, the rest is a known gap. */
Test(tcp, a_cut_segment)
{
    struct stream s = five();
    struct rgs_test_recorder r;
    uint8_t b[600] = {0x45, 0, 0, 0, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};
    size_t n = 20 + put_segment(b + 20, CLIENT, SERVER, 500, 0, 0, s.bytes, s.n);

    b[2] = (uint8_t)(n >> 8);
    b[3] = (uint8_t)n;
    rgs_test_recorder_init(&r, kept);
    rgs_test_feed(&r.t, RGS_LAYER_IP, rgs_bytes(b, n - 10));
    cr_assert_eq(r.n, 4);
    put_segment(b + 20, CLIENT, SERVER, 748, 0, 0, s.bytes, s.n);
    rgs_test_feed(&r.t, RGS_LAYER_IP, rgs_bytes(b, n));
    cr_assert_eq(r.n, 9);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_GAP), 1);
    rgs_test_recorder_fini(&r);
}

Test(tcp, random_segments_never_break_it)
{
    struct rgs_test_recorder r;
    uint32_t x = 12345;
    struct stream s = five();

    rgs_test_recorder_init(&r, kept);
    for (unsigned i = 0; i < 60000; i++) {
        x = x * 1664525u + 1013904223u;
        size_t from = (x >> 8) % s.n, n = (x >> 20) % (s.n - from);
        uint32_t seq = 1000 + (uint32_t)from + 248u * (x % 40);
        unsigned flags = (x >> 16) % 97 == 0 ? SYN : (x >> 16) % 89 == 0 ? RST : 0;
        send_ack(&r, x >> 31, seq, 1000 + (x >> 9) % 9000, flags | (x >> 30 & 1 ? ACK : 0),
                 s.bytes + from, n);
        if (r.n > 4)
            r.n = 0;
    }
    rgs_decoder_flush(r.t.dec);
    cr_assert_gt(rgs_decoder_dissect(r.t.dec)->layer_count[RGS_LAYER_RAW], 100);
    rgs_test_recorder_fini(&r);
}

/* ---- when memory is short: 256 kB in all, 64 connections ---------------------------------------
 */

enum { FIRST_PORT = 10000, LARGE = 1000 };

static uint64_t evicted(const struct rgs_test_recorder *r, enum rgs_evicted x)
{
    return rgs_decoder_dissect(r->t.dec)->evicted[x];
}

/* What the recorder has is right, and whose it is; its number tells the port. Empties it. */
static size_t take_checked(struct rgs_test_recorder *r)
{
    size_t n = r->n;
    uint8_t want[LARGE * 3];

    for (size_t i = 0; i < n; i++) {
        const struct rgs_test_pdu *p = &r->at[i];
        uint8_t number = (uint8_t)(p->op.src_port - FIRST_PORT);
        cr_assert_leq(p->n, sizeof(want));
        rgs_test_pdu(want, p->n, number);
        cr_assert_eq(memcmp(want, p->bytes, p->n), 0, "PDU %zu of port %u", i, p->op.src_port);
        cr_assert_eq(p->op.dst_port, SERVER);
        cr_assert_eq(p->dir, 1);
    }
    r->n = 0;
    return n;
}

Test(tcp, gaps_that_memory_is_short_for_are_given_up_and_counted)
{
    enum { CONNECTIONS = 40, BEHIND = 20, STEADY = 50 };
    struct rgs_test_recorder r;
    uint8_t pdu[LARGE];
    uint32_t steady = 101;
    size_t seen = 0;

    rgs_test_recorder_init(&r, kept);
    send_from(&r, FIRST_PORT + STEADY, 100, SYN, NULL, 0);
    for (unsigned c = 0; c < CONNECTIONS; c++) {
        send_from(&r, FIRST_PORT + c, 999, SYN, NULL, 0);
        rgs_test_pdu(pdu, LARGE, (uint8_t)c);
        send_from(&r, FIRST_PORT + c, 1000, 0, pdu, LARGE);
        for (unsigned i = 2; i < BEHIND + 2; i++)
            send_from(&r, FIRST_PORT + c, 1000 + i * LARGE, 0, pdu, LARGE);
        rgs_test_pdu(pdu, LARGE, STEADY);
        for (unsigned half = 0; half < 2; half++, steady += LARGE / 2)
            send_from(&r, FIRST_PORT + STEADY, steady, 0, pdu + half * LARGE / 2, LARGE / 2);
        seen += take_checked(&r);
    }
    cr_assert_gt(evicted(&r, RGS_EVICTED_TCP_HELD), 20);
    cr_assert_eq(evicted(&r, RGS_EVICTED_TCP_FLOWS), 0);
    rgs_decoder_flush(r.t.dec);
    seen += take_checked(&r);
    cr_assert_eq(seen, CONNECTIONS * (BEHIND + 2), "%zu PDUs", seen);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_GAP), CONNECTIONS);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_FULL), 0);
    rgs_test_recorder_fini(&r);
}

Test(tcp, who_holds_nothing_is_not_forgotten_for_others)
{
    struct rgs_test_recorder r;
    uint8_t pdu[LARGE];

    rgs_test_recorder_init(&r, kept);
    rgs_test_pdu(pdu, LARGE, 0);
    send_from(&r, FIRST_PORT, 999, SYN, NULL, 0);
    send_from(&r, FIRST_PORT, 1000, 0, pdu, LARGE);
    for (unsigned c = 1; c < 40; c++) {
        send_from(&r, FIRST_PORT + c, 999, SYN, NULL, 0);
        for (unsigned i = 1; i < 20; i++)
            send_from(&r, FIRST_PORT + c, 1000 + i * LARGE, 0, pdu, LARGE);
    }
    r.n = 0;
    send_from(&r, FIRST_PORT, 1000 + LARGE, 0, pdu, LARGE);
    cr_assert_eq(take_checked(&r), 1);
    cr_assert_eq(r.at[0].flow_offset, LARGE, "it goes on where it was");
    rgs_test_recorder_fini(&r);
}

/* PDUs longer than a segment, so that what is flushed wants memory while there is none left. */
Test(tcp, the_end_of_the_input_flushes_full_memory)
{
    enum { LONG = 3 * LARGE, PART = 750 };
    struct rgs_test_recorder r;
    uint8_t pdus[4 * LONG];
    size_t seen = 0;

    rgs_test_recorder_init(&r, kept);
    for (unsigned c = 0; c < 22; c++) { /* 22 times 12,000 octets are more than there is */
        send_from(&r, FIRST_PORT + c, 1000 - LARGE - 1, SYN, NULL, 0);
        for (unsigned i = 0; i < 4; i++)
            rgs_test_pdu(pdus + i * LONG, LONG, (uint8_t)c);
        for (size_t at = 0; at < sizeof(pdus); at += PART)
            send_from(&r, FIRST_PORT + c, 1000 + (uint32_t)at, 0, pdus + at, PART);
    }
    seen = take_checked(&r);
    cr_assert_leq(seen, 2 * 4, "nearly all of it waits for the end");
    rgs_decoder_flush(r.t.dec);
    seen += take_checked(&r);
    cr_assert_eq(seen, 22 * 4, "%zu PDUs", seen);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_FULL), 0);
    rgs_decoder_flush(r.t.dec);
    cr_assert_eq(r.n, 0);
    rgs_test_recorder_fini(&r);
}

Test(tcp, connections_beyond_the_cap_hand_on_what_they_have)
{
    struct rgs_test_recorder r;
    uint8_t pdu[LARGE];

    rgs_test_recorder_init(&r, kept);
    for (unsigned c = 0; c < 80; c++) {
        rgs_test_pdu(pdu, LARGE, (uint8_t)c);
        send_from(&r, FIRST_PORT + c, 999, SYN, NULL, 0);
        send_from(&r, FIRST_PORT + c, 1000, 0, pdu, LARGE);
        if (c < 10) /* a gap */
            send_from(&r, FIRST_PORT + c, 1000 + 2 * LARGE, 0, pdu, LARGE);
        else if (c < 13) /* half of a PDU */
            send_from(&r, FIRST_PORT + c, 1000 + LARGE, 0, pdu, LARGE / 2);
        else if (c == 13) /* the end */
            for (unsigned side = 0; side < 2; side++)
                rgs_test_feed(
                    &r.t, RGS_LAYER_TCP,
                    rgs_bytes(pdu, put_segment(pdu, side ? SERVER : FIRST_PORT + c,
                                               side ? FIRST_PORT + c : SERVER,
                                               side ? 1 : 1000 + LARGE, 0, FIN, NULL, 0)));
    }
    cr_assert_eq(take_checked(&r), 80 + 10);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_GAP), 10);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_TCP_FULL), 3);
    cr_assert_eq(evicted(&r, RGS_EVICTED_TCP_FLOWS), 15, "of 16 one had ended");
    cr_assert_eq(evicted(&r, RGS_EVICTED_TCP_HELD), 0);
    rgs_test_recorder_fini(&r);
}

Test(tcp, ladder)
{
    struct stream s = five();
    uint8_t b[600];
    size_t n = put_segment(b, CLIENT, SERVER, 1, 0, 0, s.bytes, s.n);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_TCP, rgs_bytes(b, n)), n);
}
