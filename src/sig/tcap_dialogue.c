/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/tcap_dialogue.h"

_Static_assert(sizeof(struct rgs_tcap_end) == sizeof(struct rgs_digits) + 8,
               "keys have no padding");

void *rgs_tcap_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    struct rgs_tcap *s = rgs_new(alloc, sizeof(*s));

    if (!s)
        return NULL;
    s->timeout = c->timeout_ns;
    s->dialogues =
        rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct rgs_tcap_end),
                                               .value_size = sizeof(struct rgs_tcap_dialogue),
                                               .cap = c->dialogues,
                                               .hash_key = c->hash_key,
                                               .lasts = c->timeout_ns},
                      alloc);
    s->responders =
        rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct rgs_tcap_end),
                                               .value_size = sizeof(struct rgs_tcap_end),
                                               .cap = c->dialogues,
                                               .hash_key = c->hash_key},
                      alloc);
    if (!s->dialogues || !s->responders) {
        rgs_tcap_del(s, alloc);
        return NULL;
    }
    return s;
}

void rgs_tcap_del(void *state, const struct rgs_alloc *alloc)
{
    struct rgs_tcap *s = state;

    if (!s)
        return;
    if (s->dialogues)
        rgs_table_del(s->dialogues);
    if (s->responders)
        rgs_table_del(s->responders);
    rgs_free(alloc, s);
}

struct rgs_tcap_end rgs_tcap_end(const struct rgs_dissect *d, bool called, uint32_t tid)
{
    struct rgs_tcap_end e = {.tid = tid};

    if (called) {
        if (RGS_HAS(&d->op, CALLED_GT))
            e.gt = d->op.called_gt;
        else if (RGS_HAS(&d->op, DPC))
            e.pc = d->op.dpc;
    } else {
        if (RGS_HAS(&d->op, CALLING_GT))
            e.gt = d->op.calling_gt;
        else if (RGS_HAS(&d->op, OPC))
            e.pc = d->op.opc;
    }
    return e;
}

struct rgs_tcap_dialogue *rgs_tcap_open(struct rgs_dissect *d, const struct rgs_tcap_end *from)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    bool created;
    struct rgs_tcap_dialogue *g =
        rgs_remember(d, RGS_EVICTED_TCAP_DIALOGUES, s->dialogues, from, &created);

    if (!created)
        *g = (struct rgs_tcap_dialogue){0};
    /* From the frame, not from a counter of this worker, so that it is the same however work is
     * shared. */
    g->id = d->frame << 16 | (d->handons & 0xffffu);
    g->since = d->ts;
    return g;
}

static struct rgs_tcap_dialogue *fresh(struct rgs_dissect *d, const struct rgs_tcap_end *began)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    struct rgs_tcap_dialogue *g = rgs_table_find(s->dialogues, began, d->ts);

    /* Transaction ids come again: a dialogue that was silent for too long is another one. */
    if (g && d->ts - g->since > s->timeout) {
        rgs_table_remove(s->dialogues, began);
        return NULL;
    }
    if (g)
        g->since = d->ts;
    return g;
}

struct rgs_tcap_dialogue *rgs_tcap_find(struct rgs_dissect *d, const struct rgs_tcap_end *to,
                                        bool *to_responder)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    struct rgs_tcap_dialogue *g = fresh(d, to);
    const struct rgs_tcap_end *began;

    *to_responder = false;
    if (g)
        return g;
    began = rgs_table_find(s->responders, to, d->ts); /* as its dialogue: both last alike */
    if (!began)
        return NULL;
    *to_responder = true;
    g = fresh(d, began);
    return g && g->has_responder && memcmp(&g->responder, to, sizeof(*to)) == 0 ? g : NULL;
}

void rgs_tcap_learn(struct rgs_dissect *d, struct rgs_tcap_dialogue *g,
                    const struct rgs_tcap_end *began, const struct rgs_tcap_end *responder)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    bool created;

    if (g->has_responder && memcmp(&g->responder, responder, sizeof(*responder)) == 0)
        return;
    if (g->has_responder)
        rgs_table_remove(s->responders, &g->responder);
    g->has_responder = true;
    g->responder = *responder;
    *(struct rgs_tcap_end *)rgs_table_get(s->responders, responder, d->ts, &created) = *began;
}

void rgs_tcap_close(struct rgs_dissect *d, struct rgs_tcap_dialogue *g)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];

    if (g->has_responder)
        rgs_table_remove(s->responders, &g->responder);
    rgs_table_drop(s->dialogues, g);
}

struct rgs_tcap_request *rgs_tcap_request_find(struct rgs_tcap_dialogue *g, int32_t id,
                                               bool from_responder)
{
    for (unsigned i = 0; i < RGS_TCAP_OPEN; i++) {
        struct rgs_tcap_request *q = &g->requests[i];
        if (q->open && q->id == id && q->from_responder == from_responder)
            return q;
    }
    return NULL;
}

struct rgs_tcap_request *rgs_tcap_request_open(struct rgs_tcap_dialogue *g, int32_t id,
                                               bool from_responder)
{
    struct rgs_tcap_request *q = rgs_tcap_request_find(g, id, from_responder);

    for (unsigned i = 0; !q && i < RGS_TCAP_OPEN; i++) {
        if (!g->requests[i].open)
            q = &g->requests[i];
    }
    if (!q)
        q = &g->requests[g->next++ % RGS_TCAP_OPEN];
    *q =
        (struct rgs_tcap_request){.open = true, .from_responder = from_responder, .id = (int8_t)id};
    return q;
}
