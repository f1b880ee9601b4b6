/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/subscribers.h"

struct rgs_subs {
    const struct rgs_alloc *alloc;
    struct rgs_hash_key key;
    struct rgs_sub *sub; /* entry 0 is the head of the order of use */
    uint32_t *numbers, *imsis;
    uint32_t cap, count;
    uint32_t mask, most; /* of the buckets in use, and when all are (see base/table.c) */
    uint32_t fresh;      /* entries from here on were never used */
    uint32_t spare;      /* chain through by_number */
    uint64_t evictions;
};

enum { FIRST_BUCKETS = 64 };

struct rgs_subs *rgs_subs_new(uint32_t cap, const struct rgs_hash_key *key,
                              const struct rgs_alloc *alloc)
{
    struct rgs_subs *t = rgs_new(alloc, sizeof(*t));
    uint32_t buckets = FIRST_BUCKETS;
    if (!t)
        return NULL;
    while (buckets < cap && buckets < (1u << 30))
        buckets <<= 1;
    t->alloc = alloc;
    t->key = *key;
    t->cap = cap;
    t->mask = FIRST_BUCKETS - 1;
    t->most = buckets - 1;
    t->fresh = 1;
    t->sub = rgs_new(alloc, ((size_t)cap + 1) * sizeof(*t->sub));
    t->numbers = rgs_new(alloc, (size_t)buckets * sizeof(*t->numbers));
    t->imsis = rgs_new(alloc, (size_t)buckets * sizeof(*t->imsis));
    if (!cap || !t->sub || !t->numbers || !t->imsis) {
        rgs_subs_del(t);
        return NULL;
    }
    return t;
}

void rgs_subs_del(struct rgs_subs *t)
{
    if (!t)
        return;
    rgs_free(t->alloc, t->sub);
    rgs_free(t->alloc, t->numbers);
    rgs_free(t->alloc, t->imsis);
    rgs_free(t->alloc, t);
}

static uint32_t *number_bucket(const struct rgs_subs *t, uint64_t number)
{
    return &t->numbers[rgs_hash(&t->key, &number, sizeof(number)) & t->mask];
}

static uint32_t *imsi_bucket(const struct rgs_subs *t, uint64_t imsi)
{
    return &t->imsis[rgs_hash(&t->key, &imsi, sizeof(imsi)) & t->mask];
}

static uint32_t find_number(const struct rgs_subs *t, uint64_t number)
{
    uint32_t i = number ? *number_bucket(t, number) : 0;
    while (i && t->sub[i].number != number)
        i = t->sub[i].by_number;
    return i;
}

static uint32_t find_imsi(const struct rgs_subs *t, uint64_t imsi)
{
    uint32_t i = imsi ? *imsi_bucket(t, imsi) : 0;
    while (i && t->sub[i].imsi != imsi)
        i = t->sub[i].by_imsi;
    return i;
}

static void set_number(struct rgs_subs *t, uint32_t i, uint64_t number)
{
    struct rgs_sub *s = &t->sub[i];
    if (s->number) {
        uint32_t *link = number_bucket(t, s->number);
        while (*link != i)
            link = &t->sub[*link].by_number;
        *link = s->by_number;
    }
    s->number = number;
    if (number) {
        uint32_t *bucket = number_bucket(t, number);
        s->by_number = *bucket;
        *bucket = i;
    }
}

static void set_imsi(struct rgs_subs *t, uint32_t i, uint64_t imsi)
{
    struct rgs_sub *s = &t->sub[i];
    if (s->imsi) {
        uint32_t *link = imsi_bucket(t, s->imsi);
        while (*link != i)
            link = &t->sub[*link].by_imsi;
        *link = s->by_imsi;
    }
    s->imsi = imsi;
    if (imsi) {
        uint32_t *bucket = imsi_bucket(t, imsi);
        s->by_imsi = *bucket;
        *bucket = i;
    }
}

static void unlink_use(struct rgs_subs *t, uint32_t i)
{
    t->sub[t->sub[i].older].newer = t->sub[i].newer;
    t->sub[t->sub[i].newer].older = t->sub[i].older;
}

static void link_newest(struct rgs_subs *t, uint32_t i)
{
    t->sub[i].newer = 0;
    t->sub[i].older = t->sub[0].older;
    t->sub[t->sub[0].older].newer = i;
    t->sub[0].older = i;
}

static struct rgs_sub *use(struct rgs_subs *t, uint32_t i)
{
    if (!i)
        return NULL;
    unlink_use(t, i);
    link_newest(t, i);
    return &t->sub[i];
}

static void drop(struct rgs_subs *t, uint32_t i)
{
    set_number(t, i, 0);
    set_imsi(t, i, 0);
    unlink_use(t, i);
    t->sub[i].by_number = t->spare;
    t->spare = i;
    t->count--;
}

/* The same chains in twice as many buckets. */
static void spread(struct rgs_subs *t)
{
    uint32_t half = t->mask + 1;

    t->mask = 2 * half - 1;
    memset(t->numbers, 0, 2 * (size_t)half * sizeof(*t->numbers));
    memset(t->imsis, 0, 2 * (size_t)half * sizeof(*t->imsis));
    for (uint32_t i = t->sub[0].newer; i; i = t->sub[i].newer) {
        struct rgs_sub *s = &t->sub[i];
        uint64_t number = s->number, imsi = s->imsi;
        s->number = s->imsi = 0; /* in no chain */
        set_number(t, i, number);
        set_imsi(t, i, imsi);
    }
}

