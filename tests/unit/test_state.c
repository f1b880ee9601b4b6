/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State as bytes: what was written and read goes on as if nothing had been. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "rules/rules.h"
#include "store/pieces.h"
#include "support/bytes.h"
#include "support/scoring.h"

/* Another scorer, which knows what this one does. */
static struct rgs_scorer *moved(struct rgs_scorer *s, const struct rgs_ruleset *rules)
{
    struct rgs_test_bytes b = {0};
    struct rgs_image out = {.mode = RGS_IMAGE_WRITE, .move = rgs_test_move_out, .ctx = &b};
    struct rgs_image in = {.mode = RGS_IMAGE_READ, .move = rgs_test_move_in, .ctx = &b};

    rgs_scorer_image(s, &out);
    cr_assert_not(out.failed);
    rgs_scorer_del(s);
    s = rgs_scorer_new(rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
    rgs_scorer_image(s, &in);
    cr_assert(!in.failed && b.at == b.n);
    free(b.p);
    return s;
}

static void world(struct rgs_world *w)
{
    rgs_world_traded(w, 5);
    /* A part of them are seen as SIMs first, and get their numbers later. */
    for (size_t i = 0; i < w->n / 2; i++) {
        struct rgs_obs *o = &w->obs[i];
        if (!RGS_OBS_HAS(o, NUMBER) || o->number % 3)
            continue;
        RGS_OBS_SET(o, SIM, sim, 454030000000000 + o->number % 10000000);
        if (i < w->n / 4)
            o->has &= ~(UINT64_C(1) << RGS_O_NUMBER);
    }
}

/* To the byte, wherever it is put down and taken up again: what is small and easily forgotten (what
 * the tap was seen to show, SIMs that wait for their numbers) tells much later. */
Test(scorer, goes_on_to_the_byte)
{
    struct rgs_ruleset *rules = rgs_test_shipped();
    struct rgs_world w;
    char *want = NULL;

    world(&w);
    for (unsigned every = 0; every < 4; every++) {
        static const size_t steps[] = {SIZE_MAX, 1009, 211, 4001};
        struct rgs_scorer *s =
            rgs_scorer_new(rules, &rgs_test_names, &rgs_test_capacity, &rgs_alloc_libc);
        for (size_t i = 0; i < w.n; i++) {
            rgs_scorer_observe(s, &w.obs[i]);
            if (i % steps[every] == steps[every] - 1)
                s = moved(s, rules);
        }
        s = every ? moved(s, rules) : s;
        char *text = rgs_test_scorer_text(s);
        if (want) {
            cr_assert_str_eq(text, want, "put down every %zu observations", steps[every]);
            free(text);
        } else {
            cr_assert(strstr(text, "\nalert ") && strstr(text, "R90 parent"), "%s", text);
            want = text;
        }
        rgs_scorer_del(s);
    }
    free(want);
    rgs_world_fini(&w);
    rgs_ruleset_del(rules);
}

/* ---- sealed pieces ----------------------------------------------------------------------------
 */

enum { MOST = 64 };

struct vault {
    struct {
        uint8_t p[RGS_BLOCK_MAX];
        size_t n;
    } piece[MOST];
    unsigned n;
    int fails_at; /* a piece that is not taken; -1: none */
};

static int put(void *ctx, unsigned i, struct rgs_bytes block)
{
    struct vault *v = ctx;

    cr_assert(i == v->n && i < MOST && block.n <= RGS_BLOCK_MAX);
    if ((int)i == v->fails_at)
        return -ENOSPC;
    memcpy(v->piece[i].p, block.p, block.n);
    v->piece[v->n++].n = block.n;
    return 0;
}

static struct rgs_bytes get(void *ctx, unsigned i)
{
    const struct vault *v = ctx;
    return i < MOST ? rgs_bytes(v->piece[i].p, v->piece[i].n) : (struct rgs_bytes){0};
}

static struct rgs_sealer *sealer(uint8_t secret)
{
    const uint8_t bytes[32] = {secret};
    struct rgs_token_key *k = rgs_token_key_new(bytes, &rgs_alloc_libc);
    struct rgs_sealer *s = rgs_sealer_new(k, &rgs_alloc_libc);
    rgs_token_key_del(k);
    return s;
}

/* Something that a room keeps: its size, and that many bytes in pieces of all sizes. */
struct room {
    uint64_t n;
    uint8_t *p;
    uint64_t most; /* that is believed when it is read */
};

static void walk(void *ctx, struct rgs_image *im)
{
    struct room *r = ctx;
    uint64_t random = 3;

    RGS_IMAGE(im, r->n);
    if (!rgs_image_fits(im, r->n, r->most))
        return;
    for (uint64_t at = 0; at < r->n && !im->failed;) {
        uint64_t part = rgs_test_random(&random) % 200000 + 1;
        part = part < r->n - at ? part : r->n - at;
        rgs_image_bytes(im, r->p + at, part);
        at += part;
    }
}

static struct rgs_pieces_conf conf_of(struct rgs_sealer *s, struct vault *v, uint64_t id)
{
    return (struct rgs_pieces_conf){
        .sealer = s, .id = id, .most = MOST, .ctx = v, .put = put, .get = get};
}

/* What packs well, badly and not at all, of sizes around those of chunks and pieces. */
Test(pieces, come_back_as_they_went)
{
    static const size_t sizes[] = {0, 1, 65527, 65528, 65529, 131064, 300000, 1500000};
    static struct vault v;
    struct rgs_sealer *s = sealer(1);
    uint64_t random = 9;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) * 3; i++) {
        struct room out = {.n = sizes[i / 3], .p = calloc(1, sizes[i / 3] + 1), .most = 1 << 21};
        struct room in = {.p = calloc(1, out.n + 1), .most = 1 << 21};
        for (size_t k = 0; k < out.n && i % 3; k++)
            out.p[k] = (uint8_t)(i % 3 == 1 ? k / 7 % 200 : rgs_test_random(&random));
        v = (struct vault){.fails_at = -1};
        struct rgs_pieces_conf conf = conf_of(s, &v, i);
        int n = rgs_pieces_write(&conf, walk, &out);
        cr_assert(n >= 1 && n == (int)v.n, "%zu bytes: %d", out.n, n);
        conf.most = (unsigned)n;
        cr_assert_eq(rgs_pieces_read(&conf, walk, &in), 0, "%zu bytes, %zu", out.n, i % 3);
        cr_assert(in.n == out.n && memcmp(in.p, out.p, in.n) == 0);
        free(out.p);
        free(in.p);
    }
    rgs_sealer_del(s);
}

