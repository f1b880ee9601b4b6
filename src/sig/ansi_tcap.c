/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCAP of ANSI networks, T1.114: private tags, and all transaction ids of a message in one element.
 */
#include "sig/ansi_tcap.h"
#include "sig/ber.h"
#include "sig/tcap_dialogue.h"

/* Package types, T1.114.3 table 1. */
enum {
    UNIDIRECTIONAL = 1,
    QUERY_WITH_PERMISSION = 2,
    QUERY_WITHOUT_PERMISSION = 3,
    RESPONSE = 4,
    CONVERSATION_WITH_PERMISSION = 5,
    CONVERSATION_WITHOUT_PERMISSION = 6,
    ABORT = 22,
};

enum {
    TAG_TRANSACTION = 7, /* table 5 */
    TAG_COMPONENTS = 8,
    TAG_INVOKE_LAST = 9, /* table 9 */
    TAG_RESULT_LAST = 10,
    TAG_ERROR = 11,
    TAG_REJECT = 12,
    TAG_INVOKE_NOT_LAST = 13,
    TAG_RESULT_NOT_LAST = 14,
    TAG_COMPONENT_ID = 15,
    TAG_NATIONAL_OPERATION = 16,
    TAG_PRIVATE_OPERATION = 17,
    TAG_SET = 18,
    TAG_NATIONAL_ERROR = 19,
    TAG_PRIVATE_ERROR = 20,
};

static void component_id(const struct rgs_ber *t, struct rgs_tcap_component *c)
{
    /* An invoke may add the id of the invoke that it is linked to; an answer has one id only. */
    if (t->value.n == 0)
        return;
    c->has_id = true;
    c->id = (int8_t)t->value.p[0];
}

static void code(const struct rgs_ber *t, struct rgs_tcap_component *c)
{
    if (t->value.n == 0 || t->value.n > 2)
        return;
    c->has_code = true;
    c->code = t->value.p[0];
    if (t->value.n == 2)
        c->code = c->code << 8 | t->value.p[1];
}

bool rgs_ansi_component_read(struct rgs_bytes b, struct rgs_tcap_component *c)
{
    struct rgs_reader r = rgs_reader(b);
    struct rgs_ber t;

    *c = (struct rgs_tcap_component){0};
    if (!rgs_ber_next(&r, &t) || !t.constructed)
        return false;
    switch (t.tag) {
    case RGS_BER_PRI(TAG_INVOKE_LAST):
    case RGS_BER_PRI(TAG_INVOKE_NOT_LAST):
        c->kind = RGS_TCAP_INVOKE;
        break;
    case RGS_BER_PRI(TAG_RESULT_LAST):
    case RGS_BER_PRI(TAG_RESULT_NOT_LAST):
        c->kind = RGS_TCAP_RESULT;
        c->not_last = t.tag == RGS_BER_PRI(TAG_RESULT_NOT_LAST);
        break;
    case RGS_BER_PRI(TAG_ERROR):
        c->kind = RGS_TCAP_ERROR;
        break;
    case RGS_BER_PRI(TAG_REJECT):
        c->kind = RGS_TCAP_REJECT;
        c->problem = "reject";
        break;
    default:
        return false;
    }
    r = rgs_ber_in(&t);
    while (rgs_ber_next(&r, &t)) {
        switch (t.tag) {
        case RGS_BER_PRI(TAG_COMPONENT_ID):
            component_id(&t, c);
            break;
        case RGS_BER_PRI(TAG_NATIONAL_OPERATION):
        case RGS_BER_PRI(TAG_PRIVATE_OPERATION):
        case RGS_BER_PRI(TAG_NATIONAL_ERROR):
        case RGS_BER_PRI(TAG_PRIVATE_ERROR):
            code(&t, c);
            break;
        case RGS_BER_PRI(TAG_SET):
        case RGS_BER_UNI(RGS_BER_SEQUENCE):
            c->parameter = t.whole;
            break;
        default:
            break;
        }
    }
    return true;
}

static void components(struct rgs_dissect *d, struct rgs_bytes in, struct rgs_tcap_dialogue *g,
                       bool from_responder)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];
    struct rgs_tcap_component *c = &s->component;
    struct rgs_reader r = rgs_reader(in);
    struct rgs_ber t;

    while (rgs_ber_next(&r, &t)) {
        if (!rgs_ansi_component_read(t.whole, c)) {
            rgs_anomaly(d, RGS_A_TCAP_COMPONENT);
            continue;
        }
        c->subscriber = g ? &g->subscriber : NULL;
        if (g && c->has_id && !RGS_HAS(&d->op, RESULT)) {
            if (c->kind == RGS_TCAP_INVOKE)
                c->request = rgs_tcap_request_open(g, c->id, from_responder);
            else
                c->request = rgs_tcap_request_find(g, c->id, !from_responder);
        }
        rgs_hand_on(d, RGS_LAYER_ANSI41, t.whole);
        if (c->request && c->kind != RGS_TCAP_INVOKE && !c->not_last)
            c->request->open--;
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
}

