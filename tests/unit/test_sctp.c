/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "support/permute.h"
#include "support/recorder.h"
#include "xport/sctp_tsn.h"

enum { END = 1, BEGIN = 2, UNORDERED = 4, DATA = 0, INIT = 1, I_DATA = 64 };

static const enum rgs_layer kept[] = {RGS_LAYER_IP, RGS_LAYER_SCTP, RGS_LAYER_NONE};

/* A packet under construction. */
struct packet {
    uint8_t b[70000];
    size_t n;
};

static void put32(struct packet *p, uint32_t v)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        p->b[p->n++] = (uint8_t)(v >> shift);
}

static struct packet *begin(struct packet *p, bool forth, uint32_t tag)
{
    p->n = 0;
    put32(p, forth ? 2905u << 16 | 2906u : 2906u << 16 | 2905u);
    put32(p, tag);
    put32(p, 0);
    return p;
}

static void chunk(struct packet *p, unsigned type, unsigned flags, size_t length)
{
    put32(p, type << 24 | flags << 16 | (uint32_t)length);
}

static struct packet *data(struct packet *p, unsigned flags, uint32_t tsn, unsigned stream,
                           unsigned ssn, const void *bytes, size_t n)
{
    chunk(p, DATA, flags, 16 + n);
    put32(p, tsn);
    put32(p, stream << 16 | ssn);
    put32(p, 0);
    memcpy(p->b + p->n, bytes, n);
    p->n += n;
    while (p->n % 4)
        p->b[p->n++] = 0;
    return p;
}

static struct packet *i_data(struct packet *p, unsigned flags, uint32_t tsn, unsigned stream,
                             uint32_t mid, uint32_t fsn, const void *bytes, size_t n)
{
    chunk(p, I_DATA, flags, 20 + n);
    put32(p, tsn);
    put32(p, stream << 16);
    put32(p, mid);
    put32(p, flags & BEGIN ? 3 : fsn);
    memcpy(p->b + p->n, bytes, n);
    p->n += n;
    while (p->n % 4)
        p->b[p->n++] = 0;
    return p;
}

static void feed(struct rgs_test_recorder *r, const struct packet *p)
{
    rgs_test_feed(&r->t, RGS_LAYER_SCTP, rgs_bytes(p->b, p->n));
}

static void expect(const struct rgs_test_recorder *r, size_t i, const uint8_t *pdu, size_t n)
{
    cr_assert_gt(r->n, i);
    cr_assert_eq(r->at[i].n, n);
    cr_assert_eq(memcmp(r->at[i].bytes, pdu, n), 0);
}

Test(sctp, bundled_chunks_and_padding)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[41], b[6], c[39];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_pdu(b, sizeof(b), 2);
    rgs_test_pdu(c, sizeof(c), 3);
    rgs_test_recorder_init(&r, kept);
    begin(&p, true, 5);
    data(&p, BEGIN | END, 10, 0, 0, a, sizeof(a));
    chunk(&p, 3, 0, 16); /* SACK */
    put32(&p, 0);
    put32(&p, 0);
    put32(&p, 0);
    data(&p, BEGIN | END, 11, 3, 0, b, sizeof(b));
    data(&p, BEGIN | END | UNORDERED, 12, 0, 9, c, sizeof(c));
    p.n -= 1; /* the padding of the last chunk may be missing */
    feed(&r, &p);
    cr_assert_eq(r.n, 3);
    expect(&r, 0, a, sizeof(a));
    expect(&r, 1, b, sizeof(b));
    expect(&r, 2, c, sizeof(c));
    cr_assert_eq(r.at[0].op.src_port, 2905);
    cr_assert_eq(r.at[0].dir, 0);
    cr_assert_neq(r.at[0].flow, 0);
    begin(&p, false, 6);
    data(&p, BEGIN | END, 10, 0, 0, a, sizeof(a));
    feed(&r, &p);
    cr_assert_eq(r.n, 4, "the other direction counts for itself");
    cr_assert_eq(r.at[3].dir, 1);
    cr_assert_eq(r.at[3].flow, r.at[0].flow);
    for (unsigned i = 0; i < RGS_A_COUNT; i++)
        cr_assert_eq(rgs_test_anomaly(&r.t, i), 0, "%s", rgs_anomaly_name(i));
    rgs_test_recorder_fini(&r);
}

