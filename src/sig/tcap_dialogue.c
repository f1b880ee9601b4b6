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
    s->hash_key = c->hash_key;
    s->dialogues =
        rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct rgs_tcap_end),
                                               .value_size = sizeof(struct rgs_tcap_dialogue),
                                               .cap = c->dialogues,
                                               .hash_key = c->hash_key,
                                               .lasts = c->timeout_ns},
                      alloc);
    s->others = rgs_table_new(&(struct rgs_table_conf){.key_size = sizeof(struct rgs_tcap_end),
                                                       .value_size = sizeof(struct rgs_tcap_end),
                                                       .cap = c->dialogues,
                                                       .hash_key = c->hash_key},
                              alloc);
    if (!s->dialogues || !s->others) {
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
    if (s->others)
        rgs_table_del(s->others);
    rgs_free(alloc, s);
}

/* The point code that sends, or gets, the message under way; 0 when there is none. */
static uint32_t point_code(const struct rgs_dissect *d, bool called)
{
    if (called)
        return RGS_HAS(&d->op, DPC) ? d->op.dpc & 0xffffffu : 0;
    return RGS_HAS(&d->op, OPC) ? d->op.opc & 0xffffffu : 0;
}

struct rgs_tcap_end rgs_tcap_end(const struct rgs_dissect *d, bool called, struct rgs_bytes tid)
{
    struct rgs_tcap_end e = {.code.tid_n = (uint8_t)tid.n};

    for (size_t i = 0; i < tid.n; i++)
        e.code.tid = e.code.tid << 8 | tid.p[i];
    if (called && RGS_HAS(&d->op, CALLED_GT))
        e.gt = d->op.called_gt;
    else if (!called && RGS_HAS(&d->op, CALLING_GT))
        e.gt = d->op.calling_gt;
    else
        e.code.pc = point_code(d, called);
    return e;
}

static bool same_code(const struct rgs_tcap_code *a, const struct rgs_tcap_code *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static bool same_end(const struct rgs_tcap_end *a, const struct rgs_tcap_end *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static bool in_time(const struct rgs_dissect *d, const struct rgs_tcap_dialogue *g)
{
    const struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    return d->ts - g->since <= s->timeout;
}

/*
 * An end that sends the message under way with its title is found by its point code as well. When
 * several that wait have the same code, as those behind one gateway may, it is nobody's: an answer
 * goes astray sooner than to a dialogue that somebody else opened.
 */
static struct rgs_tcap_code learn_code(struct rgs_dissect *d, const struct rgs_tcap_end *sender,
                                       const struct rgs_tcap_end *began)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    struct rgs_tcap_end end = {.code = sender->code};
    const struct rgs_tcap_dialogue *g;
    struct rgs_tcap_end *to;
    bool created;

    end.code.pc = point_code(d, false);
    if (!sender->gt.n || !end.code.pc)
        return (struct rgs_tcap_code){0};
    to = rgs_table_get(s->others, &end, d->ts, &created);
    if (!created && !same_end(to, began)) {
        g = to->code.tid_n ? rgs_table_peek(s->dialogues, to) : NULL;
        if (!to->code.tid_n || (g && in_time(d, g))) {
            *to = (struct rgs_tcap_end){0};
            return (struct rgs_tcap_code){0};
        }
    }
    *to = *began;
    return end.code;
}

static void forget_code(struct rgs_tcap *s, const struct rgs_tcap_code *code)
{
    struct rgs_tcap_end end = {.code = *code};
    struct rgs_tcap_end *to = code->tid_n ? rgs_table_peek(s->others, &end) : NULL;

    if (to && to->code.tid_n)
        rgs_table_drop(s->others, to);
}

static void forget_responder(struct rgs_tcap *s, const struct rgs_tcap_dialogue *g)
{
    if (g->has_responder)
        rgs_table_remove(s->others, &g->responder);
    forget_code(s, &g->codes[1]);
}

struct rgs_tcap_dialogue *rgs_tcap_open(struct rgs_dissect *d, const struct rgs_tcap_end *from,
                                        struct rgs_bytes message)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    uint64_t print = rgs_hash(&s->hash_key, message.p, message.n);
    bool created;
    struct rgs_tcap_dialogue *g =
        rgs_remember(d, RGS_EVICTED_TCAP_DIALOGUES, s->dialogues, from, &created);

    if (!created && g->print == print && in_time(d, g)) {
        g->legs = (uint8_t)(g->legs + (g->legs < UINT8_MAX));
        g->since = d->ts;
        return g;
    }
    if (!created)
        forget_responder(s, g);
    /* From the frame, not from a counter of this worker, so that it is the same however work is
     * shared. */
    *g = (struct rgs_tcap_dialogue){.id = d->frame << 16 | (d->handons & 0xffffu),
                                    .since = d->ts,
                                    .print = print,
                                    .legs = 1,
                                    .codes[0] = learn_code(d, from, from)};
    return g;
}

static struct rgs_tcap_dialogue *fresh(struct rgs_dissect *d, const struct rgs_tcap_end *began)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    struct rgs_tcap_dialogue *g = rgs_table_find(s->dialogues, began, d->ts);

    /* Transaction ids come again: a dialogue that was silent for too long is another one. */
    if (g && !in_time(d, g)) {
        rgs_table_drop(s->dialogues, g);
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
    began = rgs_table_find(s->others, to, d->ts); /* as its dialogue: both last alike */
    if (!began || !(g = fresh(d, began)))
        return NULL;
    if (!to->gt.n && same_code(&g->codes[0], &to->code))
        return g;
    *to_responder = true;
    if (g->has_responder && same_end(&g->responder, to))
        return g;
    return !to->gt.n && same_code(&g->codes[1], &to->code) ? g : NULL;
}

void rgs_tcap_learn(struct rgs_dissect *d, struct rgs_tcap_dialogue *g,
                    const struct rgs_tcap_end *began, const struct rgs_tcap_end *responder,
                    bool sends)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    bool created;

    if (!g->has_responder || !same_end(&g->responder, responder)) {
        forget_responder(s, g);
        g->has_responder = true;
        g->responder = *responder;
        g->codes[1] = (struct rgs_tcap_code){0};
        *(struct rgs_tcap_end *)rgs_table_get(s->others, responder, d->ts, &created) = *began;
    }
    if (sends && !g->codes[1].tid_n)
        g->codes[1] = learn_code(d, responder, began);
}

void rgs_tcap_close(struct rgs_dissect *d, struct rgs_tcap_dialogue *g)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];

    if (g->legs > 1) {
        g->legs--;
        return;
    }
    forget_responder(s, g);
    forget_code(s, &g->codes[0]);
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
    if (!q) {
        q = &g->requests[g->next++ % RGS_TCAP_OPEN];
        q->open = 0;
    }
    unsigned copies = g->legs > 1 && q->open && q->open < UINT8_MAX ? q->open : 0;
    *q = (struct rgs_tcap_request){
        .open = (uint8_t)(copies + 1), .from_responder = from_responder, .id = (int8_t)id};
    return q;
}
