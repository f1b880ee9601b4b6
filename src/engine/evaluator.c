/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/evaluator.h"

#include <errno.h>
#include <stdio.h>

enum {
    MAX_LOST = 16,
    MAX_DROPPED = RGS_EVICTED_COUNT + RGS_TRACKER_COUNTERS + 16 + MAX_LOST,
};

struct rgs_evaluator {
    struct rgs_analyzer_conf conf;
    const struct rgs_alloc *alloc;
    struct rgs_tracker *tracker;
    struct rgs_scorer *scorer;
    rgs_obs_fn *on_obs, *to_site;
    void *obs_ctx, *site_ctx;
    uint64_t verifications;
    struct rgs_result_named anomalies[RGS_A_COUNT];
    struct rgs_result_named dropped[MAX_DROPPED];
    char token[9];
};

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct rgs_evaluator *e = ctx;

    e->verifications += RGS_OBS_HAS(o, KIND) && o->kind == RGS_OBS_VERIFICATION;
    if (e->on_obs)
        e->on_obs(e->obs_ctx, o);
    if (e->to_site)
        e->to_site(e->site_ctx, o);
    if (e->scorer)
        rgs_scorer_observe(e->scorer, o);
}

static const char *reseller_name(void *ctx, uint64_t id, const char **name, const char **parent)
{
    const struct rgs_evaluator *e = ctx;
    const struct rgs_reseller *r = rgs_inventory_reseller(e->conf.inventory, id);

    if (!r)
        return NULL;
    *name = r->name;
    *parent = r->parent;
    return r->id;
}

static const char *account_name(void *ctx, uint64_t id)
{
    const struct rgs_evaluator *e = ctx;
    return rgs_tracker_name(e->tracker, id);
}

static const struct rgs_service *service(void *ctx, uint16_t index)
{
    const struct rgs_evaluator *e = ctx;
    return rgs_catalogue_service(e->conf.catalogue, index);
}

static const char *service_id(void *ctx, uint16_t index)
{
    const struct rgs_service *s = service(ctx, index);
    return s ? s->id : NULL;
}

/*
 * An IMEI has so few possible values that an unkeyed hash of one is as good as the IMEI itself. The
 * key is derived, so that a token says nothing of the tables' own hashes.
 */
void rgs_entity_token(const struct rgs_hash_key *key, enum rgs_grain grain, uint64_t id,
                      char out[9])
{
    static const struct rgs_hash_key purpose = {0x656e746974792074u, 0x6f6b656e73202020u};
    const struct rgs_hash_key derived = {key->k0 ^ purpose.k0, key->k1 ^ purpose.k1};
    const uint64_t what[2] = {grain, id};

    snprintf(out, 9, "%08x", (unsigned)(rgs_hash(&derived, what, sizeof(what)) >> 32));
}

static const char *token(void *ctx, enum rgs_grain grain, uint64_t id)
{
    struct rgs_evaluator *e = ctx;
    rgs_entity_token(&e->conf.hash_key, grain, id, e->token);
    return e->token;
}

void rgs_evaluator_names(struct rgs_evaluator *e, struct rgs_scorer_names *names)
{
    *names = (struct rgs_scorer_names){.ctx = e,
                                       .reseller = reseller_name,
                                       .account = account_name,
                                       .service = service_id,
                                       .token = token};
}

