/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Service based interfaces of 5G (TS 29.500): short messages between AMF and SMSF (TS 29.540,
 * TS 29.518) and what registers, routes and identifies a subscriber (TS 29.503, 29.509, 29.511).
 * Identities are told by their prefixes (TS 23.003 28.7 and 28.8), wherever they stand.
 */
#include "base/json_in.h"
#include "sig/gsm_l3.h"
#include "sig/http2.h"
#include "sig/mime.h"
#include "sig/plmn.h"
#include "sig/session.h"
#include "sig/sip.h"

/* What a message tells beside the operation. */
struct told {
    struct rgs_bytes mcc, mnc, cell, cause;
    struct rgs_bytes sms;
    bool nas; /* the short message is said to be one of the N1 interface */
    bool n1;  /* and there is one */
};

static struct rgs_digits decimal(struct rgs_bytes s, unsigned least, unsigned most)
{
    struct rgs_digits d = {0};

    if (s.n < least || s.n > most)
        return d;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return (struct rgs_digits){0};
        rgs_digits_add(&d, (char)s.p[i]);
    }
    return d;
}

/* "suci-0-<mcc>-<mnc>-<routing>-<scheme>-<key>-<output>", TS 29.571 5.3.2: readable with the null
 * scheme. */
static struct rgs_digits concealed(struct rgs_bytes s)
{
    struct rgs_bytes part[7];
    struct rgs_digits imsi = {0};
    size_t n = 0;

    while (n < 7 && rgs_next_part(&s, '-', &part[n]))
        n++;
    if (n < 7 || s.n || !rgs_is_word(part[0], "0") || !rgs_is_word(part[4], "0"))
        return imsi;
    static const uint8_t kept[] = {1, 2, 6};
    for (size_t i = 0; i < sizeof(kept); i++) {
        struct rgs_digits d = decimal(part[kept[i]], 2, 12);
        if (d.n == 0)
            return (struct rgs_digits){0};
        for (unsigned k = 0; k < d.n; k++)
            rgs_digits_add(&imsi, d.d[k]);
    }
    return imsi.n <= 15 ? imsi : (struct rgs_digits){0};
}

static void identity(struct rgs_op *op, struct rgs_bytes s)
{
    struct rgs_digits d = {0};
    uint8_t first = s.n ? rgs_lower(s.p[0]) : 0;

    if (first != 'i' && first != 's' && first != 'm') /* nearly all */
        return;
    if (rgs_begins_with_word(s, "imsi-"))
        d = decimal(rgs_bytes_from(s, 5), 6, 15);
    else if (rgs_begins_with_word(s, "suci-"))
        d = concealed(rgs_bytes_from(s, 5));
    if (d.n && !RGS_HAS(op, IMSI))
        RGS_SET(op, IMSI, imsi, d);
    if (rgs_begins_with_word(s, "msisdn-")) {
        d = decimal(rgs_bytes_from(s, 7), 5, 15);
        if (d.n && !RGS_HAS(op, MSISDN))
            RGS_SET(op, MSISDN, msisdn, d);
        return;
    }
    d = rgs_begins_with_word(s, "imei-")     ? decimal(rgs_bytes_from(s, 5), 14, 15)
        : rgs_begins_with_word(s, "imeisv-") ? decimal(rgs_bytes_from(s, 7), 16, 16)
                                             : (struct rgs_digits){0};
    if (d.n && !RGS_HAS(op, IMEI))
        RGS_SET(op, IMEI, imei, d);
}

static bool parts(uint8_t c)
{
    return c == '/' || c == '?' || c == '&' || c == '=' || c == '\0';
}

/* Identities in a path and its query. */
static void read_path(struct rgs_op *op, struct rgs_bytes path)
{
    size_t start = 0;

    for (size_t i = 0; i <= path.n; i++) {
        if (i < path.n && !parts(path.p[i]))
            continue;
        identity(op, rgs_bytes(path.p + start, i - start));
        start = i + 1;
    }
}

