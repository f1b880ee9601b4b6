/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The mandatory parameters of each command as rows, in the order of the standard. SMPP 3.3 has the
 * same layout for the commands that it shares with 3.4; what only 3.3 has stands at the end of the
 * table.
 */
#include "sig/smpp_pdu.h"

enum field {
    END,
    SERVICE_TYPE,
    SYSTEM_ID,
    PASSWORD,
    SYSTEM_TYPE,
    ADDRESS_RANGE,
    SOURCE,
    DEST,
    DESTS,
    FAILED,
    ESM_CLASS,
    PROTOCOL_ID,
    DATA_CODING,
    OCTET, /* priority_flag and its like */
    TIME,  /* schedule_delivery_time, validity_period, final_date */
    SHORT_MESSAGE,
    MESSAGE_ID,
    MESSAGE_STATE,
};

struct command {
    uint32_t id;
    uint8_t fields[15];
};

/* Lengths of C-octet strings with their NUL (SMPP 5.0 4.7; data_sm allows addresses of 65). */
enum {
    MAX_SERVICE_TYPE = 6,
    MAX_SYSTEM_ID = 16,
    MAX_PASSWORD = 9,
    MAX_SYSTEM_TYPE = 13,
    MAX_ADDRESS_RANGE = 41,
    MAX_ADDRESS = 65,
    MAX_MESSAGE_ID = 65,
    MAX_TIME = 17,
    MAX_LIST_NAME = 21,
};

#define RESP(id) ((id) | RGS_SMPP_RESPONSE)
#define BIND                                                                                       \
    {                                                                                              \
        SYSTEM_ID, PASSWORD, SYSTEM_TYPE, OCTET, OCTET, OCTET, ADDRESS_RANGE                       \
    }
#define MESSAGE(to)                                                                                \
    {                                                                                              \
        SERVICE_TYPE, SOURCE, to, ESM_CLASS, PROTOCOL_ID, OCTET, TIME, TIME, OCTET, OCTET,         \
            DATA_CODING, OCTET, SHORT_MESSAGE                                                      \
    }

static const struct command commands[] = {
    {RGS_SMPP_BIND_RECEIVER, BIND},            /* 5.0 4.1.1.3 */
    {RGS_SMPP_BIND_TRANSMITTER, BIND},         /* 4.1.1.1 */
    {RGS_SMPP_BIND_TRANSCEIVER, BIND},         /* 4.1.1.5 */
    {RGS_SMPP_OUTBIND, {SYSTEM_ID, PASSWORD}}, /* 4.1.1.7 */
    {RGS_SMPP_SUBMIT_SM, MESSAGE(DEST)},       /* 4.2.1.1 */
    {RGS_SMPP_DELIVER_SM, MESSAGE(DEST)},      /* 4.3.1.1 */
    {RGS_SMPP_DATA_SM, {SERVICE_TYPE, SOURCE, DEST, ESM_CLASS, OCTET, DATA_CODING}}, /* 4.2.2.1 */
    {RGS_SMPP_SUBMIT_MULTI, MESSAGE(DESTS)},                                         /* 4.2.3.1 */
    {RGS_SMPP_BROADCAST_SM,                                                          /* 4.4.1.1 */
     {SERVICE_TYPE, SOURCE, MESSAGE_ID, OCTET, TIME, TIME, OCTET, DATA_CODING, OCTET}},
    {RGS_SMPP_CANCEL_SM, {SERVICE_TYPE, MESSAGE_ID, SOURCE, DEST}}, /* 4.5.1.1 */
    {RGS_SMPP_QUERY_SM, {MESSAGE_ID, SOURCE}},                      /* 4.5.2.1 */
    {RGS_SMPP_REPLACE_SM,
     {MESSAGE_ID, SOURCE, TIME, TIME, OCTET, OCTET, SHORT_MESSAGE}},    /* 4.5.3.1 */
    {RGS_SMPP_QUERY_BROADCAST_SM, {MESSAGE_ID, SOURCE}},                /* 4.6.1.1 */
    {RGS_SMPP_CANCEL_BROADCAST_SM, {SERVICE_TYPE, MESSAGE_ID, SOURCE}}, /* 4.6.2.1 */
    {RGS_SMPP_ALERT_NOTIFICATION, {SOURCE, DEST}}, /* 4.1.3.1: the subscriber, the application */
    {RESP(RGS_SMPP_BIND_RECEIVER), {SYSTEM_ID}},
    {RESP(RGS_SMPP_BIND_TRANSMITTER), {SYSTEM_ID}},
    {RESP(RGS_SMPP_BIND_TRANSCEIVER), {SYSTEM_ID}},
    {RESP(RGS_SMPP_SUBMIT_SM), {MESSAGE_ID}},
    {RESP(RGS_SMPP_DELIVER_SM), {MESSAGE_ID}},
    {RESP(RGS_SMPP_DATA_SM), {MESSAGE_ID}},
    {RESP(RGS_SMPP_SUBMIT_MULTI), {MESSAGE_ID, FAILED}}, /* 4.2.3.2 */
    {RESP(RGS_SMPP_BROADCAST_SM), {MESSAGE_ID}},
    {RESP(RGS_SMPP_QUERY_SM), {MESSAGE_ID, TIME, MESSAGE_STATE, OCTET}}, /* 4.5.2.2 */
    {RESP(RGS_SMPP_QUERY_BROADCAST_SM), {MESSAGE_ID}},
    {RGS_SMPP_QUERY_MSG_DETAILS, {MESSAGE_ID, SOURCE, OCTET}}, /* 3.3 only */
    {RESP(RGS_SMPP_QUERY_MSG_DETAILS),
     {SERVICE_TYPE, SOURCE, DESTS, PROTOCOL_ID, OCTET, TIME, TIME, OCTET, DATA_CODING,
      SHORT_MESSAGE, MESSAGE_ID, TIME, MESSAGE_STATE, OCTET}},
};

