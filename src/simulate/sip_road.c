/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The IMS between two of its proxies: registrations (TS 24.229 5.1.1), and short messages with
 * their reports (TS 24.341 5.3). */
#include <errno.h>
#include <stdio.h>

#include "simulate/l3_out.h"
#include "simulate/random.h"
#include "simulate/sip_out.h"
#include "simulate/udp_out.h"
#include "simulate/world.h"

enum { PORT = 5060, URI_MOST = 96, HEADERS_MOST = 1000 };
enum { EDGE, CORE }; /* P-CSCF towards the mobiles; S-CSCF, with the IP-SM-GW behind it */
#define UDP_EDGE_IP 0x0a140601u /* 10.20.6.1 */
#define CORE_IP 0x0a140602u
#define TCP_EDGE_IP 0x0a140603u

void rgs_sim_sip_open(struct rgs_sim_world *w)
{
    struct rgs_tcp *c = &w->account[RGS_SIM_ACCOUNT_IMS].tcp;

    c->end[EDGE].ip = TCP_EDGE_IP;
    c->end[EDGE].port = (uint16_t)(32768 + rgs_random_below(&w->random, 28000));
    c->end[CORE].ip = CORE_IP;
    c->end[CORE].port = PORT;
    rgs_tcp_open(c, &w->frames, w->s->start + 2 * RGS_SIM_SECOND, &w->random);
}

/* One of the two edge proxies speaks UDP, the other TCP. */
static bool on_tcp(const struct rgs_sim_dialogue *d)
{
    return d->sub & 1;
}

/* Who and where a mobile is, as texts of headers. */
struct mobile {
    char realm[40];            /* ims.mnc016.mcc502.3gppnetwork.org, TS 23.003 13.2 */
    char private_id[URI_MOST]; /* 13.3 */
    char public_id[URI_MOST];  /* 13.4 */
    char tel[24];
    char contact[URI_MOST];
    char edge[64], core[64], gateway[URI_MOST];
};

static struct mobile mobile_of(const struct rgs_sim_world *w, const struct rgs_sim_dialogue *d)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    unsigned long long msisdn = w->sub[d->sub].msisdn;
    struct mobile m;
    char epc[40];

    rgs_sim_realm(&w->s->plmn, epc);
    snprintf(m.realm, sizeof(m.realm), "ims%s", epc + 3);
    snprintf(m.private_id, sizeof(m.private_id), "%.*s@%s", imsi.n, imsi.d, m.realm);
    snprintf(m.public_id, sizeof(m.public_id), "sip:+%llu@%s", msisdn, m.realm);
    snprintf(m.tel, sizeof(m.tel), "tel:+%llu", msisdn);
    snprintf(m.contact, sizeof(m.contact), "sip:%llu@10.%u.%u.%u:5060", msisdn, 64 + (d->sub >> 16),
             d->sub >> 8 & 0xff, d->sub & 0xff);
    snprintf(m.edge, sizeof(m.edge), "pcscf%d.%s", on_tcp(d) + 1, m.realm);
    snprintf(m.core, sizeof(m.core), "scscf.%s", m.realm);
    snprintf(m.gateway, sizeof(m.gateway), "sip:ipsmgw.%s", m.realm);
    return m;
}

static void send(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d, int64_t ts,
                 unsigned from, const struct rgs_sip_out *m)
{
    const struct rgs_udp_end end[] = {{UDP_EDGE_IP, PORT}, {CORE_IP, PORT}};
    uint8_t mem[1460];
    struct rgs_wire out = rgs_wire(mem, sizeof(mem));

    rgs_put_sip(&out, m);
    if (!rgs_wire_ok(&out))
        w->frames.error = -EMSGSIZE;
    w->frames.counts.sip++;
    if (!on_tcp(d))
        rgs_udp_data(&w->frames, ts, end[from], end[!from], rgs_wire_bytes(&out));
    else
        rgs_sim_tcp_send(w, ts, RGS_SIM_ACCOUNT_IMS, from, rgs_wire_bytes(&out));
}

/* The cell: network, tracking area of four digits, cell of seven (TS 24.229 7.2A.4.3). */
static void put_access(struct rgs_wire *h, const struct rgs_sim_world *w,
                       const struct rgs_sim_dialogue *d)
{
    const struct rgs_digits *plmn = &w->s->network[d->network].plmn;
    unsigned area = 1000u + d->node;

    rgs_put_format(h, "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=%.*s%04x%07x\r\n",
                   plmn->n, plmn->d, area, area << 8 | (1u + d->sub % 3u));
}

