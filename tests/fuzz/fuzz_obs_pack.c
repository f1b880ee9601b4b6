/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A body of packed observations: what can be read is packed again, and must read the same. */
#include <stdio.h>
#include <stdlib.h>

#include "event/obs_pack.h"

enum { MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct told {
    char word[16];
};

static void reseller(void *ctx, uint64_t id, struct rgs_bytes word, struct rgs_bytes name,
                     struct rgs_bytes parent)
{
    (void)ctx;
    (void)id;
    if (!word.p || word.n > RGS_PACK_STRING || name.n > RGS_PACK_STRING ||
        parent.n > RGS_PACK_STRING)
        abort();
}

static void account(void *ctx, uint64_t id, struct rgs_bytes word)
{
    reseller(ctx, id, word, (struct rgs_bytes){0}, (struct rgs_bytes){0});
}

/* A catalogue of services "s1" to "s65535", more or less. */
static uint16_t service(void *ctx, struct rgs_bytes word)
{
    unsigned v = 0;

    (void)ctx;
    for (size_t i = 1; i < word.n && i < 6; i++)
        v = v * 10 + (unsigned)(uint8_t)(word.p[i] - '0') % 10;
    return word.n ? (uint16_t)v : 0;
}

static const char *service_word(void *ctx, uint16_t index)
{
    struct told *t = ctx;

    snprintf(t->word, sizeof(t->word), "s%u", index);
    return t->word;
}

static void same(const struct rgs_obs *a, const struct rgs_obs *b)
{
    bool ok = a->has == b->has && a->ts == b->ts && a->frame == b->frame;

#define O(ID, member, TYPE, name, meaning)                                                         \
    ok = ok && (!RGS_OBS_HAS(a, ID) || a->member == b->member);
#include "event/obs.def"
#undef O
    if (!ok)
        abort();
}

static void reads_as(const struct rgs_obs_packer *p, const struct rgs_obs *want, size_t n)
{
    static struct rgs_obs_unpacker u;
    const struct rgs_unpack_names names = {.service = service};
    struct rgs_obs o;

    rgs_obs_unpacker_init(&u, &names, rgs_bytes(p->body, p->n));
    for (size_t i = 0; i < n; i++) {
        if (rgs_obs_unpack(&u, &o) != RGS_OK)
            abort();
        same(&want[i], &o);
    }
    if (rgs_obs_unpack(&u, &o) != RGS_SHORT)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct rgs_obs_unpacker u;
    static struct rgs_obs_packer p;
    static struct rgs_obs seen[RGS_PACK_OBS];
    const struct rgs_unpack_names names = {
        .reseller = reseller, .account = account, .service = service};
    struct told told;
    const struct rgs_pack_names words = {.ctx = &told, .service = service_word};
    uint8_t *body = malloc(n ? n : 1);
    struct rgs_obs o;

    if (!body)
        abort();
    if (n)
        memcpy(body, data, n);
    rgs_obs_unpacker_init(&u, &names, rgs_bytes(body, n));
    rgs_obs_packer_init(&p, &words);
    for (unsigned i = 0; i < MOST && rgs_obs_unpack(&u, &o) == RGS_OK; i++) {
        if (rgs_obs_packer_full(&p)) {
            reads_as(&p, seen, p.count);
            rgs_obs_packer_reset(&p);
        }
        seen[p.count] = o;
        rgs_obs_pack(&p, &o, (uint32_t)(u.order - 1));
    }
    reads_as(&p, seen, p.count);
    free(body);
    return 0;
}