static const struct command *find_command(uint32_t id)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].id == id)
            return &commands[i];
    }
    return NULL;
}

/* A C-octet string of at most max octets with its NUL, given without it. */
static struct rgs_bytes c_string(struct rgs_reader *r, size_t max, uint32_t *wrong)
{
    const uint8_t *nul = rgs_left(r) ? memchr(r->p, 0, rgs_left(r)) : NULL;
    if (!nul) {
        rgs_reader_fail(r);
        return (struct rgs_bytes){0};
    }
    struct rgs_bytes s = rgs_take(r, (size_t)(nul - r->p));
    rgs_skip(r, 1);
    if (s.n >= max)
        *wrong |= RGS_SMPP_WRONG_FIELD;
    return s;
}

static struct rgs_smpp_address address(struct rgs_reader *r, uint32_t *wrong)
{
    struct rgs_smpp_address a = {.ton = rgs_u8(r), .npi = rgs_u8(r)};
    a.text = c_string(r, MAX_ADDRESS, wrong);
    return a;
}

bool rgs_smpp_next_dest(struct rgs_reader *r, struct rgs_smpp_address *out)
{
    uint32_t wrong = 0;
    if (!rgs_left(r))
        return false;
    uint8_t flag = rgs_u8(r); /* dest_flag: 1 an SME address, 2 a distribution list (5.0 4.2.3.1) */
    *out = (struct rgs_smpp_address){0};
    if (flag == 1)
        *out = address(r, &wrong);
    else if (flag == 2)
        c_string(r, MAX_LIST_NAME, &wrong);
    else
        rgs_reader_fail(r);
    return rgs_reader_ok(r);
}

bool rgs_smpp_next_failed(struct rgs_reader *r, struct rgs_smpp_address *out, uint32_t *status)
{
    uint32_t wrong = 0;
    if (!rgs_left(r))
        return false;
    *out = address(r, &wrong);
    *status = rgs_be32(r);
    return rgs_reader_ok(r);
}

/* A counted list: walks it to find its end, and keeps what lies inside. */
static struct rgs_bytes list(struct rgs_reader *r, uint8_t *count, bool failed)
{
    struct rgs_smpp_address ignored;
    uint32_t status;
    *count = rgs_u8(r);
    const uint8_t *start = r->p;
    struct rgs_bytes whole = rgs_bytes(start, rgs_left(r));

