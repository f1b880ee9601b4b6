/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MAP, TS 29.002: what an operation says about a subscriber, and the short message that it carries.
 */
#include "sig/map.h"

#include "sig/plmn.h"
#include "sig/tcap.h"

enum {
    MAX_DEPTH = 6,             /* of the tables' structures */
    SHORTEST_IMSI = 6,         /* MCC, MNC and something that names a subscriber (TS 23.003 2.2) */
    CONTEXT_SHORT_MSG_MO = 21, /* shortMsgMO-RelayContext, TS 29.002 17.3.2.20 */
};

static bool decimal(const struct rgs_digits *v)
{
    for (unsigned i = 0; i < v->n; i++) {
        if (v->d[i] < '0' || v->d[i] > '9')
            return false;
    }
    return v->n != 0;
}

/* AddressString: nature and plan, then TBCD (TS 29.002 17.7.8). */
static struct rgs_digits address(struct rgs_bytes b)
{
    return rgs_tbcd(rgs_bytes_from(b, 1));
}

static void set_imsi(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_digits v = rgs_tbcd(b);

    if (v.n < SHORTEST_IMSI || v.n > 16 || !decimal(&v)) {
        rgs_anomaly(d, RGS_A_MAP_IDENTITY);
        return;
    }
    RGS_SET(&d->op, IMSI, imsi, v);
}

static void set_imei(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_digits v = rgs_tbcd(b);

    if (v.n < 14 || v.n > 16 || !decimal(&v)) {
        rgs_anomaly(d, RGS_A_MAP_IDENTITY);
        return;
    }
    RGS_SET(&d->op, IMEI, imei, v);
}

/* CellGlobalIdOrServiceAreaIdFixedLength (7 octets) or LAIFixedLength (5), TS 29.002 17.7.8. */
static void set_cell(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_digits plmn;

    if ((b.n != 7 && b.n != 5) || !rgs_plmn(b.p, &plmn)) {
        rgs_anomaly(d, RGS_A_MAP_IDENTITY);
        return;
    }
    uint32_t lac = (uint32_t)b.p[3] << 8 | b.p[4];
    uint32_t ci = b.n == 7 ? (uint32_t)b.p[5] << 8 | b.p[6] : 0;
    RGS_SET(&d->op, SERVING_PLMN, serving_plmn, plmn);
    RGS_SET(&d->op, CELL, cell, rgs_cell_name(&plmn, lac, b.n == 7, ci));
}

static void element(struct rgs_dissect *d, uint8_t what, const struct rgs_ber *t)
{
    struct rgs_op *op = &d->op;
    struct rgs_bytes v = rgs_ber_octets(d, t);
    struct rgs_digits digits;

    /* Half of an identity is another identity; half of a message is still worth reading. */
    if (v.n == 0 || (t->cut && what != RGS_MAP_SM))
        return;
    switch (what) {
    case RGS_MAP_IMSI:
        set_imsi(d, v);
        break;
    case RGS_MAP_IMEI:
        set_imei(d, v);
        break;
    case RGS_MAP_CELL:
        set_cell(d, v);
        break;
    case RGS_MAP_SM:
        RGS_SET(op, SM, sm, v);
        break;
    case RGS_MAP_MSISDN:
        digits = address(v);
        if (digits.n)
            RGS_SET(op, MSISDN, msisdn, digits);
        break;
    case RGS_MAP_SMSC:
        digits = address(v);
        if (digits.n)
            RGS_SET(op, SMSC, smsc, rgs_name_digits(&digits));
        break;
    case RGS_MAP_NODE:
    case RGS_MAP_OTHER_NODE:
        digits = address(v);
        if (digits.n && (what == RGS_MAP_NODE || !RGS_HAS(op, SERVING_NODE)))
            RGS_SET(op, SERVING_NODE, serving_node, rgs_name_digits(&digits));
        break;
    default:
        break;
    }
}

