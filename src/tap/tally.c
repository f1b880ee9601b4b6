/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap/tally.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { CENSUS_EVERY = 64 }; /* observations, or a second of event time */

struct rgs_tally {
    struct rgs_evaluator *evaluator;
    const struct rgs_catalogue *catalogue;
    pthread_mutex_t lock; /* of the picture */
    struct rgs_tally_census picture;
    unsigned since;
    int64_t taken_ts;
    size_t services;
    _Atomic uint64_t codes[]; /* by index */
};

void rgs_tally_refresh(struct rgs_tally *t)
{
    struct rgs_scorer *s = rgs_evaluator_scorer(t->evaluator);
    struct rgs_tally_census c = {0};

    if (!s)
        return;
    rgs_scorer_census(s, &c.census);
    snprintf(c.ruleset, sizeof(c.ruleset), "%s", c.census.ruleset);
    snprintf(c.revision, sizeof(c.revision), "%s", c.census.revision);
    snprintf(c.sha256, sizeof(c.sha256), "%s", c.census.sha256);
    c.census.ruleset = c.census.revision = c.census.sha256 = NULL;
    pthread_mutex_lock(&t->lock);
    t->picture = c;
    pthread_mutex_unlock(&t->lock);
}

static void on_obs(void *ctx, const struct rgs_obs *o)
{
    struct rgs_tally *t = ctx;

    if (RGS_OBS_HAS(o, KIND) && o->kind == RGS_OBS_VERIFICATION) {
        uint16_t service = RGS_OBS_HAS(o, SERVICE) ? o->service : 0;
        if (service <= t->services)
            atomic_fetch_add_explicit(&t->codes[service], 1, memory_order_relaxed);
    }
    if (++t->since < CENSUS_EVERY && o->ts - t->taken_ts < INT64_C(1000000000))
        return;
    t->since = 0;
    t->taken_ts = o->ts;
    rgs_tally_refresh(t);
}

struct rgs_tally *rgs_tally_new(struct rgs_evaluator *e, const struct rgs_catalogue *catalogue)
{
    size_t services = rgs_catalogue_count(catalogue);
    struct rgs_tally *t = calloc(1, sizeof(*t) + (services + 1) * sizeof(t->codes[0]));

    if (!t)
        return NULL;
    t->evaluator = e;
    t->catalogue = catalogue;
    t->services = services;
    pthread_mutex_init(&t->lock, NULL);
    rgs_tally_refresh(t);
    rgs_evaluator_on_obs(e, on_obs, t);
    return t;
}

void rgs_tally_del(struct rgs_tally *t)
{
    if (t)
        pthread_mutex_destroy(&t->lock);
    free(t);
}

void rgs_tally_census(struct rgs_tally *t, struct rgs_tally_census *out)
{
    pthread_mutex_lock(&t->lock);
    *out = t->picture;
    pthread_mutex_unlock(&t->lock);
}

uint64_t rgs_tally_codes(const struct rgs_tally *t, uint16_t service)
{
    return atomic_load_explicit(&t->codes[service], memory_order_relaxed);
}

size_t rgs_tally_services(const struct rgs_tally *t)
{
    return t->services;
}

const char *rgs_tally_service(const struct rgs_tally *t, uint16_t service)
{
    const struct rgs_service *s = service ? rgs_catalogue_service(t->catalogue, service) : NULL;
    return s ? s->id : "none";
}
