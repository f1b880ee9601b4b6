/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SGsAP (TS 29.118): short messages and location updates between MME and VLR. */
#include "event/dissect.h"
#include "sig/gsm_l3.h"
#include "sig/identity.h"
#include "sig/plmn.h"

enum message_type {
    DOWNLINK_UNITDATA = 0x07,
    UPLINK_UNITDATA = 0x08,
};

/* TS 29.118 9.2, table 9.2-1; sorted by type. */
static const struct message {
    uint8_t type;
    bool from_mme;
    const char *op, *phase;
} messages[] = {
    {0x01, false, "paging-request", "request"},
    {0x02, true, "paging-reject", "error"},
    {0x06, true, "service-request", "request"},
    {0x07, false, "downlink-unitdata", "request"},
    {0x08, true, "uplink-unitdata", "request"},
    {0x09, true, "location-update-request", "request"},
    {0x0a, false, "location-update-accept", "response"},
    {0x0b, false, "location-update-reject", "error"},
    {0x0c, true, "tmsi-reallocation-complete", "response"},
    {0x0d, false, "alert-request", "request"},
    {0x0e, true, "alert-ack", "response"},
    {0x0f, true, "alert-reject", "error"},
    {0x10, true, "ue-activity-indication", "request"},
    {0x11, true, "eps-detach-indication", "request"},
    {0x12, false, "eps-detach-ack", "response"},
    {0x13, true, "imsi-detach-indication", "request"},
    {0x14, false, "imsi-detach-ack", "response"},
    {0x17, false, "service-abort-request", "request"},
    {0x18, true, "mo-csfb-indication", "request"},
    {0x1a, false, "mm-information-request", "request"},
    {0x1b, false, "release-request", "request"},
    {0x1d, true, "status", "error"},
    {0x1f, true, "ue-unreachable", "error"},
};

enum element {
    IMSI = 0x01,
    LAI = 0x04,
    SGS_CAUSE = 0x08,
    MME_NAME = 0x09,
    REJECT_CAUSE = 0x0f,
    IMEISV = 0x15,
    NAS_MESSAGE_CONTAINER = 0x16,
    TAI = 0x23,
    E_CGI = 0x24,
};

/* SGs cause, 9.4.18 */
static const char *const sgs_causes[] = {
    NULL,
    "imsi-detached-for-eps-services",
    "imsi-detached-for-eps-and-non-eps-services",
    "imsi-unknown",
    "imsi-detached-for-non-eps-services",
    "imsi-implicitly-detached-for-non-eps-services",
    "ue-unreachable",
    "message-not-compatible-with-the-protocol-state",
    "missing-mandatory-information-element",
    "invalid-mandatory-information",
    "conditional-information-element-error",
    "semantically-incorrect-message",
    "message-unknown",
    "mobile-terminating-cs-fallback-call-rejected-by-the-user",
    "ue-temporarily-unreachable",
};

/* Reject cause, TS 24.008 10.5.3.6 */
static const char *reject_cause(uint8_t cause)
{
    switch (cause) {
    case 0x02:
        return "imsi-unknown-in-hlr";
    case 0x03:
        return "illegal-ms";
    case 0x04:
        return "imsi-unknown-in-vlr";
    case 0x05:
        return "imei-not-accepted";
    case 0x06:
        return "illegal-me";
    case 0x0b:
        return "plmn-not-allowed";
    case 0x0c:
        return "location-area-not-allowed";
    case 0x0d:
        return "roaming-not-allowed-in-this-location-area";
    case 0x0f:
        return "no-suitable-cells-in-location-area";
    case 0x11:
        return "network-failure";
    case 0x16:
        return "congestion";
    default:
        return "rejected";
    }
}

/* A name in labels with a length each (TS 29.118 9.4.13, as in RFC 1035 3.1), written with dots. */
static struct rgs_name label_name(struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    char text[96];
    size_t n = 0;

    while (rgs_left(&r)) {
        struct rgs_bytes label = rgs_take(&r, rgs_u8(&r));
        if (label.n == 0 || n + label.n + 1 > sizeof(text))
            break;
        if (n)
            text[n++] = '.';
        memcpy(text + n, label.p, label.n);
        n += label.n;
    }
    return rgs_name_of(text, n);
}

