/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/pairs.h"

#include "base/hash.h"

enum {
    WAYS = 8,
    LOG_UNIT = 6, /* ages in steps of 64 s */
    AGAIN = 20 * 60 >> LOG_UNIT,
    BAD_DAY = 16 * 3600 >> LOG_UNIT,
};

struct slot {
    uint32_t mark; /* 0: empty */
    uint32_t used; /* time in steps; with FRESH as long as nothing followed the first code */
};
#define FRESH (UINT32_C(1) << 31)

static uint32_t time_of(const struct slot *s)
{
    return s->used & ~FRESH;
}

struct rgs_pairs {
    const struct rgs_alloc *alloc;
    struct slot (*bucket)[WAYS];
    uint32_t mask;
    uint32_t retention;
    uint64_t evictions;
};

struct rgs_pairs *rgs_pairs_new(uint32_t cap, uint32_t retention_s, const struct rgs_alloc *alloc)
{
    struct rgs_pairs *p = rgs_new(alloc, sizeof(*p));
    uint32_t buckets = 1;
    if (!p)
        return NULL;
    while (buckets < cap / WAYS && buckets < (1u << 27))
        buckets <<= 1;
    p->alloc = alloc;
    p->mask = buckets - 1;
    p->retention = retention_s >> LOG_UNIT;
    p->bucket = rgs_new(alloc, (size_t)buckets * sizeof(*p->bucket));
    if (!p->bucket) {
        rgs_free(alloc, p);
        return NULL;
    }
    return p;
}

void rgs_pairs_del(struct rgs_pairs *p)
{
    if (!p)
        return;
    rgs_free(p->alloc, p->bucket);
    rgs_free(p->alloc, p);
}

/* The pair's slot; or the one that is to be given up for it, with another mark. */
static struct slot *slot_of(struct rgs_pairs *p, uint64_t number, uint16_t service, uint32_t *mark)
{
    /*
     * The key is fixed, so that what is forgotten is the same in every run. Two pairs take each
     * other's place with a chance of 2^-32 per neighbour.
     */
    static const struct rgs_hash_key key = {0x7061697273, 0x736c6f74};
    uint64_t words[2] = {number, service};
    uint64_t h = rgs_hash(&key, words, sizeof(words));
    struct slot *s = p->bucket[(h >> 32) & p->mask], *victim = s;

    *mark = (uint32_t)h | 1;
    for (unsigned i = 0; i < WAYS; i++) {
        if (s[i].mark == *mark)
            return &s[i];
        if (victim->mark && (!s[i].mark || time_of(&s[i]) < time_of(victim)))
            victim = &s[i];
    }
    return victim;
}

static void put(struct rgs_pairs *p, struct slot *s, uint32_t mark, uint32_t now, uint32_t fresh)
{
    if (s->mark && (now < time_of(s) || now - time_of(s) <= p->retention))
        p->evictions++;
    *s = (struct slot){mark, now | fresh};
}

enum rgs_pair rgs_pairs_see(struct rgs_pairs *p, uint64_t number, uint16_t service, bool opens,
                            uint32_t now_s)
{
    uint32_t mark, now = now_s >> LOG_UNIT, fresh = opens ? FRESH : 0;
    struct slot *s = slot_of(p, number, service, &mark);

    if (s->mark != mark) {
        put(p, s, mark, now, fresh);
        return RGS_PAIR_FIRST;
    }
    uint32_t was = time_of(s), age = now > was ? now - was : 0, ahead = was + age - now;
    bool again = age <= AGAIN && ahead <= AGAIN, first_again = again && s->used & FRESH;
    s->used = (was + age) | (age > p->retention ? fresh : 0);
    return age > p->retention ? RGS_PAIR_FIRST
           : first_again      ? RGS_PAIR_FIRST_AGAIN
           : again            ? RGS_PAIR_AGAIN
                              : RGS_PAIR_LATER;
}

bool rgs_pairs_bad_day(struct rgs_pairs *p, uint64_t number, uint32_t now_s)
{
    uint32_t mark, now = now_s >> LOG_UNIT;
    struct slot *s = slot_of(p, number, 0, &mark); /* services are counted from 1 */

    if (s->mark == mark && now < time_of(s) + BAD_DAY)
        return true;
    if (s->mark == mark)
        s->used = now;
    else
        put(p, s, mark, now, 0);
    return false;
}

void rgs_pairs_retention(struct rgs_pairs *p, uint32_t retention_s)
{
    p->retention = retention_s >> LOG_UNIT;
}

uint64_t rgs_pairs_evictions(const struct rgs_pairs *p)
{
    return p->evictions;
}

size_t rgs_pairs_memory(const struct rgs_pairs *p)
{
    return ((size_t)p->mask + 1) * sizeof(*p->bucket);
}

void rgs_pairs_image(struct rgs_pairs *p, struct rgs_image *im)
{
    rgs_image_same(im, p->mask);
    RGS_IMAGE(im, p->evictions);
    rgs_image_bytes(im, p->bucket, ((size_t)p->mask + 1) * sizeof(*p->bucket));
}
