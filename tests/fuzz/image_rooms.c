/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image_rooms.h"

#include <stdlib.h>

#include "capture/position.h"
#include "event/obs_pack.h"
#include "store/merge.h"
#include "store/names.h"
#include "store/told.h"

enum { SHARDS = 2, BLOCKS = 6, MOST = 5000 };

/* ---- alerts -----------------------------------------------------------------------------------
 */

static void told(struct rgs_image *im)
{
    const struct rgs_result_alert alert = {
        .id = "R17", .typology = "card-box", .level = RGS_STATUS_ALERT};
    struct rgs_told t;

    rgs_told_init(&t, SHARDS);
    if (im->mode == RGS_IMAGE_WRITE)
        rgs_told_keep(&t, &alert, "{\"id\":\"R17\"}", 7);
    rgs_told_image(&t, im);
    for (unsigned k = 0; k < SHARDS && !im->failed; k++) {
        struct rgs_commit *c = rgs_commit_new();
        rgs_told_any(&t, k, RGS_NEVER);
        rgs_told_commit(&t, k, RGS_NEVER, INT64_MAX, c);
        rgs_commit_del(c);
    }
    if (!im->failed)
        rgs_told_settle(&t, 7);
    rgs_told_fini(&t);
}

/* ---- names ------------------------------------------------------------------------------------
 */

static void names(struct rgs_image *im)
{
    struct rgs_site_names *n = rgs_site_names_new(NULL, (struct rgs_hash_key){1, 2});
    struct rgs_unpack_names in;
    struct rgs_scorer_names out;
    const char *name = NULL, *parent = NULL;

    if (!n)
        abort();
    rgs_site_names_learn(n, &in);
    rgs_site_names_give(n, &out);
    if (im->mode == RGS_IMAGE_WRITE) {
        in.reseller(in.ctx, 17, rgs_bytes("R17", 3), rgs_bytes("Seventeen", 9),
                    (struct rgs_bytes){0});
        in.account(in.ctx, 18, rgs_bytes("acct", 4));
    }
    rgs_site_names_image(n, im);
    if (out.reseller(out.ctx, 17, &name, &parent) && !name)
        abort();
    out.account(out.ctx, 18);
    rgs_site_names_del(n);
}

/* ---- the merge --------------------------------------------------------------------------------
 */

static struct rgs_sealer *sealer_of_once(void)
{
    static const uint8_t secret[RGS_TOKEN_KEY_BYTES] = {9};
    static struct rgs_sealer *sealer;

    if (!sealer) {
        struct rgs_token_key *key = rgs_token_key_new(secret, &rgs_alloc_libc);
        sealer = key ? rgs_sealer_new(key, &rgs_alloc_libc) : NULL;
        rgs_token_key_del(key);
    }
    if (!sealer)
        abort();
    return sealer;
}

/* Block i of the logs: three rounds of a session over two shards, the last one its end. */
static size_t block_of(unsigned i, uint8_t *out)
{
    static struct rgs_obs_packer p;
    const struct rgs_pack_names none = {0};
    const struct rgs_block_head head = {.type = i < BLOCKS - 2 ? RGS_BLOCK_DATA : RGS_BLOCK_END,
                                        .probe = 5,
                                        .session = 6,
                                        .seq = 1 + i / SHARDS,
                                        .shard = (uint16_t)(i % SHARDS),
                                        .shards = SHARDS,
                                        .count = i < BLOCKS - 2 ? 3 : 0,
                                        .ts = 1000 * (1 + i)};

    rgs_obs_packer_init(&p, &none);
    for (unsigned k = 0; k < head.count; k++) {
        struct rgs_obs o = {.ts = 1000 * i + k, .frame = 10 * i + k};
        RGS_OBS_SET(&o, NUMBER, number, UINT64_C(85291230000) + k);
        rgs_obs_pack(&p, &o, 2 * k + i % SHARDS);
    }
    return rgs_block_seal(sealer_of_once(), &head, rgs_bytes(p.body, p.n), out);
}

static size_t fetch(void *ctx, const struct rgs_place *place, uint8_t *out)
{
    (void)ctx;
    if (place->shard >= SHARDS)
        abort(); /* there is no such log */
    return block_of((unsigned)strtoul(place->id, NULL, 10) % BLOCKS, out);
}

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    (void)ctx;
    (void)o;
}

static void add_block(struct rgs_merge *m, unsigned i)
{
    static uint8_t block[RGS_BLOCK_MAX];
    struct rgs_place place = {.shard = i % SHARDS, .id = {(char)('0' + i), '-', '0'}};

    rgs_merge_block(m, &place, rgs_bytes(block, block_of(i, block)), 1);
}

static void go_on(struct rgs_merge *m)
{
    struct rgs_merge_counts counts;
    struct rgs_watermark w;
    struct rgs_place place;

    for (unsigned k = 0; k < SHARDS; k++)
        rgs_merge_needs(m, k, &place);
    rgs_merge_watermark(m, 1, 2, 10, &w);
    for (unsigned i = 0; i < BLOCKS; i++)
        add_block(m, i);
    for (unsigned k = 0; k < SHARDS; k++)
        rgs_merge_seal(m, k, 100000, k ? RGS_NEVER : 100000);
    rgs_merge_watermark(m, 1, 20, 10, &w);
    rgs_merge_release(m, MOST);
    rgs_merge_counts(m, &counts);
}

static void merge(struct rgs_image *im)
{
    const struct rgs_merge_conf conf = {
        .obs = on_obs, .fetch = fetch, .shards = SHARDS, .held_bytes = 100};
    struct rgs_merge *m = rgs_merge_new(&conf, sealer_of_once());

    if (!m)
        abort();
    if (im->mode == RGS_IMAGE_WRITE) {
        for (unsigned i = 0; i < BLOCKS; i++)
            add_block(m, i);
        for (unsigned k = 0; k < SHARDS; k++)
            rgs_merge_seal(m, k, 500, RGS_NEVER);
        rgs_merge_release(m, 2);
    }
    rgs_merge_image(m, im, 3);
    if (!im->failed)
        go_on(m);
    rgs_merge_del(m);
}

/* ---- positions --------------------------------------------------------------------------------
 */

static void position(struct rgs_image *im)
{
    char nowhere[] = "";
    struct rgs_position p = {.path = nowhere};

    if (im->mode == RGS_IMAGE_WRITE)
        rgs_position_of(&p, (const uint8_t[RGS_CAPTURE_ID]){1, 2, 3});
    rgs_position_image(&p, im);
    if (!im->failed) {
        rgs_position_of(&p, (const uint8_t[RGS_CAPTURE_ID]){4, 5, 6});
        rgs_position_save(&p, true);
    }
    free(p.entry);
}

void (*const rgs_image_rooms[RGS_IMAGE_ROOMS])(struct rgs_image *im) = {told, names, merge,
                                                                        position};
