/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What full tables give up is counted, by table, while it matters; what is over is not. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "support/support.h"

#define HOURS(n) (INT64_C(n) * 3600 * 1000000000)

/* ---- packets that make the entry number i ------------------------------------------------------
 */

static void feed_tcp(struct rgs_test_decoder *t, unsigned client, unsigned server, const char *hex)
{
    char all[512];

    snprintf(all, sizeof(all), "%04x%04x00000001000000005000ffff00000000%s", client, server, hex);
    rgs_test_feed_hex(t, RGS_LAYER_TCP, all);
}

static void smpp_bind(struct rgs_test_decoder *t, unsigned i)
{
    feed_tcp(t, 10000 + i, 2775, "000000180000000200000000000000016100000034000000");
}

static void smpp_enquiry(struct rgs_test_decoder *t, unsigned i)
{
    feed_tcp(t, 10000 + i, 2775, "00000010000000150000000000000001");
}

static void smpp_submit(struct rgs_test_decoder *t, unsigned i)
{
    char hex[256];

    snprintf(hex, sizeof(hex), "000000250000000400000000%08x%s", i + 1,
             "00000000010133313000000000000000000000000161");
    rgs_test_feed_hex(t, RGS_LAYER_SMPP, hex);
}

static void sctp_packet(struct rgs_test_decoder *t, unsigned i)
{
    char hex[64];

    snprintf(hex, sizeof(hex), "%04x0b590000000100000000", 10000 + i);
    rgs_test_feed_hex(t, RGS_LAYER_SCTP, hex);
}

/* INIT from 10.0.0.1, which has another address. */
static void sctp_init(struct rgs_test_decoder *t, unsigned i)
{
    char hex[256];

    snprintf(hex, sizeof(hex),
             "4500003c0000000040840000"
             "0a000001"
             "0a000002"
             "0b590b590000000000000000"
             "0100001c"
             "00000001"
             "00010000"
             "00010001"
             "00000001"
             "000500080a01%04x",
             i);
    rgs_test_feed_hex(t, RGS_LAYER_IP, hex);
}

static void xudt_segment(struct rgs_test_decoder *t, unsigned i)
{
    char hex[256];

    snprintf(hex, sizeof(hex),
             "11810f04080c100443020608"
             "0443020608"
             "04a1b2c3d4"
             "1004c1%06x00",
             i);
    rgs_test_feed_hex(t, RGS_LAYER_SCCP, hex);
}

static void dt1_part(struct rgs_test_decoder *t, unsigned i)
{
    char hex[64];

    snprintf(hex, sizeof(hex), "06%06x010102abcd", i);
    rgs_test_feed_hex(t, RGS_LAYER_SCCP, hex);
}

static void connection_request(struct rgs_test_decoder *t, unsigned i)
{
    char hex[64];

    snprintf(hex, sizeof(hex), "01%06x0202000242fe", i);
    rgs_test_feed_hex(t, RGS_LAYER_SCCP, hex);
}

static void tcap_begin(struct rgs_test_decoder *t, unsigned i)
{
    char hex[64];

    snprintf(hex, sizeof(hex), "620e4804%08x6c06a1040201012d", i);
    rgs_test_feed_hex(t, RGS_LAYER_TCAP, hex);
}

/* A location update on a dedicated channel, TS 44.006 5.4.1.4. */
static void channel(struct rgs_test_decoder *t, unsigned i)
{
    char hex[256];

    snprintf(hex, sizeof(hex),
             "02040101%04x0000000000000800030001"
             "3f49"
             "05087005f261345633085920612100250120"
             "2b2b",
             (i + 1) | 0x4000);
    rgs_test_feed_hex(t, RGS_LAYER_GSMTAP, hex);
}

static void cell(struct rgs_test_decoder *t, unsigned i)
{
    char hex[256];

    snprintf(hex, sizeof(hex),
             "02040101%04x0000000000000100030049061b0fb105f26139d6"
             "000000000000000000000000002b2b2b",
             i);
    rgs_test_feed_hex(t, RGS_LAYER_GSMTAP, hex);
}

static void page(struct rgs_test_decoder *t, unsigned i)
{
    char hex[256];

    snprintf(hex, sizeof(hex),
             "0011520808592061210025012009"
             "04%08x",
             i);
    rgs_test_feed_hex(t, RGS_LAYER_BSSAP, hex);
}

static void http2_preface(struct rgs_test_decoder *t, unsigned i)
{
    feed_tcp(t, 10000 + i, 7777,
             "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a"
             "000000040000000000");
}

