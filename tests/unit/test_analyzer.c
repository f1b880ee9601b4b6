/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole analyzer when memory ends: at the start it says so, later it goes on or says so; and
 * what its first half hands on. */
#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/files.h"
#include "engine/analyzer.h"
#include "engine/worker.h"
#include "support/rules.h"
#include "support/scoring.h"
#include "support/support.h"

enum { PACKETS = 400 };

/* Lets one allocation fail and counts what is not given back. */
struct failing {
    size_t until; /* allocations before the one that fails */
    size_t taken, live;
    bool failed;
};

static void *take(void *ctx, size_t n)
{
    struct failing *f = ctx;

    if (f->taken++ == f->until) {
        f->failed = true;
        return NULL;
    }
    f->live++;
    return calloc(1, n ? n : 1);
}

static void give(void *ctx, void *p)
{
    struct failing *f = ctx;

    f->live -= p != NULL;
    free(p);
}

static struct rgs_analyzer_conf conf;

static void setup(void)
{
    static const char words[] = "words:\n  en:\n    code: [code, password]\n",
                      service[] =
                          "id: acme\nname: Acme\nhome: DE\ncategory: shop\nbrands: [Acme]\n",
                      csv[] = "reseller_id,name,kind,match,value\n"
                              "R1,One,agent,msisdn_range,85290000000-85299999999\n";
    struct rgs_test_files shipped = rgs_test_rules((const char *const[]){"recognition", NULL});
    struct rgs_conf_file file[3] = {{"words.yaml", rgs_bytes(words, sizeof(words) - 1)},
                                    {"acme.yaml", rgs_bytes(service, sizeof(service) - 1)}};
    const struct rgs_conf_file inventory = {"i.csv", rgs_bytes(csv, sizeof(csv) - 1)};
    struct rgs_diag diag;

    for (size_t i = 0; i < shipped.n; i++) {
        if (strstr(shipped.file[i].name, "weights"))
            file[2] = shipped.file[i];
    }
    rgs_diag_init(&diag, &rgs_alloc_libc);
    rgs_analyzer_conf_init(&conf);
    conf.catalogue = rgs_catalogue_new(file, 3, (struct rgs_bytes){0}, &diag, &rgs_alloc_libc);
    cr_assert_not_null(conf.catalogue, "%s", diag.text ? diag.text : "");
    conf.inventory = rgs_inventory_new(&inventory, &diag, &rgs_alloc_libc);
    cr_assert_not_null(conf.inventory, "%s", diag.text ? diag.text : "");
    rgs_diag_fini(&diag);
    rgs_test_files_free(&shipped);
    conf.ruleset = rgs_test_shipped();
    conf.capacity.tcp_flows = conf.capacity.sctp_flows = conf.capacity.sessions = 64;
    conf.capacity.dialogues = conf.concat_messages = 256;
    conf.tables = (struct rgs_tables){.subscribers = 1024,
                                      .messages = 1024,
                                      .pairs = 1024,
                                      .names = 256,
                                      .numbers = 1024,
                                      .entities = 512};
    conf.capacity.ip_held = conf.capacity.sctp_held = conf.capacity.tcp_held = 1 << 20;
    conf.capacity.http2_held = 1 << 20;
    /* Filling the tables of every life when they are freed would touch gigabytes. */
    mallopt(M_PERTURB, 0);
}

static void teardown(void)
{
    rgs_ruleset_del((struct rgs_ruleset *)(uintptr_t)conf.ruleset);
    rgs_inventory_del((struct rgs_inventory *)(uintptr_t)conf.inventory);
    rgs_catalogue_del((struct rgs_catalogue *)(uintptr_t)conf.catalogue);
}

static void feed(struct rgs_analyzer *a)
{
    char path[1024];
    const char *root = getenv("RGS_SOURCE_ROOT");
    struct rgs_packet packet;
    size_t file;

    snprintf(path, sizeof(path), "%s/captures/smpp-kannel.pcapng", root ? root : ".");
    struct rgs_files *files = rgs_files_new((char *const[]){path}, 1, NULL, NULL, NULL);
    cr_assert_not_null(files);
    for (int i = 0; i < PACKETS && rgs_files_next(files, &packet, &file); i++)
        rgs_analyzer_packet(a, &packet);
    rgs_files_del(files);
    rgs_analyzer_finish(a);
}

/* One life of an analyzer whose allocation number `until` fails; false when it had not so many. */
static bool live(struct failing *f, size_t until, size_t *at_start)
{
    const struct rgs_alloc alloc = {.alloc = take, .free = give, .ctx = f};
    struct rgs_result_owner owner;

    *f = (struct failing){.until = until};
    struct rgs_analyzer *a = rgs_analyzer_new(&conf, &alloc);
    cr_assert_eq(a == NULL, f->failed, "allocation %zu", until);
    if (a) {
        if (at_start)
            *at_start = f->taken;
        feed(a);
        rgs_result_owner_init(&owner, &alloc);
        bool before = f->failed;
        int status = rgs_analyzer_result(a, &owner);
        cr_assert(status == 0 || (f->failed && !before), "allocation %zu", until);
        rgs_result_owner_fini(&owner);
    }
    rgs_analyzer_del(a);
    cr_assert_eq(f->live, 0, "allocation %zu: %zu blocks are not given back", until, f->live);
    return f->failed;
}

static uint64_t dropped(const struct rgs_result *r, const char *name)
{
    for (size_t i = 0; i < r->n_dropped; i++) {
        if (strcmp(r->dropped[i].name, name) == 0)
            return r->dropped[i].count;
    }
    return 0;
}

