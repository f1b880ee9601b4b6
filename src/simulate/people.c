/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "simulate/random.h"
#include "simulate/world.h"

/* How much of a day's messages falls into each hour, in local time. */
static const uint8_t hour_weight[RGS_SIM_HOURS][24] = {
    [RGS_SIM_HOURS_DAY] = {10, 6,  4,  3,  3,  5,  12, 25, 40, 48, 50, 50,
                           55, 52, 48, 46, 48, 52, 60, 66, 68, 62, 44, 22},
    [RGS_SIM_HOURS_OFFICE] = {1,  1,  1,  1,  1,  1,  4,  20, 60, 90, 95, 90,
                              60, 80, 95, 90, 85, 70, 40, 20, 12, 8,  4,  2},
    [RGS_SIM_HOURS_FLAT] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
};

static void hours_init(struct rgs_sim_world *w)
{
    for (int k = 0; k < RGS_SIM_HOURS; k++) {
        double sum = 0;
        for (int h = 0; h < 24; h++)
            sum += hour_weight[k][h];
        w->hours[k][0] = 0;
        for (int h = 0; h < 24; h++)
            w->hours[k][h + 1] = w->hours[k][h] + hour_weight[k][h] / sum;
    }
}

/* The time at which `days` of average activity have passed since ts: a Poisson process in warped
 * time. */
static int64_t later(const struct rgs_sim_world *w, enum rgs_sim_hours hours, int64_t ts,
                     double days)
{
    const double *cumulative = w->hours[hours];
    int64_t zone = w->s->zone_quarters * 900 * RGS_SIM_SECOND;
    int64_t day = (ts + zone) / RGS_SIM_DAY;
    double hour = (double)((ts + zone) % RGS_SIM_DAY) / (double)RGS_SIM_DAY * 24;
    unsigned h = (unsigned)hour;
    double at = cumulative[h] + (hour - h) * (cumulative[h + 1] - cumulative[h]) + days;

    if (at > 10000)
        return INT64_MAX / 2;
    day += (int64_t)at;
    at -= (double)(int64_t)at;
    for (h = 0; h < 23 && cumulative[h + 1] <= at; h++)
        ;
    hour = h + (at - cumulative[h]) / (cumulative[h + 1] - cumulative[h]);
    int64_t to = day * RGS_SIM_DAY + (int64_t)(hour / 24 * (double)RGS_SIM_DAY) - zone;
    return to > ts ? to : ts;
}

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

static uint8_t pick_service(struct rgs_sim_pop *p, uint64_t *random)
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

