/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who there is at the beginning. */
#include <errno.h>

#include "simulate/people.h"
#include "simulate/random.h"

uint8_t rgs_sim_pick_service(struct rgs_sim_pop *p, uint64_t *random)
{
    uint32_t x = rgs_random_below(random, p->weights);
    unsigned lo = 0, hi = RGS_SIM_SERVICES - 1;

    while (lo < hi) { /* the first whose cumulative weight lies above x */
        unsigned mid = (lo + hi) / 2;
        if (p->cumulative[mid] > x)
            hi = mid;
        else
            lo = mid + 1;
    }
    return (uint8_t)lo;
}

void rgs_sim_draw_services(struct rgs_sim_world *w, struct rgs_sim_sub *s)
{
    struct rgs_sim_pop *p = &w->pop[s->population];
    uint8_t *list = w->services + s->services_at;
    uint64_t drawn[(RGS_SIM_SERVICES + 63) / 64] = {0};
    unsigned n = 0;

    for (unsigned tries = 0; n < s->services && tries < 40u * RGS_SIM_SERVICES; tries++) {
        uint8_t service = rgs_sim_pick_service(p, &s->random);
        if (drawn[service / 64] >> service % 64 & 1)
            continue;
        drawn[service / 64] |= UINT64_C(1) << service % 64;
        list[n++] = service;
    }
    s->services = (uint8_t)n;
}

static void pop_init(struct rgs_sim_world *w, unsigned i, uint32_t first)
{
    const struct rgs_sim_population *from = &w->s->population[i];
    struct rgs_sim_pop *p = &w->pop[i];

    p->first = first;
    p->n = from->numbers;
    p->random = rgs_mix64((uint64_t)w->s->seed + 7919u * (i + 1));
    for (int k = 0; k < RGS_SIM_SERVICES; k++) {
        p->weights += from->behaviour.weight[k];
        p->cumulative[k] = p->weights;
    }
}

static uint8_t draw_language(const struct rgs_sim_behaviour *b, uint64_t *random)
{
    double sum = 0, x;

    for (int i = 0; i < RGS_SIM_LANGUAGES; i++)
        sum += b->language[i];
    x = rgs_random_unit(random) * sum;
    for (int i = 0; i < RGS_SIM_LANGUAGES; i++) {
        x -= b->language[i];
        if (x < 0)
            return (uint8_t)i;
    }
    return RGS_SIM_LANG_en;
}

static void sub_init(struct rgs_sim_world *w, uint32_t i, uint16_t population)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = &w->s->population[population].behaviour;
    uint32_t slot = i - w->pop[population].first;

    s->population = population;
    s->random = rgs_mix64((uint64_t)w->s->seed * UINT64_C(0x9e3779b97f4a7c15) + i + 1);
    double services = b->services + b->services_spread * rgs_random_bell(&s->random) + 0.5;
    s->services = (uint8_t)(services < 1                  ? 1
                            : services > RGS_SIM_SERVICES ? RGS_SIM_SERVICES
                                                          : services);
    s->language = draw_language(b, &s->random);
    s->unattached = rgs_random_chance(&s->random, b->unattached);
    s->device = rgs_sim_device_of(w, population, slot);
    int64_t at = w->s->start + b->activate_from + RGS_SIM_SECOND * 60;
    if (b->activate_over)
        at += (int64_t)(rgs_random_unit(&s->random) * (double)b->activate_over);
    rgs_sim_at(w, at, RGS_SIM_ACTIVATE, 0, i);
}

int rgs_sim_people_init(struct rgs_sim_world *w)
{
    const struct rgs_sim_scenario *s = w->s;
    uint32_t first = 0;
    size_t services = 0;

    rgs_sim_hours_init(w);
    w->sub = rgs_new(w->alloc, (s->numbers + 1u) * sizeof(*w->sub));
    if (!w->sub)
        return -ENOMEM;
    w->subs = s->numbers;
    for (unsigned i = 0; i < s->populations; i++) {
        const struct rgs_sim_behaviour *b = &s->population[i].behaviour;
        int64_t from = s->start + b->activate_from;
        pop_init(w, i, first);
        for (uint32_t k = 0; k < w->pop[i].n; k++) {
            sub_init(w, first + k, (uint16_t)i);
            w->sub[first + k].services_at = (uint32_t)services;
            services += w->sub[first + k].services;
        }
        first += w->pop[i].n;
        if (b->bursts > 0)
            rgs_sim_at(
                w, rgs_sim_later(w, b->hours, from, rgs_random_exp(&w->pop[i].random) / b->bursts),
                RGS_SIM_BURST, 0, i);
        if (b->blasts > 0)
            rgs_sim_at(
                w, rgs_sim_later(w, b->hours, from, rgs_random_exp(&w->pop[i].random) / b->blasts),
                RGS_SIM_BLAST, 0, i);
    }
    w->services = rgs_new(w->alloc, services + 1);
    if (!w->services)
        return -ENOMEM;
    for (uint32_t i = 0; i < w->subs; i++)
        rgs_sim_draw_services(w, &w->sub[i]);
    for (unsigned i = 0; i < s->resellers; i++)
        rgs_sim_give_numbers(w, &s->reseller[i]);
    return 0;
}

void rgs_sim_people_fini(struct rgs_sim_world *w)
{
    rgs_free(w->alloc, w->sub);
    rgs_free(w->alloc, w->services);
}
