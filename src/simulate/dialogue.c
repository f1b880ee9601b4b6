/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "simulate/random.h"
#include "simulate/world.h"

static bool grow(struct rgs_sim_world *w)
{
    uint32_t cap = w->dialogue_cap ? w->dialogue_cap * 2 : 256;
    struct rgs_sim_dialogue *more = rgs_new(w->alloc, cap * sizeof(*more));

    if (!more)
        return false;
    if (w->dialogues)
        memcpy(more, w->dialogue, w->dialogues * sizeof(*more));
    rgs_free(w->alloc, w->dialogue);
    w->dialogue = more;
    w->dialogue_cap = cap;
    return true;
}

struct rgs_sim_dialogue *rgs_sim_dialogue_new(struct rgs_sim_world *w,
                                              enum rgs_sim_dialogue_kind kind, uint32_t sub)
{
    struct rgs_sim_dialogue *d;

    if (w->dialogue_free) {
        d = &w->dialogue[w->dialogue_free - 1];
        w->dialogue_free = d->next_free;
    } else {
        if (w->dialogues == w->dialogue_cap && !grow(w)) {
            w->failed = true;
            return NULL;
        }
        d = &w->dialogue[w->dialogues++];
    }
    *d = (struct rgs_sim_dialogue){.kind = (uint8_t)kind,
                                   .sub = sub,
                                   .to = RGS_SIM_NOBODY,
                                   .network = w->sub[sub].network,
                                   .node = w->sub[sub].node};
    return d;
}

void rgs_sim_dialogue_go(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    rgs_sim_at(w, ts, RGS_SIM_DIALOGUE, 0, (uint32_t)(d - w->dialogue));
}

static void dialogue_del(struct rgs_sim_world *w, struct rgs_sim_dialogue *d)
{
    d->next_free = w->dialogue_free;
    w->dialogue_free = (uint32_t)(d - w->dialogue) + 1;
}

void rgs_sim_dialogue_event(struct rgs_sim_world *w, const struct rgs_sim_event *e)
{
    static bool (*const step[])(struct rgs_sim_world *, struct rgs_sim_dialogue *, int64_t) = {
        [RGS_SIM_MAP] = rgs_sim_map_step,           [RGS_SIM_SMPP] = rgs_sim_smpp_step,
        [RGS_SIM_DIAMETER] = rgs_sim_diameter_step, [RGS_SIM_UCP] = rgs_sim_ucp_step,
        [RGS_SIM_SIP] = rgs_sim_sip_step,           [RGS_SIM_GSUP] = rgs_sim_gsup_step,
        [RGS_SIM_SBI] = rgs_sim_sbi_step,           [RGS_SIM_CIMD2] = rgs_sim_cimd2_step,
    };
    struct rgs_sim_dialogue *d = &w->dialogue[e->who];
    bool goes_on = d->kind >= RGS_SIM_ACCESS_ATTACH ? rgs_sim_access_step(w, d, e->ts)
                   : d->kind >= RGS_SIM_SGS_ATTACH
                       ? rgs_sim_sgs_step(w, d, e->ts)
                       : step[rgs_sim_behaviour_of(w, &w->sub[d->sub])->road](w, d, e->ts);
    if (!goes_on)
        dialogue_del(w, &w->dialogue[e->who]); /* a step may have moved the dialogues */
}

void rgs_sim_deliver(struct rgs_sim_world *w, int64_t ts, uint32_t sub,
                     const struct rgs_sim_message *message, uint64_t number)
{
    struct rgs_sim_dialogue *d = rgs_sim_dialogue_new(w, RGS_SIM_DELIVER, sub);

    if (!d)
        return;
    d->message = *message;
    d->number = number;
    d->accepted = ts / RGS_SIM_SECOND;
    d->reference = (uint8_t)w->reference++;
    if (message->kind == RGS_TEXT_CODE)
        w->frames.counts.codes++;
    else
        w->frames.counts.messages++;
    rgs_sim_dialogue_go(w, d, ts);
}

void rgs_sim_relay(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_message message = d->message; /* delivering may move the dialogues */

    if (d->to != RGS_SIM_NOBODY)
        rgs_sim_deliver(w, ts + RGS_SIM_SECOND / 4, d->to, &message, w->sub[d->sub].msisdn);
}

void rgs_sim_after(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                   int64_t least_ms, uint32_t more_ms)
{
    int64_t ms = least_ms + rgs_random_below(&w->random, more_ms);
    int64_t us = rgs_random_below(&w->random, 1000);

    rgs_sim_dialogue_go(w, d, ts + ms * 1000000 + us * 1000);
}

bool rgs_sim_part_sent(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                       const struct rgs_units *u)
{
    d->step = 0;
    if (++d->part < u->parts) {
        rgs_sim_after(w, d, ts, 900, 600);
        return true;
    }
    rgs_sim_relay(w, d, ts);
    return false;
}

bool rgs_sim_part_done(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                       const struct rgs_units *u)
{
    if (d->kind != RGS_SIM_DELIVER)
        return rgs_sim_part_sent(w, d, ts, u);
    d->step = 0;
    if (++d->part == u->parts)
        return false;
    rgs_sim_after(w, d, ts, 30, 60);
    return true;
}

bool rgs_sim_retry(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts, uint8_t step)
{
    d->attempt++;
    d->step = step;
    rgs_sim_dialogue_go(w, d, ts + (int64_t)((double)w->s->retry * rgs_random_exp(&w->random)));
    return true;
}

void rgs_sim_compose(const struct rgs_sim_dialogue *d, struct rgs_units *u)
{
    char text[1024];

    rgs_units_of(u, text, rgs_sim_text(&d->message, text, sizeof(text)));
}

struct rgs_party rgs_sim_number_party(uint64_t number)
{
    const struct rgs_digits d = rgs_digits_from_u64(number);
    struct rgs_party p = {.kind = RGS_PARTY_INTERNATIONAL, .n = d.n};

    memcpy(p.s, d.d, d.n);
    return p;
}

void rgs_sim_realm(const struct rgs_digits *plmn, char out[40])
{
    int mnc = plmn->n - 3;

    snprintf(out, 40, "epc.mnc%s%.*s.mcc%.3s.3gppnetwork.org", mnc == 2 ? "0" : "", mnc,
             plmn->d + 3, plmn->d);
}

struct rgs_party rgs_sim_from(const struct rgs_sim_dialogue *d)
{
    return d->message.kind == RGS_TEXT_CHAT ? rgs_sim_number_party(d->number)
                                            : rgs_sim_sender(&d->message);
}

void rgs_sim_put_deliver(const struct rgs_sim_world *w, const struct rgs_sim_dialogue *d,
                         const struct rgs_units *u, struct rgs_wire *out)
{
    const struct rgs_party from = rgs_sim_from(d);

    rgs_put_deliver(out, &from, d->accepted, (int)w->s->zone_quarters, u, d->part, d->reference,
                    d->part + 1u < u->parts);
}

void rgs_sim_put_submit(const struct rgs_sim_dialogue *d, const struct rgs_units *u,
                        struct rgs_wire *out)
{
    const struct rgs_party to = rgs_sim_number_party(d->number);

    rgs_put_submit(out, &to, (uint8_t)(d->reference + d->part), u, d->part, d->reference);
}
