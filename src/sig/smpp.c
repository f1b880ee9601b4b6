/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMPP 3.3 to 5.0: one operation per PDU that carries a message, binds an account or answers for
 * either. Per flow the layer remembers who is bound and which end is the application; per request,
 * whom it was about.
 */
#include "sig/smpp.h"

#include "sig/party.h"
#include "sig/session.h"
#include "sig/smpp_pdu.h"

void *rgs_smpp_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    return rgs_sessions_new(capacity, alloc);
}

void rgs_smpp_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_sessions_del(state, alloc);
}

/* ---- who speaks --------------------------------------------------------------------------------
 */

/* Commands that only one side may send (SMPP 5.0 2.2, table 2-1). */
static enum rgs_peer_role sender_by_command(uint32_t id)
{
    bool answer = (id & RGS_SMPP_RESPONSE) != 0;
    switch (id & ~RGS_SMPP_RESPONSE) {
    case RGS_SMPP_BIND_RECEIVER:
    case RGS_SMPP_BIND_TRANSMITTER:
    case RGS_SMPP_BIND_TRANSCEIVER:
    case RGS_SMPP_SUBMIT_SM:
    case RGS_SMPP_SUBMIT_MULTI:
    case RGS_SMPP_BROADCAST_SM:
    case RGS_SMPP_QUERY_SM:
    case RGS_SMPP_REPLACE_SM:
    case RGS_SMPP_CANCEL_SM:
    case RGS_SMPP_QUERY_BROADCAST_SM:
    case RGS_SMPP_CANCEL_BROADCAST_SM:
    case RGS_SMPP_PARAM_RETRIEVE:
    case RGS_SMPP_QUERY_LAST_MSGS:
    case RGS_SMPP_QUERY_MSG_DETAILS:
        return answer ? RGS_PEER_SMSC : RGS_PEER_ESME;
    case RGS_SMPP_DELIVER_SM:
        return answer ? RGS_PEER_ESME : RGS_PEER_SMSC;
    case RGS_SMPP_OUTBIND:
    case RGS_SMPP_ALERT_NOTIFICATION:
        return RGS_PEER_SMSC;
    default: /* data_sm, unbind, enquire_link and generic_nack go both ways */
        return RGS_PEER_UNKNOWN;
    }
}

/* ---- what a PDU says ---------------------------------------------------------------------------
 */

static struct rgs_name name_of(struct rgs_bytes b)
{
    return rgs_name_of(b.p, b.n);
}

static void set_addresses(struct rgs_op *op, const struct rgs_smpp_pdu *u)
{
    if (u->has & RGS_SMPP_HAS_SOURCE && u->source.text.n) {
        RGS_SET(op, OA, oa, rgs_party(u->source.ton, u->source.text));
        RGS_SET(op, OA_TON, oa_ton, u->source.ton);
    }
    if (u->has & RGS_SMPP_HAS_DEST && u->dest.text.n)
        RGS_SET(op, DA, da, rgs_party(u->dest.ton, u->dest.text));
}

/* esm_class, bits 5 to 2, in what a centre sends (SMPP 5.0 4.7.12). */
static bool is_receipt(const struct rgs_smpp_pdu *u, enum rgs_peer_role role)
{
    enum { TYPE = 0x3c, DELIVERY_RECEIPT = 0x04, INTERMEDIATE_NOTIFICATION = 0x20 };

    if (role == RGS_PEER_ESME ||
        (u->command_id != RGS_SMPP_DELIVER_SM && u->command_id != RGS_SMPP_DATA_SM))
        return false;
    unsigned type = u->esm_class & TYPE;
    if (type == DELIVERY_RECEIPT || type == INTERMEDIATE_NOTIFICATION)
        return true;
    return (u->has & RGS_SMPP_HAS_RECEIPTED_ID) && (u->has & RGS_SMPP_HAS_MESSAGE_STATE);
}

static struct rgs_bytes message_of(const struct rgs_smpp_pdu *u)
{
    return u->short_message.n || !(u->has & RGS_SMPP_HAS_PAYLOAD) ? u->short_message : u->payload;
}

/* The form of a receipt is ASCII (3.4 appendix B), also in UCS-2 (data_coding 8), where it is every
 * other octet. */
static struct rgs_bytes receipt_text(const struct rgs_smpp_pdu *u, uint8_t buf[256])
{
    enum { UCS2 = 8 };
    struct rgs_bytes text = message_of(u);
    size_t n = 0;

    if (u->data_coding != UCS2)
        return text;
    for (size_t i = 1; i < text.n && n < 256; i += 2)
        buf[n++] = text.p[i];
    return rgs_bytes(buf, n);
}

