/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GSUP, the Osmocom protocol between MSC, SGSN and HLR (OsmoHLR user manual, chapter GSUP). Its
 * constants and cause names are libosmocore's. Its decoder is not used here, because it logs what
 * is malformed, and nothing from the wire may make a line in a log; it serves as the oracle of the
 * tests.
 */
#include "sig/gsup.h"

#include <osmocom/gsm/gsup.h>
#include <osmocom/gsm/protocol/gsm_04_08_gprs.h>
#include <osmocom/gsm/protocol/ipaccess.h>

#include "sig/rp_cause.h"

enum {
    IPA_HEADER = 3,
    MAX_IPA = 4096, /* what libosmo-abis allows */
};

/* The MAP operation that a GSUP message stands for; each has a request, an error and a result. */
static const struct operation {
    uint8_t request;
    const char *op;
} operations[] = {
    {OSMO_GSUP_MSGT_UPDATE_LOCATION_REQUEST, "updateLocation"},
    {OSMO_GSUP_MSGT_SEND_AUTH_INFO_REQUEST, "sendAuthenticationInfo"},
    {OSMO_GSUP_MSGT_PURGE_MS_REQUEST, "purgeMS"},
    {OSMO_GSUP_MSGT_INSERT_DATA_REQUEST, "insertSubscriberData"},
    {OSMO_GSUP_MSGT_DELETE_DATA_REQUEST, "deleteSubscriberData"},
    {OSMO_GSUP_MSGT_LOCATION_CANCEL_REQUEST, "cancelLocation"},
    {OSMO_GSUP_MSGT_MO_FORWARD_SM_REQUEST, "mo-forwardSM"},
    {OSMO_GSUP_MSGT_MT_FORWARD_SM_REQUEST, "mt-forwardSM"},
    {OSMO_GSUP_MSGT_READY_FOR_SM_REQUEST, "readyForSM"},
    {OSMO_GSUP_MSGT_CHECK_IMEI_REQUEST, "checkIMEI"},
};

/* An SM-RP address: its type, then an IMSI, or a number behind its type of number
 * (TS 24.011 8.2.5). */
static void rp_address(struct rgs_dissect *d, struct rgs_bytes v)
{
    struct rgs_bytes value = rgs_bytes_from(v, 1);
    struct rgs_digits digits;

    if (v.n < 2)
        return;
    switch (v.p[0]) {
    case OSMO_GSUP_SMS_SM_RP_ODA_IMSI:
        digits = rgs_tbcd(value);
        if (digits.n)
            RGS_SET(&d->op, IMSI, imsi, digits);
        break;
    case OSMO_GSUP_SMS_SM_RP_ODA_MSISDN:
        digits = rgs_tbcd(rgs_bytes_from(value, 1));
        if (digits.n)
            RGS_SET(&d->op, MSISDN, msisdn, digits);
        break;
    case OSMO_GSUP_SMS_SM_RP_ODA_SMSC_ADDR:
        digits = rgs_tbcd(rgs_bytes_from(value, 1));
        if (digits.n)
            RGS_SET(&d->op, SMSC, smsc, rgs_name_digits(&digits));
        break;
    default:
        break;
    }
}

/* TS 24.008 10.5.5.14 */
static const char *gmm_cause(uint8_t value)
{
    for (const struct value_string *v = gsm48_gmm_cause_names; v->str; v++) {
        if (v->value == value)
            return v->str;
    }
    return NULL;
}

static void result(struct rgs_dissect *d, const char *name)
{
    RGS_SET(&d->op, RESULT, result, name ? name : "unknown cause");
}

static void element(struct rgs_dissect *d, uint8_t tag, struct rgs_bytes v)
{
    struct rgs_digits digits;

    switch (tag) {
    case OSMO_GSUP_IMSI_IE:
        digits = rgs_tbcd(v);
        if (digits.n)
            RGS_SET(&d->op, IMSI, imsi, digits);
        break;
    case OSMO_GSUP_MSISDN_IE: /* type of number, then digits */
        digits = rgs_tbcd(rgs_bytes_from(v, 1));
        if (digits.n)
            RGS_SET(&d->op, MSISDN, msisdn, digits);
        break;
    case OSMO_GSUP_IMEI_IE: /* called party BCD number with a length of its own (TS 24.008 10.5.4.7)
                             */
        digits = rgs_tbcd(rgs_bytes_from(v, 1));
        if (digits.n >= 14)
            RGS_SET(&d->op, IMEI, imei, digits);
        break;
    case OSMO_GSUP_CAUSE_IE:
        if (v.n)
            result(d, gmm_cause(v.p[0]));
        break;
    case OSMO_GSUP_SM_RP_CAUSE_IE:
        if (v.n)
            result(d, rgs_rp_cause(v.p[0] & 0x7f));
        break;
    case OSMO_GSUP_SM_RP_DA_IE:
    case OSMO_GSUP_SM_RP_OA_IE:
        rp_address(d, v);
        break;
    case OSMO_GSUP_SM_RP_UI_IE:
        RGS_SET(&d->op, SM, sm, v);
        break;
    case OSMO_GSUP_SOURCE_NAME_IE: /* a NUL-ended name of the node that asks */
        if (v.n > 1)
            RGS_SET(&d->op, SERVING_NODE, serving_node,
                    rgs_name_of(v.p, v.p[v.n - 1] ? v.n : v.n - 1));
        break;
    default:
        break;
    }
}

/* A result or an error belongs to the request of the same subscriber, operation and SM-RP-MR, on
 * whatever hop. */
static void pair(struct rgs_op *op, const struct operation *o, uint8_t reference)
{
    uint64_t who = rgs_mix64(rgs_digits_u64(&op->imsi));
    RGS_SET(op, DIALOGUE, dialogue, rgs_mix64(who + ((uint64_t)o->request << 8 | reference)));
}