static void member(struct rgs_op *op, struct told *t, const struct rgs_json_in_item *item)
{
    struct rgs_bytes name = item->name, value = item->value;

    identity(op, value);
    if (rgs_is_word(item->object, "plmnid")) { /* TS 29.571 5.4.4.3 */
        if (rgs_is_word(name, "mcc"))
            t->mcc = value;
        else if (rgs_is_word(name, "mnc"))
            t->mnc = value;
    } else if (rgs_is_word(name, "nrcellid") || rgs_is_word(name, "eutracellid")) {
        t->cell = value;
    } else if (rgs_is_word(name, "amfid") || rgs_is_word(name, "amfinstanceid") ||
               rgs_is_word(name, "smsfinstanceid")) {
        if (!RGS_HAS(op, SERVING_NODE))
            RGS_SET(op, SERVING_NODE, serving_node, rgs_name_of(value.p, value.n));
    } else if (rgs_is_word(name, "servingnetworkname")) {
        rgs_sip_visited(op, value);
    } else if (rgs_is_word(name, "cause")) {
        t->cause = value;
    } else if (rgs_is_word(name, "n1messageclass")) {
        t->nas = rgs_is_word(value, "sms");
    }
}

static void read_json(struct rgs_dissect *d, struct told *t, struct rgs_bytes text)
{
    struct rgs_json_in j = rgs_json_in(text);
    struct rgs_json_in_item item;

    while (rgs_json_in_next(&j, &item))
        member(&d->op, t, &item);
    if (rgs_left(&j.r) || !rgs_reader_ok(&j.r) || j.depth)
        rgs_anomaly(d, RGS_A_SBI_JSON);
}

static void read_body(struct rgs_dissect *d, struct told *t, const struct rgs_http *m)
{
    struct rgs_mime mime;
    struct rgs_mime_part part;
    struct rgs_bytes body = m->body;

    if (body.n == 0 || !rgs_mime_unpack(d, m->coding, RGS_HTTP2_MAX_BODY, &body))
        return;
    if (!rgs_begins_with_word(m->type, "multipart/") && (m->type.n || body.p[0] != '-')) {
        if (body.p[0] == '{' || body.p[0] == '[')
            read_json(d, t, body);
        return;
    }
    if (!rgs_mime_open(&mime, m->type, body)) {
        rgs_anomaly(d, RGS_A_SBI_JSON);
        return;
    }
    while (rgs_mime_next(&mime, &part)) {
        bool n1 = rgs_mime_is(part.type, "application/vnd.3gpp.5gnas");
        if (rgs_mime_is(part.type, "application/json")) {
            read_json(d, t, part.body);
        } else if (n1 || rgs_mime_is(part.type, "application/vnd.3gpp.sms")) {
            t->sms = rgs_mime_content(d, &part);
            t->n1 = n1;
        }
    }
}

static void place(struct rgs_op *op, const struct told *t)
{
    struct rgs_digits plmn = decimal(t->mcc, 3, 3), mnc = decimal(t->mnc, 2, 3);
    uint32_t high = 0, low;
    size_t split = t->cell.n > 8 ? t->cell.n - 8 : 0;

    if (plmn.n == 0 || mnc.n == 0)
        return;
    for (unsigned i = 0; i < mnc.n; i++)
        rgs_digits_add(&plmn, mnc.d[i]);
    RGS_SET(op, SERVING_PLMN, serving_plmn, plmn);
    if (t->cell.n && (!split || rgs_hexadecimal(rgs_bytes_upto(t->cell, split), &high)) &&
        rgs_hexadecimal(rgs_bytes_from(t->cell, split), &low))
        RGS_SET(op, CELL, cell, rgs_cell_name(&plmn, (uint64_t)high << 32 | low, false, 0));
}

enum { CP_DATA = 1, RP_TO_MOBILE = 1, RP_TYPE = 6, RP_DATA = 0, RP_ACK = 2, RP_ERROR = 4 };

/*
 * The payload between AMF and SMSF is what NAS carries: a message of TS 24.011 from its protocol
 * discriminator on. An RP message or a TPDU alone is read, too. False: about no message.
 */
