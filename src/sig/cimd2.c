/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIMD2 (Nokia, interface specification 8): login, submission, delivery and status reports. */
#include "sig/cimd2.h"

#include "sig/app_text.h"
#include "sig/cimd2_packet.h"
#include "sig/party.h"
#include "sig/session.h"

enum operation {
    LOGIN = 1,
    LOGOUT = 2,
    SUBMIT = 3,
    ENQUIRE = 4,
    DELIVERY_REQUEST = 5,
    CANCEL = 6,
    DELIVER = 20,
    STATUS_REPORT = 23,
    GENERAL_ERROR = 48,
    NACK = 49,
};

/* Parameters that we read (CIMD 2, parameter codes). */
enum parameter {
    USER_IDENTITY = 10,
    DESTINATION = 21,
    ORIGINATING = 23,
    ORIGINATING_IMSI = 26,
    ALPHANUMERIC_ORIGINATING = 27,
    VISITED_MSC = 28,
    DATA_CODING_SCHEME = 30,
    USER_DATA_HEADER = 32,
    USER_DATA = 33,
    USER_DATA_BINARY = 34,
    PROTOCOL_IDENTIFIER = 52,
    TIME_STAMP = 60,
    STATUS_CODE = 61,
    SERVICE_CENTER = 69,
    ERROR_CODE = 900,
};

void *rgs_cimd2_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    return rgs_sessions_new(capacity, alloc);
}

void rgs_cimd2_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_sessions_del(state, alloc);
}

static enum rgs_peer_role sender_by_operation(uint32_t code)
{
    bool response = code >= RGS_CIMD2_RESPONSE;
    switch (response ? code - RGS_CIMD2_RESPONSE : code) {
    case LOGIN:
    case LOGOUT:
    case SUBMIT:
    case ENQUIRE:
    case DELIVERY_REQUEST:
    case CANCEL:
        return response ? RGS_PEER_SMSC : RGS_PEER_ESME;
    case DELIVER:
    case STATUS_REPORT:
        return response ? RGS_PEER_ESME : RGS_PEER_SMSC;
    default:
        return RGS_PEER_UNKNOWN;
    }
}

static void set_addresses(struct rgs_op *op, const struct rgs_cimd2_packet *p)
{
    struct rgs_bytes number = rgs_cimd2_get(p, ORIGINATING);
    struct rgs_bytes name = rgs_cimd2_get(p, ALPHANUMERIC_ORIGINATING);
    struct rgs_bytes to = rgs_cimd2_get(p, DESTINATION);

    if (name.n) {
        RGS_SET(op, OA, oa, rgs_party(RGS_TON_ALPHANUMERIC, name));
        RGS_SET(op, OA_TON, oa_ton, RGS_TON_ALPHANUMERIC);
    } else if (number.n) {
        RGS_SET(op, OA, oa, rgs_party(0, number));
    }
    if (to.n)
        RGS_SET(op, DA, da, rgs_party(0, to));
}

/* "destination:time stamp" is what names a message from its submission on (CIMD 2, submit message).
 */
static void set_message_id(struct rgs_op *op, const struct rgs_cimd2_packet *p)
{
    struct rgs_bytes to = rgs_cimd2_get(p, DESTINATION), at = rgs_cimd2_get(p, TIME_STAMP);
    char id[64];

    if (!to.n || !at.n || to.n + at.n + 1 > sizeof(id))
        return;
    memcpy(id, to.p, to.n);
    id[to.n] = ':';
    memcpy(id + to.n + 1, at.p, at.n);
    RGS_SET(op, MESSAGE_ID, message_id, rgs_name_of(id, to.n + 1 + at.n));
}

static void set_number(struct rgs_dissect *d, const struct rgs_cimd2_packet *p,
                       enum parameter which, bool *has, uint8_t *value)
{
    struct rgs_bytes text = rgs_cimd2_get(p, which);
    uint32_t v = 0;

    *has = text.n && rgs_decimal(text, 255, &v);
    *value = (uint8_t)v;
    if (text.n && !*has)
        rgs_anomaly(d, RGS_A_CIMD2_PARAMETER);
}

static void set_message(struct rgs_dissect *d, const struct rgs_cimd2_packet *p)
{
    struct rgs_op *op = &d->op;
    struct rgs_bytes text = rgs_cimd2_get(p, USER_DATA),
                     binary = rgs_cimd2_get(p, USER_DATA_BINARY);
    struct rgs_bytes udh, octets;
    bool has_dcs, has_pid;
    uint8_t dcs, pid;

    set_number(d, p, DATA_CODING_SCHEME, &has_dcs, &dcs);
    set_number(d, p, PROTOCOL_IDENTIFIER, &has_pid, &pid);
    if (has_pid)
        RGS_SET(op, PID, pid, pid);
    if (has_dcs)
        RGS_SET(op, DCS, dcs, dcs);
    if (!rgs_hex(d, rgs_cimd2_get(p, USER_DATA_HEADER), &udh))
        rgs_anomaly(d, RGS_A_CIMD2_PARAMETER);
    if (binary.n) {
        if (!rgs_hex(d, binary, &octets))
            rgs_anomaly(d, RGS_A_CIMD2_PARAMETER);
        rgs_set_user_data(d, udh, octets, has_dcs ? dcs : 0x04);
    } else if (text.n) {
        uint8_t *septets = rgs_frame_alloc(d, text.n);
        rgs_udh_concat(op, udh);
        if (!septets)
            return;
        RGS_SET(op, SM, sm, rgs_bytes(septets, rgs_cimd2_septets(text, septets)));
        RGS_SET(op, SM_KIND, sm_kind, RGS_SM_IRA);
    }
}

