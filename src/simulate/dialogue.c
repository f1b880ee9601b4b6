/* SPDX-License-Identifier: GPL-3.0-or-later */
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

void rgs_sim_dialogue_del(struct rgs_sim_world *w, struct rgs_sim_dialogue *d)
{
    d->next_free = w->dialogue_free;
    w->dialogue_free = (uint32_t)(d - w->dialogue) + 1;
}

void rgs_sim_dialogue_event(struct rgs_sim_world *w, const struct rgs_sim_event *e)
{
    struct rgs_sim_dialogue *d = &w->dialogue[e->who];
    bool goes_on = d->kind >= RGS_SIM_SMPP_DELIVER ? rgs_sim_smpp_step(w, d, e->ts)
                                                   : rgs_sim_map_step(w, d, e->ts);
    if (!goes_on)
        rgs_sim_dialogue_del(w, &w->dialogue[e->who]); /* a step may have moved the dialogues */
}

void rgs_sim_deliver(struct rgs_sim_world *w, int64_t ts, uint32_t sub,
                     const struct rgs_sim_message *message, uint64_t number)
{
    bool smpp = rgs_sim_behaviour_of(w, &w->sub[sub])->road == RGS_SIM_SMPP;
    struct rgs_sim_dialogue *d =
        rgs_sim_dialogue_new(w, smpp ? RGS_SIM_SMPP_DELIVER : RGS_SIM_DELIVER, sub);

    if (!d)
        return;
    d->message = *message;
    d->number = number;
    d->reference = (uint8_t)w->reference++;
    if (message->kind == RGS_TEXT_CODE)
        w->frames.counts.codes++;
    else
        w->frames.counts.messages++;
    rgs_sim_dialogue_go(w, d, ts);
}

void rgs_sim_compose(const struct rgs_sim_dialogue *d, struct rgs_units *u)
{
    char text[1024];

    rgs_units_of(u, text, rgs_sim_text(&d->message, text, sizeof(text)));
}
