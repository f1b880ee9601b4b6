/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every capture of the outside data through all layers: under sanitizers, nothing may be found. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/decoder.h"
#include "sms/sms.h"
#include "support/sms.h"
#include "support/vectors.h"

struct total {
    unsigned files, packets, ops;
};

static void emit(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct total *t = ctx;
    char path[256];

    rgs_sms_decode(d, op);
    cr_assert_gt(rgs_path(d, path, sizeof(path)), 0);
    t->ops++;
}

/* The packet in a heap block of its size, so that a read behind it is seen. */
static void feed(struct rgs_decoder *dec, uint32_t linktype, unsigned number,
                 const struct pcap_pkthdr *h, const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n ? n : 1);
    if (n)
        memcpy(copy, bytes, n);
    struct rgs_packet p = {.ts = (int64_t)h->ts.tv_sec * 1000000000 + (int64_t)h->ts.tv_usec * 1000,
                           .number = number,
                           .linktype = linktype,
                           .wire_len = h->len,
                           .data = rgs_bytes(copy, n)};
    rgs_decoder_packet(dec, &p);
    free(copy);
}

/* How much of each packet is fed: all, or as a snapshot length would leave it. */
static void read_capture(struct total *t, const char *path, size_t snap)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline(path, error);
    struct pcap_pkthdr *h;
    const uint8_t *bytes;
    unsigned number = 0;

    if (!pcap) /* damaged on purpose, or of a kind that only the capture room opens */
        return;
    struct rgs_capacity small = rgs_capacity_default;
    small.ip_fragments = small.sctp_messages = small.sccp_segments = 64;
    small.tcp_flows = small.sctp_flows = small.sessions = 64;
    small.dialogues = 256;
    small.ip_held = small.sctp_held = small.tcp_held = small.http2_held = 1 << 20;
    struct rgs_decoder *dec = rgs_decoder_new(&small, emit, t, &rgs_alloc_libc);
    cr_assert_not_null(dec);
    while (pcap_next_ex(pcap, &h, &bytes) == 1) {
        size_t n = h->caplen < snap ? h->caplen : snap;
        feed(dec, (uint32_t)pcap_datalink(pcap), ++number, h, bytes, n);
        t->packets++;
    }
    rgs_decoder_flush(dec);
    rgs_decoder_del(dec);
    pcap_close(pcap);
    t->files++;
}

static void walk(struct total *t, const char *dir, size_t snap)
{
    DIR *d = opendir(dir);
    char path[1024];
    struct stat st;

    cr_assert_not_null(d, "%s", dir);
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            walk(t, path, snap);
        else if (strstr(e->d_name, ".pcap") && !strstr(e->d_name, ".gz"))
            read_capture(t, path, snap);
    }
    closedir(d);
}

static void run(const char *folder, unsigned least_packets, unsigned least_ops)
{
    static const size_t snaps[] = {SIZE_MAX, 120, 64};
    char path[1024];

    if (!rgs_test_shared()) {
        cr_skip_test("the outside data is not here (RGS_SHARED_DATA)");
        return;
    }
    snprintf(path, sizeof(path), "%s/%s", rgs_test_shared(), folder);
    for (size_t i = 0; i < sizeof(snaps) / sizeof(snaps[0]); i++) {
        struct total t = {0};
        walk(&t, path, snaps[i]);
        cr_log_info("%s cut at %zd: %u files, %u packets, %u operations", folder, (ssize_t)snaps[i],
                    t.files, t.packets, t.ops);
        cr_assert_gt(t.packets, least_packets);
        if (i == 0)
            cr_assert_gt(t.ops, least_ops);
    }
}

Test(captures, third_party)
{
    run("captures", 10000, 100);
}

Test(captures, simulated)
{
    run("traffic", 1000, 500);
}

struct rows {
    struct rgs_test_decoder t;
    unsigned n;
};

static void everywhere(void *ctx, const struct rgs_vector *v)
{
    struct rows *rows = ctx;
    const struct rgs_bytes b = rgs_bytes(v->bytes.p, v->bytes.n);

    for (unsigned layer = 1; layer < RGS_LAYER_COUNT; layer++) {
        rgs_test_feed(&rows->t, (enum rgs_layer)layer, b);
        rows->t.ops.n = 0;
    }
    for (unsigned kind = 0; kind <= RGS_SM_UTF8; kind++)
        rgs_test_sms((enum rgs_sm_kind)kind, -1, b);
    rows->n++;
}

/* Whatever a row is meant for: every layer must stand it. Values are asserted beside each protocol.
 */
Test(captures, vectors_into_every_layer)
{
    struct rows rows = {.n = 0};
    char path[1024];

    if (!rgs_test_shared()) {
        cr_skip_test("the outside data is not here (RGS_SHARED_DATA)");
        return;
    }
    snprintf(path, sizeof(path), "%s/vectors", rgs_test_shared());
    DIR *d = opendir(path);
    cr_assert_not_null(d, "%s", path);
    rgs_test_decoder_init(&rows.t, true);
    for (struct dirent *e; (e = readdir(d));) {
        if (strstr(e->d_name, ".tsv"))
            cr_expect_gt(rgs_test_vectors(e->d_name, everywhere, &rows), 0, "%s", e->d_name);
    }
    closedir(d);
    cr_expect_gt(rows.n, 500);
    rgs_test_decoder_fini(&rows.t);
}
