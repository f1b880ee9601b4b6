/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole captures of an independent encoder through decoders and tracker: every message must come
 * out once, for the number that the records beside the capture give its IMSI, and with nothing
 * invented.
 */
#include <criterion/criterion.h>
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "sms/sms.h"
#include "support/vectors.h"
#include "track/track.h"

enum { MAX_ROWS = 20000, MAX_SUBSCRIBERS = 4096 };

struct row {
    uint64_t frame, number, imsi;
    bool towards; /* the record is a message to a subscriber, not a part that waits for others */
};

struct traffic {
    struct row rows[MAX_ROWS];
    size_t n;
    struct {
        uint64_t imsi, number, since; /* frame */
    } known[MAX_SUBSCRIBERS];
    size_t n_known;
    struct rgs_tracker *tracker;
    struct rgs_concat *concat;
    uint64_t messages, originations, whole, ops, checked, wrong, no_number;
};

/* The value of "key": in a flat JSON object, digits only; 0 when it is not there. */
static uint64_t json_number(const char *line, const char *key)
{
    char quoted[48];
    snprintf(quoted, sizeof(quoted), "\"%s\": ", key);
    const char *p = strstr(line, quoted);
    if (!p)
        return 0;
    p += strlen(quoted);
    p += *p == '"';
    p += *p == '+';
    return strtoull(p, NULL, 10);
}

/* The number that records up to this frame give an IMSI; 0 none. */
static uint64_t number_of(const struct traffic *t, uint64_t imsi, uint64_t frame)
{
    for (size_t i = 0; i < t->n_known; i++) {
        if (t->known[i].imsi == imsi && t->known[i].since <= frame)
            return t->known[i].number;
    }
    return 0;
}

static bool read_rows(struct traffic *t, const char *path)
{
    char *line = NULL;
    size_t cap = 0;
    struct row asked = {0};
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    while (getline(&line, &cap, f) > 0 && t->n < MAX_ROWS) {
        struct row r = {.frame = json_number(line, "frame"),
                        .number = json_number(line, "msisdn"),
                        .imsi = json_number(line, "imsi")};
        r.towards = strstr(line, "\"text\"") && strstr(line, "\"phase\": \"request\"") &&
                    strstr(line, "\"oa\"");
        t->rows[t->n++] = r;
        /* Who is who: both in one record, or a question and its answer right behind it. */
        uint64_t number = r.number, imsi = r.imsi;
        if (strstr(line, "sendRoutingInfoForSM") || strstr(line, "\"SRA\"") ||
            strstr(line, "\"ULA\"")) {
            number = number ? number : asked.number;
            imsi = imsi ? imsi : asked.imsi;
        }
        asked = r;
        if (!r.number && r.towards && !r.imsi) /* the application side names its addressee */
            t->rows[t->n - 1].number = json_number(line, "da");
        if (number && imsi && !number_of(t, imsi, UINT64_MAX) && t->n_known < MAX_SUBSCRIBERS) {
            t->known[t->n_known].imsi = imsi;
            t->known[t->n_known].since = r.frame;
            t->known[t->n_known++].number = number;
        }
    }
    free(line);
    fclose(f);
    return true;
}

static void observe(void *ctx, const struct rgs_obs *o)
{
    struct traffic *t = ctx;
    t->originations += o->kind == RGS_OBS_ORIGINATION;
    if (o->kind != RGS_OBS_MESSAGE)
        return;
    t->messages++;
    for (size_t i = 0; i < t->n; i++) {
        const struct row *r = &t->rows[i];
        if (r->frame != o->frame || !r->towards)
            continue;
        uint64_t number = r->number ? r->number : number_of(t, r->imsi, r->frame);
        t->checked += number != 0;
        t->no_number += number && !RGS_OBS_HAS(o, NUMBER);
        if (number && RGS_OBS_HAS(o, NUMBER) && number != o->number) {
            if (t->wrong++ < 5)
                cr_log_warn("frame %lu: %lu, expected %lu", o->frame, o->number, number);
        }
        return;
    }
}

