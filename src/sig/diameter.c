/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/diameter.h"

#include "sig/plmn.h"
#include "sig/session.h"
#include "sig/sip.h"

enum {
    HEADER = 20, /* RFC 6733 3 */
    FLAG_REQUEST = 0x80,
    FLAG_ERROR = 0x20,
    AVP_VENDOR = 0x80,
    VENDOR_3GPP = 10415,
    MAX_GROUPED = 6,       /* depth; the standards nest four */
    MAX_MESSAGE = 1 << 20, /* a stream that claims more is no Diameter */
};

enum avp_code {
    USER_NAME = 1,
    SESSION_ID = 263,
    ORIGIN_HOST = 264,
    RESULT_CODE = 268,
    DESTINATION_HOST = 293,
    ORIGIN_REALM = 296,
    EXPERIMENTAL_RESULT = 297,
    EXPERIMENTAL_RESULT_CODE = 298,
    SUBSCRIPTION_ID = 443, /* RFC 8506 8.46 */
    SUBSCRIPTION_ID_DATA = 444,
    SUBSCRIPTION_ID_TYPE = 450,
    PUBLIC_IDENTITY = 601,    /* TS 29.229 6.3.2 */
    USER_IDENTITY = 700,      /* TS 29.329 6.3.1 */
    MSISDN = 701,             /* 6.3.2 */
    SUBSCRIPTION_DATA = 1400, /* TS 29.272 7.3.2 */
    TERMINAL_INFORMATION = 1401,
    IMEI = 1402,
    SOFTWARE_VERSION = 1403,
    VISITED_PLMN_ID = 1407,
    SGSN_NUMBER = 1489,
    EPS_LOCATION_INFORMATION = 1496,
    NON_3GPP_USER_DATA = 1500,       /* TS 29.273 8.2.3.1 */
    MME_LOCATION_INFORMATION = 1600, /* 7.3.115 */
    SGSN_LOCATION_INFORMATION = 1601,
    E_UTRAN_CELL_GLOBAL_IDENTITY = 1602,
    TRACKING_AREA_IDENTITY = 1603,
    CELL_GLOBAL_IDENTITY = 1604,
    MME_NUMBER_FOR_MT_SMS = 1645,
    SERVING_NODE = 2401, /* TS 29.173 6.4.3 */
    MME_NAME = 2402,
    MSC_NUMBER = 2403,
    ADDITIONAL_SERVING_NODE = 2406,
    USER_IDENTIFIER = 3102, /* TS 29.336 6.4.2 */
    SC_ADDRESS = 3300,      /* TS 29.338 5.3.3.1 */
    SM_RP_UI = 3301,        /* 6.3.3.2 */
    SMSMI_CORRELATION_ID = 3324,
    ORIGINATING_SIP_URI = 3326,
    DESTINATION_SIP_URI = 3327,
};

/* AVPs whose members are AVPs that we read. */
static bool grouped(uint32_t code, uint32_t vendor)
{
    switch (code) {
    case EXPERIMENTAL_RESULT:
    case SUBSCRIPTION_ID:
        return vendor == 0;
    case USER_IDENTITY:
    case SUBSCRIPTION_DATA:
    case TERMINAL_INFORMATION:
    case EPS_LOCATION_INFORMATION:
    case NON_3GPP_USER_DATA:
    case MME_LOCATION_INFORMATION:
    case SGSN_LOCATION_INFORMATION:
    case SERVING_NODE:
    case USER_IDENTIFIER:
    case SMSMI_CORRELATION_ID:
        return vendor == VENDOR_3GPP;
    default: /* an additional serving node is a second choice: not taken */
        return false;
    }
}

struct message {
    const struct rgs_diameter_command *command;
    bool request;
    bool has_result, experimental;
    uint32_t result;
    uint32_t subscription_type;
    struct rgs_name origin_host, destination_host;
};

struct avp {
    uint32_t code, vendor;
    struct rgs_bytes value;
};

/* Digits up to the realm: "454...@ims.mnc...", or the same behind the digit of an EAP method (TS
 * 23.003 19.3.2): "0454...@nai.epc.mnc...". */
static struct rgs_digits leading_digits(struct rgs_bytes s)
{
    enum { IMSI = 15 };
    struct rgs_digits d = {0};
    size_t at = rgs_find_byte(s, '@'), i = 0;

