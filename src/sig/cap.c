/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CAP, TS 29.078: the detection points that name a subscriber, a place, or a short message's
 * parties. */
#include "sig/map.h"
#include "sig/tcap.h"

#define CTX(n) RGS_BER_CTX(n)

enum {
    OP_INITIAL_DP = 0,      /* TS 29.078 6.1.1 */
    OP_INITIAL_DP_SMS = 60, /* 7.1 */
    TAG_EVENT_TYPE_SMS = 3,
    SMS_DELIVERY_REQUESTED = 11, /* EventTypeSMS, 5.1 */
};

/* InitialDPSMSArg, TS 29.078 7.1: from a mobile the calling party is the subscriber. */
static const struct rgs_map_ie initial_dp_sms_mo[] = {
    {CTX(1), RGS_MAP_DA, NULL},
    {CTX(2), RGS_MAP_MSISDN, NULL},
    {CTX(4), RGS_MAP_IMSI, NULL},
    {CTX(5), RGS_MAP_INSIDE, rgs_map_location},
    {CTX(6), RGS_MAP_INSIDE, rgs_map_location_gprs},
    {CTX(7), RGS_MAP_SMSC, NULL},
    {CTX(10), RGS_MAP_PID, NULL},
    {CTX(11), RGS_MAP_DCS, NULL},
    {CTX(15), RGS_MAP_OTHER_NODE, NULL},
    {CTX(16), RGS_MAP_OTHER_NODE, NULL},
    {CTX(19), RGS_MAP_IMEI, NULL},
    {0, RGS_MAP_SKIP, NULL},
};
/* To a mobile it is the called party. */
static const struct rgs_map_ie initial_dp_sms_mt[] = {
    {CTX(2), RGS_MAP_OA, NULL},
    {CTX(4), RGS_MAP_IMSI, NULL},
    {CTX(5), RGS_MAP_INSIDE, rgs_map_location},
    {CTX(6), RGS_MAP_INSIDE, rgs_map_location_gprs},
    {CTX(7), RGS_MAP_SMSC, NULL},
    {CTX(10), RGS_MAP_PID, NULL},
    {CTX(11), RGS_MAP_DCS, NULL},
    {CTX(15), RGS_MAP_OTHER_NODE, NULL},
    {CTX(16), RGS_MAP_OTHER_NODE, NULL},
    {CTX(19), RGS_MAP_IMEI, NULL},
    {CTX(20), RGS_MAP_MSISDN, NULL},
    {0, RGS_MAP_SKIP, NULL},
};
/* InitialDPArg, 6.1.1. */
static const struct rgs_map_ie initial_dp[] = {
    {CTX(50), RGS_MAP_IMSI, NULL},
    {CTX(52), RGS_MAP_INSIDE, rgs_map_location},
    {0, RGS_MAP_SKIP, NULL},
};

static bool to_mobile(struct rgs_bytes parameter)
{
    struct rgs_reader r = rgs_reader(parameter);
    struct rgs_ber arg, event;

    return rgs_ber_next(&r, &arg) && rgs_ber_find(arg.value, CTX(TAG_EVENT_TYPE_SMS), &event) &&
           event.value.n == 1 && event.value.p[0] == SMS_DELIVERY_REQUESTED;
}

enum rgs_outcome rgs_cap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    const struct rgs_tcap_component *c = rgs_tcap_component(d);
    struct rgs_map_parameter p = {initial_dp, 0};
    struct rgs_tcap_component alone;
    struct rgs_op *op = &d->op;

    if (!c) {
        if (!rgs_tcap_component_read(payload, &alone)) {
            rgs_anomaly(d, RGS_A_TCAP_COMPONENT);
            return RGS_BAD;
        }
        c = &alone;
    }
    if (c->kind != RGS_TCAP_INVOKE || !c->has_code ||
        (c->code != OP_INITIAL_DP && c->code != OP_INITIAL_DP_SMS))
        return RGS_UNSUPPORTED;
    if (c->code == OP_INITIAL_DP_SMS)
        p.ies = to_mobile(c->parameter) ? initial_dp_sms_mt : initial_dp_sms_mo;
    rgs_map_parameter(d, &p, c->parameter);
    if (!RGS_HAS(op, IMSI) && !RGS_HAS(op, MSISDN))
        return RGS_OK;
    RGS_SET(op, PROTO, proto, "cap");
    RGS_SET(op, OP, op, c->code == OP_INITIAL_DP_SMS ? "initialDPSMS" : "initialDP");
    RGS_SET(op, PHASE, phase, RGS_HAS(op, RESULT) ? "error" : "request");
    rgs_emit(d);
    return RGS_OK;
}
