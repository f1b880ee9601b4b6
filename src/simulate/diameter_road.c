/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Diameter (RFC 6733) at the edge to other networks: S6a (TS 29.272) to attach, S6c and SGd
 * (TS 29.338) for messages. */
#include <errno.h>
#include <stdio.h>

#include "simulate/l3_out.h"
#include "simulate/random.h"
#include "simulate/world.h"

enum { PORT = 3868, PPID = 46, HOME = 0, EDGE, VENDOR_3GPP = 10415 };
enum { REQUEST = 0x80, PROXIABLE = 0x40, SUCCESS = 2001 };
enum { /* commands */
       CAPABILITIES_EXCHANGE = 257,
       UPDATE_LOCATION = 316,
       MO_FORWARD = 8388645,
       MT_FORWARD = 8388646,
       SEND_ROUTING_INFO = 8388647,
};
enum { S6A = 16777251, S6C = 16777312, SGD = 16777313 };
enum { /* RFC 6733 4.5 */
       USER_NAME = 1,
       HOST_IP_ADDRESS = 257,
       AUTH_APPLICATION_ID = 258,
       VENDOR_SPECIFIC_APPLICATION_ID = 260,
       SESSION_ID = 263,
       ORIGIN_HOST = 264,
       SUPPORTED_VENDOR_ID = 265,
       VENDOR_ID = 266,
       RESULT_CODE = 268,
       PRODUCT_NAME = 269,
       AUTH_SESSION_STATE = 277,
       DESTINATION_REALM = 283,
       DESTINATION_HOST = 293,
       ORIGIN_REALM = 296,
       EXPERIMENTAL_RESULT = 297,
       EXPERIMENTAL_RESULT_CODE = 298,
};
enum { /* TS 29.329, 29.272 7.3, 29.338 5.3.3 and 6.3.3: all of 3GPP's */
       MSISDN = 701,
       RAT_TYPE = 1032,
       SUBSCRIPTION_DATA = 1400,
       TERMINAL_INFORMATION = 1401,
       IMEI = 1402,
       SOFTWARE_VERSION = 1403,
       ULR_FLAGS = 1405,
       ULA_FLAGS = 1406,
       VISITED_PLMN_ID = 1407,
       SUBSCRIBER_STATUS = 1424,
       MME_NUMBER_FOR_MT_SMS = 1645,
       SERVING_NODE = 2401,
       MME_NAME = 2402,
       MME_REALM = 2408,
       USER_IDENTIFIER = 3102,
       SC_ADDRESS = 3300,
       SM_RP_UI = 3301,
       SM_RP_MTI = 3308,
       ABSENT_USER = 5550, /* DIAMETER_ERROR_ABSENT_USER, 29.338 7.3.3 */
       USER_UNKNOWN = 5001,
};
#define HOME_IP 0x0a140301u /* 10.20.3.1 */
#define EDGE_IP 0x0a140302u

static size_t open_avp(struct rgs_wire *m, uint32_t code)
{
    size_t at = m->n;
    bool vendor = code >= 300; /* no AVP of RFC 6733 has such a code */

    rgs_put32(m, code);
    rgs_put32(m,
              vendor ? 0xc0000000u : 0x40000000u); /* V and M flags, 4.1; the length comes later */
    if (vendor)
        rgs_put32(m, VENDOR_3GPP);
    return at;
}

/* The length counts the header and not the padding. */
static void close_avp(struct rgs_wire *m, size_t at)
{
    if (rgs_wire_ok(m)) {
        m->p[at + 5] = (uint8_t)((m->n - at) >> 16);
        rgs_set16(m->p + at + 6, (unsigned)(m->n - at) & 0xffff);
    }
    rgs_put_pad4(m, at);
}

static void put_octets(struct rgs_wire *m, uint32_t code, struct rgs_bytes b)
{
    size_t at = open_avp(m, code);
    rgs_put_bytes(m, b);
    close_avp(m, at);
}

static void put_text(struct rgs_wire *m, uint32_t code, const char *s)
{
    put_octets(m, code, rgs_bytes(s, strlen(s)));
}

static void put_number(struct rgs_wire *m, uint32_t code, uint32_t v)
{
    size_t at = open_avp(m, code);
    rgs_put32(m, v);
    close_avp(m, at);
}

static void put_digits(struct rgs_wire *m, uint32_t code, const struct rgs_digits *d)
{
    put_octets(m, code, rgs_bytes(d->d, d->n));
}

