/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a merge knows as bytes. Bodies of blocks stay in the log. */
#include <stdlib.h>

#include "store/merge_parts.h"

enum { WAITING = 1 << 20 }; /* blocks of one lane */

static void waiting(struct rgs_merge *m, struct rgs_image *im, struct rgs_waiting *w)
{
    RGS_IMAGE(im, w->place);
    RGS_IMAGE(im, w->head);
    RGS_IMAGE(im, w->least);
    RGS_IMAGE(im, w->n);
    w->place.id[sizeof(w->place.id) - 1] = '\0';
    if (!rgs_image_fits(im, w->place.shard, m->conf.shards - 1u))
        return;
    if (rgs_image_fits(im, w->n, sizeof(m->body)) && w->head.type == RGS_BLOCK_END)
        rgs_image_bytes(im, im->mode == RGS_IMAGE_READ ? m->body : w->body, w->n);
}

static void write_queue(struct rgs_merge *m, struct rgs_image *im, struct rgs_lane *p)
{
    uint32_t n = 0;

    for (const struct rgs_waiting *w = p->first; w; w = w->next)
        n++;
    RGS_IMAGE(im, n);
    if (!rgs_image_fits(im, n, WAITING))
        return;
    for (struct rgs_waiting *w = p->first; w; w = w->next)
        waiting(m, im, w);
}

static void read_queue(struct rgs_merge *m, struct rgs_image *im, struct rgs_lane *p)
{
    uint32_t n = 0;

    RGS_IMAGE(im, n);
    for (uint32_t i = 0; rgs_image_fits(im, n, WAITING) && i < n; i++) {
        struct rgs_waiting w = {0};
        waiting(m, im, &w);
        if (!im->failed)
            im->failed = rgs_merge_wait(m, p, &w, w.head.type == RGS_BLOCK_END) < 0;
    }
}

/* Reads a body again up to where it was. */
static bool resume(struct rgs_merge *m, struct rgs_lane *p, const struct rgs_waiting *of,
                   uint32_t taken)
{
    struct rgs_waiting *w = malloc(sizeof(*w));

    if (!w)
        return false;
    *w = *of;
    w->next = NULL;
    w->held = false;
    if (!rgs_merge_open_body(m, p, w))
        return false;
    while (p->cursor && p->cursor->taken < taken)
        rgs_merge_next_of(m, p);
    return p->cursor != NULL;
}

static void cursor(struct rgs_merge *m, struct rgs_image *im, struct rgs_lane *p)
{
    bool any = p->cursor != NULL;
    uint32_t taken = any ? p->cursor->taken : 0;
    struct rgs_waiting of = {0};

    rgs_image_bool(im, &any);
    RGS_IMAGE(im, taken);
    if (!any || im->failed)
        return;
    if (im->mode != RGS_IMAGE_READ)
        waiting(m, im, p->cursor->of);
    else
        waiting(m, im, &of);
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        im->failed = !resume(m, p, &of, taken);
}

static void lane(struct rgs_merge *m, struct rgs_image *im, struct rgs_lane *p)
{
    RGS_IMAGE(im, p->seq);
    rgs_image_bool(im, &p->ended);
    cursor(m, im, p);
    if (im->mode == RGS_IMAGE_READ)
        read_queue(m, im, p);
    else
        write_queue(m, im, p);
}

/* Who it is, which makes its place when it is read; none is there twice, or in no shard. */
static struct rgs_source *source(struct rgs_merge *m, struct rgs_image *im, unsigned i)
{
    struct rgs_block_head who = {0};

    if (im->mode != RGS_IMAGE_READ)
        who = (struct rgs_block_head){.probe = m->source[i]->probe,
                                      .session = m->source[i]->session,
                                      .shards = (uint16_t)m->source[i]->shards};
    RGS_IMAGE(im, who.probe);
    RGS_IMAGE(im, who.session);
    RGS_IMAGE(im, who.shards);
    if (!rgs_image_fits(im, who.shards - 1u, RGS_BLOCK_SHARDS - 1))
        return NULL;
    struct rgs_source *s = im->mode == RGS_IMAGE_READ ? rgs_merge_source(m, &who) : m->source[i];
    im->failed = im->failed || !s || m->n <= i;
    return im->failed ? NULL : s;
}

static void content(struct rgs_merge *m, struct rgs_image *im, struct rgs_source *s)
{
    RGS_IMAGE(im, s->ended_parts);
    RGS_IMAGE(im, s->round);
    RGS_IMAGE(im, s->whole);
    RGS_IMAGE(im, s->newest);
    RGS_IMAGE(im, s->now);
    RGS_IMAGE(im, s->end_ts);
    rgs_image_bool(im, &s->any_round);
    rgs_image_bool(im, &s->ended);
    rgs_image_bool(im, &s->has_next);
    RGS_IMAGE(im, s->at);
    for (unsigned k = 0; k < s->shards && !im->failed; k++)
        lane(m, im, &s->part[k]);
    if (im->mode == RGS_IMAGE_READ && s->has_next && !im->failed)
        im->failed = s->at >= s->shards || !s->part[s->at].cursor;
}

void rgs_merge_image(struct rgs_merge *m, struct rgs_image *im, int64_t now_ms)
{
    unsigned n = m->n;

    rgs_image_same(im, sizeof(struct rgs_block_head));
    rgs_image_same(im, m->conf.shards);
    RGS_IMAGE(im, n);
    for (unsigned i = 0; rgs_image_fits(im, n, RGS_MERGE_SESSIONS) && i < n; i++) {
        struct rgs_source *s = source(m, im, i);
        if (!s)
            return;
        if (im->mode == RGS_IMAGE_READ)
            s->heard_at = now_ms;
        content(m, im, s);
    }
    RGS_IMAGE(im, m->sealed);
    RGS_IMAGE(im, m->marks);
    if (rgs_image_fits(im, m->marks, RGS_MERGE_MARKS))
        RGS_IMAGE(im, m->mark);
    RGS_IMAGE(im, m->known_ended);
    RGS_IMAGE(im, m->told_ended);
    RGS_IMAGE(im, m->forgotten_ended);
    RGS_IMAGE(im, m->upto);
    RGS_IMAGE(im, m->now);
    RGS_IMAGE(im, m->counts);
}

static void older(const struct rgs_waiting *w, unsigned shard, struct rgs_place *out)
{
    if (w->head.type != RGS_BLOCK_END && w->place.shard == shard &&
        (!out->id[0] || rgs_place_behind(out->id, w->place.id)))
        *out = w->place;
}

bool rgs_merge_needs(const struct rgs_merge *m, unsigned shard, struct rgs_place *out)
{
    *out = (struct rgs_place){.shard = shard};
    for (unsigned i = 0; i < m->n; i++) {
        const struct rgs_source *s = m->source[i];
        for (unsigned k = 0; k < s->shards; k++) {
            if (s->part[k].cursor)
                older(s->part[k].cursor->of, shard, out);
            for (const struct rgs_waiting *w = s->part[k].first; w; w = w->next)
                older(w, shard, out);
        }
    }
    return out->id[0] != '\0';
}

bool rgs_place_behind(const char *a, const char *b)
{
    uint64_t v[2][2];
    const char *p[2] = {a, b};

    for (int i = 0; i < 2; i++) {
        char *end;
        v[i][0] = strtoull(p[i], &end, 10);
        v[i][1] = *end == '-' ? strtoull(end + 1, NULL, 10) : 0;
    }
    return v[0][0] != v[1][0] ? v[0][0] > v[1][0] : v[0][1] > v[1][1];
}