static void emit(void *ctx, struct rgs_dissect *d, struct rgs_op *op)
{
    struct traffic *t = ctx;
    struct rgs_bytes whole;
    static const struct rgs_hash_key key = {3, 4};
    struct rgs_verdict none = {.otp = false};
    bool message = false;

    rgs_sms_decode(d, op);
    if (RGS_HAS(op, TEXT)) {
        enum rgs_concat_result r = rgs_concat_add(t->concat, op, &whole);
        message = r == RGS_CONCAT_SINGLE || r == RGS_CONCAT_COMPLETE;
        if (message)
            none.content = rgs_content_of(&key, r == RGS_CONCAT_SINGLE ? op->text : whole);
    }
    t->ops++;
    t->whole += message;
    rgs_tracker_op(t->tracker, op, message ? &none : NULL);
}

static void play(struct traffic *t, pcap_t *p)
{
    struct rgs_capacity capacity = rgs_capacity_default;
    struct rgs_tracker_conf conf = rgs_tracker_conf_default;
    struct rgs_concat_conf concat = {.messages = 256, .timeout_ns = INT64_C(86400) * 1000000000};
    struct pcap_pkthdr *h;
    const u_char *bytes;
    uint64_t number = 0;

    t->tracker = rgs_tracker_new(&conf, observe, t, &rgs_alloc_libc);
    t->concat = rgs_concat_new(&concat, &rgs_alloc_libc);
    struct rgs_decoder *dec = rgs_decoder_new(&capacity, emit, t, &rgs_alloc_libc);
    while (pcap_next_ex(p, &h, &bytes) == 1) {
        struct rgs_packet packet = {.ts = (int64_t)h->ts.tv_sec * 1000000000 + h->ts.tv_usec,
                                    .number = ++number,
                                    .linktype = (uint32_t)pcap_datalink(p),
                                    .wire_len = h->len,
                                    .data = rgs_bytes(bytes, h->caplen)};
        rgs_decoder_packet(dec, &packet);
    }
    rgs_tracker_flush(t->tracker);
    rgs_decoder_del(dec);
    rgs_concat_del(t->concat);
}

static const struct {
    const char *capture;
    bool one_way; /* an operation is one message from or to one subscriber: all of them add up */
} captures[] = {
    {"map.pcap", true},      {"mapx.pcap", true},  {"m2pa.pcapng", true},
    {"diameter.pcap", true}, {"bssap.pcap", true}, {"diameter_tcp.pcapng", true},
    {"gsup.pcap", true},     {"sgsap.pcap", true}, {"smpp.pcap", false},
    {"ucp.pcapng", false},   {"sip.pcap", true},   {"sip6.pcapng", true},
    {"sip_tcp.pcap", true},
};

Test(track, one_observation_per_message_of_whole_captures, .timeout = 60)
{
    const char *dir = rgs_test_shared();
    if (!dir)
        cr_skip_test("outside data is not there: RGS_SHARED_DATA");
    for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
        struct traffic *t = calloc(1, sizeof(*t));
        char path[1024], error[PCAP_ERRBUF_SIZE], name[64];
        snprintf(name, sizeof(name), "%s", captures[i].capture);
        snprintf(path, sizeof(path), "%s/traffic/capture-%s", dir, name);
        pcap_t *p =
            pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
        cr_assert(p, "%s", error);
        name[strcspn(name, ".")] = '\0';
        snprintf(path, sizeof(path), "%s/traffic/expected-%s.jsonl", dir, name);
        cr_assert(read_rows(t, path), "%s", path);
        play(t, p);
        pcap_close(p);
        uint64_t joined = rgs_tracker_count(t->tracker, RGS_TRACKED_JOINED);
        cr_log_info("%s: %lu operations, %lu messages (%lu numbers compared), %lu originations, "
                    "%lu joined, %lu without "
                    "their number",
                    captures[i].capture, t->ops, t->messages, t->checked, t->originations, joined,
                    t->no_number);
        cr_expect_eq(t->wrong, 0, "%s: %lu numbers differ", captures[i].capture, t->wrong);
        if (captures[i].one_way)
            cr_expect_eq(t->messages + t->originations + joined, t->whole,
                         "%s: %lu + %lu + %lu of %lu", captures[i].capture, t->messages,
                         t->originations, joined, t->whole);
        cr_expect(t->checked > 30, "%s: only %lu numbers compared", captures[i].capture,
                  t->checked);
        cr_expect(t->messages * 2 > t->whole, "%s: %lu messages of %lu texts", captures[i].capture,
                  t->messages, t->whole);
        cr_expect_eq(t->no_number, 0, "%s: %lu without their number", captures[i].capture,
                     t->no_number);
        rgs_tracker_del(t->tracker);
        free(t);
    }
}
