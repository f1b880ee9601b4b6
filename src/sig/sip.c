/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP MESSAGE and REGISTER with their answers, as operations. */
#include "sig/sip.h"

#include "base/charset.h"
#include "base/utf8.h"
#include "sig/mime.h"
#include "sig/session.h"

/* RFC 3261 21 and its extensions, as far as registrars and gateways answer MESSAGE and REGISTER
 * with them. */
static const struct {
    uint16_t status;
    const char *name;
} statuses[] = {
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {305, "Use Proxy"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {413, "Request Entity Too Large"},
    {415, "Unsupported Media Type"},
    {420, "Bad Extension"},
    {421, "Extension Required"},
    {423, "Interval Too Brief"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {483, "Too Many Hops"},
    {484, "Address Incomplete"},
    {486, "Busy Here"},
    {488, "Not Acceptable Here"},
    {489, "Bad Event"},
    {494, "Security Agreement Required"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {513, "Message Too Large"},
    {600, "Busy Everywhere"},
    {603, "Decline"},
    {604, "Does Not Exist Anywhere"},
    {606, "Not Acceptable"},
};

static const char *status_name(uint32_t status)
{
    static const char *const classes[] = {"Redirection", "Client Error", "Server Error",
                                          "Global Failure"};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (statuses[i].status == status)
            return statuses[i].name;
    }
    return classes[status / 100 - 3];
}

/* Somebody that a header names, and the number in it; empty: it has none. */
struct party {
    struct rgs_bytes header;
    struct rgs_digits number;
};

static struct party party_of(struct rgs_bytes header)
{
    return (struct party){.header = header, .number = rgs_sip_number(header)};
}

static void subscriber(struct rgs_op *op, const struct party *p)
{
    if (p->number.n)
        RGS_SET(op, MSISDN, msisdn, p->number);
}

/* The sender, as the network vouches for it, and else as he says himself. */
static struct party originator(const struct rgs_sip *m)
{
    struct party p = party_of(m->header[RGS_SIP_P_ASSERTED_IDENTITY]);
    return p.number.n ? p : party_of(m->header[RGS_SIP_FROM]);
}

static struct party destination(const struct rgs_sip *m)
{
    struct party p = party_of(m->header[RGS_SIP_P_CALLED_PARTY_ID]);
    if (!p.number.n)
        p = party_of(m->uri);
    return p.number.n ? p : party_of(m->header[RGS_SIP_TO]);
}

static struct rgs_name name_of(const struct party *p)
{
    return p->number.n ? rgs_name_digits(&p->number) : rgs_sip_user(p->header);
}

/* TS 24.341: an RP message. What it is says who of the two is the subscriber. */
static void rp_body(struct rgs_dissect *d, const struct rgs_sip *m, struct rgs_bytes body)
{
    enum { TO_MOBILE = 1, RP_ACK = 1, RP_ERROR = 2 }; /* TS 24.011 8.2.2 */
    bool to_mobile = body.p[0] & TO_MOBILE;
    unsigned pair = (body.p[0] & 7) / 2;

    RGS_SET(&d->op, SM, sm, body);
    RGS_SET(&d->op, SM_KIND, sm_kind, to_mobile ? RGS_SM_RP_MT : RGS_SM_RP_MO);
    struct party who = to_mobile ? destination(m) : originator(m);
    subscriber(&d->op, &who);
    if (pair == RP_ACK || pair == RP_ERROR)
        RGS_SET(&d->op, PHASE, phase, pair == RP_ACK ? "response" : "error");
}

/* UTF-8 of a text in the character set that its type names (RFC 2046 4.1.2); false: it is unknown,
 * and reads as no UTF-8. Without a name it is UTF-8 (RFC 3261 7.4.1). */
static bool as_utf8(struct rgs_dissect *d, struct rgs_bytes type, struct rgs_bytes *text)
{
    struct rgs_bytes name = rgs_mime_parameter(type, "charset");

    if (name.n == 0 || rgs_is_word(name, "utf-8") || rgs_is_word(name, "us-ascii"))
        return true;
    const struct rgs_charset *charset = rgs_charset_named(name);
    if (!charset) {
        rgs_anomaly(d, RGS_A_MIME_CHARSET);
        return rgs_utf8_valid(*text);
    }
    char *out = text->n ? rgs_frame_alloc(d, text->n * 3) : NULL;
    *text = rgs_bytes(out, out ? rgs_charset_utf8(charset, *text, out) : 0);
    return true;
}

/* The text is left out when it cannot be read, but that there was one is said. */
static void text_body(struct rgs_dissect *d, const struct rgs_sip *m,
                      const struct rgs_mime_part *part, bool readable)
{
    struct party from = originator(m), to = destination(m);
    struct rgs_bytes text = part->body;

    readable = readable && as_utf8(d, part->type, &text);
    if (readable && rgs_mime_is(part->type, "text/html")) {
        char *out = text.n ? rgs_frame_alloc(d, text.n) : NULL;
        text = rgs_bytes(out, out ? rgs_mime_html(text, out) : 0);
    }
    if (readable)
        RGS_SET(&d->op, SM, sm, text);
    RGS_SET(&d->op, SM_KIND, sm_kind, RGS_SM_UTF8);
    RGS_SET(&d->op, OA, oa, name_of(&from));
    RGS_SET(&d->op, DA, da, name_of(&to));
    subscriber(&d->op, &to);
}

static bool body_part(struct rgs_dissect *d, const struct rgs_sip *m, struct rgs_mime_part part,
                      unsigned depth);

/* Of alternatives the one that needs no taking apart, wherever it stands. */
static bool multipart(struct rgs_dissect *d, const struct rgs_sip *m,
                      const struct rgs_mime_part *whole, unsigned depth)
{
    struct rgs_mime mime;
    struct rgs_mime_part part;

    for (unsigned html = 0; html < 2; html++) {
        if (!rgs_mime_open(&mime, whole->type, whole->body))
            return false;
        while (rgs_mime_next(&mime, &part)) {
            if (rgs_mime_is(part.type, "text/html") == html && body_part(d, m, part, depth + 1))
                return true;
        }
    }
    return false;
}

/* Takes off what a part is coded in, for transfer and in itself. */
static bool opened(struct rgs_dissect *d, struct rgs_mime_part *part)
{
    part->body = rgs_mime_content(d, part);
    return rgs_mime_unpack(d, part->coding, RGS_SIP_MAX_BODY, &part->body);
}

static bool body_part(struct rgs_dissect *d, const struct rgs_sip *m, struct rgs_mime_part part,
                      unsigned depth)
{
    enum { DEEPEST = 3 }; /* alternatives inside of a mixture, and some rest for others' habits */

    if (rgs_mime_is(part.type, "message/cpim") &&
        (!opened(d, &part) || !rgs_mime_unwrap(part.body, &part)))
        return false;
    if (rgs_begins_with_word(part.type, "multipart/"))
        return depth < DEEPEST && opened(d, &part) && multipart(d, m, &part, depth);
    bool text = rgs_mime_is(part.type, "text/plain") || rgs_mime_is(part.type, "text/html");
    if (!text && !rgs_mime_is(part.type, "application/vnd.3gpp.sms"))
        return false;
    bool readable = opened(d, &part);
    if (text)
        text_body(d, m, &part, readable);
    else if (readable && part.body.n)
        rp_body(d, m, part.body);
    return text || (readable && part.body.n);
}

static uint32_t transaction(const struct rgs_sip *m)
{
    static const struct rgs_hash_key fixed = {0x73697063, 0x73657121}; /* reruns are to agree */
    struct rgs_bytes id = m->header[RGS_SIP_CALL_ID], seq = m->header[RGS_SIP_CSEQ];
    return (uint32_t)(rgs_hash(&fixed, id.p, id.n) * 31 + rgs_hash(&fixed, seq.p, seq.n));
}

static void common(struct rgs_dissect *d, const struct rgs_sip *m, const char *op)
{
    struct rgs_bytes id = m->header[RGS_SIP_CALL_ID];

    RGS_SET(&d->op, PROTO, proto, "sip");
    RGS_SET(&d->op, OP, op, op);
    if (id.n)
        RGS_SET(&d->op, MESSAGE_ID, message_id, rgs_name_of(id.p, id.n));
    rgs_sip_access(&d->op, m->header[RGS_SIP_P_ACCESS_NETWORK_INFO]);
    rgs_sip_visited(&d->op, m->header[RGS_SIP_P_VISITED_NETWORK_ID]);
}

/* Whom a registration is for: a public identity, or one that is made of an IMSI. */
static void registered(struct rgs_op *op, const struct rgs_sip *m)
{
    struct rgs_bytes to = m->header[RGS_SIP_TO], at;
    struct party who = party_of(to);

    subscriber(op, &who);
    at = rgs_bytes_from(to, rgs_find(to, "sip:") + 4);
    rgs_sip_imsi(op, rgs_bytes_upto(at, rgs_find_byte(at, '>')));
}

/* What a request is kept as that carries no message, so that its answer is told from one whose
 * request was not captured. */
static const char silent[] = "";

static void request(struct rgs_dissect *d, const struct rgs_sip *m, bool is_message)
{
    common(d, m, is_message ? "MESSAGE" : "REGISTER");
    RGS_SET(&d->op, PHASE, phase, "request");
    if (is_message) {
        body_part(d, m,
                  (struct rgs_mime_part){.type = m->header[RGS_SIP_CONTENT_TYPE],
                                         .encoding = m->header[RGS_SIP_CONTENT_TRANSFER_ENCODING],
                                         .coding = m->header[RGS_SIP_CONTENT_ENCODING],
                                         .body = m->body},
                  0);
        if (!RGS_HAS(&d->op, SM_KIND))
            RGS_SET(&d->op, OP, op, silent); /* typing notices and the like */
    } else {
        registered(&d->op, m);
        rgs_sip_imsi(&d->op, rgs_mime_parameter(m->header[RGS_SIP_AUTHORIZATION], "username"));
        rgs_sip_imei(&d->op, m->header[RGS_SIP_CONTACT]);
    }
    if (!rgs_request_again(d->state[RGS_LAYER_SIP], d, transaction(m)))
        rgs_request_open(d->state[RGS_LAYER_SIP], d, transaction(m));
    if (d->op.op != silent)
        rgs_emit(d);
}

/* Whom an answer is about as it says itself. A message that was taken over to be handed on (202, TS
 * 24.341 B.5) is its sender's, any other is for whom it goes to. */
static void answered(struct rgs_op *op, const struct rgs_sip *m)
{
    enum { ACCEPTED = 202 };
    struct party who = party_of(m->header[m->status == ACCEPTED ? RGS_SIP_FROM : RGS_SIP_TO]);
    subscriber(op, &who);
}

static void response(struct rgs_dissect *d, const struct rgs_sip *m, bool is_message)
{
    if (m->status < 200)
        return;
    common(d, m, is_message ? "MESSAGE" : "REGISTER");
    bool paired = rgs_request_close(d->state[RGS_LAYER_SIP], d, transaction(m), true);
    if (d->op.op == silent)
        return;
    if (!is_message && !RGS_HAS(&d->op, IMSI))
        registered(&d->op, m);
    else if (!paired)
        answered(&d->op, m);
    if (!is_message && m->status < 300 && !RGS_HAS(&d->op, MSISDN)) { /* RFC 7315 4.1 */
        struct party who = party_of(m->header[RGS_SIP_P_ASSOCIATED_URI]);
        subscriber(&d->op, &who);
    }
    if (!paired && !RGS_HAS(&d->op, MSISDN) && !RGS_HAS(&d->op, IMSI))
        return; /* it answers for nobody that we know */
    RGS_SET(&d->op, PHASE, phase, m->status < 300 ? "response" : "error");
    if (m->status >= 300)
        RGS_SET(&d->op, RESULT, result, status_name(m->status));
    rgs_emit(d);
}

enum rgs_outcome rgs_sip(struct rgs_dissect *d, struct rgs_bytes in)
{
    struct rgs_sip m;

    while (in.n >= 2 && in.p[0] == '\r' && in.p[1] == '\n')
        in = rgs_bytes_from(in, 2);
    if (in.n == 0)
        return RGS_OK;
    enum rgs_outcome out = rgs_sip_parse(in, &m);
    if (out == RGS_UNSUPPORTED) {
        rgs_anomaly(d, RGS_A_SIP_BAD);
        return RGS_BAD;
    }
    if (out == RGS_SHORT)
        rgs_anomaly(d, RGS_A_SIP_SHORT);
    struct rgs_bytes method = m.method, seq = m.header[RGS_SIP_CSEQ], number;
    if (m.status) {
        rgs_next_part(&seq, ' ', &number);
        method = rgs_trim(seq);
    }
    bool is_message = rgs_is_word(method, "message");
    if (!is_message && !rgs_is_word(method, "register"))
        return RGS_OK;
    if (m.status)
        response(d, &m, is_message);
    else
        request(d, &m, is_message);
    return out;
}

void *rgs_sip_new(const struct rgs_capacity *capacity, const struct rgs_alloc *alloc)
{
    return rgs_sessions_new(capacity, alloc);
}

void rgs_sip_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_sessions_del(state, alloc);
}