static void aborted(struct rgs_dissect *d, struct rgs_tcap_dialogue *g)
{
    struct rgs_tcap *s = d->state[RGS_LAYER_TCAP];

    for (unsigned i = 0; i < RGS_TCAP_OPEN; i++) {
        if (!g->requests[i].open)
            continue;
        s->component = (struct rgs_tcap_component){
            .kind = RGS_TCAP_ABORT, .problem = "abort", .request = &g->requests[i]};
        rgs_hand_on(d, RGS_LAYER_ANSI41, (struct rgs_bytes){0});
    }
}

static struct rgs_tcap_dialogue *conversation(struct rgs_dissect *d, struct rgs_bytes message,
                                              const struct rgs_tcap_end *from,
                                              const struct rgs_tcap_end *to, bool *from_responder)
{
    bool to_responder;
    struct rgs_tcap_dialogue *g = rgs_tcap_find(d, to, &to_responder);

    if (!g) {
        g = rgs_tcap_open(d, from, message);
        rgs_tcap_learn(d, g, from, to, false);
        to_responder = true;
    } else if (!to_responder) {
        rgs_tcap_learn(d, g, to, from, true);
    }
    *from_responder = !to_responder;
    return g;
}

enum rgs_outcome rgs_ansi_tcap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload), ids;
    struct rgs_tcap_dialogue *g = NULL;
    struct rgs_bytes transaction = {0}, in = {0};
    struct rgs_tcap_end from, to;
    struct rgs_ber package, t;
    bool from_responder = false, to_responder = false;

    if (payload.n == 0 || payload.p[0] >> 5 != 7)
        return RGS_UNSUPPORTED;
    if (!rgs_ber_next(&r, &package)) {
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
        return RGS_SHORT;
    }
    r = rgs_ber_in(&package);
    while (rgs_ber_next(&r, &t)) {
        if (t.tag == RGS_BER_PRI(TAG_TRANSACTION))
            transaction = t.value;
        else if (t.tag == RGS_BER_PRI(TAG_COMPONENTS))
            in = t.value;
    }
    if (!rgs_reader_ok(&r) || package.cut)
        rgs_anomaly(d, RGS_A_TCAP_SHORT);
    ids = rgs_reader(transaction);
    switch (package.tag & 0x3fffffff) {
    case UNIDIRECTIONAL:
        break;
    case QUERY_WITH_PERMISSION:
    case QUERY_WITHOUT_PERMISSION:
        from = rgs_tcap_end(d, false, rgs_take(&ids, 4));
        if (rgs_reader_ok(&ids) && !RGS_HAS(&d->op, RESULT))
            g = rgs_tcap_open(d, &from, payload);
        break;
    case CONVERSATION_WITH_PERMISSION:
    case CONVERSATION_WITHOUT_PERMISSION:
        from = rgs_tcap_end(d, false, rgs_take(&ids, 4));
        to = rgs_tcap_end(d, true, rgs_take(&ids, 4));
        if (rgs_reader_ok(&ids) && !RGS_HAS(&d->op, RESULT))
            g = conversation(d, payload, &from, &to, &from_responder);
        break;
    case RESPONSE:
    case ABORT:
        to = rgs_tcap_end(d, true, rgs_take(&ids, 4));
        if (rgs_reader_ok(&ids))
            g = rgs_tcap_find(d, &to, &to_responder);
        from_responder = !to_responder;
        break;
    default:
        return RGS_UNSUPPORTED;
    }
    if (!rgs_reader_ok(&ids))
        rgs_anomaly(d, RGS_A_TCAP_TRANSACTION);
    if (g)
        RGS_SET(&d->op, DIALOGUE, dialogue, g->id);
    components(d, in, g, from_responder);
    if (g && (package.tag == RGS_BER_PRI(RESPONSE) || package.tag == RGS_BER_PRI(ABORT))) {
        if (package.tag == RGS_BER_PRI(ABORT))
            aborted(d, g);
        rgs_tcap_close(d, g);
    }
    return RGS_OK;
}