Test(analyzer, says_what_full_tables_gave_up, .init = setup, .fini = teardown)
{
    static const char *const names[] = {"tcp.flows", "session.logins", "session.requests"};
    for (int small = 0; small < 2; small++) {
        struct rgs_result_owner owner;

        if (small)
            conf.capacity.tcp_flows = conf.capacity.sessions = conf.capacity.dialogues = 1;
        struct rgs_analyzer *a = rgs_analyzer_new(&conf, &rgs_alloc_libc);
        feed(a);
        rgs_result_owner_init(&owner, &rgs_alloc_libc);
        cr_assert_eq(rgs_analyzer_result(a, &owner), 0);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            cr_expect_eq(dropped(&owner.result, names[i]) > 0, small, "%s", names[i]);
        rgs_result_owner_fini(&owner);
        rgs_analyzer_del(a);
    }
}

Test(analyzer, survives_every_failed_allocation, .init = setup, .fini = teardown)
{
    struct failing f;
    size_t start = 0, tried = 0;

    cr_assert(!live(&f, SIZE_MAX, &start));
    cr_assert_gt(start, 20);
    for (size_t i = 0; i < start; i++, tried++)
        cr_assert(live(&f, i, NULL));
    /* Behind the start there may be many: all of the first ones, then in growing steps. */
    for (size_t i = start; live(&f, i, NULL); i += 1 + (i - start) / 16)
        tried++;
    cr_log_info("%zu allocations at the start, %zu let fail", start, tried);
}

struct judged {
    unsigned codes, others;
    uint64_t mixed;
};

static void count_judged(void *ctx, const struct rgs_op *op, const struct rgs_verdict *v)
{
    struct judged *j = ctx;

    cr_assert(!RGS_HAS(op, TEXT) && !RGS_HAS(op, SM));
    if (!v)
        return;
    *(v->code ? &j->codes : &j->others) += 1;
    if (conf.blind || v->code)
        cr_assert_eq(v->content, 0);
    else
        cr_assert_neq(v->content, 0);
    j->mixed ^= v->content;
}

/* The text is gone, something stands for it; where it may not be read, nothing does. */
Test(analyzer, hands_on_what_stands_for_a_text, .init = setup, .fini = teardown)
{
    char path[1024];
    const char *root = getenv("RGS_SOURCE_ROOT");
    struct rgs_packet packet;
    size_t file;

    snprintf(path, sizeof(path), "%s/captures/smpp-kannel.pcapng", root ? root : ".");
    for (unsigned blind = 0; blind < 2; blind++) {
        struct judged j = {0};
        conf.blind = blind;
        struct rgs_worker *w = rgs_worker_new(&conf, count_judged, &j, &rgs_alloc_libc);
        struct rgs_files *files = rgs_files_new((char *const[]){path}, 1, NULL, NULL, NULL);
        cr_assert(w && files);
        while (rgs_files_next(files, &packet, &file))
            rgs_worker_packet(w, &packet);
        rgs_worker_finish(w);
        cr_expect(blind || (j.codes && j.mixed), "%u codes", j.codes);
        cr_expect_gt(j.others, 1);
        rgs_files_del(files);
        rgs_worker_del(w);
    }
}

/* A packet of a TCP connection of its own, under a link layer that is none. */
static void worker_segment(struct rgs_worker *w, unsigned port, const char *hex)
{
    enum { RAW = 101, HEADERS = 40 };
    struct rgs_test_buf payload = rgs_test_hex(hex);
    uint8_t packet[1024] = {0x45, [8] = 64, [9] = 6, [12] = 10, [15] = 1, [16] = 10, [19] = 2};
    size_t n = HEADERS + payload.n;

    cr_assert_leq(n, sizeof(packet));
    packet[2] = (uint8_t)(n >> 8);
    packet[3] = (uint8_t)n;
    packet[20] = packet[22] = (uint8_t)(port >> 8);
    packet[21] = packet[23] = (uint8_t)port;
    packet[32] = 5 << 4;
    packet[33] = 0x18;
    memcpy(packet + HEADERS, payload.p, payload.n);
    rgs_worker_packet(w, &(struct rgs_packet){.ts = 1,
                                              .number = port,
                                              .linktype = RAW,
                                              .wire_len = (uint32_t)n,
                                              .data = rgs_bytes(packet, n)});
    rgs_test_buf_free(&payload);
}

/* One message to two numbers by submit_multi (SMPP 3.4 4.5), a multiple call (ETS 300 133-3 4.3)
 * and a CIMD2 submit: its text is gone behind the first, and the second is read as well. */
Test(analyzer, reads_a_message_for_each_of_its_destinations, .init = setup, .fini = teardown)
{
    static const struct {
        unsigned port;
        const char *hex;
    } cases[] = {
        {2775, "0000005700000021000000000000000100050041636d650002010101343931353535303030310001"
               "0101343931353535303030320000000000000000000018596f75722041636d6520636f6465206973"
               "20343731313336"},
        {5000, "0230312f30303039382f4f2f30322f322f343931353535303030312f343931353535303030322f37"
               "303730312f2f332f3539364637353732323034313633364436353230363336463634363532303639"
               "373332303334333733313331333333362f364503"},
        {9971, "0230333a303031093032313a34393135353530303031093032313a34393135353530303032093032"
               "373a41636d65093033333a596f75722041636d6520636f64652069732034373131333609354603"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct judged j = {0};
        struct rgs_worker *w = rgs_worker_new(&conf, count_judged, &j, &rgs_alloc_libc);
        cr_assert(w);
        worker_segment(w, cases[i].port, cases[i].hex);
        rgs_worker_finish(w);
        cr_expect_eq(j.codes, 2, "port %u: %u codes", cases[i].port, j.codes);
        rgs_worker_del(w);
    }
}
