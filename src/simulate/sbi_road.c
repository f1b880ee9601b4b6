/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMS over NAS in 5G: an AMF activates the service for its mobiles and hands their messages to the
 * SMSF (TS 29.540 5.2.2), which sends its own through the AMF (TS 29.518 5.2.2.3.1).
 */
#include <errno.h>
#include <stdio.h>

#include "simulate/http2_out.h"
#include "simulate/l3_out.h"
#include "simulate/random.h"
#include "simulate/world.h"

enum { PORT = 7777, PATH_MOST = 96, BODY_MOST = 1100 };
#define AMF_IP 0x0a140801u /* 10.20.8.1 */
#define SMSF_IP 0x0a140802u

static const char related[] = "multipart/related; boundary=part; type=\"application/json\"";

static void send(struct rgs_sim_world *w, int64_t ts, bool by_amf, bool answers,
                 const struct rgs_wire *m)
{
    unsigned account = by_amf ? RGS_SIM_ACCOUNT_AMF : RGS_SIM_ACCOUNT_SMSF;

    if (!rgs_wire_ok(m))
        w->frames.error = -EMSGSIZE;
    rgs_sim_tcp_send(w, ts, account, answers, rgs_wire_bytes(m));
}

/* Each of the two is a client of the other on a connection of its own. */
void rgs_sim_sbi_open(struct rgs_sim_world *w)
{
    for (unsigned by_amf = 0; by_amf < 2; by_amf++) {
        struct rgs_sim_account *a =
            &w->account[by_amf ? RGS_SIM_ACCOUNT_AMF : RGS_SIM_ACCOUNT_SMSF];
        int64_t ts = w->s->start + (4 + by_amf) * RGS_SIM_SECOND;
        uint8_t mem[64];
        struct rgs_wire m = rgs_wire(mem, sizeof(mem));

        a->tcp.end[0].ip = by_amf ? AMF_IP : SMSF_IP;
        a->tcp.end[1].ip = by_amf ? SMSF_IP : AMF_IP;
        a->tcp.end[0].port = (uint16_t)(32768 + rgs_random_below(&w->random, 28000));
        a->tcp.end[1].port = PORT;
        a->sequence[0] = 1; /* the next stream; 0 is the connection */
        rgs_tcp_open(&a->tcp, &w->frames, ts, &w->random);
        rgs_put_http2_client_preface(&m);
        send(w, ts + RGS_SIM_SECOND / 20, by_amf, false, &m);
        m = rgs_wire(mem, sizeof(mem));
        rgs_put_http2_server_preface(&m);
        send(w, ts + RGS_SIM_SECOND / 12, by_amf, true, &m);
        m = rgs_wire(mem, sizeof(mem));
        rgs_put_http2_settings_ack(&m);
        send(w, ts + RGS_SIM_SECOND / 8, by_amf, false, &m);
    }
}

/* A request on a new stream, or the answer on the one that d has open. */
static void put(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts, bool by_amf,
                struct rgs_http2_out *m)
{
    struct rgs_sim_account *a = &w->account[by_amf ? RGS_SIM_ACCOUNT_AMF : RGS_SIM_ACCOUNT_SMSF];
    uint8_t mem[1460];
    struct rgs_wire out = rgs_wire(mem, sizeof(mem));

    if (m->method) {
        d->sequence = a->sequence[0];
        a->sequence[0] += 2; /* RFC 9113 5.1.1 */
        m->authority = by_amf ? "smsf.core.example:7777" : "amf.core.example:7777";
    }
    m->stream = d->sequence;
    rgs_put_http2(&out, m);
    w->frames.counts.sbi++;
    send(w, ts, by_amf, !m->method, &out);
}

static void put_plmn(struct rgs_wire *j, const struct rgs_digits *plmn)
{
    rgs_put_format(j, "\"plmnId\":{\"mcc\":\"%.3s\",\"mnc\":\"%.*s\"}", plmn->d, plmn->n - 3,
                   plmn->d + 3);
}