static void http2_headers(struct rgs_test_decoder *t, unsigned i)
{
    char hex[64];

    snprintf(hex, sizeof(hex), "0000010104%08x83", 2 * i + 1);
    rgs_test_feed_hex(t, RGS_LAYER_HTTP2, hex);
}

/* ---- the tables --------------------------------------------------------------------------------
 */

static const struct {
    enum rgs_evicted table;
    void (*feed)(struct rgs_test_decoder *t, unsigned i);
    unsigned cap; /* of test decoders */
    bool lasts;   /* is never over */
} rows[] = {
    {RGS_EVICTED_TCP_FLOWS, smpp_bind, 64, false},
    {RGS_EVICTED_SCTP_ASSOCIATIONS, sctp_packet, 64, false},
    {RGS_EVICTED_SCTP_PATHS, sctp_init, 64, true},
    {RGS_EVICTED_SCCP_SEGMENTS, xudt_segment, 64, false},
    {RGS_EVICTED_SCCP_SEGMENTS, dt1_part, 64, false},
    {RGS_EVICTED_SCCP_CONNECTIONS, connection_request, 256, false},
    {RGS_EVICTED_TCAP_DIALOGUES, tcap_begin, 256, false},
    {RGS_EVICTED_L3_CONNECTIONS, channel, 256, false},
    {RGS_EVICTED_L3_IDENTITIES, page, 256, false},
    {RGS_EVICTED_GSMTAP_CELLS, cell, 1024, true},
    {RGS_EVICTED_SESSIONS, smpp_bind, 64, false},
    {RGS_EVICTED_SESSION_REQUESTS, smpp_submit, 256, false},
    {RGS_EVICTED_HTTP2_CONNECTIONS, http2_preface, 64, false},
    {RGS_EVICTED_HTTP2_MESSAGES, http2_headers, 64, false},
};

static uint64_t count(const struct rgs_test_decoder *t, enum rgs_evicted x)
{
    return rgs_decoder_dissect(t->dec)->evicted[x];
}

Test(evicted, what_still_mattered_is_counted)
{
    enum { MORE = 5 };

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        const char *name = rgs_evicted_name(rows[r].table);
        struct rgs_test_decoder t;
        unsigned i = 0;

        rgs_test_decoder_init(&t, false);
        for (; i < rows[r].cap; i++)
            rows[r].feed(&t, i);
        cr_expect_eq(count(&t, rows[r].table), 0, "%s: there is room", name);
        for (; i < rows[r].cap + MORE; i++)
            rows[r].feed(&t, i);
        cr_expect_eq(count(&t, rows[r].table), MORE, "%s: %llu", name,
                     (unsigned long long)count(&t, rows[r].table));
        t.ts += HOURS(2);
        for (; i < 2 * rows[r].cap + MORE; i++)
            rows[r].feed(&t, i);
        cr_expect_eq(count(&t, rows[r].table), MORE + (rows[r].lasts ? rows[r].cap : 0),
                     "%s: %llu later", name, (unsigned long long)count(&t, rows[r].table));
        rgs_test_decoder_fini(&t);
    }
}

/* Both channels and, for either direction, their links. */
Test(evicted, channels_and_links)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, false);
    for (unsigned i = 0; i < 32; i++)
        channel(&t, i);
    cr_expect_eq(count(&t, RGS_EVICTED_LAPDM_CHANNELS), 0);
    for (unsigned i = 32; i < 65; i++)
        channel(&t, i);
    cr_expect_eq(count(&t, RGS_EVICTED_LAPDM_CHANNELS), 33 * 2 + 1);
    rgs_test_decoder_fini(&t);
}

Test(evicted, who_says_nothing_is_no_loss)
{
    struct rgs_test_decoder t;

    rgs_test_decoder_init(&t, false);
    for (unsigned i = 0; i < 80; i++)
        smpp_enquiry(&t, i);
    cr_expect_eq(count(&t, RGS_EVICTED_SESSIONS), 0, "nobody had logged in");
    cr_expect_eq(count(&t, RGS_EVICTED_TCP_FLOWS), 16);
    rgs_test_decoder_fini(&t);
    rgs_test_decoder_init(&t, false);
    for (unsigned i = 0; i < 80; i++)
        feed_tcp(&t, 10000 + i, 22, "5353482d322e302d4f70656e5353480d0a");
    cr_expect_eq(count(&t, RGS_EVICTED_TCP_FLOWS), 0, "nothing that is read");
    rgs_test_decoder_fini(&t);
}