static bool short_message(struct rgs_dissect *d, const struct told *t)
{
    enum { PD_SMS = 9 }; /* TS 24.007 11.2.3.1.1 */
    struct rgs_op *op = &d->op;
    struct rgs_bytes sm = t->sms, rp = sm, l3 = rgs_bytes_from(sm, rgs_l3_head(sm));
    bool cp =
        l3.n && (sm.p[0] & 0xf) == PD_SMS && (l3.p[0] == CP_DATA || l3.p[0] == 4 || l3.p[0] == 16);

    if (cp && l3.n > 2) {
        rp = rgs_bytes_from(l3, 2);
        sm = l3;
    }
    if (rp.n < 2 || (cp && sm.p[0] != CP_DATA) || (t->n1 && !t->nas && !cp))
        return false;
    bool to_mobile = rp.p[0] & RP_TO_MOBILE;
    if (!cp && rp.p[0] > 7) { /* no RP: as the SMS router hands it on */
        RGS_SET(op, SM_KIND, sm_kind, RGS_SM_TPDU_MT);
        RGS_SET(op, SM, sm, sm);
        return true;
    }
    switch (rp.p[0] & RP_TYPE) {
    case RP_DATA:
        break;
    case RP_ACK:
        RGS_SET(op, PHASE, phase, "response");
        break;
    case RP_ERROR:
        RGS_SET(op, PHASE, phase, "error");
        break;
    default: /* RP-SMMA */
        return false;
    }
    RGS_SET(op, SM, sm, sm);
    RGS_SET(op, SM_KIND, sm_kind,
            cp ? (to_mobile ? RGS_SM_CP_MT : RGS_SM_CP_MO)
               : (to_mobile ? RGS_SM_RP_MT : RGS_SM_RP_MO));
    /* Between SMSFs a delivery has its answer in the response (TS 29.540 5.2.2.5). */
    if (RGS_HAS(op, IMSI) && strcmp(op->op, "Nsmsf_SMService_MtForwardSm") != 0)
        RGS_SET(op, DIALOGUE, dialogue, rgs_l3_pair(rgs_digits_u64(&op->imsi), rp));
    return true;
}

static void request(struct rgs_dissect *d, const struct rgs_http *m, struct told *t)
{
    const char *name = rgs_sbi_operation(m->method, m->path);
    struct rgs_op *op = &d->op;

    read_path(op, m->path);
    read_body(d, t, m);
    if (!name && t->sms.n) /* its path is not known, but what it carries is */
        name = t->n1 ? "Namf_Communication_N1N2MessageTransfer" : "Nsmsf_SMService_UplinkSMS";
    if (!name)
        return;
    place(op, t);
    RGS_SET(op, OP, op, name);
    RGS_SET(op, PHASE, phase, "request");
    bool carries = t->sms.n && short_message(d, t);
    rgs_request_open(rgs_http2_requests(d), d, m->stream);
    if (carries || (!t->sms.n && (RGS_HAS(op, IMSI) || RGS_HAS(op, MSISDN) || RGS_HAS(op, IMEI))))
        rgs_emit(d);
}

static void response(struct rgs_dissect *d, const struct rgs_http *m, struct told *t)
{
    struct rgs_op *op = &d->op;

    read_body(d, t, m);
    place(op, t);
    bool own_imsi = RGS_HAS(op, IMSI), own_msisdn = RGS_HAS(op, MSISDN);
    struct rgs_digits imsi = op->imsi, msisdn = op->msisdn;
    if (!rgs_request_close(rgs_http2_requests(d), d, m->stream, true))
        return;
    if (own_imsi) /* what an answer says itself stands before what its request said */
        op->imsi = imsi;
    if (own_msisdn)
        op->msisdn = msisdn;
    RGS_SET(op, PHASE, phase, m->status < 300 ? "response" : "error");
    if (m->status >= 300)
        RGS_SET(op, RESULT, result, rgs_sbi_error(t->cause, m->status));
    if (RGS_HAS(op, IMSI) || RGS_HAS(op, MSISDN))
        rgs_emit(d);
}

void rgs_sbi(struct rgs_dissect *d, const struct rgs_http *m)
{
    struct told t = {0};

    RGS_SET(&d->op, PROTO, proto, "nsmsf");
    if (m->request)
        request(d, m, &t);
    else
        response(d, m, &t);
}
