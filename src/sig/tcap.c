/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCAP, ITU-T Q.773 and Q.774: dialogues and their components. */
#include "sig/ber.h"
#include "sig/tcap_dialogue.h"
#include "sig/tcap_portion.h"

/* Message types, Q.773 table 8. */
enum { UNIDIRECTIONAL = 1, BEGIN = 2, END = 4, CONTINUE = 5, ABORT = 7 };

enum {
    TAG_OTID = 8, /* Q.773 tables 9 to 12 */
    TAG_DTID = 9,
    TAG_P_ABORT = 10,
    TAG_DIALOGUE = 11,
    TAG_COMPONENTS = 12,
};

struct message {
    unsigned type;
    struct rgs_bytes whole;
    struct rgs_bytes otid, dtid; /* one to four octets; empty when absent */
    const char *abort;           /* why the dialogue ended or was refused; NULL when it was not */
    struct rgs_tcap_context context;
    struct rgs_bytes components;
};

/* Q.773 tables 9 to 12; empty when it is none. */
static struct rgs_bytes transaction_id(const struct rgs_ber *t)
{
    return t->constructed || t->value.n > 4 ? (struct rgs_bytes){0} : t->value;
}

/* Q.773 table 13. */
static const char *p_abort_cause(const struct rgs_ber *t)
{
    static const char *const names[] = {
        "unrecognizedMessageType",
        "unrecognizedTransactionID",
        "badlyFormattedTransactionPortion",
        "incorrectTransactionPortion",
        "resourceLimitation",
    };
    int32_t v;

    if (!rgs_ber_int(t, &v) || v < 0 || v >= (int32_t)(sizeof(names) / sizeof(names[0])))
        return "abnormalDialogue";
    return names[v];
}

/* The first portion of a message, read once of those with the same octets. */
static void dialogue_portion(struct rgs_tcap *s, struct rgs_bytes b, struct message *m)
{
    uint64_t mixed = b.n, word = 0;

    if (b.n < 8 || b.n > sizeof(s->portions->bytes) || m->abort || m->context.user) {
        rgs_tcap_dialogue_portion(b, &m->context, &m->abort);
        return;
    }
    for (size_t at = 0;; at = at + 16 <= b.n ? at + 8 : b.n - 8) {
        memcpy(&word, b.p + at, sizeof(word));
        mixed = (mixed ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        if (at + 8 == b.n)
            break;
    }
    struct rgs_tcap_portion *p = &s->portions[mixed >> (64 - RGS_TCAP_PORTION_BITS)];
    if (p->n != b.n || memcmp(p->bytes, b.p, b.n) != 0) {
        *p = (struct rgs_tcap_portion){.n = (uint8_t)b.n};
        memcpy(p->bytes, b.p, b.n);
        rgs_tcap_dialogue_portion(b, &p->context, &p->abort);
    }
    m->context = p->context;
    m->abort = p->abort;
}

static void read_message(struct rgs_dissect *d, struct rgs_reader r, struct message *m)
{
    struct rgs_ber t;

    while (rgs_ber_next(&r, &t)) {
        switch (t.tag) {
        case RGS_BER_APP(TAG_OTID):
            m->otid = transaction_id(&t);
            break;
        case RGS_BER_APP(TAG_DTID):
            m->dtid = transaction_id(&t);
            break;
        case RGS_BER_APP(TAG_P_ABORT):
            m->abort = p_abort_cause(&t);
            break;
        case RGS_BER_APP(TAG_DIALOGUE):
            dialogue_portion(d->state[RGS_LAYER_TCAP], t.value, m);
            break;
        case RGS_BER_APP(TAG_COMPONENTS):
            m->components = t.value;
            break;
        default:
            break;
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
    if (m->type == ABORT && !m->abort)
        m->abort = "userAbort";
}

const struct rgs_tcap_component *rgs_tcap_component(const struct rgs_dissect *d)
{
    const struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];

    if (d->depth < 2 ||
        (d->path[d->depth - 2] != RGS_LAYER_TCAP && d->path[d->depth - 2] != RGS_LAYER_ANSI_TCAP))
        return NULL;
    return &s->component;
}

/* Subsystems of CAP, TS 23.003 8: 146 CAP, and 147 gsmSCF, which MAP uses as well. */
static bool cap_subsystem(const struct rgs_op *op)
{
    return (RGS_HAS(op, CALLED_SSN) && op->called_ssn == 146) ||
           (RGS_HAS(op, CALLING_SSN) && op->calling_ssn == 146);
}

static enum rgs_outcome to_user(struct rgs_dissect *d, struct rgs_bytes component)
{
    const struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];

    switch (s->component.context.user) {
    case RGS_TCAP_USER_UNKNOWN:
        if (cap_subsystem(&d->op))
            return rgs_hand_on(d, RGS_LAYER_CAP, component);
        return rgs_hand_on(d, RGS_LAYER_MAP, component);
    case RGS_TCAP_USER_CAP:
        return rgs_hand_on(d, RGS_LAYER_CAP, component);
    case RGS_TCAP_USER_MAP:
        return rgs_hand_on(d, RGS_LAYER_MAP, component);
    default:
        return RGS_UNSUPPORTED;
    }
}

/* from_responder: who sends these components. */
static void components(struct rgs_dissect *d, const struct message *m, struct rgs_tcap_dialogue *g,
                       bool from_responder, bool returned)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    struct rgs_tcap_component *c = &s->component;
    struct rgs_reader r = rgs_reader(m->components);
    struct rgs_ber t;

    while (rgs_ber_next(&r, &t)) {
        if (!rgs_tcap_component_read(t.whole, c)) {
            rgs_anomaly(d, RGS_A_TCAP_COMPONENT);
            continue;
        }
        c->context = g ? g->context : m->context;
        c->subscriber = g ? &g->subscriber : NULL;
        if (g && c->has_id && !returned) {
            if (c->kind == RGS_TCAP_INVOKE)
                c->request = rgs_tcap_request_open(g, c->id, from_responder);
            else
                c->request = rgs_tcap_request_find(g, c->id, !from_responder);
        }
        to_user(d, t.whole);
        if (c->request && c->kind != RGS_TCAP_INVOKE && !c->not_last)
            c->request->open--;
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
}

/* Tells every request that is still open that the dialogue is over. */
static void aborted(struct rgs_dissect *d, const struct message *m, struct rgs_tcap_dialogue *g)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];

    for (unsigned i = 0; i < RGS_TCAP_OPEN; i++) {
        if (!g->requests[i].open)
            continue;
        s->component = (struct rgs_tcap_component){.kind = RGS_TCAP_ABORT,
                                                   .problem = m->abort,
                                                   .context = g->context,
                                                   .request = &g->requests[i]};
        to_user(d, (struct rgs_bytes){0});
    }
}