/* UserLocation, TS 29.571 5.4.4.7: three cells belong to each tracking area. */
static void put_location(struct rgs_wire *j, const struct rgs_sim_world *w,
                         const struct rgs_sim_dialogue *d)
{
    const struct rgs_digits *plmn = &w->s->network[d->network].plmn;
    unsigned area = 1000u + d->node;

    rgs_put_format(j, "\"ueLocation\":{\"nrLocation\":{\"tai\":{");
    put_plmn(j, plmn);
    rgs_put_format(j, ",\"tac\":\"%06x\"},\"ncgi\":{", area);
    put_plmn(j, plmn);
    rgs_put_format(j, ",\"nrCellId\":\"%09x\"}}}", area << 8 | (1u + d->sub % 3u));
}

static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub), pei = rgs_sim_imeisv(w, d->sub);
    uint8_t mem[BODY_MOST];
    struct rgs_wire j = rgs_wire(mem, sizeof(mem));
    char path[PATH_MOST];

    snprintf(path, sizeof(path), "/nsmsf-sms/v2/ue-contexts/imsi-%.*s", imsi.n, imsi.d);
    rgs_put_format(&j, "{\"supi\":\"imsi-%.*s\",\"pei\":\"imeisv-%.*s\",", imsi.n, imsi.d, pei.n,
                   pei.d);
    rgs_put_format(&j, "\"amfId\":\"%08x-0000-4000-8000-%012x\",\"accessType\":\"3GPP_ACCESS\",",
                   0x5a000000u | d->network, d->node);
    rgs_put_format(&j, "\"gpsi\":\"msisdn-%llu\",", (unsigned long long)w->sub[d->sub].msisdn);
    put_location(&j, w, d);
    rgs_put_format(&j, "}");
    struct rgs_http2_out m = {.type = "application/json", .body = rgs_wire_bytes(&j)};
    if (d->step == 0) {
        m.method = "PUT";
        m.path = path;
    } else {
        m.status = 201;
    }
    if (!rgs_wire_ok(&j))
        w->frames.error = -EMSGSIZE;
    put(w, d, ts, true, &m);
    if (d->step++)
        return false;
    rgs_sim_after(w, d, ts, 20, 60);
    return true;
}

/* The messages of TS 24.011 annex C, figure C1: the message and its acknowledgement, the report and
 * that one's. */
static void put_cp(struct rgs_wire *cp, const struct rgs_sim_world *w,
                   const struct rgs_sim_dialogue *d, const struct rgs_units *u, unsigned which)
{
    bool delivers = d->kind == RGS_SIM_DELIVER, up = (which == 0 || which == 3) != delivers;
    uint8_t tp[200], rp_mem[240];
    struct rgs_wire tpdu = rgs_wire(tp, sizeof(tp)), rp = rgs_wire(rp_mem, sizeof(rp_mem));
    uint8_t reference = (uint8_t)(d->reference + d->part);
    bool from_peer = which == 1 || which == 2; /* the side that the transaction did not begin at */

    rgs_put8(cp, from_peer ? 0x89 : 0x09);
    if (which % 2) {
        rgs_put8(cp, 0x04); /* CP-ACK */
        return;
    }
    if (which == 2) {
        rgs_put_rp_ack(&rp, up, reference);
    } else {
        if (delivers)
            rgs_sim_put_deliver(w, d, u, &tpdu);
        else
            rgs_sim_put_submit(d, u, &tpdu);
        rgs_put_rp_data(&rp, up, &w->s->smsc, reference, rgs_wire_bytes(&tpdu));
    }
    rgs_put8(cp, 0x01);
    rgs_put8(cp, (unsigned)rp.n);
    rgs_put_bytes(cp, rgs_wire_bytes(&rp));
    if (!rgs_wire_ok(&tpdu) || !rgs_wire_ok(&rp))
        cp->full = true;
}

/* Up it is an UplinkSMS (TS 29.540 6.1.3.3.4.2), down a transfer of a message of N1 (TS 29.518
 * 6.1.3.5.3.1). */