static void size(const struct rgs_tables *t, struct rgs_tracker_conf *track)
{
    const struct {
        uint32_t given, *size;
    } rows[] = {{t->subscribers, &track->subscribers},
                {t->messages, &track->messages},
                {t->pairs, &track->pairs},
                {t->names, &track->names}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        *rows[i].size = rows[i].given ? rows[i].given : *rows[i].size;
}

static bool start(struct rgs_evaluator *e)
{
    const struct rgs_analyzer_conf *conf = &e->conf;
    struct rgs_tracker_conf track = rgs_tracker_conf_default;

    size(&conf->tables, &track);
    track.hash_key = conf->hash_key;
    track.service = service;
    track.service_ctx = e;
    track.inventory = conf->inventory;
    track.geo = conf->geo;
    track.home = conf->home;
    if (conf->ruleset)
        track.retention_ns = rgs_ruleset_retention(conf->ruleset);
    e->tracker = rgs_tracker_new(&track, on_obs, e, e->alloc);
    if (conf->ruleset) {
        struct rgs_scorer_capacity score = rgs_scorer_capacity_default;
        struct rgs_scorer_names names;
        rgs_evaluator_names(e, &names);
        score.hash_key = conf->hash_key;
        if (conf->tables.numbers)
            score.numbers = conf->tables.numbers;
        if (conf->tables.entities)
            score.entities = conf->tables.entities;
        e->scorer = rgs_scorer_new(conf->ruleset, &names, &score, e->alloc);
    }
    return e->tracker && (e->scorer || !conf->ruleset);
}

struct rgs_evaluator *rgs_evaluator_new(const struct rgs_analyzer_conf *conf,
                                        const struct rgs_alloc *alloc)
{
    struct rgs_evaluator *e = rgs_new(alloc, sizeof(*e));

    if (!e)
        return NULL;
    e->conf = *conf;
    e->alloc = alloc;
    if (!start(e)) {
        rgs_evaluator_del(e);
        return NULL;
    }
    return e;
}

void rgs_evaluator_del(struct rgs_evaluator *e)
{
    if (!e)
        return;
    rgs_scorer_del(e->scorer);
    rgs_tracker_del(e->tracker);
    rgs_free(e->alloc, e);
}

int rgs_evaluator_reload(struct rgs_evaluator *e, const struct rgs_ruleset *ruleset,
                         const struct rgs_inventory *inventory)
{
    const struct rgs_inventory *former = e->conf.inventory;

    rgs_scorer_settle(e->scorer);
    /* Alerts that arise while a typology is scored anew name resellers as they are called now. */
    e->conf.inventory = inventory;
    struct rgs_scorer *s = rgs_scorer_adopt(e->scorer, ruleset);
    if (!s) {
        e->conf.inventory = former;
        return -ENOMEM;
    }
    rgs_scorer_del(e->scorer);
    e->scorer = s;
    e->conf.ruleset = ruleset;
    rgs_scorer_inventory_changed(s);
    rgs_tracker_rules(e->tracker, inventory, rgs_ruleset_retention(ruleset));
    return 0;
}

void rgs_evaluator_image(struct rgs_evaluator *e, struct rgs_image *im)
{
    RGS_IMAGE(im, e->verifications);
    rgs_tracker_image(e->tracker, im);
    rgs_image_same(im, e->scorer != NULL);
    if (!e->scorer)
        return;
    rgs_scorer_image(e->scorer, im);
    /* It may be another than the one that the state was made with. */
    if (im->mode == RGS_IMAGE_READ && !im->failed)
        rgs_scorer_inventory_changed(e->scorer);
}

void rgs_evaluator_op(struct rgs_evaluator *e, const struct rgs_op *op, const struct rgs_verdict *v)
{
    rgs_tracker_op(e->tracker, op, v);
}

void rgs_evaluator_finish(struct rgs_evaluator *e, bool any, int64_t last_ts)
{
    rgs_tracker_flush(e->tracker);
    if (e->scorer && any)
        rgs_scorer_advance(e->scorer, last_ts);
}

void rgs_evaluator_on_obs(struct rgs_evaluator *e, rgs_obs_fn *fn, void *ctx)
{
    e->on_obs = fn;
    e->obs_ctx = ctx;
}

void rgs_evaluator_to_site(struct rgs_evaluator *e, rgs_obs_fn *fn, void *ctx)
{
    e->to_site = fn;
    e->site_ctx = ctx;
}

/* What never came here, then what the caps cost: in decoders, in what the scorer has said of
 * itself, in the tracker. */
static size_t dropped(struct rgs_evaluator *e, const struct rgs_totals *totals,
                      const struct rgs_result_named *lost, size_t n_lost,
                      const struct rgs_result *r)
{
    size_t n = 0;
    for (size_t i = 0; i < n_lost && i < MAX_LOST; i++)
        e->dropped[n++] = lost[i];
    for (unsigned x = 0; x < RGS_EVICTED_COUNT && n < MAX_DROPPED; x++) {
        if (totals->evicted[x])
            e->dropped[n++] = (struct rgs_result_named){rgs_evicted_name((enum rgs_evicted)x),
                                                        totals->evicted[x]};
    }
    for (size_t i = 0; i < r->n_dropped && n < MAX_DROPPED; i++)
        e->dropped[n++] = r->dropped[i];
    for (unsigned c = RGS_DROPPED_SUBSCRIBERS; c < RGS_TRACKER_COUNTERS && n < MAX_DROPPED; c++) {
        uint64_t count = rgs_tracker_count(e->tracker, (enum rgs_tracker_counter)c);
        if (count)
            e->dropped[n++] = (struct rgs_result_named){
                rgs_tracker_counter_name((enum rgs_tracker_counter)c), count};
    }
    return n;
}

int rgs_evaluator_result(struct rgs_evaluator *e, const struct rgs_totals *totals,
                         const struct rgs_result_named *lost, size_t n_lost,
                         struct rgs_result_owner *owner)
{
    struct rgs_result *r = &owner->result;

    if (e->scorer && rgs_scorer_result(e->scorer, owner) < 0)
        return -ENOMEM;
    r->packets = totals->packets;
    r->bytes = totals->bytes;
    r->operations = totals->operations;
    r->verifications = e->verifications;
    r->first_ts = totals->first_ts;
    r->last_ts = totals->last_ts;
    r->anomalies = e->anomalies;
    r->n_anomalies = 0;
    for (unsigned x = 0; x < RGS_A_COUNT; x++) {
        if (totals->anomalies[x])
            e->anomalies[r->n_anomalies++] = (struct rgs_result_named){
                rgs_anomaly_name((enum rgs_anomaly)x), totals->anomalies[x]};
    }
    r->n_dropped = dropped(e, totals, lost, n_lost, r);
    r->dropped = e->dropped;
    return 0;
}

const struct rgs_hash_key *rgs_evaluator_key(const struct rgs_evaluator *e)
{
    return &e->conf.hash_key;
}

uint64_t rgs_evaluator_verifications(const struct rgs_evaluator *e)
{
    return e->verifications;
}

struct rgs_tracker *rgs_evaluator_tracker(struct rgs_evaluator *e)
{
    return e->tracker;
}

struct rgs_scorer *rgs_evaluator_scorer(struct rgs_evaluator *e)
{
    return e->scorer;
}

const struct rgs_ruleset *rgs_evaluator_ruleset(const struct rgs_evaluator *e)
{
    return e->conf.ruleset;
}
