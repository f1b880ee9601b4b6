/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/support.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "sms/sms.h"

struct rgs_test_buf rgs_test_hex(const char *hex)
{
    struct rgs_test_buf b = {.p = malloc(strlen(hex) / 2 + 1)};
    int high = -1;

    for (; *hex; hex++) {
        if (isspace((unsigned char)*hex) || *hex == ':')
            continue;
        cr_assert(isxdigit((unsigned char)*hex), "not hex: '%c'", *hex);
        int v = isdigit((unsigned char)*hex) ? *hex - '0' : (*hex | 0x20) - 'a' + 10;
        if (high < 0) {
            high = v;
        } else {
            b.p[b.n++] = (uint8_t)(high << 4 | v);
            high = -1;
        }
    }
    cr_assert(high < 0, "odd number of hex digits");
    uint8_t *exact = malloc(b.n ? b.n : 1);
    memcpy(exact, b.p, b.n);
    free(b.p);
    b.p = exact;
    return b;
}

void rgs_test_buf_free(struct rgs_test_buf *b)
{
    free(b->p);
    *b = (struct rgs_test_buf){0};
}

static void collect(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct rgs_test_decoder *t = ctx;
    struct rgs_test_ops *o = &t->ops;

    if (t->sms)
        rgs_sms_decode(d, op);
    if (o->n == o->cap) {
        o->cap = o->cap ? o->cap * 2 : 8;
        o->at = realloc(o->at, o->cap * sizeof(*o->at));
    }
    struct rgs_test_op *c = &o->at[o->n++];
    memset(c, 0, sizeof(*c));
    c->op = *op;
    if (RGS_HAS(op, TEXT)) {
        size_t n = op->text.n < sizeof(c->text) - 1 ? op->text.n : sizeof(c->text) - 1;
        if (n)
            memcpy(c->text, op->text.p, n);
        c->op.text = rgs_bytes(NULL, op->text.n);
    }
    if (RGS_HAS(op, SM)) {
        size_t n = op->sm.n < sizeof(c->sm) ? op->sm.n : sizeof(c->sm);
        if (n)
            memcpy(c->sm, op->sm.p, n);
        c->op.sm = rgs_bytes(NULL, op->sm.n);
    }
    rgs_path(d, c->path, sizeof(c->path));
}

void rgs_test_ops_free(struct rgs_test_ops *o)
{
    free(o->at);
    *o = (struct rgs_test_ops){0};
}

void rgs_test_decoder_init(struct rgs_test_decoder *t, bool sms)
{
    struct rgs_capacity small = rgs_capacity_default;

    small.ip_fragments = small.sctp_messages = small.sccp_segments = 64;
    small.tcp_flows = small.sctp_flows = small.sessions = 64;
    small.dialogues = 256;
    small.ip_held = small.sctp_held = small.tcp_held = small.http2_held = 1 << 18;
    *t = (struct rgs_test_decoder){.sms = sms, .ts = INT64_C(1700000000) * 1000000000};
    t->dec = rgs_decoder_new(&small, collect, t, &rgs_alloc_libc);
    cr_assert_not_null(t->dec);
}

void rgs_test_decoder_fini(struct rgs_test_decoder *t)
{
    rgs_decoder_del(t->dec);
    rgs_test_ops_free(&t->ops);
}

void rgs_test_feed(struct rgs_test_decoder *t, enum rgs_layer layer, struct rgs_bytes b)
{
    uint8_t *copy = malloc(b.n ? b.n : 1);
    if (b.n)
        memcpy(copy, b.p, b.n);
    t->ts += 1000000;
    struct rgs_packet packet = {.ts = t->ts,
                                .number = ++t->packets,
                                .wire_len = (uint32_t)b.n,
                                .data = rgs_bytes(copy, b.n)};
    rgs_decoder_layer(t->dec, layer, &packet);
    free(copy);
}