static void dialogue_of(struct rgs_dissect *d, struct rgs_tcap_dialogue *g, const struct message *m)
{
    if (m->context.user != RGS_TCAP_USER_UNKNOWN)
        g->context = m->context;
    RGS_SET(&d->op, DIALOGUE, dialogue, g->id);
}

static void begin(struct rgs_dissect *d, const struct message *m)
{
    struct rgs_tcap_end from = rgs_tcap_end(d, false, m->otid);
    struct rgs_tcap_dialogue *g = rgs_tcap_open(d, &from, m->whole);

    dialogue_of(d, g, m);
    components(d, m, g, false, false);
}

static void continued(struct rgs_dissect *d, const struct message *m)
{
    struct rgs_tcap_end from = rgs_tcap_end(d, false, m->otid), to = rgs_tcap_end(d, true, m->dtid);
    bool to_responder;
    struct rgs_tcap_dialogue *g = rgs_tcap_find(d, &to, &to_responder);

    if (!g) {
        /* Its beginning was not seen: as good as one that this end began. */
        g = rgs_tcap_open(d, &from, m->whole);
        rgs_tcap_learn(d, g, &from, &to, false);
        to_responder = true;
    } else if (!to_responder) {
        rgs_tcap_learn(d, g, &to, &from, true);
    }
    dialogue_of(d, g, m);
    components(d, m, g, !to_responder, false);
}

static void end(struct rgs_dissect *d, const struct message *m)
{
    struct rgs_tcap_end to = rgs_tcap_end(d, true, m->dtid);
    bool to_responder;
    struct rgs_tcap_dialogue *g = rgs_tcap_find(d, &to, &to_responder);

    if (g)
        dialogue_of(d, g, m);
    components(d, m, g, !to_responder, false);
    if (g && m->abort)
        aborted(d, m, g);
    if (g)
        rgs_tcap_close(d, g);
}

/* SCCP brought the message back to its sender: addresses have changed places, and the dialogue is
 * over. */
static void returned(struct rgs_dissect *d, const struct message *m)
{
    struct rgs_tcap_end from = rgs_tcap_end(d, true, m->otid);
    bool to_responder;
    struct rgs_tcap_dialogue *g = m->otid.n ? rgs_tcap_find(d, &from, &to_responder) : NULL;

    if (g)
        dialogue_of(d, g, m);
    components(d, m, g, false, true);
    if (g)
        rgs_tcap_close(d, g);
}

enum rgs_outcome rgs_tcap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);
    struct message m = {.whole = payload};
    struct rgs_ber t;

    if (payload.n == 0 || payload.p[0] >> 5 != 3)
        return RGS_UNSUPPORTED;
    if (!rgs_ber_next(&r, &t)) {
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
        return RGS_SHORT;
    }
    if (t.cut)
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
    m.type = t.tag & 0x3fffffff;
    read_message(d, rgs_ber_in(&t), &m);
    bool needs_otid = m.type == BEGIN || m.type == CONTINUE;
    bool needs_dtid = m.type == CONTINUE || m.type == END || m.type == ABORT;
    if ((needs_otid && !m.otid.n) || (needs_dtid && !m.dtid.n)) {
        rgs_anomaly(d, RGS_A_TCAP_TRANSACTION);
        return RGS_BAD;
    }
    if (RGS_HAS(&d->op, RESULT)) {
        returned(d, &m);
        return RGS_OK;
    }
    switch (m.type) {
    case BEGIN:
        begin(d, &m);
        break;
    case CONTINUE:
        continued(d, &m);
        break;
    case END:
    case ABORT:
        end(d, &m);
        break;
    case UNIDIRECTIONAL:
        components(d, &m, NULL, false, false);
        break;
    default:
        return RGS_UNSUPPORTED;
    }
    return RGS_OK;
}