    for (unsigned i = 0; i < *count; i++) {
        size_t before = rgs_left(r);
        if (failed ? !rgs_smpp_next_failed(r, &ignored, &status)
                   : !rgs_smpp_next_dest(r, &ignored)) {
            rgs_reader_fail(r);
            return rgs_bytes_upto(whole, whole.n - before);
        }
    }
    return rgs_bytes_upto(whole, whole.n - rgs_left(r));
}

/* Bytes of a message that claims n of them: what is there stays readable when it is cut. */
static struct rgs_bytes message(struct rgs_reader *r, size_t n)
{
    if (rgs_left(r) >= n)
        return rgs_take(r, n);
    struct rgs_bytes cut = rgs_rest(r);
    rgs_reader_fail(r);
    return cut;
}

static void mandatory(struct rgs_smpp_pdu *u, enum field field, struct rgs_reader *r)
{
    uint32_t has = 0;

    switch (field) {
    case SERVICE_TYPE:
        c_string(r, MAX_SERVICE_TYPE, &u->wrong);
        break;
    case SYSTEM_ID:
        u->system_id = c_string(r, MAX_SYSTEM_ID, &u->wrong);
        has = RGS_SMPP_HAS_SYSTEM_ID;
        break;
    case PASSWORD:
        c_string(r, MAX_PASSWORD, &u->wrong);
        break;
    case SYSTEM_TYPE:
        c_string(r, MAX_SYSTEM_TYPE, &u->wrong);
        break;
    case ADDRESS_RANGE:
        c_string(r, MAX_ADDRESS_RANGE, &u->wrong);
        break;
    case SOURCE:
        u->source = address(r, &u->wrong);
        has = RGS_SMPP_HAS_SOURCE;
        break;
    case DEST:
        u->dest = address(r, &u->wrong);
        has = RGS_SMPP_HAS_DEST;
        break;
    case DESTS:
        u->dests = list(r, &u->dest_count, false);
        u->has |= RGS_SMPP_HAS_DESTS; /* those in front of the damage count */
        break;
    case FAILED:
        u->failed = list(r, &u->failed_count, true);
        u->has |= RGS_SMPP_HAS_FAILED;
        break;
    case ESM_CLASS:
        u->esm_class = rgs_u8(r);
        has = RGS_SMPP_HAS_ESM_CLASS;
        break;
    case PROTOCOL_ID:
        u->protocol_id = rgs_u8(r);
        has = RGS_SMPP_HAS_PROTOCOL_ID;
        break;
    case DATA_CODING:
        u->data_coding = rgs_u8(r);
        has = RGS_SMPP_HAS_DATA_CODING;
        break;
    case OCTET:
        rgs_skip(r, 1);
        break;
    case TIME:
        c_string(r, MAX_TIME, &u->wrong);
        break;
    case SHORT_MESSAGE: {
        bool counted = rgs_left(r) > 0;
        u->short_message = message(r, rgs_u8(r));
        if (counted)
            u->has |= RGS_SMPP_HAS_SHORT_MESSAGE;
        break;
    }
    case MESSAGE_ID:
        u->message_id = c_string(r, MAX_MESSAGE_ID, &u->wrong);
        has = RGS_SMPP_HAS_MESSAGE_ID;
        break;
    case MESSAGE_STATE:
        u->message_state = rgs_u8(r);
        has = RGS_SMPP_HAS_MESSAGE_STATE;
        break;
    case END:
        break;
    }
    if (rgs_reader_ok(r))
        u->has |= has;
}

/* Tags that we read (SMPP 5.0 4.8.1); all others are skipped. */
enum tag {
    TAG_RECEIPTED_MESSAGE_ID = 0x001e,
    TAG_SAR_MSG_REF_NUM = 0x020c,
    TAG_SAR_TOTAL_SEGMENTS = 0x020e,
    TAG_SAR_SEGMENT_SEQNUM = 0x020f,
    TAG_MESSAGE_PAYLOAD = 0x0424,
    TAG_MESSAGE_STATE = 0x0427,
};

