/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "event/block.h"
#include "event/obs_pack.h"
#include "support/scoring.h"

static struct rgs_obs_packer packer;
static struct rgs_obs_unpacker unpacker;

static const char *reseller(void *ctx, uint64_t id, const char **name, const char **parent)
{
    (void)ctx;
    if (id % 3 == 0)
        return NULL;
    *name = id % 3 == 1 ? "Harbour Telecom" : NULL;
    *parent = id % 2 ? "R9" : NULL;
    return "R7";
}

static const char *account(void *ctx, uint64_t id)
{
    (void)ctx;
    return id % 2 ? "acct17" : NULL;
}

static const char *service(void *ctx, uint16_t index)
{
    static char word[16];
    (void)ctx;
    snprintf(word, sizeof(word), "s%u", index);
    return word;
}

static struct {
    unsigned resellers, accounts, parents;
    uint16_t shift; /* the reader's catalogue has other indices */
} told;

static void told_reseller(void *ctx, uint64_t id, struct rgs_bytes word, struct rgs_bytes name,
                          struct rgs_bytes parent)
{
    (void)ctx;
    cr_assert(id % 3 != 0);
    cr_assert(rgs_bytes_equal(word, rgs_bytes("R7", 2)));
    cr_assert_eq(name.p != NULL, id % 3 == 1);
    cr_assert_eq(parent.p != NULL, id % 2 == 1);
    told.resellers++;
    told.parents += parent.p != NULL;
}

static void told_account(void *ctx, uint64_t id, struct rgs_bytes word)
{
    (void)ctx;
    cr_assert(id % 2 && rgs_bytes_equal(word, rgs_bytes("acct17", 6)));
    told.accounts++;
}

static uint16_t told_service(void *ctx, struct rgs_bytes word)
{
    char text[16] = "";
    (void)ctx;
    memcpy(text, word.p, word.n < 15 ? word.n : 15);
    return (uint16_t)(strtoul(text + 1, NULL, 10) + told.shift);
}

static const struct rgs_pack_names pack_names = {NULL, reseller, account, service};
static const struct rgs_unpack_names unpack_names = {NULL, told_reseller, told_account,
                                                     told_service};

static uint64_t state;

/* Small, large and boundary values. */
static uint64_t any(unsigned bits)
{
    uint64_t v = rgs_test_random(&state) >> rgs_test_random(&state) % 64;
    switch (rgs_test_random(&state) % 8) {
    case 0:
        v = UINT64_MAX;
        break;
    case 1:
        v = 0;
        break;
    default:
        break;
    }
    return bits == 64 ? v : v & ((UINT64_C(1) << bits) - 1);
}