static void elements(struct rgs_dissect *d, const struct rgs_map_ie *ies, struct rgs_bytes in,
                     unsigned depth)
{
    struct rgs_reader r = rgs_reader(in);
    struct rgs_ber t;
    uint32_t used = 0;

    while (rgs_ber_next(&r, &t)) {
        for (unsigned i = 0; ies[i].what != RGS_MAP_SKIP; i++) {
            if (ies[i].tag != t.tag || used >> i & 1)
                continue;
            used |= UINT32_C(1) << i;
            if (ies[i].what != RGS_MAP_INSIDE)
                element(d, ies[i].what, &t);
            else if (t.constructed && depth < MAX_DEPTH)
                elements(d, ies[i].inside, t.value, depth + 1);
            break;
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_MAP_SHORT);
}

/*
 * SM-RP-DA comes first: a service centre there means that the message comes from a mobile. Where
 * both addresses are missing (noSM-RP-DA, noSM-RP-OA) the application context tells.
 */
static bool towards_mobile(struct rgs_bytes parameter, uint8_t traits,
                           const struct rgs_tcap_component *c)
{
    struct rgs_reader r = rgs_reader(parameter), in;
    struct rgs_ber t, sub;

    if (traits == RGS_MAP_FORWARD_MT || !rgs_ber_next(&r, &t))
        return traits == RGS_MAP_FORWARD_MT;
    in = rgs_ber_in(&t);
    while (rgs_ber_next(&in, &sub)) {
        switch (sub.tag) {
        case RGS_BER_CTX(0): /* imsi */
        case RGS_BER_CTX(1): /* lmsi */
        case RGS_BER_CTX(3): /* roamingNumber, version 1 */
            return true;
        case RGS_BER_CTX(4): /* service centre: the destination, or behind noSM-RP-DA the origin */
            return sub.whole.p != t.value.p;
        case RGS_BER_CTX(2): /* msisdn of the sender */
            return false;
        case RGS_BER_CTX(5):
            break;
        default:
            return c->context.context != CONTEXT_SHORT_MSG_MO;
        }
    }
    return c->context.context != CONTEXT_SHORT_MSG_MO;
}

static void parameter(struct rgs_dissect *d, const struct rgs_map_parameter *p, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    struct rgs_ber t;

    if (!rgs_ber_next(&r, &t))
        return;
    if (p->bare && (t.tag == RGS_BER_UNI(RGS_BER_OCTETS) || !t.constructed))
        element(d, p->bare, &t);
    else if (p->ies && t.constructed)
        elements(d, p->ies, t.value, 0);
    if (t.cut)
        rgs_anomaly(d, RGS_A_MAP_SHORT);
}

static void serving_party(struct rgs_op *op, bool called)
{
    if (RGS_HAS(op, SERVING_NODE))
        return;
    if (RGS_HAS(op, RESULT)) /* on its way back the parties have changed places */
        called = !called;
    if (called && RGS_HAS(op, CALLED_GT))
        RGS_SET(op, SERVING_NODE, serving_node, rgs_name_digits(&op->called_gt));
    else if (!called && RGS_HAS(op, CALLING_GT))
        RGS_SET(op, SERVING_NODE, serving_node, rgs_name_digits(&op->calling_gt));
}

static void emit(struct rgs_dissect *d, const char *name, const char *phase)
{
    struct rgs_op *op = &d->op;

    if (!RGS_HAS(op, IMSI) && !RGS_HAS(op, MSISDN) && !RGS_HAS(op, IMEI) && !RGS_HAS(op, SM))
        return;
    RGS_SET(op, PROTO, proto, "map");
    RGS_SET(op, OP, op, name);
    RGS_SET(op, PHASE, phase, phase);
    rgs_emit(d);
}

static void keep_subscriber(const struct rgs_op *op, struct rgs_tcap_subscriber *s)
{
    if (RGS_HAS(op, IMSI))
        s->imsi = op->imsi;
    if (RGS_HAS(op, MSISDN))
        s->msisdn = op->msisdn;
}

static void take_subscriber(struct rgs_op *op, const struct rgs_tcap_subscriber *s)
{
    if (!RGS_HAS(op, IMSI) && s->imsi.n)
        RGS_SET(op, IMSI, imsi, s->imsi);
    if (!RGS_HAS(op, MSISDN) && s->msisdn.n)
        RGS_SET(op, MSISDN, msisdn, s->msisdn);
}

static enum rgs_outcome request(struct rgs_dissect *d, const struct rgs_tcap_component *c)
{
    const struct rgs_map_operation *o;
    struct rgs_op *op = &d->op;
    const char *name;

    if (!c->has_code || !(o = rgs_map_operation(c->code)))
        return RGS_UNSUPPORTED;
    name = o->name;
    struct rgs_map_parameter p = o->request;
    uint8_t traits = o->traits;
    if (traits & RGS_MAP_FORWARD) {
        /* Versions 1 and 2 have one forwardSM, operation 46, for both ways (GSM 09.02 17.6.6). */
        const struct rgs_map_operation *mt = rgs_map_operation(44);
        if (towards_mobile(c->parameter, traits, c)) {
            name = mt->name;
            p = mt->request;
            traits = RGS_MAP_FORWARD_MT | RGS_MAP_TO_SERVING;
        } else {
            traits = RGS_MAP_FORWARD_MO | RGS_MAP_FROM_SERVING;
        }
        RGS_SET(op, SM_KIND, sm_kind,
                traits & RGS_MAP_FORWARD_MT ? RGS_SM_TPDU_MT : RGS_SM_TPDU_MO);
    }
    parameter(d, &p, c->parameter);
    if (traits & RGS_MAP_FORWARD && c->subscriber)
        take_subscriber(op, c->subscriber);
    if (c->subscriber)
        keep_subscriber(op, c->subscriber);
    if (c->request) {
        c->request->operation = c->code;
        c->request->op = name;
        keep_subscriber(op, &c->request->subscriber);
    }
    if (traits & (RGS_MAP_FROM_SERVING | RGS_MAP_TO_SERVING))
        serving_party(op, traits & RGS_MAP_TO_SERVING);
    /* SCCP could not deliver it, and says why in the result. */
    emit(d, name, RGS_HAS(op, RESULT) ? "error" : "request");
    return RGS_OK;
}

static enum rgs_outcome response(struct rgs_dissect *d, const struct rgs_tcap_component *c)
{
    const struct rgs_map_operation *o;
    struct rgs_op *op = &d->op;

    if (c->request && c->request->op)
        o = rgs_map_operation(c->request->operation);
    else
        o = c->has_code ? rgs_map_operation(c->code) : NULL;
    if (!o)
        return RGS_UNSUPPORTED;
    const char *name = c->request && c->request->op ? c->request->op : o->name;
    if (o->traits & RGS_MAP_FORWARD)
        RGS_SET(op, SM_KIND, sm_kind,
                name == rgs_map_operation(44)->name ? RGS_SM_TPDU_MO : RGS_SM_TPDU_MT);
    parameter(d, &o->response, c->parameter);
    if (c->request)
        take_subscriber(op, &c->request->subscriber);
    /* A home router answers for the serving node with its own address (TS 23.040 3.3.2). */
    if (o->code == 45 && RGS_HAS(op, SERVING_NODE) && RGS_HAS(op, CALLING_GT)) {
        struct rgs_name self = rgs_name_digits(&op->calling_gt);
        if (rgs_name_equal(&self, &op->serving_node))
            RGS_SET(op, HOME_ROUTED, home_routed, 1);
    }
    emit(d, name, "response");
    return RGS_OK;
}

static enum rgs_outcome failure(struct rgs_dissect *d, const struct rgs_tcap_component *c)
{
    if (!c->request || !c->request->op)
        return RGS_UNSUPPORTED;
    if (c->problem)
        RGS_SET(&d->op, RESULT, result, c->problem);
    else
        RGS_SET(&d->op, RESULT, result, c->has_code ? rgs_map_error(c->code) : "unknownError");
    take_subscriber(&d->op, &c->request->subscriber);
    emit(d, c->request->op, "error");
    return RGS_OK;
}

enum rgs_outcome rgs_map(struct rgs_dissect *d, struct rgs_bytes payload)
{
    const struct rgs_tcap_component *c = rgs_tcap_component(d);
    struct rgs_tcap_component alone;

    if (!c) {
        if (!rgs_tcap_component_read(payload, &alone)) {
            rgs_anomaly(d, RGS_A_TCAP_COMPONENT);
            return RGS_BAD;
        }
        c = &alone;
    }
    switch (c->kind) {
    case RGS_TCAP_INVOKE:
        return request(d, c);
    case RGS_TCAP_RESULT:
        return response(d, c);
    default:
        return failure(d, c);
    }
}