Test(sctp, retransmissions_give_nothing)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[50], b[50];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_pdu(b, sizeof(b), 2);
    rgs_test_recorder_init(&r, kept);
    for (uint32_t tsn = 0xfffffff0u; tsn != 40; tsn++) { /* the numbers wrap on the way */
        feed(&r, data(begin(&p, true, 5), BEGIN | END, tsn, 0, 0, a, sizeof(a)));
        feed(&r, data(begin(&p, true, 5), BEGIN | END, tsn, 0, 0, a, sizeof(a)));
        feed(&r, data(begin(&p, true, 5), BEGIN | END, tsn - 13, 0, 0, a, sizeof(a)));
    }
    cr_assert_eq(r.n, 56 + 13, "%zu", r.n);
    feed(&r, data(begin(&p, true, 5), BEGIN | END, 39, 0, 0, b, sizeof(b)));
    cr_assert_eq(r.n, 70, "another chunk under the same number");
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_TSN_REUSED), 1);
    rgs_test_recorder_fini(&r);
}

Test(sctp, a_restart_counts_anew)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[50];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_recorder_init(&r, kept);
    feed(&r, data(begin(&p, true, 5), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    feed(&r, data(begin(&p, true, 6), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    cr_assert_eq(r.n, 2, "another verification tag");
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_RESTART), 1);
    begin(&p, true, 0);
    chunk(&p, INIT, 0, 20);
    for (int i = 0; i < 4; i++)
        put32(&p, 6);
    feed(&r, &p);
    feed(&r, data(begin(&p, true, 6), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    cr_assert_eq(r.n, 3, "INIT");
    feed(&r, data(begin(&p, true, 6), BEGIN | END, 500000, 0, 0, a, sizeof(a)));
    feed(&r, data(begin(&p, true, 6), BEGIN | END, 500000, 0, 0, a, sizeof(a)));
    cr_assert_eq(r.n, 4, "a jump");
    rgs_test_recorder_fini(&r);
}

/* Two messages of three fragments each, one behind the other, in all 720 orders; every one also
 * repeated. */
Test(sctp, fragments_in_any_order)
{
    static struct packet p;
    static const unsigned flags[] = {BEGIN, 0, END};
    uint8_t message[2][301];

    rgs_test_pdu(message[0], 301, 1);
    rgs_test_pdu(message[1], 301, 2);
    for (int kind = 0; kind < 3; kind++) {
        unsigned order[] = {0, 1, 2, 3, 4, 5};
        do {
            struct rgs_test_recorder r;
            rgs_test_recorder_init(&r, kept);
            uint64_t last[2] = {0, 0};
            for (unsigned i = 0; i < 6; i++) {
                unsigned m = order[i] / 3, f = order[i] % 3;
                const uint8_t *from = message[m] + f * 100;
                size_t n = f == 2 ? 101 : 100;
                begin(&p, true, 9);
                if (kind == 0) /* the numbers wrap between the messages */
                    data(&p, flags[f], 0xfffffffdu + order[i], 1, m, from, n);
                else if (kind == 1)
                    data(&p, flags[f] | UNORDERED, 77 + order[i], 1, 0, from, n);
                else /* interleaved: even numbers for one, odd ones for the other */
                    i_data(&p, flags[f], 77 + 2 * f + m, 1, m, f, from, n);
                feed(&r, &p);
                feed(&r, &p);
                last[m] = r.t.packets - 1;
            }
            cr_assert_eq(r.n, 2, "kind %d: %zu", kind, r.n);
            unsigned second = last[0] < last[1];
            expect(&r, !second, message[0], 301);
            expect(&r, second, message[1], 301);
            cr_assert_eq(r.at[!second].frame, last[0], "the packet that completed it");
            cr_assert(r.at[0].joined);
            rgs_test_recorder_fini(&r);
        } while (rgs_test_permute(order, 6));
    }
}

static void feed_over(struct rgs_test_recorder *r, unsigned from, unsigned to,
                      const struct packet *p)
{
    uint8_t b[2000] = {0x45,
                       0,
                       (uint8_t)((p->n + 20) >> 8),
                       (uint8_t)(p->n + 20),
                       0,
                       1,
                       0,
                       0,
                       64,
                       132,
                       0,
                       0,
                       192,
                       0,
                       2,
                       (uint8_t)from,
                       192,
                       0,
                       2,
                       (uint8_t)to};
    memcpy(b + 20, p->b, p->n);
    rgs_test_feed(&r->t, RGS_LAYER_IP, rgs_bytes(b, 20 + p->n));
}

/* Both ends have two addresses; a chunk that is repeated on the other path is the same chunk. */
Test(sctp, multi_homed_ends)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[48];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_recorder_init(&r, kept);
    for (unsigned end = 0; end < 2; end++) { /* 192.0.2.1 and .9; 192.0.2.5 and .3 */
        begin(&p, end == 0, 0);
        chunk(&p, INIT + end, 0, 36);
        for (int i = 0; i < 4; i++)
            put32(&p, 7);
        put32(&p, 5u << 16 | 8);
        put32(&p, 0xc0000200u + (end ? 5 : 1));
        put32(&p, 5u << 16 | 8);
        put32(&p, 0xc0000200u + (end ? 3 : 9));
        feed_over(&r, end ? 5 : 1, end ? 1 : 5, &p);
    }
    static const unsigned paths[][2] = {{1, 5}, {9, 3}, {9, 5}, {1, 3}, {9, 3}};
    for (size_t i = 0; i < 5; i++)
        feed_over(&r, paths[i][0], paths[i][1],
                  data(begin(&p, true, 7), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    cr_assert_eq(r.n, 1, "%zu", r.n);
    feed_over(&r, 3, 9, data(begin(&p, false, 7), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    feed_over(&r, 5, 1, data(begin(&p, false, 7), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    cr_assert_eq(r.n, 2, "the other direction");
    cr_assert_eq(r.at[0].flow, r.at[1].flow);
    cr_assert_neq(r.at[0].dir, r.at[1].dir);
    feed_over(&r, 1, 77, data(begin(&p, true, 7), BEGIN | END, 1, 0, 0, a, sizeof(a)));
    cr_assert_eq(r.n, 3, "another association of the same host");
    cr_assert_neq(r.at[0].flow, r.at[2].flow);
    rgs_test_recorder_fini(&r);
}

/* The same where the set-up was not captured: tag, ports and sequence number tell. */
Test(sctp, paths_that_were_not_announced)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[60], b[48], c[48];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_pdu(b, sizeof(b), 2);
    rgs_test_pdu(c, sizeof(c), 3);
    rgs_test_recorder_init(&r, kept);
    feed_over(&r, 1, 5, data(begin(&p, true, 70), BEGIN, 100, 0, 0, a, 30));
    begin(&p, true, 70);
    chunk(&p, 4, 0, 4); /* HEARTBEAT: the path is seen before its first chunk */
    feed_over(&r, 9, 3, &p);
    feed_over(&r, 3, 9, data(begin(&p, false, 80), BEGIN | END, 7, 0, 0, b, sizeof(b)));
    cr_assert_eq(r.n, 1);
    feed_over(&r, 9, 3, data(begin(&p, true, 70), END, 101, 0, 0, a + 30, 30));
    cr_assert_eq(r.n, 2, "fragments that went two ways");
    expect(&r, 1, a, sizeof(a));
    feed_over(&r, 1, 5, data(begin(&p, true, 70), END, 101, 0, 0, a + 30, 30));
    feed_over(&r, 5, 1, data(begin(&p, false, 80), BEGIN | END, 7, 0, 0, b, sizeof(b)));
    feed_over(&r, 3, 1, data(begin(&p, false, 80), BEGIN | END, 7, 0, 0, b, sizeof(b)));
    cr_assert_eq(r.n, 2, "repeated on another path: %zu", r.n);
    feed_over(&r, 3, 1, data(begin(&p, false, 80), BEGIN | END, 8, 0, 0, c, sizeof(c)));
    cr_assert_eq(r.n, 3);
    cr_assert_eq(r.at[2].flow, r.at[1].flow);
    cr_assert_neq(r.at[2].dir, r.at[1].dir);
    for (unsigned i = 0; i < RGS_A_COUNT; i++)
        cr_assert_eq(rgs_test_anomaly(&r.t, i), 0, "%s", rgs_anomaly_name(i));

    static const struct {
        unsigned from, to;
        uint32_t tag, tsn;
        const char *what;
    } strangers[] = {
        {21, 5, 71, 102, "another tag"},
        {22, 5, 70, 102 + RGS_TSN_WINDOW, "out of the window"},
        {23, 5, 70, 101, "a number that was seen with other content"},
        {24, 5, 0, 102, "no tag"},
        {25, 5, 0, 102, "nor here"},
    };
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        feed_over(&r, strangers[i].from, strangers[i].to,
                  data(begin(&p, true, strangers[i].tag), BEGIN | END, strangers[i].tsn, 0, 0, b,
                       sizeof(b)));
        cr_assert_eq(r.n, 4 + i, "%s", strangers[i].what);
        for (size_t k = 0; k < 3 + i; k++)
            cr_assert_neq(r.at[k].flow, r.at[3 + i].flow, "%s", strangers[i].what);
    }
    rgs_test_recorder_fini(&r);
}

Test(sctp, fragments_of_other_messages_do_not_mix)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[120];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_recorder_init(&r, kept);
    feed(&r, data(begin(&p, true, 9), BEGIN, 1, 0, 0, a, 60));
    feed(&r, data(begin(&p, true, 9), END, 2, 1, 0, a + 60, 60));  /* another stream */
    feed(&r, data(begin(&p, false, 9), END, 2, 0, 0, a + 60, 60)); /* another direction */
    feed(&r, data(begin(&p, true, 10), END, 2, 0, 0, a + 60, 60)); /* after a restart */
    feed(&r, data(begin(&p, true, 10), 0, 7, 0, 0, a, 60));        /* no beginning */
    feed(&r, data(begin(&p, true, 10), END, 8, 0, 0, a + 60, 60));
    cr_assert_eq(r.n, 0);
    r.t.ts += 2 * rgs_capacity_default.timeout_ns;
    feed(&r, data(begin(&p, true, 10), END, 20, 0, 0, a + 60, 60));
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_INCOMPLETE), 6);
    rgs_test_recorder_fini(&r);
}

Test(sctp, damaged_chunks_are_named)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[50];

    rgs_test_pdu(a, sizeof(a), 1);
    rgs_test_recorder_init(&r, kept);
    begin(&p, true, 1);
    feed(&r, data(&p, BEGIN | END, 1, 0, 0, a, sizeof(a)));
    chunk(&p, DATA, BEGIN | END, 3);
    feed(&r, &p);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_BAD), 1, "a length below the header's");
    begin(&p, true, 1);
    data(&p, BEGIN | END, 2, 0, 0, a, 0);
    feed(&r, data(&p, BEGIN | END, 3, 0, 0, a, sizeof(a)));
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_BAD), 2, "no user data");
    cr_assert_eq(r.n, 2, "and the chunk behind it");
    begin(&p, true, 1);
    data(&p, BEGIN | END, 4, 0, 0, a, sizeof(a));
    p.n -= 10;
    feed(&r, &p);
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_SHORT), 1);
    rgs_test_feed(&r.t, RGS_LAYER_SCTP, rgs_bytes(p.b, 11));
    cr_assert_eq(rgs_test_anomaly(&r.t, RGS_A_SCTP_SHORT), 2);
    rgs_test_recorder_fini(&r);
}