    if (at == IMSI + 1 && rgs_begins_with_word(rgs_bytes_from(s, at), "@nai."))
        s = rgs_bytes_from(s, 1);

    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        rgs_digits_add(&d, (char)s.p[i]);
    return i == s.n || s.p[i] == '@' ? d : (struct rgs_digits){0};
}

static uint32_t unsigned32(struct rgs_bytes v)
{
    struct rgs_reader r = rgs_reader(v);
    return rgs_be32(&r);
}

/* TS 29.272 7.3.117: the octets of TS 29.274 8.21.5 behind the type, PLMN then 28 bits. */
static void ecgi(struct rgs_dissect *d, struct rgs_bytes v)
{
    struct rgs_digits plmn;
    if (v.n < 7 || !rgs_plmn(v.p, &plmn))
        return;
    RGS_SET(&d->op, SERVING_PLMN, serving_plmn, plmn);
    RGS_SET(&d->op, CELL, cell,
            rgs_cell_name(&plmn, unsigned32(rgs_bytes_from(v, 3)) & 0xfffffff, false, 0));
}

static void area(struct rgs_dissect *d, struct rgs_bytes v, bool with_cell)
{
    struct rgs_digits plmn;
    struct rgs_reader r = rgs_reader(rgs_bytes_from(v, 3));
    uint16_t code = rgs_be16(&r), ci = with_cell ? rgs_be16(&r) : 0;

    if (v.n < 3 || !rgs_reader_ok(&r) || !rgs_plmn(v.p, &plmn))
        return;
    RGS_SET(&d->op, SERVING_PLMN, serving_plmn, plmn);
    if (!RGS_HAS(&d->op, CELL))
        RGS_SET(&d->op, CELL, cell, rgs_cell_name(&plmn, code, with_cell, ci));
}

static void serving_number(struct rgs_dissect *d, struct rgs_bytes v)
{
    struct rgs_digits digits = rgs_tbcd(v);
    if (digits.n)
        RGS_SET(&d->op, SERVING_NODE, serving_node, rgs_name_digits(&digits));
}

static void subscriber_number(struct rgs_dissect *d, struct rgs_digits digits)
{
    if (digits.n)
        RGS_SET(&d->op, MSISDN, msisdn, digits);
}

static void base_avp(struct rgs_dissect *d, struct message *m, const struct avp *a)
{
    struct rgs_digits digits;

    switch (a->code) {
    case USER_NAME:
        digits = leading_digits(a->value);
        if (digits.n >= 6 && digits.n <= 15) /* an IMSI, TS 23.003 2.2 */
            RGS_SET(&d->op, IMSI, imsi, digits);
        break;
    case ORIGIN_HOST:
        m->origin_host = rgs_name_of(a->value.p, a->value.n);
        RGS_SET(&d->op, ORIGIN_HOST, origin_host, m->origin_host);
        break;
    case DESTINATION_HOST:
        m->destination_host = rgs_name_of(a->value.p, a->value.n);
        break;
    case SESSION_ID:
        RGS_SET(&d->op, MESSAGE_ID, message_id, rgs_name_of(a->value.p, a->value.n));
        break;
    case RESULT_CODE:
    case EXPERIMENTAL_RESULT_CODE:
        m->has_result = a->value.n == 4;
        m->experimental = a->code == EXPERIMENTAL_RESULT_CODE;
        m->result = unsigned32(a->value);
        break;
    case SUBSCRIPTION_ID_TYPE:
        m->subscription_type = unsigned32(a->value);
        break;
    case SUBSCRIPTION_ID_DATA: /* RFC 8506 8.47: 0 is END_USER_E164, 1 END_USER_IMSI */
        digits = leading_digits(a->value);
        if (digits.n && m->subscription_type == 0)
            RGS_SET(&d->op, MSISDN, msisdn, digits);
        else if (digits.n && m->subscription_type == 1)
            RGS_SET(&d->op, IMSI, imsi, digits);
        break;
    default:
        break;
    }
}

