/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Under which numbers, SIMs, devices and nodes people are known. */
#include "simulate/people.h"

struct rgs_digits rgs_sim_imsi(const struct rgs_sim_world *w, uint32_t sub)
{
    const struct rgs_sim_sub *s = &w->sub[sub];
    unsigned life = s->life ? s->life : 1;
    uint64_t msin = (uint64_t)life * 100000000 + sub; /* another SIM in each life of the number */
    struct rgs_digits d = w->s->plmn, tail = rgs_digits_from_u64(msin);

    for (unsigned i = tail.n + d.n; i < 15; i++)
        rgs_digits_add(&d, '0');
    for (unsigned i = 0; i < tail.n; i++)
        rgs_digits_add(&d, tail.d[i]);
    return d;
}

struct rgs_digits rgs_sim_imeisv(const struct rgs_sim_world *w, uint32_t sub)
{
    static const char *const tac[][3] = {
        [RGS_SIM_PHONE] = {"35391110", "35875409", "86745304"},
        [RGS_SIM_GATEWAY] = {"86107503", "35278407", "86107503"},
        [RGS_SIM_MODULE] = {"35160106", "86434805", "35160106"},
    };
    const struct rgs_sim_sub *s = &w->sub[sub];
    const char *type = tac[rgs_sim_behaviour_of(w, s)->device][s->device % 3];
    struct rgs_digits d = rgs_digits_of(type, 8);
    uint32_t serial = s->device % 1000000;

    for (uint32_t unit = 100000; unit; unit /= 10)
        rgs_digits_add(&d, (char)('0' + serial / unit % 10));
    rgs_digits_add(&d, '0');
    rgs_digits_add(&d, (char)('1' + s->device % 3));
    return d;
}

struct rgs_digits rgs_sim_node(const struct rgs_sim_world *w, unsigned network, unsigned node)
{
    const struct rgs_sim_network *net = &w->s->network[network];
    struct rgs_digits d = net->first_node;

    for (unsigned i = d.n; node && i > 0; i--) { /* adds, keeping leading digits and length */
        unsigned v = (unsigned)(d.d[i - 1] - '0') + node;
        d.d[i - 1] = (char)('0' + v % 10);
        node = v / 10;
    }
    return d;
}

uint32_t rgs_sim_device_of(const struct rgs_sim_world *w, uint32_t population, uint32_t slot)
{
    const struct rgs_sim_behaviour *b = &w->s->population[population].behaviour;

    return w->pop[population].first + slot / (uint32_t)b->sims_per_device;
}

/* The number at a position in the reseller's ranges, one behind the other. */
static uint64_t number_at(const struct rgs_sim_reseller *re, uint64_t position)
{
    for (unsigned i = 0; i < re->ranges; i++) {
        uint64_t n = re->range[i].last - re->range[i].first + 1;
        if (position < n)
            return re->range[i].first + position;
        position -= n;
    }
    return re->range[0].first;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void rgs_sim_give_numbers(struct rgs_sim_world *w, const struct rgs_sim_reseller *re)
{
    uint64_t room = 0, total = 0, used = 0, step = 1;
    enum rgs_sim_layout layout = RGS_SIM_CONSECUTIVE;

    for (unsigned i = 0; i < re->ranges; i++)
        room += re->range[i].last - re->range[i].first + 1;
    for (unsigned i = 0; i < re->populations; i++) {
        const struct rgs_sim_population *p = &w->s->population[re->first_population + i];
        total += p->numbers;
        if (p->numbers && p->behaviour.layout > layout)
            layout = p->behaviour.layout;
    }
    if (layout == RGS_SIM_MIXED)
        room = total;
    if (layout != RGS_SIM_CONSECUTIVE) {
        for (step = (uint64_t)((double)room * 0.6180339887) | 1; gcd(step, room) != 1;)
            step++;
    }
    for (unsigned i = 0; i < re->populations; i++) {
        const struct rgs_sim_pop *p = &w->pop[re->first_population + i];
        for (uint32_t k = 0; k < p->n; k++, used++)
            w->sub[p->first + k].msisdn =
                number_at(re, (uint64_t)((unsigned __int128)used * step % room));
    }
}