Test(pieces, that_are_not_whole_are_not_believed)
{
    static struct vault v, was, other;
    struct rgs_sealer *s = sealer(1), *foreign = sealer(2);
    struct room out = {.n = 300000, .p = malloc(300000), .most = 300000};
    struct room in = {.p = malloc(300000), .most = 300000};
    uint64_t random = 5;

    for (size_t k = 0; k < out.n; k++)
        out.p[k] = (uint8_t)rgs_test_random(&random);
    was = (struct vault){.fails_at = -1};
    other = was;
    struct rgs_pieces_conf conf = conf_of(s, &was, 7), another = conf_of(s, &other, 8);
    int n = rgs_pieces_write(&conf, walk, &out);
    cr_assert(n > 3 && rgs_pieces_write(&another, walk, &out) == n);
    conf.ctx = &v;
    for (unsigned i = 0; i < (unsigned)n; i++) {
        for (size_t at = 0; at < was.piece[i].n; at += 1 + rgs_test_random(&random) % 3000) {
            v = was;
            v.piece[i].p[at] ^= (uint8_t)(1 << rgs_test_random(&random) % 8);
            cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "piece %u at %zu", i, at);
        }
        v = was;
        v.piece[i].n = 0;
        cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "piece %u is gone", i);
        v = was;
        v.piece[i].n--;
        cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "piece %u is cut", i);
        v = was;
        v.piece[i] = was.piece[(i + 1) % (unsigned)n];
        cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "piece %u is its neighbour", i);
        v.piece[i] = other.piece[i];
        cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "piece %u is another's", i);
    }
    v = was;
    conf.sealer = foreign;
    cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "another key");
    conf.sealer = s;
    conf.most = 2;
    cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EBADMSG, "fewer than there were");
    conf.most = MOST;
    in.most = 299999;
    cr_assert_eq(rgs_pieces_read(&conf, walk, &in), -EINVAL, "its reader refuses");
    in.most = 300000;
    cr_assert_eq(rgs_pieces_read(&conf, walk, &in), 0);
    /* Writing stops where a piece is not taken, or there are too many. */
    v = (struct vault){.fails_at = 2};
    cr_assert_eq(rgs_pieces_write(&conf, walk, &out), -ENOSPC);
    v = (struct vault){.fails_at = -1};
    conf.most = (unsigned)n - 1;
    cr_assert_eq(rgs_pieces_write(&conf, walk, &out), -EFBIG);
    cr_assert(v.n == (unsigned)n - 1);
    free(out.p);
    free(in.p);
    rgs_sealer_del(s);
    rgs_sealer_del(foreign);
}