/* Distinct services by weight, without replacement; fewer when the mix does not have so many. */
static void draw_services(struct rgs_sim_world *w, struct rgs_sim_sub *s)
{
    struct rgs_sim_pop *p = &w->pop[s->population];
    uint8_t *list = w->services + s->services_at;
    uint64_t drawn[(RGS_SIM_SERVICES + 63) / 64] = {0};
    unsigned n = 0;

    for (unsigned tries = 0; n < s->services && tries < 40u * RGS_SIM_SERVICES; tries++) {
        uint8_t service = pick_service(p, &s->random);
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

/*
 * Numbers of a reseller: populations one behind the other; mixed ones among each other, scattered
 * ones all over the ranges. Both are dealt by a step that is prime to the room, so that no number
 * is given twice.
 */
static void give_numbers(struct rgs_sim_world *w, const struct rgs_sim_reseller *re)
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

static uint32_t device_of(const struct rgs_sim_world *w, uint32_t population, uint32_t slot)
{
    const struct rgs_sim_behaviour *b = &w->s->population[population].behaviour;

    /* devices of a population lie beside each other, and apart from those of all others */
    return w->pop[population].first + slot / (uint32_t)b->sims_per_device;
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
    s->device = device_of(w, population, slot);
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

    hours_init(w);
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
            rgs_sim_at(w, later(w, b->hours, from, rgs_random_exp(&w->pop[i].random) / b->bursts),
                       RGS_SIM_BURST, 0, i);
        if (b->blasts > 0)
            rgs_sim_at(w, later(w, b->hours, from, rgs_random_exp(&w->pop[i].random) / b->blasts),
                       RGS_SIM_BLAST, 0, i);
    }
    w->services = rgs_new(w->alloc, services + 1);
    if (!w->services)
        return -ENOMEM;
    for (uint32_t i = 0; i < w->subs; i++)
        draw_services(w, &w->sub[i]);
    for (unsigned i = 0; i < s->resellers; i++)
        give_numbers(w, &s->reseller[i]);
    return 0;
}

void rgs_sim_people_fini(struct rgs_sim_world *w)
{
    rgs_free(w->alloc, w->sub);
    rgs_free(w->alloc, w->services);
}

static double rate(const struct rgs_sim_behaviour *b)
{
    double rotations = b->rotate ? (double)RGS_SIM_DAY / (double)b->rotate : 0;
    return b->codes + b->notices + b->chats + b->sent + b->moves + rotations;
}

static void schedule(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);
    double r = rate(b);

    if (r <= 0)
        return;
    int64_t next = later(w, b->hours, ts, rgs_random_exp(&s->random) / r);
    if (next < w->end)
        rgs_sim_at(w, next, RGS_SIM_ACT, s->life, i);
}

/* Where it is now: a network by share, one of the switches that its population uses there. */
static void move(struct rgs_sim_world *w, struct rgs_sim_sub *s)
{
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);
    double sum = 0, x;
    unsigned at = 0;

    for (unsigned i = 0; i < b->places; i++)
        sum += b->place[i].share;
    x = rgs_random_unit(&s->random) * sum;
    while (at + 1 < b->places && (x -= b->place[at].share) >= 0)
        at++;
    s->network = b->place[at].network;
    uint32_t nodes = w->s->network[s->network].nodes, some = (uint32_t)b->nodes;
    uint32_t offset = 0;
    if (some && some < nodes) {
        offset = (uint32_t)(rgs_mix64((uint64_t)w->s->seed + s->population * 31u + 5) % nodes);
        s->node = (uint16_t)((offset + rgs_random_below(&s->random, some)) % nodes);
    } else {
        s->node = (uint16_t)rgs_random_below(&s->random, nodes);
    }
}

/* Numbers on accounts are in no telephone. */
static bool has_sim(const struct rgs_sim_behaviour *b)
{
    return b->road == RGS_SIM_MAP || b->road == RGS_SIM_DIAMETER;
}

static void go(struct rgs_sim_world *w, enum rgs_sim_dialogue_kind kind, uint32_t i, int64_t ts)
{
    struct rgs_sim_dialogue *d = rgs_sim_dialogue_new(w, kind, i);

    if (d)
        rgs_sim_dialogue_go(w, d, ts);
}

static void attach(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, &w->sub[i]);

    if (!has_sim(b) || w->sub[i].unattached)
        return;
    bool check = b->road == RGS_SIM_MAP && rgs_random_chance(&w->sub[i].random, w->s->check_imei);
    if (check)
        go(w, RGS_SIM_CHECK_IMEI, i, ts);
    if (b->road == RGS_SIM_MAP && w->s->sgs && w->sub[i].network == 0)
        go(w, RGS_SIM_SGS_ATTACH, i, ts);
    go(w, RGS_SIM_ATTACH, i, ts + check * RGS_SIM_SECOND / 4);
}

static void activate(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);

    if (s->life++ > 0)
        draw_services(w, s); /* another owner, another person */
    s->active = true;
    s->used = 0;
    move(w, s);
    attach(w, i, ts);
    schedule(w, i, ts);
    if (b->life) {
        double spread = 1 + b->life_spread * rgs_random_bell(&s->random);
        int64_t life = (int64_t)((double)b->life * (spread > 0.1 ? spread : 0.1));
        if (ts + life < w->end)
            rgs_sim_at(w, ts + life, RGS_SIM_RETIRE, s->life, i);
    }
}