static void put_register(struct rgs_wire *h, const struct rgs_sim_world *w,
                         const struct rgs_sim_dialogue *d, const struct mobile *m, bool answers)
{
    const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);
    unsigned long long proof = rgs_mix64(d->otid), more = rgs_mix64(proof);

    rgs_put_format(h,
                   "Contact: <%s>;+g.3gpp.smsip;"
                   "+sip.instance=\"<urn:gsma:imei:%.8s-%.6s-0>\";expires=600000\r\n",
                   m->contact, imeisv.d, imeisv.d + 8); /* RFC 7254 */
    put_access(h, w, d);
    rgs_put_format(h, "P-Visited-Network-ID: \"%s\"\r\nPath: <sip:%s;lr>\r\n", m->realm, m->edge);
    rgs_put_format(h, "Authorization: Digest username=\"%s\",realm=\"%s\",uri=\"sip:%s\"",
                   m->private_id, m->realm, m->realm);
    if (answers)
        rgs_put_format(h,
                       ",nonce=\"%016llx\",response=\"%016llx%016llx\",algorithm=AKAv1-MD5,"
                       "integrity-protected=\"yes\"\r\n",
                       proof, more, (unsigned long long)rgs_mix64(more));
    else
        rgs_put_format(h, ",nonce=\"\",response=\"\",integrity-protected=\"no\"\r\n");
    rgs_put_format(h, "Supported: path,gruu\r\n");
}

/* Asked for its proof (TS 24.229 5.4.1.2), the mobile registers once more. */
static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    enum { ARRIVE, ASK, PROVE, ACCEPT };
    uint8_t mem[HEADERS_MOST];
    struct rgs_wire h = rgs_wire(mem, sizeof(mem));

    if (d->step == ARRIVE)
        d->otid = w->transaction++;
    const struct mobile m = mobile_of(w, d);
    char uri[URI_MOST], who[URI_MOST + 8];
    snprintf(uri, sizeof(uri), "sip:%s", m.realm);
    snprintf(who, sizeof(who), "sip:%s", m.private_id);
    struct rgs_sip_out out = {.method = "REGISTER",
                              .tcp = on_tcp(d),
                              .id = d->otid,
                              .cseq = d->step < PROVE ? 1 : 2,
                              .uri = uri,
                              .from = who,
                              .to = who,
                              .proxy = m.edge};
    switch (d->step) {
    case ASK:
        out.status = 401;
        rgs_put_format(
            &h, "WWW-Authenticate: Digest realm=\"%s\",nonce=\"%016llx\",algorithm=AKAv1-MD5\r\n",
            m.realm, (unsigned long long)rgs_mix64(d->otid));
        break;
    case ACCEPT:
        out.status = 200;
        rgs_put_format(&h,
                       "Contact: <%s>;expires=600000\r\nP-Associated-URI: <%s>, <%s>\r\n"
                       "Service-Route: <sip:%s;lr>\r\n",
                       m.contact, m.public_id, m.tel, m.core);
        break;
    default:
        put_register(&h, w, d, &m, d->step == PROVE);
    }
    if (!rgs_wire_ok(&h))
        w->frames.error = -EMSGSIZE;
    out.headers = rgs_wire_bytes(&h);
    send(w, d, ts, out.status ? CORE : EDGE, &out);
    if (d->step++ == ACCEPT)
        return false;
    rgs_sim_after(w, d, ts, 40, 120);
    return true;
}

/* The message or its report: from the gateway to the mobile's contact, or from the mobile to the
 * message centre or, with a report, the gateway (TS 24.341 5.3.1 and 5.3.3). */
