/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UCP (ETS 300 133-3) with its EMI extension 4.0: calls, short messages, notifications and the
 * login. */
#include "sig/ucp.h"

#include "sig/app_text.h"
#include "sig/party.h"
#include "sig/session.h"
#include "sig/ucp_frame.h"

/* Operations that we read, by their number. */
enum {
    CALL = 1,
    CALL_MULTIPLE = 2,
    CALL_SUPPLEMENTARY = 3,
    CALL_CHARACTER_SET = 22,
    TRANSFER = 30,
    ALERT = 31,
    SUBMIT = 51,
    DELIVER = 52,
    NOTIFICATION = 53,
    MODIFY = 54,
    INQUIRY = 55,
    DELETE = 56,
    INQUIRY_RESPONSE = 57,
    DELETE_RESPONSE = 58,
    SESSION = 60,
};

/* Fields of the 50 series behind OT (EMI/UCP 4.0, table of the 5x series). */
enum {
    F5_ADC,
    F5_OADC,
    F5_SCTS = 14,
    F5_DST = 15,
    F5_MT = 18,
    F5_NB,
    F5_MSG,
    F5_DCS = 23,
    F5_MCLS,
    F5_OTOA = 28,
    F5_XSER = 30,
    F5_COUNT = 33,
};

void *rgs_ucp_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    return rgs_sessions_new(capacity, alloc);
}

void rgs_ucp_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_sessions_del(state, alloc);
}

static enum rgs_peer_role sender_by_operation(const struct rgs_ucp_frame *f)
{
    enum rgs_peer_role role;
    switch (f->type) {
    case SUBMIT:
    case MODIFY:
    case INQUIRY:
    case DELETE:
    case SESSION:
        role = RGS_PEER_ESME;
        break;
    case DELIVER:
    case NOTIFICATION:
    case INQUIRY_RESPONSE:
    case DELETE_RESPONSE:
        role = RGS_PEER_SMSC;
        break;
    default: /* older centres deliver with 01 and 30, too */
        return RGS_PEER_UNKNOWN;
    }
    if (!f->result)
        return role;
    return role == RGS_PEER_ESME ? RGS_PEER_SMSC : RGS_PEER_ESME;
}

static void set_da(struct rgs_op *op, struct rgs_bytes adc)
{
    if (adc.n)
        RGS_SET(op, DA, da, rgs_party(0, adc));
}

/*
 * An alphanumeric sender is packed to septets behind its number of useful semi-octets, all of it as
 * hex (EMI/UCP 4.0, OAdC of OTOA 5039). Some applications write the name plainly all the same.
 */
static bool packed_sender(struct rgs_dissect *d, struct rgs_bytes oadc, struct rgs_name *name)
{
    struct rgs_bytes b;
    if (!rgs_hex(d, oadc, &b) || b.n < 2)
        return false;
    size_t octets = (b.p[0] + 1u) / 2;
    if (octets != b.n - 1)
        return false;
    *name = rgs_packed_name(rgs_bytes_from(b, 1), b.p[0]);
    return name->n > 0;
}

static void set_oa(struct rgs_dissect *d, struct rgs_bytes oadc, struct rgs_bytes otoa)
{
    struct rgs_op *op = &d->op;
    struct rgs_name name;

    if (!oadc.n)
        return;
    /* OTOA is type and plan of the number in two digits each; 5039 is alphanumeric. */
    unsigned ton = otoa.n == 4 && otoa.p[0] >= '0' && otoa.p[0] <= '7' ? otoa.p[0] - '0' : 0;
    if (ton == RGS_TON_ALPHANUMERIC && packed_sender(d, oadc, &name))
        RGS_SET(op, OA, oa, name);
    else
        RGS_SET(op, OA, oa, rgs_party(ton, oadc));
    if (otoa.n)
        RGS_SET(op, OA_TON, oa_ton, (uint8_t)ton);
}