static void retire(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);

    s->active = false;
    if (s->life < b->lives && ts + b->gap < w->end)
        rgs_sim_at(w, ts + b->gap, RGS_SIM_ACTIVATE, 0, i);
}

static void code(struct rgs_sim_world *w, uint32_t i, int64_t ts, uint8_t service, bool again)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_message m = {.kind = RGS_TEXT_CODE,
                                      .service = service,
                                      .language = s->language,
                                      .seed = (uint32_t)rgs_random(&s->random)};

    rgs_sim_deliver(w, ts, i, &m, 0);
    if (!s->coded) {
        s->coded = true;
        if (++w->pop[s->population].coded == RGS_SIM_SUPPORT)
            w->pop[s->population].support_ts = ts;
    }
    if (!again && rgs_random_chance(&s->random, rgs_sim_behaviour_of(w, s)->abandoned))
        rgs_sim_at(w, ts + (int64_t)((1 + 19 * rgs_random_unit(&s->random)) * 60e9), RGS_SIM_CODE,
                   service | 256u, i);
}

/* The next service of its list, or one that it had. */
static void next_code(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);
    const uint8_t *list = w->services + s->services_at;
    bool repeats = s->used > 0 && rgs_random_chance(&s->random, b->repeat);

    if (!repeats && s->used < s->services) {
        code(w, i, ts, list[s->used++], false);
    } else if (b->retire && s->used == s->services) {
        s->active = false;
    } else {
        code(w, i, ts, list[rgs_random_below(&s->random, s->used)], true);
    }
}

/* Somebody outside of the simulated networks' subscribers: each has a few acquaintances. */
static uint64_t acquaintance(const struct rgs_sim_world *w, uint32_t i, uint64_t *random)
{
    uint64_t of = rgs_mix64((uint64_t)i * 16 + rgs_random_below(random, 5) + 1);
    struct rgs_digits d = w->s->hlr;

    for (unsigned k = 4; k < d.n; k++, of /= 10)
        d.d[k] = (char)('0' + of % 10);
    return rgs_digits_u64(&d);
}

static void send(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);
    const struct rgs_sim_message m = {
        .kind = RGS_TEXT_CHAT, .language = s->language, .seed = (uint32_t)rgs_random(&s->random)};
    uint32_t to = RGS_SIM_NOBODY;

    if (s->unattached && has_sim(b))
        return;
    if (rgs_random_chance(&s->random, b->inside)) {
        const struct rgs_sim_pop *p = &w->pop[s->population];
        to = p->first + rgs_random_below(&s->random, p->n);
    } else if (rgs_random_below(&s->random, 3) == 0) {
        to = rgs_random_below(&s->random, w->subs);
    }
    if (to != RGS_SIM_NOBODY && (to == i || !w->sub[to].active))
        to = RGS_SIM_NOBODY;
    struct rgs_sim_dialogue *d = rgs_sim_dialogue_new(w, RGS_SIM_SEND, i);
    if (!d)
        return;
    d->message = m;
    d->to = to;
    d->number = to == RGS_SIM_NOBODY ? acquaintance(w, i, &s->random) : w->sub[to].msisdn;
    d->reference = (uint8_t)w->reference++;
    rgs_sim_dialogue_go(w, d, ts);
}