/* 65,535 bytes in fragments of one byte, backwards: bounded time and, with the small cap, nothing
 * kept. */
Test(sctp, a_flood_of_fragments_is_bounded)
{
    static struct packet p;
    struct rgs_test_recorder r;
    uint8_t a[1] = {1};

    rgs_test_recorder_init(&r, kept);
    for (uint32_t tsn = 100000; tsn > 100; tsn--)
        feed(&r, data(begin(&p, true, 1), 0, tsn, 0, 0, a, 1));
    cr_assert_eq(r.n, 0);
    cr_assert_gt(rgs_test_anomaly(&r.t, RGS_A_SCTP_INCOMPLETE), 1000);
    rgs_test_recorder_fini(&r);
}

Test(sctp, window)
{
    static struct rgs_tsn_window w;
    const struct rgs_bytes a = rgs_bytes("alpha", 5), b = rgs_bytes("beta", 4);

    cr_assert_eq(rgs_tsn_see(&w, 5, a), RGS_TSN_NEW);
    cr_assert_eq(rgs_tsn_see(&w, 4, a), RGS_TSN_NEW, "before the first one seen");
    cr_assert_eq(rgs_tsn_see(&w, 4, b), RGS_TSN_REUSED);
    cr_assert_eq(rgs_tsn_see(&w, 4, b), RGS_TSN_REPEATED);
    cr_assert_eq(rgs_tsn_see(&w, 5 + RGS_TSN_WINDOW - 1, a), RGS_TSN_NEW);
    cr_assert_eq(rgs_tsn_see(&w, 5, a), RGS_TSN_REPEATED, "the last one in the window");
    cr_assert_eq(rgs_tsn_see(&w, 6, a), RGS_TSN_NEW);
    cr_assert_eq(rgs_tsn_see(&w, 6 + RGS_TSN_WINDOW, a), RGS_TSN_NEW, "its slot was used before");
    cr_assert_eq(rgs_tsn_see(&w, 5, a), RGS_TSN_NEW, "too far back to be a repetition");
}

Test(sctp, ladders)
{
    static struct packet p;
    uint8_t a[50];

    rgs_test_pdu(a, sizeof(a), 1);
    begin(&p, true, 1);
    data(&p, BEGIN, 1, 0, 0, a, 30);
    data(&p, END, 2, 0, 0, a + 30, 20);
    i_data(&p, BEGIN | END, 3, 0, 0, 0, a, 50);
    chunk(&p, INIT, 0, 20);
    for (int i = 0; i < 4; i++)
        put32(&p, 6);
    cr_assert_gt(rgs_test_ladder(RGS_LAYER_SCTP, rgs_bytes(p.b, p.n)), p.n);
}