/* What a delivery tells about the sender's side of the network. */
static void set_origin(struct rgs_op *op, const struct rgs_cimd2_packet *p)
{
    struct rgs_bytes imsi = rgs_cimd2_get(p, ORIGINATING_IMSI), msc = rgs_cimd2_get(p, VISITED_MSC);
    struct rgs_bytes smsc = rgs_cimd2_get(p, SERVICE_CENTER);

    if (imsi.n)
        RGS_SET(op, IMSI, imsi, rgs_digits_of((const char *)imsi.p, imsi.n));
    if (msc.n)
        RGS_SET(op, SERVING_NODE, serving_node, rgs_party(0, msc));
    if (smsc.n)
        RGS_SET(op, SMSC, smsc, rgs_party(0, smsc));
}

static void status(struct rgs_op *op, const struct rgs_cimd2_packet *p)
{
    uint32_t code;
    if (rgs_decimal(rgs_cimd2_get(p, STATUS_CODE), 9, &code) && rgs_cimd2_status(code))
        RGS_SET(op, RESULT, result, rgs_cimd2_status(code));
}

/* The destination of the message is the subscriber; it stands in the report as it did in the
 * submission. */
static void report(struct rgs_op *op, const struct rgs_cimd2_packet *p)
{
    struct rgs_digits subscriber;

    set_message_id(op, p);
    status(op, p);
    if (RGS_HAS(op, DA) && rgs_party_digits(&op->da, &subscriber))
        RGS_SET(op, MSISDN, msisdn, subscriber);
}

static void request(struct rgs_dissect *d, struct rgs_sessions *st, struct rgs_session *session,
                    const struct rgs_cimd2_packet *p)
{
    struct rgs_op *op = &d->op;
    struct rgs_bytes user = rgs_cimd2_get(p, USER_IDENTITY);
    bool first = true;

    RGS_SET(op, PHASE, phase, "request");
    if (p->operation == LOGIN)
        rgs_session_login(session, d, rgs_party(RGS_TON_ALPHANUMERIC, user));
    set_addresses(op, p);
    if (p->operation == STATUS_REPORT) {
        report(op, p);
    } else {
        set_message(d, p);
        rgs_party_subscriber(op);
    }
    if (p->operation == DELIVER)
        set_origin(op, p);
    rgs_request_open(st, d, p->sequence);
    rgs_emit(d);
    if (p->operation != SUBMIT)
        return;
    for (size_t i = 0; i < p->count;
         i++) { /* each further destination is a subscriber of its own */
        if (p->parameter[i].number != DESTINATION)
            continue;
        if (!first) {
            RGS_CLEAR(op, MSISDN);
            RGS_SET(op, DA, da, rgs_party(0, p->parameter[i].value));
            rgs_party_subscriber(op);
            rgs_emit(d);
        }
        first = false;
    }
}

static void response(struct rgs_dissect *d, struct rgs_sessions *st, struct rgs_session *session,
                     const struct rgs_cimd2_packet *p)
{
    struct rgs_op *op = &d->op;
    uint32_t operation = p->operation - RGS_CIMD2_RESPONSE, code = 0;
    struct rgs_bytes error = rgs_cimd2_get(p, ERROR_CODE);
    bool nack = operation == NACK || operation == GENERAL_ERROR;
    bool bad = nack || (error.n && rgs_decimal(error, 999, &code) && code != 0);

    RGS_SET(op, PHASE, phase, bad ? "error" : "response");
    if (bad)
        RGS_SET(op, RESULT, result, error.n ? rgs_cimd2_error(code) : "nack");
    else if (operation == ENQUIRE)
        status(op, p);
    rgs_request_close(st, d, p->sequence, nack);
    set_message_id(op, p);
    rgs_emit(d);
    if ((operation == LOGIN && bad) || (operation == LOGOUT && !bad))
        session->bound = false;
}

enum rgs_outcome rgs_cimd2(struct rgs_dissect *d, struct rgs_bytes payload)
{
    enum { SET = 8, GET = 9, ALIVE = 40 };
    struct rgs_sessions *st = d->state[RGS_LAYER_CIMD2];
    struct rgs_cimd2_packet p;
    enum rgs_outcome out = rgs_cimd2_parse(&p, payload);

    if (out == RGS_BAD || p.cut)
        rgs_anomaly(d, RGS_A_CIMD2_PACKET);
    if (out == RGS_BAD)
        return out;
    if (p.checksum_wrong)
        rgs_anomaly(d, RGS_A_CIMD2_CHECKSUM);
    if (p.parameter_wrong)
        rgs_anomaly(d, RGS_A_CIMD2_PARAMETER);
    const char *name = rgs_cimd2_operation(p.operation);
    if (!name) {
        rgs_anomaly(d, RGS_A_CIMD2_OPERATION);
        return RGS_UNSUPPORTED;
    }
    struct rgs_session *session = rgs_session(st, d);
    RGS_SET(&d->op, PROTO, proto, "cimd2");
    RGS_SET(&d->op, OP, op, name);
    rgs_session_speaks(session, d, sender_by_operation(p.operation));
    uint32_t operation = p.operation % RGS_CIMD2_RESPONSE;
    if (operation == ALIVE || operation == SET || operation == GET)
        return out;
    if (p.operation >= RGS_CIMD2_RESPONSE)
        response(d, st, session, &p);
    else
        request(d, st, session, &p);
    return out;
}