static void act(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);
    double x = rgs_random_unit(&s->random) * rate(b);
    struct rgs_sim_message m = {.language = s->language, .seed = (uint32_t)rgs_random(&s->random)};

    if ((x -= b->codes) < 0) {
        next_code(w, i, ts);
    } else if ((x -= b->notices) < 0) {
        m.kind = RGS_TEXT_NOTICE; /* from its bank where it has one */
        m.service = (uint8_t)(RGS_SIM_hsbc + rgs_mix64(i) % (RGS_SIM_SERVICES - RGS_SIM_hsbc));
        if (m.seed % 3)
            m.service = (uint8_t)(m.seed % RGS_SIM_hsbc);
        rgs_sim_deliver(w, ts, i, &m, 0);
    } else if ((x -= b->chats) < 0) {
        m.kind = RGS_TEXT_CHAT;
        rgs_sim_deliver(w, ts, i, &m, acquaintance(w, i, &s->random));
    } else if ((x -= b->sent) < 0) {
        send(w, i, ts);
    } else if ((x -= b->moves) < 0) {
        move(w, s);
        attach(w, i, ts);
    } else if (b->rotate) {
        s->device =
            device_of(w, s->population, rgs_random_below(&s->random, w->pop[s->population].n));
        attach(w, i, ts);
    }
    if (s->active)
        schedule(w, i, ts);
}

static void burst(struct rgs_sim_world *w, uint32_t population, int64_t ts)
{
    const struct rgs_sim_behaviour *b = &w->s->population[population].behaviour;
    struct rgs_sim_pop *p = &w->pop[population];
    uint8_t service = pick_service(p, &p->random);

    for (uint32_t i = p->first; i < p->first + p->n; i++) {
        if (!w->sub[i].active || !rgs_random_chance(&p->random, b->burst_share))
            continue;
        int64_t at = ts + (int64_t)(rgs_random_unit(&p->random) * (double)b->burst_within);
        rgs_sim_at(w, at, RGS_SIM_CODE, service, i);
    }
    int64_t next = later(w, b->hours, ts, rgs_random_exp(&p->random) / b->bursts);
    if (next < w->end)
        rgs_sim_at(w, next, RGS_SIM_BURST, 0, population);
}

static void blast(struct rgs_sim_world *w, uint32_t population, int64_t ts)
{
    const struct rgs_sim_behaviour *b = &w->s->population[population].behaviour;
    struct rgs_sim_pop *p = &w->pop[population];
    uint32_t seed = (uint32_t)rgs_random(&p->random);

    for (uint32_t i = p->first; i < p->first + p->n; i++) {
        if (w->sub[i].active)
            rgs_sim_at(w, ts + (int64_t)(rgs_random_unit(&p->random) * 3600e9), RGS_SIM_ADVERT,
                       seed & 0xffff, i);
    }
    int64_t next = later(w, b->hours, ts, rgs_random_exp(&p->random) / b->blasts);
    if (next < w->end)
        rgs_sim_at(w, next, RGS_SIM_BLAST, 0, population);
}

void rgs_sim_people_event(struct rgs_sim_world *w, const struct rgs_sim_event *e)
{
    uint32_t argument = e->what >> 8;

    switch (e->what & 0xff) {
    case RGS_SIM_ACTIVATE:
        activate(w, e->who, e->ts);
        break;
    case RGS_SIM_RETIRE:
        if (w->sub[e->who].life == argument)
            retire(w, e->who, e->ts);
        break;
    case RGS_SIM_ACT:
        if (w->sub[e->who].active && w->sub[e->who].life == argument)
            act(w, e->who, e->ts);
        break;
    case RGS_SIM_CODE:
        if (w->sub[e->who].active)
            code(w, e->who, e->ts, (uint8_t)argument, argument >> 8);
        break;
    case RGS_SIM_ADVERT: {
        const struct rgs_sim_message m = {.kind = RGS_TEXT_ADVERT,
                                          .service = (uint8_t)argument % 4,
                                          .language = w->sub[e->who].language,
                                          .seed = argument};
        if (w->sub[e->who].active)
            rgs_sim_deliver(w, e->ts, e->who, &m, 0);
        break;
    }
    case RGS_SIM_BURST:
        burst(w, e->who, e->ts);
        break;
    default:
        blast(w, e->who, e->ts);
    }
}
