/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/steady.h"

#include <string.h>

#include "base/bytes.h"

#define FAR (INT64_C(86400) * 1000000000)

struct rgs_steady {
    const struct rgs_alloc *alloc;
    rgs_steady_fn *fn;
    void *ctx;
    int64_t now;     /* the latest time that is believed */
    uint64_t passed; /* packets */
    struct rgs_packet kept[RGS_STEADY_PACKETS];
    unsigned n;
    size_t used;
    uint8_t room[RGS_STEADY_ROOM];
};

struct rgs_steady *rgs_steady_new(rgs_steady_fn *fn, void *ctx, const struct rgs_alloc *alloc)
{
    struct rgs_steady *s = rgs_new(alloc, sizeof(*s));

    if (s) {
        s->alloc = alloc;
        s->fn = fn;
        s->ctx = ctx;
    }
    return s;
}

/* What was kept may have been somebody's message. */
static void forget(struct rgs_steady *s)
{
    explicit_bzero(s->room, s->used);
    s->n = 0;
    s->used = 0;
}

void rgs_steady_del(struct rgs_steady *s)
{
    if (!s)
        return;
    forget(s);
    rgs_free(s->alloc, s);
}

static bool is_far_ahead(int64_t ts, int64_t of)
{
    return ts > of && (uint64_t)ts - (uint64_t)of > (uint64_t)FAR;
}

static void pass(struct rgs_steady *s, const struct rgs_packet *p)
{
    s->now = s->passed++ == 0 || p->ts > s->now ? p->ts : s->now;
    s->fn(s->ctx, p, false);
}

static void believe(struct rgs_steady *s)
{
    for (unsigned i = 0; i < s->n; i++)
        pass(s, &s->kept[i]);
    forget(s);
}

/* Time did not go on where these were. */
static void disbelieve(struct rgs_steady *s, int64_t now)
{
    for (unsigned i = 0; i < s->n; i++) {
        s->kept[i].ts = now;
        s->fn(s->ctx, &s->kept[i], true);
    }
    forget(s);
}

static void keep(struct rgs_steady *s, const struct rgs_packet *p)
{
    if (p->data.n > sizeof(s->room) - s->used) {
        believe(s);
        pass(s, p);
        return;
    }
    uint8_t *copy = s->room + s->used;
    if (p->data.n)
        memcpy(copy, p->data.p, p->data.n);
    s->used += p->data.n;
    s->kept[s->n] = *p;
    s->kept[s->n++].data = rgs_bytes(copy, p->data.n);
    if (s->n == RGS_STEADY_PACKETS)
        believe(s);
}

void rgs_steady_packet(struct rgs_steady *s, const struct rgs_packet *packet)
{
    bool began = s->passed > 0;

    if (began && !is_far_ahead(packet->ts, s->now)) {
        if (s->n)
            disbelieve(s, s->now);
        pass(s, packet);
        return;
    }
    if (s->n && is_far_ahead(s->kept[0].ts, packet->ts))
        disbelieve(s, began ? s->now : packet->ts);
    keep(s, packet);
}

void rgs_steady_flush(struct rgs_steady *s)
{
    if (s->n >= RGS_STEADY_SURE || s->passed < RGS_STEADY_PACKETS)
        believe(s);
    else
        disbelieve(s, s->now);
}

bool rgs_steady_time(struct rgs_steady_clock *c, int64_t *ts)
{
    bool far = c->now && is_far_ahead(*ts, c->now);

    c->ahead = far ? c->ahead + 1 : 0;
    if (far && c->ahead <= RGS_STEADY_FOLLOWED) {
        *ts = c->now;
        return false;
    }
    c->now = *ts > c->now ? *ts : c->now;
    return true;
}
