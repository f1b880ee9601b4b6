/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/probe.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/clock.h"
#include "store/home.h"
#include "store/keys.h"
#include "store/sender.h"
#include "store/site.h"

enum {
    ASK_MS = 2000,  /* how long the site is asked for its shards at the begin */
    IDLE_MS = 5000, /* between two rounds that tell nothing but the time */
};

struct rgs_probe_link {
    struct rgs_sender *sender;
    struct rgs_obs_packer *packer; /* of each shard */
    unsigned shards;
    uint32_t order; /* observations in this round */
    bool any;       /* rounds before */
    int64_t newest, told_at;
    struct rgs_round round;
    _Atomic uint64_t observations; /* in all */
    char trouble[256];
};

bool rgs_probe_name_ok(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return n > 0 && n <= 64 && name[n] == '\0';
}

/* A site whose servers are away now is taken to have what is wanted: a session may have other
 * shards than its site. */
static unsigned ask_shards(const struct rgs_probe_conf *conf)
{
    unsigned wanted = conf->shards ? conf->shards : rgs_site_shards_default(&conf->url);
    struct rgs_home *h = rgs_home_new(&conf->url, ASK_MS, true);
    char text[80];
    unsigned n = h ? rgs_site_shards(h, conf->site, wanted, conf->keep_s) : 0;

    rgs_home_del(h);
    if (n && conf->shards && n != conf->shards && conf->say) {
        snprintf(text, sizeof(text), "the site has %u shards, not %u", n, conf->shards);
        conf->say(conf->say_ctx, text);
    }
    return n ? n : wanted;
}

struct rgs_probe_link *rgs_probe_new(const struct rgs_probe_conf *conf,
                                     const struct rgs_token_key *key, char *err, size_t err_size)
{
    struct rgs_probe_link *p = calloc(1, sizeof(*p));

    snprintf(err, err_size, "out of memory");
    if (!p)
        return NULL;
    p->shards = ask_shards(conf);
    p->packer = calloc(p->shards, sizeof(*p->packer));
    if (p->packer)
        p->sender = rgs_sender_new(conf, p->shards, key, err, err_size);
    if (!p->sender) {
        rgs_probe_del(p);
        return NULL;
    }
    for (unsigned k = 0; k < p->shards; k++)
        rgs_obs_packer_init(&p->packer[k], &conf->names);
    p->told_at = rgs_clock_ms();
    return p;
}

void rgs_probe_del(struct rgs_probe_link *p)
{
    if (!p)
        return;
    rgs_sender_del(p->sender);
    if (p->packer)
        explicit_bzero(p->packer, p->shards * sizeof(*p->packer));
    free(p->packer);
    free(p);
}

/* Every shard's part, also when it is empty: a round is whole when all of its blocks are there. */
static bool send_round(struct rgs_probe_link *p, int64_t ts)
{
    p->round.type = RGS_BLOCK_DATA;
    p->round.ts = ts;
    for (unsigned k = 0; k < p->shards; k++) {
        struct rgs_obs_packer *packer = &p->packer[k];
        p->round.part[k].body = rgs_bytes(packer->body, packer->n);
        p->round.part[k].count = packer->count;
    }
    bool ok = rgs_sender_put(p->sender, &p->round);
    for (unsigned k = 0; k < p->shards; k++)
        rgs_obs_packer_reset(&p->packer[k]);
    p->order = 0;
    p->any = true;
    p->told_at = rgs_clock_ms();
    return ok;
}

void rgs_probe_obs(void *probe, const struct rgs_obs *o)
{
    struct rgs_probe_link *p = probe;
    struct rgs_obs_packer *packer = &p->packer[rgs_shard_of_obs(o, p->shards)];

    if (rgs_obs_packer_full(packer))
        send_round(p, p->newest);
    rgs_obs_pack(packer, o, p->order++);
    atomic_fetch_add_explicit(&p->observations, 1, memory_order_relaxed);
    if (o->ts > p->newest)
        p->newest = o->ts;
}

void rgs_probe_tick(struct rgs_probe_link *p, int64_t event_ts)
{
    bool idle = p->order == 0;

    if (event_ts > p->newest)
        p->newest = event_ts;
    if (!idle || (p->any && event_ts && rgs_clock_ms() - p->told_at >= IDLE_MS))
        send_round(p, p->newest);
}

int rgs_probe_finish(struct rgs_probe_link *p, int64_t last_ts)
{
    if (p->order)
        send_round(p, p->newest);
    p->round.type = RGS_BLOCK_END;
    p->round.ts = last_ts;
    for (unsigned k = 0; k < p->shards; k++) {
        p->round.part[k].body = (struct rgs_bytes){0};
        p->round.part[k].count = 0;
    }
    rgs_sender_put(p->sender, &p->round);
    return rgs_sender_finish(p->sender);
}

void rgs_probe_counts(struct rgs_probe_link *p, struct rgs_probe_counts *c)
{
    rgs_sender_counts(p->sender, c);
    c->observations = atomic_load_explicit(&p->observations, memory_order_relaxed);
}

const char *rgs_probe_trouble(struct rgs_probe_link *p)
{
    rgs_sender_trouble(p->sender, p->trouble);
    return p->trouble;
}