static void tgpp_avp(struct rgs_dissect *d, const struct avp *a)
{
    struct rgs_digits digits;

    switch (a->code) {
    case MSISDN:
        subscriber_number(d, rgs_tbcd(a->value));
        break;
    case PUBLIC_IDENTITY:
    case DESTINATION_SIP_URI:
        digits = rgs_sip_number(a->value);
        if (!RGS_HAS(&d->op, MSISDN))
            subscriber_number(d, digits);
        break;
    case IMEI: /* UTF8String of digits */
        digits = rgs_digits_of((const char *)a->value.p, a->value.n);
        if (digits.n >= 14)
            RGS_SET(&d->op, IMEI, imei, digits);
        break;
    case VISITED_PLMN_ID:
        if (a->value.n == 3 && rgs_plmn(a->value.p, &digits))
            RGS_SET(&d->op, SERVING_PLMN, serving_plmn, digits);
        break;
    case SC_ADDRESS:
        digits = rgs_tbcd(a->value);
        if (digits.n)
            RGS_SET(&d->op, SMSC, smsc, rgs_name_digits(&digits));
        break;
    case MME_NAME:
        if (!RGS_HAS(&d->op, SERVING_NODE))
            RGS_SET(&d->op, SERVING_NODE, serving_node, rgs_name_of(a->value.p, a->value.n));
        break;
    case SGSN_NUMBER:
    case MSC_NUMBER:
    case MME_NUMBER_FOR_MT_SMS:
        serving_number(d, a->value);
        break;
    case E_UTRAN_CELL_GLOBAL_IDENTITY:
        ecgi(d, a->value);
        break;
    case TRACKING_AREA_IDENTITY:
        area(d, a->value, false);
        break;
    case CELL_GLOBAL_IDENTITY:
        area(d, a->value, true);
        break;
    case SM_RP_UI:
        RGS_SET(&d->op, SM, sm, a->value);
        break;
    default:
        break;
    }
}

/* RFC 6733 4.1 */
static bool next_avp(struct rgs_reader *r, struct avp *a)
{
    if (rgs_left(r) == 0 || !rgs_reader_ok(r))
        return false;
    a->code = rgs_be32(r);
    uint8_t flags = rgs_u8(r);
    uint32_t length = rgs_be24(r), header = flags & AVP_VENDOR ? 12 : 8;
    a->vendor = flags & AVP_VENDOR ? rgs_be32(r) : 0;
    if (!rgs_reader_ok(r) || length < header) {
        rgs_reader_fail(r);
        return false;
    }
    a->value = rgs_take(r, length - header);
    size_t pad = (4u - length % 4u) % 4u;
    rgs_skip(r,
             pad < rgs_left(r) ? pad : rgs_left(r)); /* some senders leave out the last padding */
    return rgs_reader_ok(r);
}

