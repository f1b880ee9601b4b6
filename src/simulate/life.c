/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people do with their numbers, from the first attachment to the last code. */
#include "simulate/people.h"
#include "simulate/random.h"

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
    int64_t next = rgs_sim_later(w, b->hours, ts, rgs_random_exp(&s->random) / r);
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
    return !rgs_sim_on_account(b->road);
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
    if (b->road == RGS_SIM_MAP && w->s->access && w->sub[i].network == 0)
        go(w, RGS_SIM_ACCESS_ATTACH, i, ts);
    go(w, RGS_SIM_ATTACH, i, ts + check * RGS_SIM_SECOND / 4);
}

static void activate(struct rgs_sim_world *w, uint32_t i, int64_t ts)
{
    struct rgs_sim_sub *s = &w->sub[i];
    const struct rgs_sim_behaviour *b = rgs_sim_behaviour_of(w, s);

    if (s->life++ > 0)
        rgs_sim_draw_services(w, s); /* another owner, another person */
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
        s->device = rgs_sim_device_of(w, s->population,
                                      rgs_random_below(&s->random, w->pop[s->population].n));
        attach(w, i, ts);
    }
    if (s->active)
        schedule(w, i, ts);
}

static void burst(struct rgs_sim_world *w, uint32_t population, int64_t ts)
{
    const struct rgs_sim_behaviour *b = &w->s->population[population].behaviour;
    struct rgs_sim_pop *p = &w->pop[population];
    uint8_t service = rgs_sim_pick_service(p, &p->random);

    for (uint32_t i = p->first; i < p->first + p->n; i++) {
        if (!w->sub[i].active || !rgs_random_chance(&p->random, b->burst_share))
            continue;
        int64_t at = ts + (int64_t)(rgs_random_unit(&p->random) * (double)b->burst_within);
        rgs_sim_at(w, at, RGS_SIM_CODE, service, i);
    }
    int64_t next = rgs_sim_later(w, b->hours, ts, rgs_random_exp(&p->random) / b->bursts);
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
    int64_t next = rgs_sim_later(w, b->hours, ts, rgs_random_exp(&p->random) / b->blasts);
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