static void put_carried(struct rgs_wire *b, const struct rgs_sim_world *w,
                        const struct rgs_sim_dialogue *d, bool up, unsigned which,
                        struct rgs_bytes cp)
{
    rgs_put_format(b, "--part\r\nContent-Type: application/json\r\n\r\n{");
    if (up) {
        rgs_put_format(b, "\"smsRecordId\":\"%08x.%u\",\"smsPayload\":{\"contentId\":\"sms\"},",
                       (unsigned)d->otid, which);
        put_location(b, w, d);
        rgs_put_format(b, "}\r\n--part\r\nContent-Type: application/vnd.3gpp.sms\r\n");
    } else {
        rgs_put_format(b, "\"n1MessageContainer\":{\"n1MessageClass\":\"SMS\",\"n1MessageContent\":"
                          "{\"contentId\":\"sms\"}}}\r\n--part\r\n"
                          "Content-Type: application/vnd.3gpp.5gnas\r\n");
    }
    rgs_put_format(b, "Content-Id: sms\r\n\r\n");
    rgs_put_bytes(b, cp);
    rgs_put_format(b, "\r\n--part--\r\n");
}

static struct rgs_http2_out answer(const struct rgs_sim_dialogue *d, bool up)
{
    static const char taken[] =
        "{\"smsRecordId\":\"1\",\"deliveryStatus\":\"SMS_DELIVERY_SMSF_ACCEPTED\"}";
    static const char begun[] = "{\"cause\":\"N1_N2_TRANSFER_INITIATED\"}";
    static const char absent[] = "{\"status\":504,\"cause\":\"UE_NOT_REACHABLE\"}";

    if (d->absent)
        return (struct rgs_http2_out){.status = 504,
                                      .type = "application/problem+json",
                                      .body = rgs_bytes(absent, sizeof(absent) - 1)};
    return (struct rgs_http2_out){.status = 200,
                                  .type = "application/json",
                                  .body = up ? rgs_bytes(taken, sizeof(taken) - 1)
                                             : rgs_bytes(begun, sizeof(begun) - 1)};
}

static void send_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                      const struct rgs_units *u)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    unsigned which = d->step / 2;
    bool delivers = d->kind == RGS_SIM_DELIVER, up = (which == 0 || which == 3) != delivers;
    uint8_t body[BODY_MOST], sms[256];
    struct rgs_wire b = rgs_wire(body, sizeof(body)), cp = rgs_wire(sms, sizeof(sms));
    char path[PATH_MOST];

    if (d->step % 2) {
        struct rgs_http2_out m = answer(d, up);
        put(w, d, ts, up, &m);
        return;
    }
    snprintf(path, sizeof(path),
             up ? "/nsmsf-sms/v2/ue-contexts/imsi-%.*s/sendsms"
                : "/namf-comm/v1/ue-contexts/imsi-%.*s/n1-n2-messages",
             imsi.n, imsi.d);
    put_cp(&cp, w, d, u, which);
    put_carried(&b, w, d, up, which, rgs_wire_bytes(&cp));
    if (!rgs_wire_ok(&b) || !rgs_wire_ok(&cp))
        w->frames.error = -EMSGSIZE;
    struct rgs_http2_out m = {
        .method = "POST", .path = path, .type = related, .body = rgs_wire_bytes(&b)};
    put(w, d, ts, up, &m);
}

static bool message_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    enum { MESSAGE = 0, TAKEN = 1, LAST = 7 };
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    struct rgs_units u;

    if (d->step == MESSAGE) {
        if (sub->unattached || !sub->active)
            return false; /* no AMF is known to ask */
        d->otid = w->transaction++;
        d->network = sub->network;
        d->node = sub->node;
        d->absent = d->kind == RGS_SIM_DELIVER && d->attempt == 0 && d->part == 0 &&
                    rgs_random_chance(&w->random, rgs_sim_behaviour_of(w, sub)->failures);
    }
    rgs_sim_compose(d, &u);
    send_step(w, d, ts, &u);
    if (d->step == TAKEN && d->absent)
        return rgs_sim_retry(w, d, ts, MESSAGE);
    if (d->step < LAST) {
        d->step++;
        rgs_sim_after(w, d, ts, 15, 60);
        return true;
    }
    return rgs_sim_part_done(w, d, ts, &u);
}

bool rgs_sim_sbi_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    return d->kind == RGS_SIM_ATTACH ? attach_step(w, d, ts) : message_step(w, d, ts);
}
