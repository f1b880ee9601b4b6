/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random streams of operations: nothing breaks, nothing grows, every run agrees. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/scoring.h"
#include "track/track.h"

static uint64_t random_state;
static unsigned draw(unsigned n)
{
    return (unsigned)(rgs_test_random(&random_state) >> 33) % n;
}

static struct rgs_digits random_digits(unsigned pool)
{
    char s[24];
    if (draw(20) == 0) { /* hostile: any length, any digit characters */
        struct rgs_digits d = {.n = (uint8_t)draw(24)};
        for (unsigned i = 0; i < d.n; i++)
            d.d[i] = "0123456789*#abc"[draw(15)];
        return d;
    }
    int n = snprintf(s, sizeof(s),
                     pool == 0   ? "852912%05u"
                     : pool == 1 ? "45400100000%04u"
                                 : "351234560%05u",
                     draw(400));
    return rgs_digits_of(s, (size_t)n);
}

static struct rgs_name random_name(void)
{
    static const char *const names[] = {
        "Sender",        "70086",       "+85291200001",        "",
        "8613900000001", "85290000001", "mme.mnc000.mcc460.x", "mccmccmcc1",
        "460-00-1-2",    "----",        "\xef\xbf\xbd"};
    if (draw(10) == 0) {
        struct rgs_name n = {.n = (uint8_t)draw(96)};
        for (unsigned i = 0; i < n.n; i++)
            n.s[i] = (char)draw(256);
        return n;
    }
    const char *s = names[draw(sizeof(names) / sizeof(names[0]))];
    return rgs_name_of(s, strlen(s));
}

static void random_op(struct rgs_tracker *t, int64_t *ts)
{
    static const char *const ops[] = {"mt-forwardSM",
                                      "mo-forwardSM",
                                      "sendRoutingInfoForSM",
                                      "updateLocation",
                                      "insertSubscriberData",
                                      "submit_sm",
                                      "deliver_sm",
                                      "data_sm",
                                      "52",
                                      "53",
                                      "ULR",
                                      "ULA",
                                      "TFR",
                                      "MESSAGE",
                                      "REGISTER",
                                      "checkIMEI",
                                      "cancelLocation",
                                      "downlink-unitdata",
                                      "CP-DATA",
                                      "",
                                      "zzz"};
    static const char *const protos[] = {"map", "smpp", "ucp", "sip", "diameter", "sgsap", "?"};
    static const char *const phases[] = {"request", "request", "request", "response", "error"};
    static const char *const results[] = {"absentSubscriber", "DELIVERED", "buffered", "success",
                                          ""};
    struct rgs_op op = {.has = 0};
    struct rgs_verdict v = {
        .otp = draw(2), .service = (uint16_t)draw(5), .code = draw(30), .confidence = 50};

    /* Now and then a time from anywhere. */
    *ts = draw(100) ? (int64_t)((uint64_t)*ts + draw(2000000000))
                    : (int64_t)(random_state * 2654435761u);
    RGS_SET(&op, TS, ts, *ts);
#define MAYBE(ID, member, ...)                                                                     \
    if (draw(3))                                                                                   \
    RGS_SET(&op, ID, member, __VA_ARGS__)
    MAYBE(PROTO, proto, protos[draw(7)]);
    MAYBE(OP, op, ops[draw(21)]);
    MAYBE(PHASE, phase, phases[draw(5)]);
    MAYBE(MSISDN, msisdn, random_digits(0));
    MAYBE(IMSI, imsi, random_digits(1));
    if (draw(2))
        MAYBE(IMEI, imei, random_digits(2));
    MAYBE(OA, oa, random_name());
    MAYBE(OA_TON, oa_ton, (uint8_t)draw(256));
    MAYBE(DA, da, random_name());
    MAYBE(SERVING_NODE, serving_node, random_name());
    if (draw(2))
        MAYBE(SERVING_PLMN, serving_plmn, random_digits(1));
    if (draw(2))
        MAYBE(CELL, cell, random_name());
    MAYBE(ACCOUNT, account, random_name());
    if (!draw(4))
        MAYBE(RESULT, result, results[draw(5)]);
    MAYBE(DIALOGUE, dialogue, draw(50));
    MAYBE(PEER_ROLE, peer_role, (uint8_t)draw(4));
    MAYBE(SM_KIND, sm_kind, (uint8_t)draw(20));
    MAYBE(MESSAGE_ID, message_id, random_name());
    if (!draw(5))
        RGS_SET(&op, HOME_ROUTED, home_routed, (uint8_t)draw(2));
    if (draw(2))
        RGS_SET(&op, TEXT, text, rgs_bytes("text of some length", draw(20)));
    if (!draw(5))
        RGS_SET(&op, CONCAT_TOTAL, concat_total, (uint8_t)draw(4));
    MAYBE(SRC_IP, src_ip, (struct rgs_ip){{[12] = (uint8_t)draw(256)}});
    MAYBE(DST_IP, dst_ip, (struct rgs_ip){{[12] = (uint8_t)draw(256)}});
    rgs_tracker_op(t, &op, draw(2) ? &v : NULL);
}

