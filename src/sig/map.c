/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MAP, TS 29.002: what an operation says about a subscriber, and the short message that it carries.
 */
#include "sig/map.h"

#include "sig/tcap.h"

enum {
    CONTEXT_SHORT_MSG_MO = 21, /* shortMsgMO-RelayContext, TS 29.002 17.3.2.20 */
};

/*
 * SM-RP-DA comes first: a service centre there means that the message comes from a mobile. Where
 * both addresses are missing (noSM-RP-DA, noSM-RP-OA) the application context tells.
 */
static bool towards_mobile(struct rgs_bytes parameter, uint8_t traits,
                           const struct rgs_tcap_component *c)
{
    struct rgs_reader r = rgs_reader(parameter), in;
    struct rgs_ber t, sub;

    if ((traits & RGS_MAP_FORWARD) == RGS_MAP_FORWARD_MT || !rgs_ber_next(&r, &t))
        return (traits & RGS_MAP_FORWARD) == RGS_MAP_FORWARD_MT;
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

/* A title with code 11 or 12 in it (Q.713 3.4.2.3.1) is a way through a network, and no number. */
static void serving_party(struct rgs_op *op, bool called)
{
    if (RGS_HAS(op, SERVING_NODE))
        return;
    if (RGS_HAS(op, RESULT)) /* on its way back the parties have changed places */
        called = !called;
    const struct rgs_digits *title = called ? &op->called_gt : &op->calling_gt;
    bool has = called ? RGS_HAS(op, CALLED_GT) : RGS_HAS(op, CALLING_GT);
    if (has && rgs_digits_decimal(title))
        RGS_SET(op, SERVING_NODE, serving_node, rgs_name_digits(title));
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

/* AccessNetworkSignalInfo, TS 29.002 17.7.1, is a part of the parameter; ExternalSignalInfo of
 * version 2 (17.7.8) may be all of it. */
static bool signal_info(const struct rgs_ber *parameter, struct rgs_ber *info)
{
    struct rgs_reader in = rgs_ber_in(parameter);

    while (parameter->constructed && rgs_ber_next(&in, info)) {
        if (info->tag == RGS_BER_UNI(RGS_BER_ENUMERATED)) {
            *info = *parameter;
            return true;
        }
        if (info->constructed &&
            (info->tag == RGS_BER_UNI(RGS_BER_SEQUENCE) || info->tag == RGS_BER_CTX(2)))
            return true;
    }
    return false;
}

/* After a handover between MSCs all messages of the mobile, SMS among them, go through MAP as they
 * would to a BSC or an RNC (TS 29.010). */
static enum rgs_outcome access_signalling(struct rgs_dissect *d, struct rgs_bytes parameter)
{
    enum { TS3G_48006 = 1, TS3G_25413 = 2, GSM_0806 = 2 };
    struct rgs_reader r = rgs_reader(parameter), in;
    struct rgs_ber whole, info, t;
    int32_t protocol;

    if (RGS_HAS(&d->op, RESULT) || !rgs_ber_next(&r, &whole) || !signal_info(&whole, &info))
        return RGS_UNSUPPORTED;
    in = rgs_ber_in(&info);
    if (!rgs_ber_next(&in, &t) || !rgs_ber_int(&t, &protocol) || !rgs_ber_next(&in, &t) ||
        t.tag != RGS_BER_UNI(RGS_BER_OCTETS))
        return RGS_UNSUPPORTED;
    bool v2 = whole.tag == RGS_BER_UNI(RGS_BER_SEQUENCE);
    if (protocol == (v2 ? GSM_0806 : TS3G_48006))
        return rgs_hand_on(d, RGS_LAYER_BSSAP, rgs_ber_octets(d, &t));
    if (protocol == TS3G_25413 && !v2)
        return rgs_hand_on(d, RGS_LAYER_RANAP, rgs_ber_octets(d, &t));
    return RGS_UNSUPPORTED;
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
        if (towards_mobile(c->parameter, traits, c)) {
            if (traits & RGS_MAP_FORWARD_MO)
                o = rgs_map_operation(44);
            name = o->name;
            p = o->request;
            traits = RGS_MAP_FORWARD_MT | RGS_MAP_TO_SERVING | RGS_MAP_OF_DIALOGUE;
        } else {
            traits = RGS_MAP_FORWARD_MO | RGS_MAP_FROM_SERVING | RGS_MAP_OF_DIALOGUE;
        }
        RGS_SET(op, SM_KIND, sm_kind,
                traits & RGS_MAP_FORWARD_MT ? RGS_SM_TPDU_MT : RGS_SM_TPDU_MO);
    }
    rgs_map_parameter(d, &p, c->parameter);
    /* TS 29.002 8.8.1.3, 12.2.3: the subscriber of the dialogue need not be named again. */
    if (traits & RGS_MAP_OF_DIALOGUE && c->subscriber)
        take_subscriber(op, c->subscriber);
    if (c->subscriber)
        keep_subscriber(op, c->subscriber);
    if (traits & RGS_MAP_ACCESS)
        return access_signalling(d, c->parameter);
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
    rgs_map_parameter(d, &o->response, c->parameter);
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
