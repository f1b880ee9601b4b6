/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a site is made of, without a server: addresses, slots, keys, and the one order of many logs.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/grown.h"
#include "store/keys.h"
#include "store/merge.h"
#include "store/names.h"
#include "store/redis.h"
#include "store/slot.h"
#include "support/bytes.h"
#include "support/scoring.h"

/* Cluster specification, "Key distribution model"; CRC-16/XMODEM's check value. */
Test(slot, is_that_of_the_specification)
{
    cr_assert_eq(rgs_crc16(rgs_redis_word("123456789")), 0x31c3);
    static const struct {
        const char *key;
        unsigned slot;
    } rows[] = {{"", 0},
                {"foo", 12182},
                {"{foo}.bar", 12182},
                {"bar{foo}", 12182},
                {"foo{{bar}}zap", 4015},
                {"{user1000}.following", 3443},
                {"{user1000}.followers", 3443}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(rgs_slot_of(rgs_redis_word(rows[i].key)), rows[i].slot, "%s: %u", rows[i].key,
                     rgs_slot_of(rgs_redis_word(rows[i].key)));
    /* An empty tag, and one without an end, are none. */
    cr_assert_eq(rgs_slot_of(rgs_redis_word("foo{}{bar}")),
                 rgs_crc16(rgs_redis_word("foo{}{bar}")) % RGS_SLOTS);
    cr_assert_eq(rgs_slot_of(rgs_redis_word("foo{bar")),
                 rgs_crc16(rgs_redis_word("foo{bar")) % RGS_SLOTS);
}

Test(url, forms)
{
    struct rgs_redis_url u;
    char err[512];

    cr_assert_eq(rgs_redis_url_parse(&u, "redis://ann:p%40ss@10.0.0.5:7000/3", err, sizeof(err)),
                 0);
    cr_assert(u.kind == RGS_REDIS_SINGLE && u.n_seeds == 1 && u.seed[0].port == 7000 && u.db == 3);
    cr_assert(strcmp(u.user, "ann") == 0 && strcmp(u.password, "p@ss") == 0);
    cr_assert_eq(rgs_redis_url_parse(&u, "redis-cluster://[::1]:7000,b,c:7002", err, sizeof(err)),
                 0);
    cr_assert(u.kind == RGS_REDIS_CLUSTER && u.n_seeds == 3 && u.seed[1].port == 6379);
    cr_assert(strcmp(u.seed[0].host, "::1") == 0 && strcmp(u.seed[2].host, "c") == 0);
    cr_assert_eq(rgs_redis_url_parse(&u, "redis-sentinel://a,b:27000/site/2", err, sizeof(err)), 0);
    cr_assert(u.kind == RGS_REDIS_SENTINEL && u.n_seeds == 2 && u.seed[0].port == 26379 &&
              strcmp(u.service, "site") == 0 && u.db == 2);
    cr_assert_eq(rgs_redis_url_parse(&u, "redis+unix:///run/r.sock?db=1", err, sizeof(err)), 0);
    cr_assert(strcmp(u.path, "/run/r.sock") == 0 && !u.seed[0].host[0] && u.db == 1);
    static const char *const bad[] = {"",
                                      "http://a",
                                      "redis://",
                                      "redis://a:0",
                                      "redis://a:70000",
                                      "redis://a/x",
                                      "redis://[::1",
                                      "redis://a%zz",
                                      "redis+unix://tmp",
                                      "redis-sentinel://a",
                                      "redis-sentinel://a/",
                                      "redis-cluster://a/1",
                                      "redis-cluster://a,,b",
                                      "redis-cluster://1,2,3,4,5,6,7,8,9"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        err[0] = '\0';
        cr_assert_lt(rgs_redis_url_parse(&u, bad[i], err, sizeof(err)), 0, "%s", bad[i]);
        cr_assert(err[0], "%s: says why", bad[i]);
    }
}

/* A reseller's lines are in the shard of its observations. */
Test(keys, lines_follow_their_observations)
{
    char key[RGS_KEY_MAX];

    for (unsigned shards = 1; shards <= RGS_SHARDS_MAX; shards++) {
        struct rgs_obs o = {.ts = 1};
        RGS_OBS_SET(&o, NUMBER, number, 85291230007);
        cr_assert_eq(rgs_shard_of_obs(&o, shards), rgs_shard_of_id("block:8529123", shards));
        RGS_OBS_SET(&o, RESELLER, reseller, 8529123);
        cr_assert_eq(rgs_shard_of_obs(&o, shards), rgs_shard_of_id("block:8529123", shards));
        RGS_OBS_SET(&o, RESELLER, reseller, rgs_id_of("R17", 3));
        cr_assert_eq(rgs_shard_of_obs(&o, shards), rgs_shard_of_id("R17", shards));
    }
    rgs_key(key, "main", 0, "obs");
    cr_assert_str_eq(key, "rgs:{main}:obs");
    rgs_key(key, "main", 12, "obs");
    cr_assert_str_eq(key, "rgs:{main.12}:obs");
}

/* Looking at the scores every few observations changes nothing of what comes later, and tells
 * nobody. */
static void count_alert(void *ctx, const struct rgs_result_alert *a)
{
    ++*(unsigned *)ctx;
}

Test(preview, leaves_no_trace)
{
    struct rgs_ruleset *rules = rgs_test_shipped();
    struct rgs_world w;
    char *text[2];
    unsigned alerts[2] = {0}, looked = 0;

    rgs_world_traded(&w, 3);
    for (unsigned looking = 0; looking < 2; looking++) {
        struct rgs_result_owner o;
        struct rgs_scorer *s =
            rgs_scorer_new(rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        rgs_scorer_on_alert(s, count_alert, &alerts[looking]);
        for (size_t i = 0; i < w.n; i++) {
            rgs_scorer_observe(s, &w.obs[i]);
            if (!looking || i % 97)
                continue;
            rgs_result_owner_init(&o, &rgs_alloc_libc);
            cr_assert_eq(rgs_scorer_preview(s, &o), 0);
            looked += o.result.n_alerts > 0;
            rgs_result_owner_fini(&o);
        }
        text[looking] = rgs_test_scorer_text(s);
        rgs_scorer_del(s);
    }
    cr_assert_gt(alerts[0], 0);
    cr_assert_gt(looked, 0);
    cr_assert_eq(alerts[0], alerts[1]);
    cr_assert_str_eq(text[0], text[1]);
    free(text[0]);
    free(text[1]);
    rgs_world_fini(&w);
    rgs_ruleset_del(rules);
}

/* What stood in it stands in it, also when there is no memory for more. */
Test(grown, keeps_what_there_was)
{
    uint32_t *v = NULL;
    size_t cap = 0, moves = 0;

    for (uint32_t n = 0; n < 1000; n++) {
        size_t was = cap;
        uint32_t *more = rgs_grown(v, n, &cap, sizeof(*v));
        cr_assert(more && cap > n);
        moves += cap != was;
        v = more;
        v[n] = n;
    }
    cr_expect_leq(moves, 10);
    for (uint32_t n = 0; n < 1000; n++)
        cr_assert_eq(v[n], n);
    volatile size_t most = SIZE_MAX / 8; /* of such no compiler warns */
    size_t full = most;
    uint32_t *more = rgs_grown(v, full, &full, sizeof(*v));
    cr_expect_null(more);
    cr_expect_eq(full, SIZE_MAX / 8);
    v = more ? more : v;
    cr_expect_eq(v[999], 999);
    free(v);
}

/* ---- the one order ----------------------------------------------------------------------------
 */

enum { SHARDS = 3, PROBES = 3, ROUNDS = 6, PER_ROUND = 40, MOST = 4096 };

struct entry {
    bool seal;
    int64_t upto, ended;
    size_t n;
    uint8_t *block;
};

struct log {
    struct entry entry[MOST];
    unsigned n;
};

struct order {
    int64_t ts[MOST];
    uint64_t frame[MOST];
    unsigned n, completes;
};

static struct log logs[SHARDS];
static uint64_t state;

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct order *out = ctx;
    cr_assert_lt(out->n, MOST);
    out->ts[out->n] = o->ts;
    out->frame[out->n++] = o->frame;
}

static void on_complete(void *ctx, int64_t ts)
{
    ((struct order *)ctx)->completes++;
}

static struct rgs_sealer *sealer(void)
{
    const uint8_t secret[32] = {1, 2, 3};
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_sealer *s = rgs_sealer_new(k, &rgs_alloc_libc);
    rgs_token_key_del(k);
    cr_assert_not_null(s);
    return s;
}

static struct rgs_place place_at(unsigned shard, unsigned i)
{
    struct rgs_place place = {.shard = shard};
    snprintf(place.id, sizeof(place.id), "%u-%u", i / 10 + 1, i % 10);
    return place;
}

/* As a server that has all of the log. */
static size_t fetch(void *ctx, const struct rgs_place *place, uint8_t *out)
{
    unsigned ms, seq;

    cr_assert_eq(sscanf(place->id, "%u-%u", &ms, &seq), 2);
    const struct entry *e = &logs[place->shard].entry[(ms - 1) * 10 + seq];
    memcpy(out, e->block, e->n);
    return e->n;
}

static struct rgs_merge *merge_new(struct order *out, struct rgs_sealer *s)
{
    const struct rgs_merge_conf conf = {.ctx = out,
                                        .obs = on_obs,
                                        .complete = on_complete,
                                        .fetch = fetch,
                                        .shards = SHARDS,
                                        .held_bytes = 1 << 30};
    struct rgs_merge *m = rgs_merge_new(&conf, s);
    cr_assert_not_null(m);
    return m;
}

static void log_block(struct rgs_sealer *s, const struct rgs_block_head *h, struct rgs_bytes body)
{
    struct log *l = &logs[h->shard];
    struct entry *e = &l->entry[l->n++];

    cr_assert_lt(l->n, MOST);
    *e = (struct entry){.block = malloc(RGS_BLOCK_HEAD + body.n)};
    e->n = rgs_block_seal(s, h, body, e->block);
    cr_assert_gt(e->n, 0);
}

/* One round of a probe, times going on from `from` and now and then a little back. */
static void write_round(struct rgs_sealer *s, uint64_t probe, uint64_t seq, int64_t from, bool end)
{
    static struct rgs_obs_packer p[SHARDS];
    const struct rgs_pack_names none = {0};
    int64_t newest = from;

    for (unsigned k = 0; k < SHARDS; k++)
        rgs_obs_packer_init(&p[k], &none);
    for (unsigned i = 0; i < PER_ROUND && !end; i++) {
        struct rgs_obs o = {.ts = from + (int64_t)(rgs_test_random(&state) % 1000) - 100,
                            .frame = probe * 1000000 + seq * 1000 + i};
        RGS_OBS_SET(&o, NUMBER, number, 85290000000 + rgs_test_random(&state) % 1000000);
        rgs_obs_pack(&p[rgs_shard_of_obs(&o, SHARDS)], &o, i);
        newest = o.ts > newest ? o.ts : newest;
    }
    for (unsigned k = 0; k < SHARDS; k++) {
        const struct rgs_block_head h = {end ? RGS_BLOCK_END : RGS_BLOCK_DATA,
                                         probe,
                                         5,
                                         seq,
                                         (uint16_t)k,
                                         SHARDS,
                                         p[k].count,
                                         newest};
        log_block(s, &h, rgs_bytes(p[k].body, p[k].n));
    }
}

static void feed(struct rgs_merge *m, unsigned shard, unsigned i, int64_t now)
{
    const struct entry *e = &logs[shard].entry[i];
    const struct rgs_place place = place_at(shard, i);

    if (e->seal)
        cr_assert_eq(rgs_merge_seal(m, shard, e->upto, e->ended), 0);
    else
        cr_assert_eq(rgs_merge_block(m, &place, rgs_bytes(e->block, e->n), now), 0);
}

/* The leader reads what is there, decides, and writes seals into every log. */
static void lead(struct rgs_merge *m, unsigned read[SHARDS], int64_t now, int silent_ms)
{
    struct rgs_watermark w;

    for (unsigned turn = 0; turn < 20; turn++) {
        for (unsigned k = 0; k < SHARDS; k++) {
            while (read[k] < logs[k].n)
                feed(m, k, read[k]++, now);
        }
        while (rgs_merge_release(m, 7))
            ;
        rgs_merge_watermark(m, PROBES - 1, now, silent_ms, &w);
        if (w.upto == RGS_NEVER)
            return;
        for (unsigned k = 0; k < SHARDS; k++)
            logs[k].entry[logs[k].n++] = (struct entry){true, w.upto, w.ended, 0, NULL};
    }
    cr_assert_fail("seals without end");
}

/* Another merge, which knows what this one does, and needs no more of the logs than it says. */
static struct rgs_merge *moved(struct rgs_merge *m, struct order *out, struct rgs_sealer *s,
                               const unsigned read[SHARDS])
{
    struct rgs_test_bytes b = {0};
    struct rgs_image write = {.mode = RGS_IMAGE_WRITE, .move = rgs_test_move_out, .ctx = &b};
    struct rgs_image again = {.mode = RGS_IMAGE_READ, .move = rgs_test_move_in, .ctx = &b};

    rgs_merge_image(m, &write, 0);
    cr_assert_not(write.failed);
    for (unsigned k = 0; k < SHARDS; k++) {
        struct rgs_place needed;
        bool any = rgs_merge_needs(m, k, &needed);
        for (unsigned i = 0; i < read[k]; i++) {
            struct rgs_place here = place_at(k, i);
            if (!any || rgs_place_behind(needed.id, here.id))
                logs[k].entry[i].n = 0;
        }
    }
    rgs_merge_del(m);
    m = merge_new(out, s);
    rgs_merge_image(m, &again, 0);
    cr_assert(!again.failed && b.at == b.n);
    free(b.p);
    return m;
}

/* What was trimmed is there again. */
static void restore(unsigned n[SHARDS][MOST], bool keep)
{
    for (unsigned k = 0; k < SHARDS; k++) {
        for (unsigned i = 0; i < logs[k].n; i++) {
            if (keep)
                n[k][i] = (unsigned)logs[k].entry[i].n;
            else
                logs[k].entry[i].n = n[k][i];
        }
    }
}

/* Whoever reads the logs at any pace gets what the one got who wrote the seals; also when he is put
 * down and taken up again, the logs being trimmed meanwhile. */
static void follow(struct rgs_sealer *s, const struct order *want, unsigned trial, bool moves)
{
    static unsigned size[SHARDS][MOST];
    static struct order got;
    unsigned read[SHARDS] = {0};

    got = (struct order){.n = 0};
    restore(size, true);
    struct rgs_merge *m = merge_new(&got, s);
    for (bool more = true; more;) {
        unsigned k = (unsigned)(rgs_test_random(&state) % SHARDS);
        for (unsigned n = (unsigned)(rgs_test_random(&state) % 9); n && read[k] < logs[k].n; n--)
            feed(m, k, read[k]++, 0);
        while (rgs_merge_release(m, 1 + (unsigned)(rgs_test_random(&state) % 30)) && !moves)
            ;
        if (moves && rgs_test_random(&state) % 3 == 0)
            m = moved(m, &got, s, read);
        more = false;
        for (k = 0; k < SHARDS; k++)
            more = more || read[k] < logs[k].n;
    }
    while (rgs_merge_release(m, 50))
        m = moves ? moved(m, &got, s, read) : m;
    restore(size, false);
    cr_assert_eq(got.n, want->n, "trial %u: %u of %u", trial, got.n, want->n);
    cr_assert(memcmp(got.frame, want->frame, want->n * sizeof(want->frame[0])) == 0,
              "trial %u: the same order", trial);
    cr_assert_eq(got.completes, want->completes);
    struct rgs_merge_counts counts;
    rgs_merge_counts(m, &counts);
    cr_assert_eq(counts.ended, PROBES);
    rgs_merge_del(m);
}

/*
 * Three probes at different paces; the third is silent for a time, so that the site goes on without
 * it and takes what it tells then as late.
 */
Test(merge, is_a_function_of_the_logs)
{
    static struct order want;
    struct rgs_merge_counts counts;

    for (unsigned trial = 0; trial < 30; trial++) {
        struct rgs_sealer *s = sealer();
        unsigned read[SHARDS] = {0};
        state = trial + 1;
        want = (struct order){.n = 0};
        struct rgs_merge *m = merge_new(&want, s);
        for (uint64_t seq = 1; seq <= ROUNDS; seq++) {
            for (uint64_t p = 1; p <= 2; p++)
                write_round(s, p, seq, (int64_t)(seq * 1000 + p * 77), seq == ROUNDS);
            if (seq < 2)
                write_round(s, 3, seq, (int64_t)seq * 1000, false);
            /* Nobody waits for the third from the fourth round on. */
            lead(m, read, (int64_t)seq * 10, seq > 3 ? 15 : 1000);
        }
        for (uint64_t seq = 2; seq <= ROUNDS; seq++) {
            write_round(s, 3, seq, (int64_t)seq * 1000, seq == ROUNDS);
            lead(m, read, 100, 1000);
        }
        rgs_merge_counts(m, &counts);
        cr_assert(counts.complete && counts.lost == 0 && counts.poisoned == 0 &&
                  counts.waiting == 0);
        cr_assert_eq(want.n, PROBES * (ROUNDS - 1) * PER_ROUND, "all of it: %u", want.n);
        cr_assert_eq(counts.ended, PROBES);
        cr_assert_geq(want.completes, 1);
        for (unsigned i = 0; i < 5; i++)
            follow(s, &want, trial, i % 2);
        rgs_merge_del(m);
        rgs_sealer_del(s);
        for (unsigned k = 0; k < SHARDS; k++) {
            for (unsigned i = 0; i < logs[k].n; i++)
                free(logs[k].entry[i].block);
            logs[k].n = 0;
        }
    }
}

/* A block that a server lost: its session goes on without, once later ones are there; what comes
 * twice counts once; what does not open has no say. */
Test(merge, losses_and_repeats)
{
    static struct order got;
    struct rgs_merge_counts counts;
    struct rgs_sealer *s = sealer();
    unsigned read[SHARDS] = {0};

    state = 5;
    got = (struct order){.n = 0};
    struct rgs_merge *m = merge_new(&got, s);
    for (uint64_t seq = 1; seq <= 4; seq++)
        write_round(s, 1, seq, (int64_t)seq * 1000, seq == 4);
    free(logs[1].entry[1].block);
    memmove(&logs[1].entry[1], &logs[1].entry[2], (--logs[1].n - 1) * sizeof(logs[1].entry[0]));
    for (unsigned k = 0; k < SHARDS; k++) {
        for (unsigned i = 0; i < logs[k].n; i++) {
            feed(m, k, i, 0);
            feed(m, k, i, 0);
        }
        read[k] = logs[k].n;
        struct rgs_place place = {.shard = k};
        logs[k].entry[0].block[RGS_BLOCK_HEAD + 1] ^= 1;
        cr_assert_eq(
            rgs_merge_block(m, &place, rgs_bytes(logs[k].entry[0].block, logs[k].entry[0].n), 0),
            1);
    }
    lead(m, read, 0, 1000);
    cr_assert_eq(got.n, 0, "one of two probes has not begun");
    for (unsigned k = 0; k < SHARDS; k++)
        cr_assert_eq(rgs_merge_seal(m, k, 10000, k ? RGS_NEVER : 9000), 0);
    cr_assert_not(rgs_merge_release(m, MOST));
    rgs_merge_counts(m, &counts);
    cr_assert_eq(counts.lost, 1);
    cr_assert_eq(counts.poisoned, SHARDS);
    cr_assert(got.n < 3 * PER_ROUND && got.n > 2 * PER_ROUND, "%u", got.n);
    cr_assert(counts.ended == 1 && got.completes == 1 && counts.complete);
    rgs_merge_del(m);
    rgs_sealer_del(s);
    for (unsigned k = 0; k < SHARDS; k++) {
        for (unsigned i = 0; i < logs[k].n; i++)
            free(logs[k].entry[i].block);
    }
}

/* A server that has of the log what it is asked for, if it has it. */
static size_t fetch_some(void *ctx, const struct rgs_place *place, uint8_t *out)
{
    unsigned ms, seq;

    cr_assert_lt(place->shard, SHARDS, "there is no such log");
    if (sscanf(place->id, "%3u-%1u", &ms, &seq) != 2 || ms < 1 ||
        (ms - 1) * 10 + seq >= logs[place->shard].n)
        return 0;
    const struct entry *e = &logs[place->shard].entry[(ms - 1) * 10 + seq];
    if (e->n)
        memcpy(out, e->block, e->n);
    return e->n;
}

/* What is read goes on to the end of the logs; false: it is refused. */
static bool reads(struct rgs_test_bytes *b, struct rgs_sealer *s)
{
    static struct order got;
    const struct rgs_merge_conf conf = {
        .ctx = &got, .obs = on_obs, .fetch = fetch_some, .shards = SHARDS};
    struct rgs_merge *m = rgs_merge_new(&conf, s);
    struct rgs_image im = {.mode = RGS_IMAGE_READ, .move = rgs_test_move_in, .ctx = b};
    struct rgs_watermark w;
    struct rgs_place needed;

    got.n = 0;
    b->at = 0;
    rgs_merge_image(m, &im, 0);
    for (unsigned k = 0; k < SHARDS && !im.failed; k++) {
        rgs_merge_needs(m, k, &needed);
        rgs_merge_seal(m, k, INT64_MAX - 1, RGS_NEVER);
    }
    if (!im.failed) {
        rgs_merge_watermark(m, 1, 0, 1000, &w);
        rgs_merge_release(m, MOST - 1);
    }
    rgs_merge_del(m);
    return !im.failed;
}

/* A state of another program under the same key may say anything: it is refused, or gone on with.
 */
Test(merge, ladder_of_damaged_states)
{
    enum { PROBE_AT = 2 * 8 + 4, SHARDS_AT = PROBE_AT + 2 * 8, SOURCE_AT = SHARDS_AT + 2 };
    static struct order got;
    struct rgs_sealer *s = sealer();
    unsigned read[SHARDS] = {0}, taken = 0, refused = 0;
    struct rgs_test_bytes b = {0};
    struct rgs_image write = {.mode = RGS_IMAGE_WRITE, .move = rgs_test_move_out, .ctx = &b};

    state = 7;
    got = (struct order){.n = 0};
    struct rgs_merge *m = merge_new(&got, s);
    for (uint64_t p = 1; p <= 2; p++) {
        for (uint64_t seq = 1; seq <= 3; seq++)
            write_round(s, p, seq, (int64_t)(seq * 1000 + p), seq == 3);
    }
    for (unsigned k = 0; k < SHARDS; k++) {
        while (read[k] < logs[k].n)
            feed(m, k, read[k]++, 0);
        cr_assert_eq(rgs_merge_seal(m, k, 2500, RGS_NEVER), 0);
    }
    cr_assert(rgs_merge_release(m, 9));
    rgs_merge_image(m, &write, 0);
    rgs_merge_del(m);
    cr_assert(reads(&b, s));
    for (size_t i = 0; i < b.n; i++) {
        static const uint8_t changes[] = {0x01, 0x02, 0x80, 0xff};
        uint8_t was = b.p[i];
        b.p[i] ^= changes[i % 4];
        *(reads(&b, s) ? &taken : &refused) += 1;
        b.p[i] = was;
    }
    cr_expect(taken > 100 && refused > 100, "%u taken, %u refused", taken, refused);
    /* A session in no shard would never have a next observation, and be asked for it for ever. */
    cr_assert_eq(b.p[SHARDS_AT], SHARDS);
    b.p[SHARDS_AT] = 0;
    cr_expect_not(reads(&b, s));
    b.p[SHARDS_AT] = SHARDS;
    /* Twice the same session. */
    size_t second = SOURCE_AT;
    while (second < b.n && memcmp(b.p + second, (const uint8_t[]){2, 0, 0, 0, 0, 0, 0, 0, 5}, 9))
        second++;
    cr_assert_lt(second, b.n);
    b.p[second] = 1;
    cr_expect_not(reads(&b, s));
    free(b.p);
    rgs_sealer_del(s);
    for (unsigned k = 0; k < SHARDS; k++) {
        for (unsigned i = 0; i < logs[k].n; i++)
            free(logs[k].entry[i].block);
        logs[k].n = 0;
    }
}

/* An account may call itself as a reseller is called, or come by the hundred thousand. */
Test(site, accounts_hide_no_reseller)
{
    const struct rgs_bytes r17 = rgs_bytes("R17", 3), r23 = rgs_bytes("R23", 3),
                           harbour = rgs_bytes("Harbour Link", 12);
    struct rgs_site_names *n = rgs_site_names_new(NULL, (struct rgs_hash_key){1, 2});
    struct rgs_unpack_names learn;
    struct rgs_scorer_names give;
    const char *name = NULL, *parent;

    rgs_site_names_learn(n, &learn);
    rgs_site_names_give(n, &give);
    learn.account(learn.ctx, rgs_id_of("R17", 3), r17);
    learn.reseller(learn.ctx, rgs_id_of("R17", 3), r17, harbour, (struct rgs_bytes){0});
    cr_assert_str_eq(give.reseller(give.ctx, rgs_id_of("R17", 3), &name, &parent), "R17");
    cr_assert_str_eq(name, "Harbour Link");
    cr_assert_str_eq(give.account(give.ctx, rgs_id_of("R17", 3)), "R17");
    for (uint64_t i = 1; i <= 200000; i++)
        learn.account(learn.ctx, i, rgs_bytes("x", 1));
    learn.reseller(learn.ctx, rgs_id_of("R23", 3), r23, harbour, (struct rgs_bytes){0});
    cr_assert_not_null(give.reseller(give.ctx, rgs_id_of("R23", 3), &name, &parent));
    rgs_site_names_del(n);
}