enum rgs_outcome rgs_gsup(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    uint8_t type = rgs_u8(&r), reference = 0;
    const struct operation *o = NULL;

    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (operations[i].request == (type & ~3))
            o = &operations[i];
    }
    if (!o || (type & 3) == 3)
        return in.n ? RGS_UNSUPPORTED : RGS_SHORT;
    while (rgs_left(&r)) {
        uint8_t tag = rgs_u8(&r), length = rgs_u8(&r);
        struct rgs_bytes v = rgs_take(&r, length);
        if (!rgs_reader_ok(&r)) {
            rgs_anomaly(d, RGS_A_GSUP_SHORT);
            break;
        }
        if (tag == OSMO_GSUP_SM_RP_MR_IE && v.n)
            reference = v.p[0];
        element(d, tag, v);
    }
    bool request = OSMO_GSUP_IS_MSGT_REQUEST(type), error = OSMO_GSUP_IS_MSGT_ERROR(type);
    RGS_SET(&d->op, PROTO, proto, "gsup");
    RGS_SET(&d->op, OP, op, o->op);
    RGS_SET(&d->op, PHASE, phase, request ? "request" : error ? "error" : "response");
    if (RGS_HAS(&d->op, SM)) {
        bool to_mobile = (o->request == OSMO_GSUP_MSGT_MT_FORWARD_SM_REQUEST) == request;
        RGS_SET(&d->op, SM_KIND, sm_kind, to_mobile ? RGS_SM_TPDU_MT : RGS_SM_TPDU_MO);
    }
    if (RGS_HAS(&d->op, IMSI)) {
        pair(&d->op, o, reference);
        rgs_emit(d);
    }
    return rgs_reader_ok(&r) ? RGS_OK : RGS_SHORT;
}

enum rgs_outcome rgs_ipa(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    uint16_t length = rgs_be16(&r);
    uint8_t proto = rgs_u8(&r);
    struct rgs_bytes payload = rgs_take(&r, length);

    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_GSUP_SHORT);
        return RGS_SHORT;
    }
    if (proto == IPAC_PROTO_SCCP)
        return rgs_hand_on(d, RGS_LAYER_SCCP, payload);
    if (proto == IPAC_PROTO_OSMO && payload.n && payload.p[0] == IPAC_PROTO_EXT_GSUP)
        return rgs_hand_on(d, RGS_LAYER_GSUP, rgs_bytes_from(payload, 1));
    return RGS_UNSUPPORTED;
}

long rgs_ipa_length(struct rgs_bytes head)
{
    struct rgs_reader r = rgs_reader(head);
    uint16_t length = rgs_be16(&r);

    rgs_u8(&r);
    if (!rgs_reader_ok(&r))
        return 0;
    return length == 0 || length > MAX_IPA ? -1 : (long)length + IPA_HEADER;
}

/* SCCP whose first address is where its pointers say (Q.713 4.2, 4.7 and 4.10). */
static enum rgs_probe sccp_probe(struct rgs_bytes m, uint16_t length)
{
    enum { CR = 1, DT1 = 6, UDT = 9, HEAD = 8 };

    if (m.n < HEAD)
        return length < HEAD ? RGS_PROBE_NO : RGS_PROBE_MORE;
    bool good = false;
    switch (m.p[0]) {
    case CR:
        good =
            (m.p[4] == 2 || m.p[4] == 3) && m.p[5] == 2 && m.p[7] >= 2 && m.p[7] + HEAD <= length;
        break;
    case DT1:
        good = m.p[4] <= 1 && m.p[5] == 1 && m.p[6] + 7 == length;
        break;
    case UDT:
        good = (m.p[1] & 0x7e) == 0 && m.p[2] == 3 && m.p[5] >= 2 && m.p[3] == m.p[5] + 3 &&
               m.p[4] > m.p[3] && m.p[4] + 4 < length;
        break;
    default:
        break;
    }
    return good ? RGS_PROBE_YES : RGS_PROBE_NO;
}

/* Three octets are little to go by: what follows must be a GSUP message with its IMSI, a CCM
 * message, or an SCCP message that is told by its form (SCCPlite). */
enum rgs_probe rgs_ipa_probe(struct rgs_bytes head)
{
    struct rgs_reader r = rgs_reader(head);
    uint16_t length = rgs_be16(&r);
    uint8_t proto = rgs_u8(&r), first = rgs_u8(&r);

    if (!rgs_reader_ok(&r))
        return head.n >= 2 && (length == 0 || length > MAX_IPA) ? RGS_PROBE_NO : RGS_PROBE_MORE;
    if (length == 0 || length > MAX_IPA)
        return RGS_PROBE_NO;
    if (proto == IPAC_PROTO_IPACCESS) /* ping and pong are empty, identities are 4 to 6 */
        return (first <= 1 && length == 1) || (first >= 4 && first <= 6 && length < 512)
                   ? RGS_PROBE_YES
                   : RGS_PROBE_NO;
    if (proto == IPAC_PROTO_SCCP)
        return sccp_probe(rgs_bytes_from(head, IPA_HEADER), length);
    if (proto != IPAC_PROTO_OSMO || first != IPAC_PROTO_EXT_GSUP)
        return RGS_PROBE_NO;
    rgs_u8(&r);
    uint8_t tag = rgs_u8(&r), imsi = rgs_u8(&r);
    if (!rgs_reader_ok(&r))
        return RGS_PROBE_MORE;
    return tag == OSMO_GSUP_IMSI_IE && imsi >= 4 && imsi <= 8 ? RGS_PROBE_YES : RGS_PROBE_NO;
}