/* A receipt answers for a message: its text is the centre's form, not somebody's words. */
static void set_receipt(struct rgs_op *op, const struct rgs_smpp_pdu *u)
{
    uint8_t state = 0, buf[256];
    struct rgs_bytes id;
    struct rgs_digits subscriber;
    bool known = rgs_smpp_receipt(receipt_text(u, buf), &state, &id);

    if (u->has & RGS_SMPP_HAS_RECEIPTED_ID)
        id = u->receipted_id;
    if (id.n)
        RGS_SET(op, MESSAGE_ID, message_id, name_of(id));
    if (u->has & RGS_SMPP_HAS_MESSAGE_STATE) {
        state = u->message_state;
        known = true;
    }
    if (known && rgs_smpp_state_name(state))
        RGS_SET(op, RESULT, result, rgs_smpp_state_name(state));
    if (RGS_HAS(op, OA) && rgs_party_digits(&op->oa, &subscriber))
        RGS_SET(op, MSISDN, msisdn, subscriber);
}

static void set_message(struct rgs_dissect *d, const struct rgs_smpp_pdu *u)
{
    struct rgs_op *op = &d->op;

    if (!(u->has & (RGS_SMPP_HAS_SHORT_MESSAGE | RGS_SMPP_HAS_PAYLOAD)))
        return;
    if (u->short_message.n && u->payload.n)
        rgs_anomaly(d, RGS_A_SMPP_TWO_MESSAGES);
    if (u->has & RGS_SMPP_HAS_DATA_CODING)
        RGS_SET(op, DCS, dcs, u->data_coding);
    if (u->has & RGS_SMPP_HAS_PROTOCOL_ID)
        RGS_SET(op, PID, pid, u->protocol_id);
    if (u->has & RGS_SMPP_HAS_SAR_TOTAL && u->has & RGS_SMPP_HAS_SAR_SEQ &&
        u->has & RGS_SMPP_HAS_SAR_REF) {
        if (u->sar_seq == 0 || u->sar_seq > u->sar_total) {
            rgs_anomaly(d, RGS_A_SMPP_SAR);
        } else {
            RGS_SET(op, CONCAT_REF, concat_ref, u->sar_ref);
            RGS_SET(op, CONCAT_TOTAL, concat_total, u->sar_total);
            RGS_SET(op, CONCAT_SEQ, concat_seq, u->sar_seq);
        }
    }
    RGS_SET(op, SM, sm, message_of(u));
    RGS_SET(op, SM_KIND, sm_kind, u->esm_class & 0x40 ? RGS_SM_SMPP_UDHI : RGS_SM_SMPP);
}

/* One operation per destination: each of them is a subscriber of its own (SMPP 5.0 4.2.3). */
static void emit_each(struct rgs_dissect *d, const struct rgs_smpp_pdu *u)
{
    struct rgs_reader r = rgs_reader(u->dests);
    struct rgs_smpp_address a;
    struct rgs_digits digits;
    bool any = false;

    for (unsigned i = 0; i < u->dest_count && rgs_smpp_next_dest(&r, &a); i++) {
        if (!a.text.n)
            continue;
        RGS_SET(&d->op, DA, da, rgs_party(a.ton, a.text));
        RGS_CLEAR(&d->op, MSISDN);
        if (rgs_party_digits(&d->op.da, &digits))
            RGS_SET(&d->op, MSISDN, msisdn, digits);
        rgs_emit(d);
        any = true;
    }
    if (!any)
        rgs_emit(d);
}

/* submit_multi_resp names the destinations that it refused (5.0 4.2.3.2). */
static void emit_failed(struct rgs_dissect *d, const struct rgs_smpp_pdu *u)
{
    struct rgs_reader r = rgs_reader(u->failed);
    struct rgs_smpp_address a;
    struct rgs_digits digits;
    uint32_t status;

    for (unsigned i = 0; i < u->failed_count && rgs_smpp_next_failed(&r, &a, &status); i++) {
        RGS_SET(&d->op, PHASE, phase, "error");
        RGS_SET(&d->op, RESULT, result, rgs_smpp_status_name(status));
        RGS_SET(&d->op, DA, da, rgs_party(a.ton, a.text));
        RGS_CLEAR(&d->op, MSISDN);
        if (rgs_party_digits(&d->op.da, &digits))
            RGS_SET(&d->op, MSISDN, msisdn, digits);
        rgs_emit(d);
    }
}

static bool is_bind(uint32_t id)
{
    return id == RGS_SMPP_BIND_RECEIVER || id == RGS_SMPP_BIND_TRANSMITTER ||
           id == RGS_SMPP_BIND_TRANSCEIVER;
}

