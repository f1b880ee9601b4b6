/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tape.h"

enum { BLOCK = 256 * 1024 };

struct block {
    struct block *next;
    size_t used;
    uint8_t data[BLOCK];
};

struct rgs_tape {
    const struct rgs_alloc *alloc;
    struct block *first, *last;
    size_t bytes, most;
    uint64_t fields, count, dropped;
};

/* A record: time, presence bits, then each present member in the order of obs.def. */
enum { HEAD = sizeof(int64_t) + sizeof(uint64_t) };

struct rgs_tape *rgs_tape_new(size_t most, const struct rgs_alloc *alloc)
{
    struct rgs_tape *t = rgs_new(alloc, sizeof(*t));
    if (!t)
        return NULL;
    t->alloc = alloc;
    t->most = most;
    t->fields = UINT64_MAX;
    return t;
}

void rgs_tape_del(struct rgs_tape *t)
{
    if (!t)
        return;
    for (struct block *b = t->first, *next; b; b = next) {
        next = b->next;
        explicit_bzero(b->data, b->used);
        rgs_free(t->alloc, b);
    }
    rgs_free(t->alloc, t);
}

void rgs_tape_fields(struct rgs_tape *t, uint64_t fields)
{
    t->fields = fields;
}

static struct block *room(struct rgs_tape *t)
{
    struct block *b = t->last;

    if (b && BLOCK - b->used >= sizeof(struct rgs_obs) + HEAD)
        return b;
    if (t->bytes + sizeof(*b) > t->most || !(b = rgs_new(t->alloc, sizeof(*b))))
        return NULL;
    t->bytes += sizeof(*b);
    if (t->last)
        t->last->next = b;
    else
        t->first = b;
    t->last = b;
    return b;
}

void rgs_tape_add(void *ctx, const struct rgs_obs *o)
{
    struct rgs_tape *t = ctx;
    struct block *b = t->dropped ? NULL : room(t);
    uint64_t has = o->has & t->fields;

    if (!b) {
        t->dropped++;
        return;
    }
    uint8_t *p = b->data + b->used;
    memcpy(p, &o->ts, sizeof(o->ts));
    memcpy(p + sizeof(o->ts), &has, sizeof(has));
    p += HEAD;
#define O(ID, member, TYPE, name, meaning)                                                         \
    if (has >> RGS_O_##ID & 1) {                                                                   \
        memcpy(p, &o->member, sizeof(o->member));                                                  \
        p += sizeof(o->member);                                                                    \
    }
#include "event/obs.def"
#undef O
    b->used = (size_t)(p - b->data);
    t->count++;
}

static const uint8_t *unpack(const uint8_t *p, struct rgs_obs *o)
{
    memset(o, 0, sizeof(*o));
    memcpy(&o->ts, p, sizeof(o->ts));
    memcpy(&o->has, p + sizeof(o->ts), sizeof(o->has));
    p += HEAD;
#define O(ID, member, TYPE, name, meaning)                                                         \
    if (o->has >> RGS_O_##ID & 1) {                                                                \
        memcpy(&o->member, p, sizeof(o->member));                                                  \
        p += sizeof(o->member);                                                                    \
    }
#include "event/obs.def"
#undef O
    return p;
}

void rgs_tape_play(const struct rgs_tape *t, rgs_obs_fn *fn, void *ctx)
{
    struct rgs_obs o;

    for (const struct block *b = t->first; b; b = b->next) {
        for (const uint8_t *p = b->data; p < b->data + b->used;) {
            p = unpack(p, &o);
            fn(ctx, &o);
        }
    }
}

uint64_t rgs_tape_count(const struct rgs_tape *t)
{
    return t->count;
}

uint64_t rgs_tape_dropped(const struct rgs_tape *t)
{
    return t->dropped;
}