static void put_message(struct rgs_wire *h, struct rgs_sip_out *out, const struct rgs_sim_world *w,
                        const struct rgs_sim_dialogue *d, const struct mobile *m, bool down)
{
    if (down) {
        rgs_put_format(h,
                       "P-Asserted-Identity: <%s>\r\nP-Called-Party-ID: <%s>\r\n"
                       "Accept-Contact: *;+g.3gpp.smsip;require;explicit\r\n"
                       "Request-Disposition: no-fork\r\n",
                       m->gateway, m->public_id);
    } else {
        rgs_put_format(h, "P-Asserted-Identity: <%s>, <%s>\r\n", m->public_id, m->tel);
        put_access(h, w, d);
    }
    if (out->id == d->dtid) { /* 5.3.2.4: what it reports on */
        rgs_put_format(h, "In-Reply-To: ");
        rgs_put_sip_call_id(h, d->otid, down ? m->edge : m->core);
        rgs_put_format(h, "\r\n");
    }
}

static void put_body(struct rgs_wire *rp, const struct rgs_sim_world *w,
                     const struct rgs_sim_dialogue *d, const struct rgs_units *u, bool down)
{
    uint8_t mem[200];
    struct rgs_wire tpdu = rgs_wire(mem, sizeof(mem));
    bool delivers = d->kind == RGS_SIM_DELIVER;
    uint8_t reference = (uint8_t)(d->reference + d->part);

    if (down != delivers) {
        rgs_put_rp_ack(rp, !down, reference);
        return;
    }
    if (delivers)
        rgs_sim_put_deliver(w, d, u, &tpdu);
    else
        rgs_sim_put_submit(d, u, &tpdu);
    rgs_put_rp_data(rp, !down, &w->s->smsc, reference, rgs_wire_bytes(&tpdu));
}

enum { MESSAGE, ACCEPTED, REPORT, REPORTED };

static void send_part(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                      const struct rgs_units *u)
{
    bool first = d->step < REPORT, answers = d->step == ACCEPTED || d->step == REPORTED;
    bool down = first == (d->kind == RGS_SIM_DELIVER); /* the request's way */
    const struct mobile m = mobile_of(w, d);
    uint8_t mem[HEADERS_MOST], body[256];
    struct rgs_wire h = rgs_wire(mem, sizeof(mem)), rp = rgs_wire(body, sizeof(body));
    char smsc[24];

    snprintf(smsc, sizeof(smsc), "tel:+%.*s", w->s->smsc.n, w->s->smsc.d);
    struct rgs_sip_out out = {.method = "MESSAGE",
                              .tcp = on_tcp(d),
                              .id = first ? d->otid : d->dtid,
                              .cseq = 1,
                              .uri = down    ? m.contact
                                     : first ? smsc
                                             : m.gateway,
                              .from = down ? m.gateway : m.public_id,
                              .to = down    ? m.tel
                                    : first ? smsc
                                            : m.gateway,
                              .proxy = down ? m.core : m.edge};
    if (!answers) {
        put_message(&h, &out, w, d, &m, down);
        put_body(&rp, w, d, u, down);
    } else {
        out.status = d->absent ? 480 : down ? 200 : 202;
    }
    if (!rgs_wire_ok(&h) || !rgs_wire_ok(&rp))
        w->frames.error = -EMSGSIZE;
    out.headers = rgs_wire_bytes(&h);
    out.sms = rgs_wire_bytes(&rp);
    send(w, d, ts, down == answers ? EDGE : CORE, &out);
}

/* Where the mobile is when a message sets out, and whether it is there. */
static bool found(struct rgs_sim_world *w, struct rgs_sim_dialogue *d)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];

    d->network = sub->network;
    d->node = sub->node;
    d->absent = d->kind == RGS_SIM_DELIVER && d->attempt == 0 &&
                rgs_random_chance(&w->random, rgs_sim_behaviour_of(w, sub)->failures);
    return !sub->unattached && sub->active; /* else the registrar sends nothing to a proxy */
}

static bool message_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    struct rgs_units u;

    if (d->step == MESSAGE) {
        if (!found(w, d))
            return false;
        d->otid = w->transaction++;
        d->dtid = w->transaction++;
    }
    rgs_sim_compose(d, &u);
    send_part(w, d, ts, &u);
    if (d->step == ACCEPTED && d->absent)
        return rgs_sim_retry(w, d, ts, MESSAGE);
    if (d->step < REPORTED) {
        d->step++;
        rgs_sim_after(w, d, ts, 30, 120);
        return true;
    }
    return rgs_sim_part_done(w, d, ts, &u);
}

bool rgs_sim_sip_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    return d->kind == RGS_SIM_ATTACH ? attach_step(w, d, ts) : message_step(w, d, ts);
}