uint64_t rgs_test_capture(struct rgs_test_decoder *t, const char *name)
{
    char path[1024], err[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *h;
    const u_char *data;
    const char *root = getenv("RGS_SOURCE_ROOT");

    snprintf(path, sizeof(path), "%s/%s", root ? root : ".", name);
    pcap_t *p = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
    cr_assert_not_null(p, "%s", err);
    uint32_t linktype = (uint32_t)pcap_datalink(p);
    while (pcap_next_ex(p, &h, &data) == 1) {
        struct rgs_packet packet = {.ts = h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec,
                                    .number = ++t->packets,
                                    .linktype = linktype,
                                    .wire_len = h->len,
                                    .data = rgs_bytes(data, h->caplen)};
        rgs_decoder_packet(t->dec, &packet);
    }
    pcap_close(p);
    return t->packets;
}

uint64_t rgs_test_anomaly(const struct rgs_test_decoder *t, enum rgs_anomaly x)
{
    return rgs_decoder_dissect(t->dec)->anomaly_count[x];
}

size_t rgs_test_ladder(enum rgs_layer layer, struct rgs_bytes good)
{
    struct rgs_test_decoder t;
    size_t fed = 0;
    uint8_t *copy = malloc(good.n ? good.n : 1);

    rgs_test_decoder_init(&t, true);
    for (size_t n = 0; n <= good.n; n++, fed++) {
        rgs_test_feed(&t, layer, rgs_bytes_upto(good, n));
        t.ops.n = 0;
    }
    for (size_t i = 0; i < good.n; i++) {
        const uint8_t values[] = {0x00, 0xff, (uint8_t)~good.p[i], (uint8_t)(good.p[i] ^ 0x80),
                                  (uint8_t)(good.p[i] + 1)};
        for (size_t v = 0; v < sizeof(values); v++, fed++) {
            memcpy(copy, good.p, good.n);
            copy[i] = values[v];
            rgs_test_feed(&t, layer, rgs_bytes(copy, good.n));
            t.ops.n = 0;
        }
    }
    free(copy);
    rgs_test_decoder_fini(&t);
    return fed;
}

static char *ring(void)
{
    static char bufs[16][128];
    static unsigned next;
    return bufs[next++ % 16];
}

const char *rgs_test_digits(const struct rgs_digits *d)
{
    char *s = ring();
    memcpy(s, d->d, d->n);
    s[d->n] = '\0';
    return s;
}

const char *rgs_test_name(const struct rgs_name *n)
{
    char *s = ring();
    memcpy(s, n->s, n->n);
    s[n->n] = '\0';
    return s;
}

void rgs_test_feed_hex(struct rgs_test_decoder *t, enum rgs_layer layer, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    rgs_test_feed(t, layer, rgs_bytes(b.p, b.n));
    rgs_test_buf_free(&b);
}

void rgs_test_feed_sccp(struct rgs_test_decoder *t, unsigned opc, unsigned dpc, const char *hex)
{
    uint32_t label = dpc | opc << 14;
    char all[2048];

    int n = snprintf(all, sizeof(all), "83%02x%02x%02x%02x%s", label & 0xff, label >> 8 & 0xff,
                     label >> 16 & 0xff, label >> 24, hex);
    cr_assert_lt((size_t)n, sizeof(all));
    rgs_test_feed_hex(t, RGS_LAYER_MTP3, all);
}

const struct rgs_test_op *rgs_test_some(struct rgs_test_decoder *t, enum rgs_layer layer,
                                        struct rgs_bytes b, size_t *n)
{
    t->ops.n = 0;
    rgs_test_feed(t, layer, b);
    *n = t->ops.n;
    return t->ops.n ? t->ops.at : NULL;
}

const struct rgs_test_op *rgs_test_one(struct rgs_test_decoder *t, enum rgs_layer layer,
                                       struct rgs_bytes b)
{
    size_t n;
    const struct rgs_test_op *o = rgs_test_some(t, layer, b, &n);
    cr_assert_eq(n, 1, "one operation, got %zu", n);
    return o;
}

void rgs_test_name_is(bool has, const struct rgs_name *n, const char *want, const char *what)
{
    cr_assert(has, "%s is absent", what);
    cr_assert_str_eq(rgs_test_name(n), want, "%s: %s, not %s", what, rgs_test_name(n), want);
}

void rgs_test_ladder_hex(enum rgs_layer layer, const char *hex)
{
    struct rgs_test_buf b = rgs_test_hex(hex);
    cr_assert_gt(rgs_test_ladder(layer, rgs_bytes(b.p, b.n)), b.n);
    rgs_test_buf_free(&b);
}
