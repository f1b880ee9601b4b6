/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/told.h"

#include <stdlib.h>

#include "store/grown.h"

enum {
    MOST_ALERTS = 1 << 20, /* of an image, that are not committed everywhere */
    MOST_TEXT = 1 << 20,   /* of one of them */
};

struct rgs_told_alert {
    int64_t at;
    unsigned shard;
    char *id, *typology, *json; /* one block, id first */
    enum rgs_status level;
};

void rgs_told_init(struct rgs_told *l, unsigned shards)
{
    *l = (struct rgs_told){.shards = shards, .settled = RGS_NEVER};
}

void rgs_told_fini(struct rgs_told *l)
{
    for (size_t i = 0; i < l->alerts; i++)
        free(l->alert[i].id);
    free(l->alert);
}

static struct rgs_told_alert *more_alerts(struct rgs_told *l)
{
    struct rgs_told_alert *alert = rgs_grown(l->alert, l->alerts, &l->cap, sizeof(*alert));

    if (!alert)
        return NULL;
    l->alert = alert;
    return &l->alert[l->alerts++];
}

bool rgs_told_keep(struct rgs_told *l, const struct rgs_result_alert *r, const char *json,
                   int64_t at)
{
    size_t n[3] = {strlen(r->id) + 1, strlen(r->typology) + 1, strlen(json) + 1};
    char *text = malloc(n[0] + n[1] + n[2]);
    struct rgs_told_alert *t = text ? more_alerts(l) : NULL;

    if (!t) {
        free(text);
        return false;
    }
    *t = (struct rgs_told_alert){.at = at,
                                 .shard = rgs_shard_of_id(r->id, l->shards),
                                 .id = text,
                                 .typology = text + n[0],
                                 .json = text + n[0] + n[1],
                                 .level = r->level};
    memcpy(t->id, r->id, n[0]);
    memcpy(t->typology, r->typology, n[1]);
    memcpy(t->json, json, n[2]);
    return true;
}

bool rgs_told_commit(const struct rgs_told *l, unsigned shard, int64_t from, int64_t to,
                     struct rgs_commit *c)
{
    bool ok = true;

    for (size_t i = 0; i < l->alerts && l->alert[i].at <= to && ok; i++) {
        const struct rgs_told_alert *t = &l->alert[i];
        if (t->shard == shard && t->at > from)
            ok = rgs_commit_alert(c, t->id, t->typology, rgs_status_word(t->level),
                                  rgs_redis_word(t->json));
    }
    return ok;
}

bool rgs_told_any(const struct rgs_told *l, unsigned shard, int64_t from)
{
    for (size_t i = l->alerts; i-- > 0 && l->alert[i].at > from;) {
        if (l->alert[i].shard == shard)
            return true;
    }
    return false;
}

void rgs_told_settle(struct rgs_told *l, int64_t upto)
{
    size_t n = 0;

    if (upto <= l->settled)
        return;
    while (n < l->alerts && l->alert[n].at <= upto)
        free(l->alert[n++].id);
    l->alerts -= n;
    if (n)
        memmove(l->alert, l->alert + n, l->alerts * sizeof(*l->alert));
    l->settled = upto;
}

static void alert_image(struct rgs_told *l, struct rgs_image *im, struct rgs_told_alert *t)
{
    bool reads = im->mode == RGS_IMAGE_READ;
    uint32_t at[2] = {0}, n = 0, level = 0;

    if (!reads) {
        at[0] = (uint32_t)(t->typology - t->id);
        at[1] = (uint32_t)(t->json - t->id);
        n = at[1] + (uint32_t)strlen(t->json) + 1;
        level = t->level;
    }
    RGS_IMAGE(im, t->at);
    RGS_IMAGE(im, t->shard);
    RGS_IMAGE(im, at);
    RGS_IMAGE(im, n);
    RGS_IMAGE(im, level);
    if (!rgs_image_fits(im, n, MOST_TEXT) || !rgs_image_fits(im, at[0], n) ||
        !rgs_image_fits(im, at[1], n) || !rgs_image_fits(im, level, 3) ||
        !rgs_image_fits(im, t->shard, l->shards - 1))
        return;
    if (reads) {
        t->id = calloc(1, (size_t)n + 1);
        im->failed = im->failed || !t->id;
    }
    rgs_image_bytes(im, t->id, n);
    if (reads && t->id) {
        t->typology = t->id + at[0];
        t->json = t->id + at[1];
        t->level = (enum rgs_status)level;
    }
}

void rgs_told_image(struct rgs_told *l, struct rgs_image *im)
{
    uint64_t n = l->alerts;

    RGS_IMAGE(im, n);
    RGS_IMAGE(im, l->settled);
    for (uint64_t i = 0; rgs_image_fits(im, n, MOST_ALERTS) && i < n; i++) {
        struct rgs_told_alert *t = im->mode == RGS_IMAGE_READ ? more_alerts(l) : &l->alert[i];
        if (!t) {
            im->failed = true;
            return;
        }
        if (im->mode == RGS_IMAGE_READ)
            *t = (struct rgs_told_alert){0};
        alert_image(l, im, t);
    }
}