/* TBCD without a type of number: TS 29.338 5.3.3.2, 29.329 6.3.2 */
static void put_tbcd(struct rgs_wire *m, uint32_t code, const struct rgs_digits *d)
{
    size_t at = open_avp(m, code);

    rgs_put_tbcd(m, d, 0);
    close_avp(m, at);
}

struct node {
    char host[64], realm[40];
};

/* The MME, or the message centre and HSS of the home network. */
static struct node mme_of(const struct rgs_sim_world *w, const struct rgs_sim_dialogue *d)
{
    struct node n;

    rgs_sim_realm(&w->s->network[d->network].plmn, n.realm);
    snprintf(n.host, sizeof(n.host), "mme%02u.%s", d->node, n.realm);
    return n;
}

static struct node home_node(const struct rgs_sim_world *w, const char *what)
{
    struct node n;

    rgs_sim_realm(&w->s->plmn, n.realm);
    snprintf(n.host, sizeof(n.host), "%s.%s", what, n.realm);
    return n;
}

/* The head of 3, and what all sessions of these applications begin with. */
static void open_message(struct rgs_wire *m, const struct rgs_sim_dialogue *d, uint32_t command,
                         uint32_t application, bool request, const struct node *session,
                         const struct node *from)
{
    char id[128];

    rgs_put32(m, 1u << 24); /* version, and the length later */
    rgs_put32(m, (uint32_t)(request ? REQUEST | PROXIABLE : PROXIABLE) << 24 | command);
    rgs_put32(m, application);
    rgs_put32(m, d->otid); /* hop-by-hop and end-to-end identifiers */
    rgs_put32(m, d->otid ^ 0x5a000000u);
    snprintf(id, sizeof(id), "%s;%u;%u", session->host, 1772000000u, d->otid);
    put_text(m, SESSION_ID, id);
    size_t at = open_avp(m, VENDOR_SPECIFIC_APPLICATION_ID);
    put_number(m, VENDOR_ID, VENDOR_3GPP);
    put_number(m, AUTH_APPLICATION_ID, application);
    close_avp(m, at);
    put_number(m, AUTH_SESSION_STATE, 1); /* no state maintained */
    put_text(m, ORIGIN_HOST, from->host);
    put_text(m, ORIGIN_REALM, from->realm);
}

static void put_destination(struct rgs_wire *m, const struct node *to)
{
    put_text(m, DESTINATION_HOST, to->host);
    put_text(m, DESTINATION_REALM, to->realm);
}

static void put_failure(struct rgs_wire *m, uint32_t code)
{
    size_t at = open_avp(m, EXPERIMENTAL_RESULT);

    put_number(m, VENDOR_ID, VENDOR_3GPP);
    put_number(m, EXPERIMENTAL_RESULT_CODE, code);
    close_avp(m, at);
}

static void send_message(struct rgs_sim_world *w, int64_t ts, unsigned from, struct rgs_wire *m)
{
    if (!rgs_wire_ok(m)) {
        w->frames.error = -EMSGSIZE;
        return;
    }
    m->p[1] = (uint8_t)(m->n >> 16);
    rgs_set16(m->p + 2, (unsigned)m->n & 0xffff);
    w->frames.counts.diameter++;
    rgs_sim_link_send(w, ts, RGS_SIM_LINK_DIAMETER, from, 1, PPID, rgs_wire_bytes(m));
}

static void put_capabilities(struct rgs_wire *m, bool request, const struct node *from, uint32_t ip)
{
    static const uint32_t applications[] = {S6A, S6C, SGD};
    size_t at;

    rgs_put32(m, 1u << 24);
    rgs_put32(m, (request ? (uint32_t)REQUEST << 24 : 0) | CAPABILITIES_EXCHANGE);
    rgs_put32(m, 0);
    rgs_put32(m, 1);
    rgs_put32(m, 1);
    if (!request)
        put_number(m, RESULT_CODE, SUCCESS);
    put_text(m, ORIGIN_HOST, from->host);
    put_text(m, ORIGIN_REALM, from->realm);
    at = open_avp(m, HOST_IP_ADDRESS);
    rgs_put16(m, 1); /* IPv4, 4.3.1 */
    rgs_put32(m, ip);
    close_avp(m, at);
    put_number(m, VENDOR_ID, VENDOR_3GPP);
    put_text(m, PRODUCT_NAME, "agent");
    put_number(m, SUPPORTED_VENDOR_ID, VENDOR_3GPP);
    for (size_t i = 0; i < sizeof(applications) / sizeof(applications[0]); i++) {
        at = open_avp(m, VENDOR_SPECIFIC_APPLICATION_ID);
        put_number(m, VENDOR_ID, VENDOR_3GPP);
        put_number(m, AUTH_APPLICATION_ID, applications[i]);
        close_avp(m, at);
    }
}