struct tally {
    uint64_t hash;
    unsigned n;
};

static void tally(void *ctx, const struct rgs_obs *o)
{
    struct tally *y = ctx;
    static const struct rgs_hash_key key = {1, 2};
    uint64_t words[] = {y->hash, (uint64_t)o->ts,   o->has,          o->number,
                        o->sim,  o->origin_country, o->reseller,     o->service,
                        o->kind, o->cell,           o->serving_node, o->activated};
    y->hash = rgs_hash(&key, words, sizeof(words));
    y->n++;
    cr_assert(RGS_OBS_HAS(o, KIND) && rgs_obs_word(RGS_O_KIND, o->kind));
    cr_assert(!RGS_OBS_HAS(o, NUMBER) || (o->number && RGS_OBS_HAS(o, RESELLER)));
    cr_assert(!RGS_OBS_HAS(o, NUMBER_OFFSHORE) || RGS_OBS_HAS(o, ORIGIN_COUNTRY));
}

static const struct rgs_service *service_at(void *ctx, uint16_t i)
{
    static const struct rgs_service services[] = {{"cnapp", "CN app", 'C' << 8 | 'N', 3},
                                                  {"stateless", "?", 0, 1}};
    return i && i <= 2 ? &services[i - 1] : NULL;
}

/* Few entries, so that everything is evicted all the time. */
static struct rgs_tracker_conf small_conf(void)
{
    struct rgs_tracker_conf c = rgs_tracker_conf_default;
    c.subscribers = 37;
    c.dialogues = 11;
    c.messages = 23;
    c.pairs = 16;
    c.names = 5;
    c.held = 3;
    c.nodes = 3;
    c.codes = 2;
    c.service = service_at;
    return c;
}

static struct tally run(const struct rgs_tracker_conf *conf, unsigned ops)
{
    struct tally y = {0};
    int64_t ts = INT64_C(1700000000) * 1000000000;
    struct rgs_tracker *t = rgs_tracker_new(conf, tally, &y, &rgs_alloc_libc);
    size_t memory = rgs_tracker_memory(t);
    random_state = 42;
    for (unsigned i = 0; i < ops; i++)
        random_op(t, &ts);
    rgs_tracker_flush(t);
    cr_assert_eq(rgs_tracker_memory(t), memory);
    cr_assert_eq(rgs_tracker_count(t, RGS_TRACKED_OPERATIONS), ops);
    cr_assert_eq(rgs_tracker_count(t, RGS_TRACKED_OBSERVATIONS), y.n);
    for (int c = RGS_DROPPED_SUBSCRIBERS; conf->subscribers == 37 && c < RGS_TRACKER_COUNTERS; c++)
        cr_assert(c == RGS_DROPPED_RECEIPTS || /* their messages are gone before them */
                      rgs_tracker_count(t, (enum rgs_tracker_counter)c) > 0,
                  "%s", rgs_tracker_counter_name((enum rgs_tracker_counter)c));
    rgs_tracker_del(t);
    return y;
}

Test(track, any_stream)
{
    struct rgs_tracker_conf small = small_conf(), big = rgs_tracker_conf_default;
    struct tally a = run(&small, 200000), b = run(&big, 200000);
    cr_assert(a.n > 20000 && b.n > 20000);
}

Test(track, hash_keys_do_not_change_the_result)
{
    struct rgs_tracker_conf a = small_conf(), b = small_conf();
    b.hash_key = (struct rgs_hash_key){0x1234, 0x5678};
    struct tally x = run(&a, 50000), y = run(&b, 50000);
    cr_assert(x.n == y.n && x.hash == y.hash, "%u and %u observations", x.n, y.n);
}

static int budget;
static void *scarce(void *ctx, size_t n)
{
    return budget-- > 0 ? calloc(1, n) : NULL;
}

Test(track, any_allocation_may_fail)
{
    struct rgs_alloc a = rgs_alloc_libc;
    struct rgs_tracker_conf conf = small_conf();
    struct tally y = {0};
    int made = 0, ts = 0;
    a.alloc = scarce;
    for (int i = 0; i < 60; i++) {
        budget = i;
        struct rgs_tracker *t = rgs_tracker_new(&conf, tally, &y, &a);
        made += t != NULL;
        ts += i;
        rgs_tracker_del(t);
    }
    cr_assert(made > 0 && made < 60);
}