static uint32_t acquire(struct rgs_subs *t, uint32_t now_s)
{
    uint32_t i;
    if (!t->spare && t->fresh <= t->cap) {
        i = t->fresh++;
    } else {
        if (!t->spare) {
            t->evictions++;
            drop(t, t->sub[0].newer);
        }
        i = t->spare;
        t->spare = t->sub[i].by_number;
        t->sub[i] = (struct rgs_sub){0};
    }
    if (t->count > t->mask / 2 && t->mask < t->most)
        spread(t);
    t->sub[i].first_s = now_s;
    t->count++;
    link_newest(t, i);
    return i;
}

struct rgs_sub *rgs_sub_by_number(struct rgs_subs *t, uint64_t number)
{
    return use(t, find_number(t, number));
}

const struct rgs_sub *rgs_sub_peek(const struct rgs_subs *t, uint64_t number)
{
    uint32_t i = find_number(t, number);

    return i ? &t->sub[i] : NULL;
}

struct rgs_sub *rgs_sub_by_imsi(struct rgs_subs *t, uint64_t imsi)
{
    return use(t, find_imsi(t, imsi));
}

/* What was learnt under the IMSI alone: its place and device are newer than what the number had. */
static void take_over(struct rgs_sub *to, const struct rgs_sub *from)
{
    if (from->located_s >= to->located_s && from->located_s) {
        memcpy(to->origin, from->origin, sizeof(to->origin));
        to->node = from->node;
        to->cell = from->cell;
        to->located_s = from->located_s;
        to->flags |= from->flags & RGS_SUB_MOVED;
    }
    if (from->imei) {
        to->imei = from->imei;
        to->device_s = from->device_s;
        to->flags |= from->flags & RGS_SUB_DEVICE_NEW;
    }
}

struct rgs_sub *rgs_sub_bind(struct rgs_subs *t, uint64_t number, uint64_t imsi, uint32_t now_s)
{
    uint32_t a = find_imsi(t, imsi), b = find_number(t, number);

    if (!number || !imsi || (a && a == b)) {
        uint32_t i = a ? a : b;
        if (!i) {
            i = acquire(t, now_s);
            set_number(t, i, number);
            set_imsi(t, i, imsi);
        }
        return use(t, i);
    }
    if (a && !b && !t->sub[a].number) {
        set_number(t, a, number);
        return use(t, a);
    }
    if (!b) {
        struct rgs_sub from = a ? t->sub[a] : (struct rgs_sub){0};
        if (a) /* the SIM has a new number; the old one stays known without it */
            set_imsi(t, a, 0);
        b = acquire(t, now_s);
        set_number(t, b, number);
        take_over(&t->sub[b], &from);
    } else {
        if (t->sub[b].imsi) { /* the number has a new SIM: place and device were the old one's */
            t->sub[b].imei = t->sub[b].node = t->sub[b].cell = 0;
            memset(t->sub[b].origin, 0, sizeof(t->sub[b].origin));
            t->sub[b].located_s = 0;
        }
        if (a) {
            take_over(&t->sub[b], &t->sub[a]);
            if (t->sub[a].first_s < t->sub[b].first_s && !t->sub[a].number)
                t->sub[b].first_s = t->sub[a].first_s;
            if (t->sub[a].number)
                set_imsi(t, a, 0);
            else
                drop(t, a);
        }
    }
    t->sub[b].flags &= (uint8_t)~RGS_SUB_FIRM;
    set_imsi(t, b, imsi);
    return use(t, b);
}

uint32_t rgs_subs_count(const struct rgs_subs *t)
{
    return t->count;
}

uint64_t rgs_subs_evictions(const struct rgs_subs *t)
{
    return t->evictions;
}

size_t rgs_subs_memory(const struct rgs_subs *t)
{
    return ((size_t)t->cap + 1) * sizeof(*t->sub) + 2 * ((size_t)t->most + 1) * sizeof(uint32_t);
}

void rgs_subs_image(struct rgs_subs *t, struct rgs_image *im)
{
    rgs_image_same(im, t->cap);
    rgs_image_same(im, sizeof(*t->sub));
    rgs_image_same(im, t->most);
    RGS_IMAGE(im, t->mask);
    RGS_IMAGE(im, t->count);
    RGS_IMAGE(im, t->fresh);
    RGS_IMAGE(im, t->spare);
    RGS_IMAGE(im, t->evictions);
    if (!rgs_image_fits(im, t->fresh, (uint64_t)t->cap + 1) ||
        !rgs_image_fits(im, t->mask, t->most))
        return;
    size_t buckets = (size_t)t->mask + 1;
    rgs_image_bytes(im, t->sub, t->fresh * sizeof(*t->sub));
    rgs_image_bytes(im, t->numbers, buckets * sizeof(*t->numbers));
    rgs_image_bytes(im, t->imsis, buckets * sizeof(*t->imsis));
}