void rgs_sim_diameter_open(struct rgs_sim_world *w)
{
    const struct node home = home_node(w, "dra"), edge = home_node(w, "dea");
    int64_t ts = w->s->start + 3 * RGS_SIM_SECOND;
    uint8_t mem[600];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    rgs_sim_link_open(w, RGS_SIM_LINK_DIAMETER, HOME_IP, EDGE_IP, PORT, ts);
    put_capabilities(&m, true, &home, HOME_IP);
    send_message(w, ts + RGS_SIM_SECOND / 20, HOME, &m);
    m = rgs_wire(mem, sizeof(mem));
    put_capabilities(&m, false, &edge, EDGE_IP);
    send_message(w, ts + RGS_SIM_SECOND / 15, EDGE, &m);
}

static void put_visited_plmn(struct rgs_wire *m, const struct rgs_digits *plmn)
{
    size_t at = open_avp(m, VISITED_PLMN_ID); /* TS 29.272 7.3.9 */

    rgs_put_plmn(m, plmn);
    close_avp(m, at);
}

static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct node mme = mme_of(w, d), hss = home_node(w, "hss");
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[1200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    size_t at;

    if (d->step++ == 0) {
        struct rgs_digits imei = rgs_sim_imeisv(w, d->sub);
        d->otid = w->transaction++;
        open_message(&m, d, UPDATE_LOCATION, S6A, true, &mme, &mme);
        put_destination(&m, &hss);
        put_digits(&m, USER_NAME, &imsi);
        put_number(&m, RAT_TYPE, 1004);  /* EUTRAN */
        put_number(&m, ULR_FLAGS, 0x22); /* S6a, initial attach: 7.3.7 */
        put_visited_plmn(&m, &w->s->network[d->network].plmn);
        at = open_avp(&m, TERMINAL_INFORMATION);
        put_octets(&m, IMEI, rgs_bytes(imei.d, 14));
        put_octets(&m, SOFTWARE_VERSION, rgs_bytes(imei.d + 14, 2));
        close_avp(&m, at);
        send_message(w, ts, EDGE, &m);
        rgs_sim_after(w, d, ts, 15, 40);
        return true;
    }
    const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
    open_message(&m, d, UPDATE_LOCATION, S6A, false, &mme, &hss);
    put_number(&m, RESULT_CODE, SUCCESS);
    put_number(&m, ULA_FLAGS, 1); /* separation indication */
    at = open_avp(&m, SUBSCRIPTION_DATA);
    put_number(&m, SUBSCRIBER_STATUS, 0);
    put_tbcd(&m, MSISDN, &msisdn);
    close_avp(&m, at);
    send_message(w, ts, HOME, &m);
    return false;
}

enum { ROUTE, ROUTE_ANSWER, FORWARD, FORWARD_ANSWER };