static struct rgs_obs any_obs(void)
{
    struct rgs_obs o = {.ts = (int64_t)any(64), .frame = any(64)};
    uint64_t has = any(RGS_O_COUNT) | any(RGS_O_COUNT);
#define O(ID, member_, TYPE, name, meaning)                                                        \
    if (has >> RGS_O_##ID & 1)                                                                     \
        RGS_OBS_SET(&o, ID, member_, (rgs_obstype_##TYPE)any(8 * sizeof(rgs_obstype_##TYPE)));
#include "event/obs.def"
#undef O
    if (RGS_OBS_HAS(&o, SERVICE))
        o.service = (uint16_t)(o.service % 900 + 1);
    if (RGS_OBS_HAS(&o, CELL)) /* some of them again and again */
        o.cell = o.cell % 2 ? o.cell % 7 : o.cell;
    return o;
}

static void expect_equal(const struct rgs_obs *a, const struct rgs_obs *b, unsigned i)
{
    cr_assert(a->ts == b->ts && a->frame == b->frame && a->has == b->has, "observation %u", i);
#define O(ID, member, TYPE, name, meaning)                                                         \
    cr_assert(a->member == b->member, "observation %u: " name, i);
#include "event/obs.def"
#undef O
}

Test(obs_pack, any_observation_comes_back)
{
    static struct rgs_obs all[RGS_PACK_OBS];
    static uint32_t orders[RGS_PACK_OBS];
    struct rgs_obs got;

    for (uint64_t seed = 1; seed <= 60; seed++) {
        unsigned n = 0;
        uint32_t order = (uint32_t)seed % 3;
        state = seed * 0x9e3779b97f4a7c15u;
        rgs_obs_packer_init(&packer, &pack_names);
        while (!rgs_obs_packer_full(&packer)) {
            all[n] = any_obs();
            rgs_obs_pack(&packer, &all[n], orders[n] = order);
            n++;
            order += 1 + (uint32_t)any(8) % 4;
        }
        cr_assert_eq(n, packer.count);
        rgs_obs_unpacker_init(&unpacker, &unpack_names, rgs_bytes(packer.body, packer.n));
        for (unsigned i = 0; i < n; i++) {
            cr_assert_eq(rgs_obs_unpack(&unpacker, &got), RGS_OK, "seed %u, %u", (unsigned)seed, i);
            expect_equal(&all[i], &got, i);
            cr_assert_eq(unpacker.order - 1, orders[i]);
        }
        cr_assert_eq(rgs_obs_unpack(&unpacker, &got), RGS_SHORT);
    }
    cr_assert(told.resellers && told.accounts && told.parents);
}

/* Services travel by word: the index is the reader's, and 0 takes the member away. */
Test(obs_pack, services_are_the_readers_own)
{
    struct rgs_obs o = {.ts = 5}, got;

    RGS_OBS_SET(&o, SERVICE, service, 12);
    rgs_obs_packer_init(&packer, &pack_names);
    rgs_obs_pack(&packer, &o, 0);
    rgs_obs_pack(&packer, &o, 1);
    told.shift = 100;
    rgs_obs_unpacker_init(&unpacker, &unpack_names, rgs_bytes(packer.body, packer.n));
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(rgs_obs_unpack(&unpacker, &got), RGS_OK);
        cr_assert(RGS_OBS_HAS(&got, SERVICE) && got.service == 112);
    }
    told.shift = (uint16_t)-12;
    rgs_obs_unpacker_init(&unpacker, &unpack_names, rgs_bytes(packer.body, packer.n));
    cr_assert_eq(rgs_obs_unpack(&unpacker, &got), RGS_OK);
    cr_assert(!RGS_OBS_HAS(&got, SERVICE) && got.ts == 5);
}

/* What an ordinary hour takes: the figure that memory per million observations hangs on. */
Test(obs_pack, ordinary_traffic_is_small)
{
    struct rgs_world w;
    const struct rgs_population p = {.reseller = 2,
                                     .first_number = 85291230000,
                                     .numbers = 300,
                                     .codes = 2,
                                     .messages = 1,
                                     .services = 20,
                                     .cells = 30,
                                     .nodes = 3,
                                     .sims_per_device = 1};
    size_t bytes = 0, n = 0;

    rgs_world_init(&w, 1, 10);
    rgs_world_add(&w, &p);
    rgs_world_finish(&w);
    rgs_obs_packer_init(&packer, &pack_names);
    for (size_t i = 0; i < w.n; i++) {
        if (rgs_obs_packer_full(&packer)) {
            bytes += packer.n;
            n += packer.count;
            rgs_obs_packer_reset(&packer);
        }
        rgs_obs_pack(&packer, &w.obs[i], packer.count);
    }
    cr_assert_gt(n, 1000);
    cr_assert_lt(bytes / n, 60, "%zu bytes each", bytes / n);
    rgs_world_fini(&w);
}

static struct rgs_sealer *sealer(uint8_t byte)
{
    uint8_t secret[32];
    memset(secret, byte, sizeof(secret));
    struct rgs_token_key *k = rgs_token_key_new(secret, &rgs_alloc_libc);
    struct rgs_sealer *s = rgs_sealer_new(k, &rgs_alloc_libc);
    rgs_token_key_del(k);
    cr_assert_not_null(s);
    return s;
}

/* Every prefix and every single-byte change of a block: nothing but the block itself opens. */
Test(block, opens_only_as_it_was_sealed)
{
    const struct rgs_block_head head = {RGS_BLOCK_DATA, 11, 12, 13, 2, 7, 14, -15};
    const char text[] = "85291234567 is in here";
    struct rgs_sealer *s = sealer(1), *other = sealer(2);
    struct rgs_block_head got;
    uint8_t block[RGS_BLOCK_HEAD + sizeof(text)], again[sizeof(block)];
    size_t n = rgs_block_seal(s, &head, rgs_bytes(text, sizeof(text)), block), m;

    cr_assert_eq(n, sizeof(block));
    cr_assert_null(memmem(block, n, "8529", 4));
    cr_assert_eq(rgs_block_seal(s, &head, rgs_bytes(text, sizeof(text)), again), n);
    cr_assert_arr_eq(block, again, n);
    for (size_t cut = 0; cut <= n; cut++) {
        uint8_t *copy = malloc(cut + 1), *body = malloc(cut + 1);
        memcpy(copy, block, cut);
        enum rgs_block_result r = rgs_block_open(s, rgs_bytes(copy, cut), &got, body, &m);
        cr_assert_eq(r == RGS_BLOCK_OK, cut == n, "prefix of %zu", cut);
        if (cut == n) {
            cr_assert_arr_eq(body, text, sizeof(text));
            cr_assert(got.probe == 11 && got.session == 12 && got.seq == 13 && got.shard == 2 &&
                      got.shards == 7 && got.count == 14 && got.ts == -15 &&
                      got.type == RGS_BLOCK_DATA && m == sizeof(text));
        }
        free(copy);
        free(body);
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(again, block, n);
        again[i] ^= 0x21;
        uint8_t body[sizeof(text)];
        cr_assert_neq(rgs_block_open(s, rgs_bytes(again, n), &got, body, &m), RGS_BLOCK_OK,
                      "byte %zu changed", i);
    }
    uint8_t body[sizeof(text)];
    cr_assert_eq(rgs_block_open(other, rgs_bytes(block, n), &got, body, &m), RGS_BLOCK_OTHER_KEY);
    rgs_sealer_del(s);
    rgs_sealer_del(other);
}

/* Whoever has the key may still be mad: every prefix and change of a body ends well. */
Test(obs_pack, ladder)
{
    struct rgs_obs got;

    state = 77;
    rgs_obs_packer_init(&packer, &pack_names);
    for (int i = 0; i < 8; i++) {
        struct rgs_obs o = any_obs();
        rgs_obs_pack(&packer, &o, (uint32_t)i);
    }
    const struct rgs_unpack_names quiet = {0};
    for (size_t cut = 0; cut <= packer.n; cut++) {
        for (unsigned change = 0; change < 4; change++) {
            uint8_t *copy = malloc(cut ? cut : 1);
            memcpy(copy, packer.body, cut);
            if (cut && change)
                copy[cut - 1] = change == 1 ? 0 : change == 2 ? 0xff : (uint8_t)~copy[cut - 1];
            rgs_obs_unpacker_init(&unpacker, &quiet, rgs_bytes(copy, cut));
            unsigned n = 0;
            while (rgs_obs_unpack(&unpacker, &got) == RGS_OK)
                n++;
            cr_assert_leq(n, 8 + cut);
            free(copy);
        }
    }
}