static void tlv(struct rgs_smpp_pdu *u, uint16_t tag, struct rgs_bytes value)
{
    struct rgs_reader v = rgs_reader(value);

    switch (tag) {
    case TAG_RECEIPTED_MESSAGE_ID: {
        const uint8_t *nul = value.n ? memchr(value.p, 0, value.n) : NULL;
        u->receipted_id = rgs_bytes(value.p, nul ? (size_t)(nul - value.p) : value.n);
        u->has |= RGS_SMPP_HAS_RECEIPTED_ID;
        break;
    }
    case TAG_SAR_MSG_REF_NUM:
        u->sar_ref = value.n == 1 ? rgs_u8(&v) : rgs_be16(&v);
        u->has |= rgs_reader_ok(&v) ? RGS_SMPP_HAS_SAR_REF : 0u;
        break;
    case TAG_SAR_TOTAL_SEGMENTS:
        u->sar_total = rgs_u8(&v);
        u->has |= rgs_reader_ok(&v) ? RGS_SMPP_HAS_SAR_TOTAL : 0u;
        break;
    case TAG_SAR_SEGMENT_SEQNUM:
        u->sar_seq = rgs_u8(&v);
        u->has |= rgs_reader_ok(&v) ? RGS_SMPP_HAS_SAR_SEQ : 0u;
        break;
    case TAG_MESSAGE_PAYLOAD:
        u->payload = value;
        u->has |= RGS_SMPP_HAS_PAYLOAD;
        break;
    case TAG_MESSAGE_STATE:
        u->message_state = rgs_u8(&v);
        u->has |= rgs_reader_ok(&v) ? RGS_SMPP_HAS_MESSAGE_STATE : 0u;
        break;
    default:
        break;
    }
    if (!rgs_reader_ok(&v))
        u->wrong |= RGS_SMPP_WRONG_TLV;
}

static void tlvs(struct rgs_smpp_pdu *u, struct rgs_reader *r)
{
    while (rgs_left(r)) {
        uint16_t tag = rgs_be16(r), length = rgs_be16(r);
        if (!rgs_reader_ok(r))
            break;
        struct rgs_bytes value = message(r, length);
        if (rgs_reader_ok(r) || tag == TAG_MESSAGE_PAYLOAD)
            tlv(u, tag, value);
    }
    if (!rgs_reader_ok(r))
        u->wrong |= RGS_SMPP_WRONG_TLV;
}

enum rgs_outcome rgs_smpp_parse(struct rgs_smpp_pdu *u, struct rgs_bytes bytes)
{
    struct rgs_reader r = rgs_reader(bytes);

    *u = (struct rgs_smpp_pdu){0};
    u->command_length = rgs_be32(&r);
    u->command_id = rgs_be32(&r);
    u->command_status = rgs_be32(&r);
    u->sequence_number = rgs_be32(&r);
    if (!rgs_reader_ok(&r))
        return RGS_SHORT;
    if (u->command_length != bytes.n)
        u->wrong |= RGS_SMPP_WRONG_LENGTH;
    if (u->command_length < RGS_SMPP_HEADER)
        return RGS_BAD;
    struct rgs_bytes rest = rgs_rest(&r);
    struct rgs_reader body = rgs_reader(rgs_bytes_upto(rest, u->command_length - RGS_SMPP_HEADER));
    const struct command *command = find_command(u->command_id);
    /* Answers may come without a body, and those that report an error often do (SMPP 5.0 4.1.1.2).
     */
    if (!command || (!rgs_left(&body) && u->command_id & RGS_SMPP_RESPONSE))
        return RGS_OK;
    for (const uint8_t *f = command->fields; *f != END && rgs_reader_ok(&body); f++)
        mandatory(u, (enum field) * f, &body);
    if (!rgs_reader_ok(&body)) {
        u->short_body = true;
        u->wrong |= RGS_SMPP_WRONG_FIELD;
        return RGS_SHORT;
    }
    tlvs(u, &body);
    return u->wrong ? RGS_BAD : RGS_OK;
}
