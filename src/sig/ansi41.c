/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ANSI-41 (X.S0004): short messages of cdma2000 and AMPS networks, and where a mobile registers. */
#include "sig/ansi_tcap.h"
#include "sig/ber.h"
#include "sig/cdma_sms.h"

enum {
    FAMILY = 9, /* of the private operation codes, X.S0004-540 1.2.1 */
    REGISTRATION_NOTIFICATION = 13,
    SMDPP = 53,
};

/* Operation specifiers, X.S0004-540 table 5. */
static const struct {
    uint8_t code;
    const char *name;
} operations[] = {
    {13, "registrationNotification"}, {14, "registrationCancellation"},
    {15, "locationRequest"},          {16, "routingRequest"},
    {28, "authenticationRequest"},    {53, "smsDeliveryPointToPoint"},
    {54, "smsNotification"},          {55, "smsRequest"},
};

/* Error codes, X.S0004-540 table 8. */
static const char *const errors[] = {
    [0x01] = "unrecognizedMIN",  [0x02] = "unrecognizedESN",
    [0x03] = "min-HLRMismatch",  [0x04] = "operationSequenceProblem",
    [0x05] = "resourceShortage", [0x06] = "operationNotSupported",
    [0x07] = "trunkUnavailable", [0x08] = "parameterError",
    [0x09] = "systemFailure",    [0x0a] = "unrecognizedParameterValue",
    [0x0b] = "featureInactive",  [0x0c] = "missingParameter",
};

/* SMS_CauseCode, X.S0004-550 2.237: in an answer it says why the message was not taken. */
static const struct {
    uint8_t code;
    const char *name;
} causes[] = {
    {0, "addressVacant"},
    {1, "addressTranslationFailure"},
    {2, "networkResourceShortage"},
    {3, "networkFailure"},
    {4, "invalidTeleserviceID"},
    {5, "networkProblem"},
    {32, "noPageResponse"},
    {33, "destinationBusy"},
    {34, "noAcknowledgment"},
    {35, "destinationResourceShortage"},
    {36, "smsDeliveryPostponed"},
    {37, "destinationOutOfService"},
    {38, "destinationNoLongerAtThisAddress"},
    {39, "terminalProblem"},
    {64, "radioResourceShortage"},
    {65, "radioInterfaceIncompatibility"},
    {66, "radioInterfaceProblem"},
    {96, "encodingProblem"},
    {97, "smsOriginationDenied"},
    {98, "smsTerminationDenied"},
};

/* Parameters, X.S0004-550 table 1. */
enum {
    P_MIN = 8,
    P_ESN = 9,
    P_MDN = 93,
    P_SMS_ADDRESS = 104,
    P_BEARER_DATA = 105,
    P_CAUSE = 153,
    P_DESTINATION = 107,
    P_ORIGINAL_DESTINATION = 110,
    P_ORIGINAL_ORIGINATING = 112,
    P_ORIGINATING = 114,
    P_IMSI = 242,
};

struct parameters {
    struct rgs_digits min, mdn, imsi;
    struct rgs_digits destination, original_destination, originating, original_originating, address;
    struct rgs_bytes bearer;
    const char *cause;
};

/* Digits, X.S0004-550 1.1: kind, nature, plan and encoding, count, two digits an octet. */
static struct rgs_digits digits(struct rgs_bytes b)
{
    struct rgs_reader r = rgs_reader(b);
    struct rgs_digits out;

    rgs_skip(&r, 2);
    uint8_t encoding = rgs_u8(&r) & 0xf, count = rgs_u8(&r);
    if (encoding == 2) /* IA5 */
        out = rgs_digits_of((const char *)r.p, rgs_left(&r));
    else
        out = rgs_tbcd(rgs_rest(&r));
    while (out.n > count)
        out.d[--out.n] = 0;
    return out;
}

static const char *cause_name(struct rgs_bytes v)
{
    for (size_t i = 0; v.n && i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (causes[i].code == v.p[0])
            return causes[i].name;
    }
    return "unknownCause";
}