/* Commands that keep a session alive and say nothing about a message or a subscriber. */
static bool is_silent(uint32_t command)
{
    return command == RGS_SMPP_ENQUIRE_LINK || command == RGS_SMPP_PARAM_RETRIEVE ||
           command == RGS_SMPP_QUERY_LAST_MSGS || command == RGS_SMPP_QUERY_BROADCAST_SM ||
           command == RGS_SMPP_CANCEL_BROADCAST_SM;
}

static void request(struct rgs_dissect *d, struct rgs_sessions *st, struct rgs_session *session,
                    const struct rgs_smpp_pdu *u, enum rgs_peer_role role)
{
    struct rgs_op *op = &d->op;
    struct rgs_digits digits;

    RGS_SET(op, PHASE, phase, "request");
    if (u->has & RGS_SMPP_HAS_SYSTEM_ID)
        rgs_session_login(session, d, rgs_party(RGS_TON_ALPHANUMERIC, u->system_id));
    if (u->has & RGS_SMPP_HAS_MESSAGE_ID && u->message_id.n)
        RGS_SET(op, MESSAGE_ID, message_id, name_of(u->message_id));
    set_addresses(op, u);
    if (u->command_id == RGS_SMPP_ALERT_NOTIFICATION) {
        if (RGS_HAS(op, OA) && rgs_party_digits(&op->oa, &digits))
            RGS_SET(op, MSISDN, msisdn, digits);
    } else if (is_receipt(u, role)) {
        set_receipt(op, u);
    } else {
        rgs_party_subscriber(op);
        set_message(d, u);
    }
    rgs_request_open(st, d, u->sequence_number);
    if (u->has & RGS_SMPP_HAS_DESTS)
        emit_each(d, u);
    else
        rgs_emit(d);
}

static void answer(struct rgs_dissect *d, struct rgs_sessions *st, struct rgs_session *session,
                   const struct rgs_smpp_pdu *u)
{
    struct rgs_op *op = &d->op;
    uint32_t command = u->command_id & ~RGS_SMPP_RESPONSE;
    bool nack = command == RGS_SMPP_GENERIC_NACK;
    bool good = u->command_status == 0 && !nack;

    RGS_SET(op, PHASE, phase, good ? "response" : "error");
    if (!good)
        RGS_SET(op, RESULT, result, rgs_smpp_status_name(u->command_status));
    else if (u->has & RGS_SMPP_HAS_MESSAGE_STATE && rgs_smpp_state_name(u->message_state))
        RGS_SET(op, RESULT, result, rgs_smpp_state_name(u->message_state));
    rgs_request_close(st, d, u->sequence_number, nack);
    if (u->has & RGS_SMPP_HAS_MESSAGE_ID && u->message_id.n)
        RGS_SET(op, MESSAGE_ID, message_id, name_of(u->message_id));
    set_addresses(op, u);
    set_message(d, u);
    if (u->has & RGS_SMPP_HAS_DESTS)
        emit_each(d, u);
    else
        rgs_emit(d);
    emit_failed(d, u);
    if ((is_bind(command) && !good) || (command == RGS_SMPP_UNBIND && good))
        session->bound = false;
}

enum rgs_outcome rgs_smpp(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_sessions *st = d->state[RGS_LAYER_SMPP];
    struct rgs_smpp_pdu u;
    enum rgs_outcome out = rgs_smpp_parse(&u, payload);

    if (payload.n < RGS_SMPP_HEADER || u.wrong & RGS_SMPP_WRONG_LENGTH)
        rgs_anomaly(d, RGS_A_SMPP_LENGTH);
    if (payload.n < RGS_SMPP_HEADER || u.command_length < RGS_SMPP_HEADER)
        return out;
    if (u.wrong & RGS_SMPP_WRONG_FIELD)
        rgs_anomaly(d, RGS_A_SMPP_FIELD);
    if (u.wrong & RGS_SMPP_WRONG_TLV)
        rgs_anomaly(d, RGS_A_SMPP_TLV);
    const char *name = rgs_smpp_command_name(u.command_id);
    if (!name || u.command_id == RGS_SMPP_GENERIC_NACK) {
        rgs_anomaly(d, RGS_A_SMPP_COMMAND);
        return RGS_UNSUPPORTED;
    }
    struct rgs_session *session = rgs_session(st, d);
    RGS_SET(&d->op, PROTO, proto, "smpp");
    RGS_SET(&d->op, OP, op, name);
    enum rgs_peer_role role = rgs_session_speaks(session, d, sender_by_command(u.command_id));
    if (is_silent(u.command_id & ~RGS_SMPP_RESPONSE))
        return out;
    if (u.command_id & RGS_SMPP_RESPONSE)
        answer(d, st, session, &u);
    else
        request(d, st, session, &u, role);
    return out;
}