static void avps(struct rgs_dissect *d, struct message *m, struct rgs_bytes in, unsigned depth)
{
    struct rgs_reader r = rgs_reader(in);
    struct avp a;

    while (next_avp(&r, &a)) {
        if (grouped(a.code, a.vendor)) {
            if (depth < MAX_GROUPED)
                avps(d, m, a.value, depth + 1);
            else
                rgs_anomaly(d, RGS_A_DIAMETER_BAD);
        } else if (a.vendor == 0) {
            base_avp(d, m, &a);
        } else if (a.vendor == VENDOR_3GPP) {
            tgpp_avp(d, &a);
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_DIAMETER_AVP);
}

/* Whose node is meant, where no AVP has said it. */
static void serving_node(struct rgs_dissect *d, const struct message *m)
{
    const struct rgs_name *host = NULL;

    if (RGS_HAS(&d->op, SERVING_NODE) || !m->request)
        return;
    if (m->command->use == RGS_DIAMETER_MT)
        host = &m->destination_host;
    else if (!m->command->from_server)
        host = &m->origin_host;
    if (host && host->n)
        RGS_SET(&d->op, SERVING_NODE, serving_node, *host);
}

static void emit(struct rgs_dissect *d, const struct message *m, uint32_t hop_by_hop,
                 bool error_bit)
{
    struct rgs_sessions *sessions = d->state[RGS_LAYER_DIAMETER];
    const char *failure = m->has_result ? rgs_diameter_result(m->result, m->experimental) : NULL;
    /* What an answer says itself stands before what its request said. */
    bool own_msisdn = RGS_HAS(&d->op, MSISDN), own_imsi = RGS_HAS(&d->op, IMSI);
    struct rgs_digits msisdn = d->op.msisdn, imsi = d->op.imsi;

    RGS_SET(&d->op, OP, op, m->command->request);
    if (m->request) {
        rgs_request_open(sessions, d, hop_by_hop);
    } else {
        bool known = rgs_request_close(sessions, d, hop_by_hop, false);
        RGS_SET(&d->op, OP, op, m->command->answer);
        if (own_msisdn)
            d->op.msisdn = msisdn;
        if (own_imsi)
            d->op.imsi = imsi;
        if (error_bit && !failure)
            failure = "DIAMETER_PROTOCOL_ERROR";
        if (failure)
            RGS_SET(&d->op, RESULT, result, failure);
        if (!known)
            RGS_CLEAR(&d->op, DIALOGUE);
    }
    RGS_SET(&d->op, PROTO, proto, "diameter");
    RGS_SET(&d->op, PHASE, phase, m->request ? "request" : failure ? "error" : "response");
    if (RGS_HAS(&d->op, SM)) {
        /* In an answer the short message is a report that goes the other way (TS 29.338 6.3.2.6).
         */
        bool to_mobile = (m->command->use == RGS_DIAMETER_MT) == m->request;
        RGS_SET(&d->op, SM_KIND, sm_kind, to_mobile ? RGS_SM_TPDU_MT : RGS_SM_TPDU_MO);
        if (m->command->use == RGS_DIAMETER_SUBSCRIBER)
            RGS_CLEAR(&d->op, SM);
    }
    serving_node(d, m);
    rgs_emit(d);
}

enum rgs_outcome rgs_diameter(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    struct message m = {0};

    uint8_t version = rgs_u8(&r);
    uint32_t length = rgs_be24(&r);
    uint8_t flags = rgs_u8(&r);
    uint32_t code = rgs_be24(&r), application = rgs_be32(&r), hop_by_hop = rgs_be32(&r);
    rgs_skip(&r, 4); /* end-to-end */
    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_DIAMETER_SHORT);
        return RGS_SHORT;
    }
    if (version != 1 || length < HEADER) {
        rgs_anomaly(d, RGS_A_DIAMETER_BAD);
        return RGS_BAD;
    }
    if (length > in.n)
        rgs_anomaly(d, RGS_A_DIAMETER_SHORT);
    m.command = rgs_diameter_command(application, code);
    if (!m.command)
        return RGS_UNSUPPORTED;
    m.request = flags & FLAG_REQUEST;
    avps(d, &m, rgs_bytes_from(rgs_bytes_upto(in, length), HEADER), 0);
    emit(d, &m, hop_by_hop, flags & FLAG_ERROR);
    return RGS_OK;
}

void *rgs_diameter_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    return rgs_sessions_new(capacity, alloc);
}

void rgs_diameter_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_sessions_del(state, alloc);
}

long rgs_diameter_length(struct rgs_bytes head)
{
    struct rgs_reader r = rgs_reader(head);
    uint8_t version = rgs_u8(&r);
    uint32_t length = rgs_be24(&r);

    if (head.n && version != 1)
        return -1;
    if (!rgs_reader_ok(&r))
        return 0;
    return length < HEADER || length % 4 || length > MAX_MESSAGE ? -1 : (long)length;
}

/* A header with no reserved bit, whose first AVP fits and is one that a message begins with (RFC
 * 6733 6). */
enum rgs_probe rgs_diameter_probe(struct rgs_bytes head)
{
    struct rgs_reader r = rgs_reader(head);
    long length = rgs_diameter_length(head);

    if (length < 0)
        return RGS_PROBE_NO;
    rgs_skip(&r, 4);
    uint8_t flags = rgs_u8(&r);
    uint32_t code = rgs_be24(&r);
    rgs_skip(&r, 12);
    uint32_t first = rgs_be32(&r);
    uint8_t avp_flags = rgs_u8(&r);
    uint32_t avp_length = rgs_be24(&r);
    if (!rgs_reader_ok(&r))
        return length && length < HEADER + 8 ? RGS_PROBE_NO : RGS_PROBE_MORE;
    bool begins = first == SESSION_ID || first == ORIGIN_HOST || first == ORIGIN_REALM ||
                  first == RESULT_CODE || first == USER_NAME;
    bool fits = (flags & 0x0f) == 0 && code >= 257 && (avp_flags & 0x1f) == 0 && avp_length >= 8 &&
                avp_length <= (uint32_t)length - HEADER;
    return begins && fits ? RGS_PROBE_YES : RGS_PROBE_NO;
}