/* S6c is seen because the message centre asks through the same agent. */
static bool ask_route(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct node smsc = home_node(w, "smsc"), hss = home_node(w, "hss");
    const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
    uint8_t mem[1200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    d->otid = w->transaction++;
    open_message(&m, d, SEND_ROUTING_INFO, S6C, true, &smsc, &smsc);
    put_destination(&m, &hss);
    put_tbcd(&m, MSISDN, &msisdn);
    put_tbcd(&m, SC_ADDRESS, &w->s->smsc);
    put_number(&m, SM_RP_MTI, 0); /* SM_DELIVER */
    send_message(w, ts, HOME, &m);
    d->step = ROUTE_ANSWER;
    rgs_sim_after(w, d, ts, 10, 40);
    return true;
}

static bool answer_route(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct node smsc = home_node(w, "smsc"), hss = home_node(w, "hss");
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[1200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    d->network = sub->network;
    d->node = sub->node;
    const struct node mme = mme_of(w, d);
    open_message(&m, d, SEND_ROUTING_INFO, S6C, false, &smsc, &hss);
    if (sub->unattached || !sub->active) {
        put_failure(&m, sub->unattached ? USER_UNKNOWN : ABSENT_USER);
        send_message(w, ts, EDGE, &m);
        return false;
    }
    put_number(&m, RESULT_CODE, SUCCESS);
    put_digits(&m, USER_NAME, &imsi);
    size_t at = open_avp(&m, SERVING_NODE);
    put_text(&m, MME_NAME, mme.host);
    put_text(&m, MME_REALM, mme.realm);
    const struct rgs_digits number = rgs_sim_node(w, d->network, d->node);
    put_tbcd(&m, MME_NUMBER_FOR_MT_SMS, &number);
    close_avp(&m, at);
    send_message(w, ts, EDGE, &m);
    d->absent =
        d->attempt == 0 && rgs_random_chance(&w->random, rgs_sim_behaviour_of(w, sub)->failures);
    d->step = FORWARD;
    rgs_sim_after(w, d, ts, 20, 60);
    return true;
}

static bool forward(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct node smsc = home_node(w, "smsc"), mme = mme_of(w, d);
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[1200], tp[200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem)), tpdu = rgs_wire(tp, sizeof(tp));
    struct rgs_units u;

    rgs_sim_compose(d, &u);
    rgs_sim_put_deliver(w, d, &u, &tpdu);
    d->otid = w->transaction++;
    open_message(&m, d, MT_FORWARD, SGD, true, &smsc, &smsc);
    put_destination(&m, &mme);
    put_digits(&m, USER_NAME, &imsi);
    put_tbcd(&m, SC_ADDRESS, &w->s->smsc);
    put_octets(&m, SM_RP_UI, rgs_wire_bytes(&tpdu));
    send_message(w, ts, HOME, &m);
    d->step = FORWARD_ANSWER;
    rgs_sim_after(w, d, ts, d->absent ? 4000 : 700, 2500);
    return true;
}

static bool answer_forward(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct node smsc = home_node(w, "smsc"), mme = mme_of(w, d);
    uint8_t mem[1200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_units u;

    open_message(&m, d, MT_FORWARD, SGD, false, &smsc, &mme);
    if (d->absent)
        put_failure(&m, ABSENT_USER);
    else
        put_number(&m, RESULT_CODE, SUCCESS);
    send_message(w, ts, EDGE, &m);
    if (d->absent) { /* tried again later; an alert would go another way */
        d->absent = false;
        return rgs_sim_retry(w, d, ts, ROUTE);
    }
    rgs_sim_compose(d, &u);
    d->step = FORWARD;
    if (++d->part == u.parts)
        return false;
    rgs_sim_after(w, d, ts, 30, 60);
    return true;
}

static bool deliver_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    switch (d->step) {
    case ROUTE:
        return ask_route(w, d, ts);
    case ROUTE_ANSWER:
        return answer_route(w, d, ts);
    case FORWARD:
        return forward(w, d, ts);
    default:
        return answer_forward(w, d, ts);
    }
}

static bool send_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct node smsc = home_node(w, "smsc"), mme = mme_of(w, d);
    uint8_t mem[1200], tp[200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem)), tpdu = rgs_wire(tp, sizeof(tp));
    struct rgs_units u;

    rgs_sim_compose(d, &u);
    if (d->step == 0) {
        const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
        d->otid = w->transaction++;
        rgs_sim_put_submit(d, &u, &tpdu);
        open_message(&m, d, MO_FORWARD, SGD, true, &mme, &mme);
        put_destination(&m, &smsc);
        put_tbcd(&m, SC_ADDRESS, &w->s->smsc);
        size_t at = open_avp(&m, USER_IDENTIFIER);
        put_tbcd(&m, MSISDN, &msisdn);
        close_avp(&m, at);
        put_octets(&m, SM_RP_UI, rgs_wire_bytes(&tpdu));
        send_message(w, ts, EDGE, &m);
        d->step = 1;
        rgs_sim_after(w, d, ts, 30, 80);
        return true;
    }
    open_message(&m, d, MO_FORWARD, SGD, false, &mme, &smsc);
    put_number(&m, RESULT_CODE, SUCCESS);
    send_message(w, ts, HOME, &m);
    return rgs_sim_part_sent(w, d, ts, &u);
}

bool rgs_sim_diameter_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    switch (d->kind) {
    case RGS_SIM_ATTACH:
        return attach_step(w, d, ts);
    case RGS_SIM_DELIVER:
        return deliver_step(w, d, ts);
    default:
        return send_step(w, d, ts);
    }
}