static void place(struct rgs_dissect *d, struct rgs_bytes v, uint8_t element)
{
    struct rgs_digits plmn;
    struct rgs_reader r = rgs_reader(rgs_bytes_from(v, 3));

    if (v.n < 5 || !rgs_plmn(v.p, &plmn))
        return;
    RGS_SET(&d->op, SERVING_PLMN, serving_plmn, plmn);
    if (element == E_CGI && v.n >= 7)
        RGS_SET(&d->op, CELL, cell, rgs_cell_name(&plmn, rgs_be32(&r) & 0xfffffff, false, 0));
    else if (!RGS_HAS(&d->op, CELL))
        RGS_SET(&d->op, CELL, cell, rgs_cell_name(&plmn, rgs_be16(&r), false, 0));
}

static void element(struct rgs_dissect *d, const struct message *m, uint8_t tag, struct rgs_bytes v)
{
    struct rgs_digits digits;

    switch (tag) {
    case IMSI:
        rgs_set_identity(&d->op, v);
        break;
    case IMEISV: /* 9.4.9: digits of TS 29.002, not a mobile identity */
        digits = rgs_tbcd(v);
        if (digits.n >= 14)
            RGS_SET(&d->op, IMEI, imei, digits);
        break;
    case LAI: /* in an answer it is the area that the VLR has allotted, the same thing */
    case TAI:
    case E_CGI:
        place(d, v, tag);
        break;
    case MME_NAME:
        RGS_SET(&d->op, SERVING_NODE, serving_node, label_name(v));
        break;
    case SGS_CAUSE:
        if (v.n && v.p[0] < sizeof(sgs_causes) / sizeof(sgs_causes[0]) && sgs_causes[v.p[0]])
            RGS_SET(&d->op, RESULT, result, sgs_causes[v.p[0]]);
        break;
    case REJECT_CAUSE:
        if (v.n)
            RGS_SET(&d->op, RESULT, result, reject_cause(v.p[0]));
        break;
    case NAS_MESSAGE_CONTAINER: /* 9.4.15: an SMS message of TS 24.011 7.2, discriminator first */
        if (v.n >= 2 && (v.p[0] & 0xf) == 9) {
            RGS_SET(&d->op, SM, sm, rgs_bytes_from(v, rgs_l3_head(v)));
            RGS_SET(&d->op, SM_KIND, sm_kind, m->from_mme ? RGS_SM_CP_MO : RGS_SM_CP_MT);
        }
        break;
    default:
        break;
    }
}

/* What an RP message in a CP-DATA is (TS 24.011 8.2.2): a message, or how one went. */
static const char *unitdata_phase(struct rgs_bytes cp)
{
    enum { CP_DATA = 1, RP_ACK = 1, RP_ERROR = 2 };

    if (cp.n < 3 || cp.p[0] != CP_DATA)
        return NULL; /* CP-ACK and CP-ERROR answer for no subscriber */
    unsigned pair = (cp.p[2] & 7) / 2;
    return pair == RP_ACK ? "response" : pair == RP_ERROR ? "error" : "request";
}

static const struct message *find(uint8_t type)
{
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (messages[i].type == type)
            return &messages[i];
    }
    return NULL;
}

enum rgs_outcome rgs_sgsap(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    const struct message *m = find(rgs_u8(&r));

    if (!m)
        return in.n ? RGS_UNSUPPORTED : RGS_SHORT;
    while (rgs_left(&r)) {
        uint8_t tag = rgs_u8(&r), length = rgs_u8(&r);
        struct rgs_bytes v = rgs_take(&r, length);
        if (!rgs_reader_ok(&r)) {
            rgs_anomaly(d, RGS_A_SGSAP_SHORT);
            break;
        }
        element(d, m, tag, v);
    }
    RGS_SET(&d->op, PROTO, proto, "sgsap");
    RGS_SET(&d->op, OP, op, m->op);
    RGS_SET(&d->op, PHASE, phase, m->phase);
    if (m->type == DOWNLINK_UNITDATA || m->type == UPLINK_UNITDATA) {
        const char *phase = RGS_HAS(&d->op, SM) ? unitdata_phase(d->op.sm) : NULL;
        if (!phase)
            return RGS_OK;
        RGS_SET(&d->op, PHASE, phase, phase);
        if (RGS_HAS(&d->op, IMSI) && d->op.sm.n >= 4)
            RGS_SET(&d->op, DIALOGUE, dialogue,
                    rgs_l3_pair(rgs_digits_u64(&d->op.imsi), rgs_bytes_from(d->op.sm, 2)));
    }
    if (RGS_HAS(&d->op, IMSI))
        rgs_emit(d);
    return rgs_reader_ok(&r) ? RGS_OK : RGS_SHORT;
}