/* Extra services: type, length and data in octets (EMI/UCP 4.0, XSer). */
struct xser {
    struct rgs_bytes udh;
    bool has_dcs;
    uint8_t dcs;
};

static struct xser extra_services(struct rgs_dissect *d, struct rgs_bytes hex)
{
    enum { GSM_UDH_INFORMATION = 1, GSM_DCS_INFORMATION = 2 };
    struct xser x = {.has_dcs = false};
    struct rgs_bytes b;

    if (!rgs_hex(d, hex, &b))
        rgs_anomaly(d, RGS_A_UCP_HEX);
    struct rgs_reader r = rgs_reader(b);
    while (rgs_left(&r)) {
        uint8_t type = rgs_u8(&r);
        struct rgs_bytes data = rgs_take(&r, rgs_u8(&r));
        if (type == GSM_UDH_INFORMATION && data.n) {
            x.udh = data;
        } else if (type == GSM_DCS_INFORMATION && data.n) {
            x.has_dcs = true;
            x.dcs = data.p[0];
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_UCP_FIELD);
    return x;
}

/* MT: 2 numeric, 3 alphanumeric in hex, 4 transparent data in hex (EMI/UCP 4.0, MT). */
static void set_message(struct rgs_dissect *d, struct rgs_bytes mt, struct rgs_bytes msg,
                        const struct xser *x, uint8_t transparent_dcs)
{
    struct rgs_op *op = &d->op;
    struct rgs_bytes octets = msg;
    uint8_t type = mt.n == 1 ? mt.p[0] : 0;

    if (type != '2' && type != '3' && type != '4') {
        if (msg.n)
            rgs_anomaly(d, RGS_A_UCP_FIELD);
        return;
    }
    if (type != '2' && !rgs_hex(d, msg, &octets))
        rgs_anomaly(d, RGS_A_UCP_HEX);
    if (type == '4') {
        rgs_set_user_data(d, x->udh, octets, x->has_dcs ? x->dcs : transparent_dcs);
        return;
    }
    rgs_udh_concat(op, x->udh);
    if (x->has_dcs)
        RGS_SET(op, DCS, dcs, x->dcs);
    RGS_SET(op, SM, sm, octets);
    RGS_SET(op, SM_KIND, sm_kind, RGS_SM_IRA);
}

static void message_50(struct rgs_dissect *d, const struct rgs_ucp_frame *f)
{
    struct xser x = extra_services(d, rgs_ucp_field(f, F5_XSER));
    struct rgs_bytes class = rgs_ucp_field(f, F5_MCLS);
    struct rgs_bytes coding = rgs_ucp_field(f, F5_DCS);
    /* Without XSer 02: DCs 0 is the default alphabet, else 8-bit data, of a class when MCLs gives
     * one. */
    uint8_t dcs = coding.n == 1 && coding.p[0] == '0' ? 0x00 : 0x04;
    if (class.n == 1 && class.p[0] >= '0' && class.p[0] <= '3')
        dcs = (uint8_t)(0xf0 | dcs | (class.p[0] - '0')); /* TS 23.038 4 */

    set_message(d, rgs_ucp_field(f, F5_MT), rgs_ucp_field(f, F5_MSG), &x, dcs);
}

/* "AdC:SCTS" is what names a message from its submission on (EMI/UCP 4.0, SM of the result of 51).
 */
static void set_message_id(struct rgs_op *op, struct rgs_bytes adc, struct rgs_bytes scts)
{
    char id[64];
    if (!adc.n || !scts.n || adc.n + scts.n + 1 > sizeof(id))
        return;
    memcpy(id, adc.p, adc.n);
    id[adc.n] = ':';
    memcpy(id + adc.n + 1, scts.p, scts.n);
    RGS_SET(op, MESSAGE_ID, message_id, rgs_name_of(id, adc.n + 1 + scts.n));
}

/* OAdC is the subscriber for whom the message was, AdC the application (EMI/UCP 4.0, operation 53).
 */
static void notification(struct rgs_dissect *d, const struct rgs_ucp_frame *f)
{
    static const char *const dst[] = {"delivered", "buffered", "not delivered"};
    struct rgs_op *op = &d->op;
    struct rgs_digits subscriber;
    uint32_t status;

    set_message_id(op, rgs_ucp_field(f, F5_OADC), rgs_ucp_field(f, F5_SCTS));
    if (rgs_decimal(rgs_ucp_field(f, F5_DST), 2, &status))
        RGS_SET(op, RESULT, result, dst[status]);
    if (RGS_HAS(op, OA) && rgs_party_digits(&op->oa, &subscriber))
        RGS_SET(op, MSISDN, msisdn, subscriber);
}

static void login(struct rgs_dissect *d, struct rgs_session *session, const struct rgs_ucp_frame *f)
{
    struct rgs_bytes oadc = rgs_ucp_field(f, 0), oton = rgs_ucp_field(f, 1);
    struct rgs_name name;

    if (oton.n != 1 || oton.p[0] != '5' || !packed_sender(d, oadc, &name))
        name = rgs_party(0, oadc);
    rgs_session_login(session, d, name);
}

/* A call of the 01 series: behind the addresses MT and the message. */
static void call(struct rgs_dissect *d, const struct rgs_ucp_frame *f, size_t mt)
{
    const struct xser none = {.has_dcs = false};
    set_message(d, rgs_ucp_field(f, mt), rgs_ucp_field(f, mt + 1), &none, 0x04);
}

static void emit(struct rgs_dissect *d, struct rgs_sessions *st, const struct rgs_ucp_frame *f)
{
    if (f->type != ALERT && !RGS_HAS(&d->op, MSISDN)) /* 31 names the application's own terminal */
        rgs_party_subscriber(&d->op);
    rgs_request_open(st, d, f->trn);
    rgs_emit(d);
}

/* Fields behind a list that is counted by field `at`; 0 when the list is longer than the frame. */
static size_t behind_list(struct rgs_dissect *d, const struct rgs_ucp_frame *f, size_t at,
                          uint32_t *n)
{
    *n = 0;
    if (rgs_ucp_field(f, at).n &&
        (!rgs_decimal(rgs_ucp_field(f, at), RGS_UCP_MAX_FIELDS, n) || at + 1 + *n > f->count)) {
        rgs_anomaly(d, RGS_A_UCP_FIELD);
        return 0;
    }
    return at + 1 + *n;
}

static void calls(struct rgs_dissect *d, struct rgs_sessions *st, const struct rgs_ucp_frame *f)
{
    size_t next = behind_list(d, f, 0, &(uint32_t){0});

    if (!next)
        return;
    set_oa(d, rgs_ucp_field(f, next), (struct rgs_bytes){0});
    call(d, f, next + 2);
    for (size_t i = 1; i < next; i++) { /* each address is a subscriber of its own */
        RGS_CLEAR(&d->op, MSISDN);
        set_da(&d->op, rgs_ucp_field(f, i));
        emit(d, st, f);
    }
}

static void operation(struct rgs_dissect *d, struct rgs_sessions *st, struct rgs_session *session,
                      const struct rgs_ucp_frame *f)
{
    enum { BETWEEN_LIST_AND_MT = 10 }; /* RP LRP PR LPR UM LUM RC LRC DD DDT */
    struct rgs_bytes none = {0};
    uint32_t areas;
    size_t next;

    RGS_SET(&d->op, PHASE, phase, "request");
    if (f->type == CALL_MULTIPLE) {
        calls(d, st, f);
        return;
    }
    if (f->type == SESSION) {
        login(d, session, f);
        rgs_request_open(st, d, f->trn);
        rgs_emit(d);
        return;
    }
    set_da(&d->op, rgs_ucp_field(f, 0));
    if (f->type != ALERT)
        set_oa(d, rgs_ucp_field(f, 1), f->type >= SUBMIT ? rgs_ucp_field(f, F5_OTOA) : none);
    switch (f->type) {
    case CALL:
        call(d, f, 3);
        break;
    case CALL_SUPPLEMENTARY:
        next = behind_list(d, f, 3, &areas);
        if (next)
            call(d, f, next + BETWEEN_LIST_AND_MT);
        break;
    case CALL_CHARACTER_SET:
        set_message(d, rgs_bytes("3", 1), rgs_ucp_field(f, 3), &(struct xser){.has_dcs = false}, 0);
        break;
    case TRANSFER: /* AdC OAdC OAC NRq NAd NPID DD DDT VP AMsg */
        set_message(d, rgs_bytes("3", 1), rgs_ucp_field(f, 9), &(struct xser){.has_dcs = false}, 0);
        break;
    case SUBMIT:
    case DELIVER:
    case MODIFY:
        if (f->count < F5_COUNT)
            rgs_anomaly(d, RGS_A_UCP_FIELD);
        message_50(d, f);
        break;
    case NOTIFICATION:
        notification(d, f);
        break;
    default: /* 31, and 55 to 58: about a message, without one */
        break;
    }
    emit(d, st, f);
}

/* A: A / [MVP] / SM. N: N / EC / SM (the 01 series has no MVP). */
static void result(struct rgs_dissect *d, struct rgs_sessions *st, struct rgs_session *session,
                   const struct rgs_ucp_frame *f)
{
    struct rgs_op *op = &d->op;
    struct rgs_bytes ack = rgs_ucp_field(f, 0);
    bool nack = ack.n == 1 && ack.p[0] == 'N';
    uint32_t ec = 0;

    if (!nack && (ack.n != 1 || ack.p[0] != 'A'))
        rgs_anomaly(d, RGS_A_UCP_FIELD);
    RGS_SET(op, PHASE, phase, nack ? "error" : "response");
    if (nack) {
        rgs_decimal(rgs_ucp_field(f, 1), 99, &ec);
        RGS_SET(op, RESULT, result, rgs_ucp_error(ec));
    }
    rgs_request_close(st, d, f->trn, false);
    struct rgs_bytes sm = f->count > 1 ? rgs_ucp_field(f, f->count - 1) : (struct rgs_bytes){0};
    if (!nack && sm.n && memchr(sm.p, ':', sm.n))
        RGS_SET(op, MESSAGE_ID, message_id, rgs_name_of(sm.p, sm.n));
    rgs_emit(d);
    if (nack && f->type == SESSION)
        session->bound = false;
}

static bool is_read(uint32_t type)
{
    return (type >= CALL && type <= CALL_SUPPLEMENTARY) || type == CALL_CHARACTER_SET ||
           type == TRANSFER || type == ALERT || (type >= SUBMIT && type <= DELETE_RESPONSE) ||
           type == SESSION;
}

enum rgs_outcome rgs_ucp(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_sessions *st = d->state[RGS_LAYER_UCP];
    struct rgs_ucp_frame f;
    enum rgs_outcome out = rgs_ucp_parse(&f, payload);

    if (out == RGS_BAD || (out == RGS_SHORT && f.count == 0)) {
        rgs_anomaly(d, RGS_A_UCP_FRAME);
        return out;
    }
    if (f.length_wrong)
        rgs_anomaly(d, RGS_A_UCP_LENGTH);
    if (f.checksum_wrong)
        rgs_anomaly(d, RGS_A_UCP_CHECKSUM);
    const char *name = rgs_ucp_operation(f.type);
    if (!name) {
        rgs_anomaly(d, RGS_A_UCP_OPERATION);
        return RGS_UNSUPPORTED;
    }
    struct rgs_session *session = rgs_session(st, d);
    RGS_SET(&d->op, PROTO, proto, "ucp");
    RGS_SET(&d->op, OP, op, name);
    rgs_session_speaks(session, d, sender_by_operation(&f));
    if (!is_read(f.type))
        return RGS_UNSUPPORTED;
    if (f.result)
        result(d, st, session, &f);
    else
        operation(d, st, session, &f);
    return out;
}