static void read_parameters(struct rgs_dissect *d, struct rgs_bytes set, struct parameters *p)
{
    struct rgs_reader r = rgs_reader(set);
    struct rgs_ber t;

    if (!rgs_ber_next(&r, &t))
        return;
    r = rgs_ber_in(&t);
    while (rgs_ber_next(&r, &t)) {
        if (t.cut)
            break;
        switch (t.tag) {
        case RGS_BER_CTX(P_MIN):
            p->min = rgs_tbcd(t.value);
            break;
        case RGS_BER_CTX(P_IMSI):
            p->imsi = rgs_tbcd(t.value);
            break;
        case RGS_BER_CTX(P_MDN):
            p->mdn = digits(t.value);
            break;
        case RGS_BER_CTX(P_SMS_ADDRESS):
            p->address = digits(t.value);
            break;
        case RGS_BER_CTX(P_DESTINATION):
            p->destination = digits(t.value);
            break;
        case RGS_BER_CTX(P_ORIGINAL_DESTINATION):
            p->original_destination = digits(t.value);
            break;
        case RGS_BER_CTX(P_ORIGINATING):
            p->originating = digits(t.value);
            break;
        case RGS_BER_CTX(P_ORIGINAL_ORIGINATING):
            p->original_originating = digits(t.value);
            break;
        case RGS_BER_CTX(P_BEARER_DATA):
            p->bearer = t.value;
            break;
        case RGS_BER_CTX(P_CAUSE):
            p->cause = cause_name(t.value);
            break;
        default:
            break;
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_MAP_SHORT);
}

static const char *operation_name(int32_t code)
{
    for (size_t i = 0; code >> 8 == FAMILY && i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (operations[i].code == (code & 0xff))
            return operations[i].name;
    }
    return NULL;
}

static void subscriber(struct rgs_op *op, const struct parameters *p)
{
    if (p->imsi.n)
        RGS_SET(op, IMSI, imsi, p->imsi);
    if (p->mdn.n)
        RGS_SET(op, MSISDN, msisdn, p->mdn);
    else if (p->min
                 .n) /* ten digits of North America; of old handsets the directory number itself */
        RGS_SET(op, MSISDN, msisdn, p->min);
}

/* The original address is the user's, the other one only that of the next hop. */
static void parties(struct rgs_op *op, const struct parameters *p)
{
    const struct rgs_digits *oa =
        p->original_originating.n ? &p->original_originating : &p->originating;
    const struct rgs_digits *da =
        p->original_destination.n ? &p->original_destination : &p->destination;

    if (oa->n)
        RGS_SET(op, OA, oa, rgs_name_digits(oa));
    if (da->n)
        RGS_SET(op, DA, da, rgs_name_digits(da));
}

static void emit(struct rgs_dissect *d, const char *name, const char *phase)
{
    struct rgs_op *op = &d->op;

    if (!RGS_HAS(op, IMSI) && !RGS_HAS(op, MSISDN) && !RGS_HAS(op, SM))
        return;
    RGS_SET(op, PROTO, proto, "ansi-41");
    RGS_SET(op, OP, op, name);
    RGS_SET(op, PHASE, phase, phase);
    rgs_emit(d);
}

static enum rgs_outcome request(struct rgs_dissect *d, const struct rgs_tcap_component *c,
                                const struct parameters *p)
{
    const char *name = c->has_code ? operation_name(c->code) : NULL;
    struct rgs_op *op = &d->op;
    struct rgs_bytes text;

    if (!name)
        return RGS_UNSUPPORTED;
    subscriber(op, p);
    if ((c->code & 0xff) == SMDPP) {
        parties(op, p);
        if (rgs_cdma_sms(d, p->bearer, &text)) {
            RGS_SET(op, SM, sm, text);
            RGS_SET(op, SM_KIND, sm_kind, RGS_SM_UTF8);
        }
    }
    if ((c->code & 0xff) == REGISTRATION_NOTIFICATION && RGS_HAS(op, CALLING_GT) &&
        rgs_digits_decimal(&op->calling_gt))
        RGS_SET(op, SERVING_NODE, serving_node, rgs_name_digits(&op->calling_gt));
    if (c->request) {
        c->request->op = name;
        if (RGS_HAS(op, IMSI))
            c->request->subscriber.imsi = op->imsi;
        if (RGS_HAS(op, MSISDN))
            c->request->subscriber.msisdn = op->msisdn;
    }
    emit(d, name, RGS_HAS(op, RESULT) ? "error" : "request");
    return RGS_OK;
}

static enum rgs_outcome answer(struct rgs_dissect *d, const struct rgs_tcap_component *c,
                               const struct parameters *p)
{
    const struct rgs_tcap_request *q = c->request;
    struct rgs_op *op = &d->op;
    const char *result = NULL;

    if (!q || !q->op)
        return RGS_UNSUPPORTED;
    subscriber(op, p);
    if (!RGS_HAS(op, IMSI) && q->subscriber.imsi.n)
        RGS_SET(op, IMSI, imsi, q->subscriber.imsi);
    if (!RGS_HAS(op, MSISDN) && q->subscriber.msisdn.n)
        RGS_SET(op, MSISDN, msisdn, q->subscriber.msisdn);
    if (c->kind == RGS_TCAP_RESULT) {
        result = p->cause;
    } else if (c->kind == RGS_TCAP_ERROR) {
        uint32_t code = c->has_code ? (uint32_t)c->code & 0x7f : 0;
        result = code < sizeof(errors) / sizeof(errors[0]) ? errors[code] : NULL;
        if (!result)
            result = "unknownError";
    } else {
        result = c->problem;
    }
    if (result)
        RGS_SET(op, RESULT, result, result);
    emit(d, q->op, result ? "error" : "response");
    return RGS_OK;
}

enum rgs_outcome rgs_ansi41(struct rgs_dissect *d, struct rgs_bytes payload)
{
    const struct rgs_tcap_component *c = rgs_tcap_component(d);
    struct rgs_tcap_component alone;
    struct parameters p = {0};

    if (!c) {
        if (!rgs_ansi_component_read(payload, &alone)) {
            rgs_anomaly(d, RGS_A_TCAP_COMPONENT);
            return RGS_BAD;
        }
        c = &alone;
    }
    read_parameters(d, c->parameter, &p);
    return c->kind == RGS_TCAP_INVOKE ? request(d, c, &p) : answer(d, c, &p);
}
