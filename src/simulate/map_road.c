/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "simulate/map_out.h"
#include "simulate/random.h"
#include "simulate/ss7_out.h"
#include "simulate/world.h"

enum { PORT = 2905, PPID_M3UA = 3, NATIONAL = 2, ROUTING_CONTEXT = 100 };

static const uint32_t element_pc[RGS_SIM_ELEMENTS] = {[RGS_SIM_HLR] = 1001, [RGS_SIM_SMSC] = 1002};
static const uint32_t stp_pc[RGS_SIM_STPS] = {2001, 2002};
static const uint32_t element_ip[RGS_SIM_ELEMENTS] = {0x0a140001, 0x0a140002}; /* 10.20.0.x */
static const uint32_t stp_ip[RGS_SIM_STPS] = {0x0a140101, 0x0a140201};

/* Link l joins element l / 2 (end 0) with STP l % 2 (end 1). */
void rgs_sim_map_open(struct rgs_sim_world *w)
{
    static const struct {
        enum rgs_m3ua_state state;
        uint8_t from;
    } steps[] = {{RGS_M3UA_ASPUP, 0},
                 {RGS_M3UA_ASPUP_ACK, 1},
                 {RGS_M3UA_ASPAC, 0},
                 {RGS_M3UA_ASPAC_ACK, 1},
                 {RGS_M3UA_NTFY, 1}};
    int64_t ts = w->s->start;

    for (unsigned l = 0; l < RGS_SIM_ELEMENTS * RGS_SIM_STPS; l++) {
        rgs_sim_link_open(w, l, element_ip[l / RGS_SIM_STPS], stp_ip[l % RGS_SIM_STPS], PORT, ts);
        ts += RGS_SIM_SECOND / 20;
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            uint8_t mem[64];
            struct rgs_wire m = rgs_wire(mem, sizeof(mem));
            rgs_put_m3ua_state(&m, steps[i].state, ROUTING_CONTEXT + l / RGS_SIM_STPS);
            rgs_sim_link_send(w, ts, l, steps[i].from, 0, PPID_M3UA, rgs_wire_bytes(&m));
            ts += RGS_SIM_SECOND / 50;
        }
    }
}

/* A TCAP message between an element and the world; the answer may take the other STP. */
static void send_tcap(struct rgs_sim_world *w, int64_t ts, unsigned element, bool outward,
                      const struct rgs_gt *called, const struct rgs_gt *calling, unsigned sls,
                      struct rgs_bytes tcap)
{
    unsigned stp = sls % RGS_SIM_STPS, link = element * RGS_SIM_STPS + stp;
    const struct rgs_mtp mtp = {.opc = outward ? element_pc[element] : stp_pc[stp],
                                .dpc = outward ? stp_pc[stp] : element_pc[element],
                                .ni = NATIONAL,
                                .sls = (uint8_t)sls,
                                .routing_context = ROUTING_CONTEXT + element};
    size_t segments = tcap.n <= RGS_UDT_MOST ? 1 : (tcap.n + RGS_XUDT_MOST - 1) / RGS_XUDT_MOST;
    uint32_t reference = 0;
    uint8_t mem[512];

    if (segments > 1)
        reference = (uint32_t)rgs_random(&w->random) & 0xffffff;
    for (size_t i = 0; i < segments; i++) {
        struct rgs_wire m = rgs_wire(mem, sizeof(mem));
        if (segments == 1)
            rgs_put_udt(&m, &mtp, called, calling, tcap);
        else
            rgs_put_xudt(&m, &mtp, called, calling,
                         rgs_bytes_upto(rgs_bytes_from(tcap, i * RGS_XUDT_MOST), RGS_XUDT_MOST),
                         i == 0, (unsigned)(segments - 1 - i), reference);
        w->frames.error = rgs_wire_ok(&m) ? w->frames.error : -EMSGSIZE;
        rgs_sim_link_send(w, ts + (int64_t)i * 200000, link, !outward,
                          1 + sls % (RGS_SCTP_STREAMS - 1), PPID_M3UA, rgs_wire_bytes(&m));
    }
    w->frames.counts.map++;
}

static struct rgs_gt gt(struct rgs_digits digits, uint8_t ssn)
{
    return (struct rgs_gt){.digits = digits, .ssn = ssn, .plan = RGS_PLAN_E164};
}

/* E.214: the IMSI's MCC and MNC give way to country and network codes, as the HLR's own title
 * begins. */
static struct rgs_gt mobile_global_title(const struct rgs_sim_world *w,
                                         const struct rgs_digits *imsi)
{
    struct rgs_gt g = {.ssn = RGS_SSN_HLR, .plan = RGS_PLAN_E214};

    for (unsigned i = 0; i < 4; i++)
        rgs_digits_add(&g.digits, w->s->hlr.d[i]);
    for (unsigned i = w->s->plmn.n; i < imsi->n; i++)
        rgs_digits_add(&g.digits, imsi->d[i]);
    return g;
}

static uint32_t transaction(struct rgs_sim_world *w)
{
    return w->transaction++;
}

/* An answer mostly comes back on the link of its request; its sender chooses, though (Q.704 2.3.5).
 */
static unsigned answer_sls(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d)
{
    return rgs_random_chance(&w->random, w->s->other_link) ? rgs_random_below(&w->random, 16)
                                                           : d->sls;
}

/* A new dialogue, or the next message of one under way: the head of the TCAP message. */
static struct rgs_tcap begin(struct rgs_sim_world *w, struct rgs_sim_dialogue *d,
                             enum rgs_map_context context)
{
    d->otid = transaction(w);
    d->dtid = 0;
    d->sls = (uint8_t)rgs_random_below(&w->random, 16);
    return (struct rgs_tcap){.type = RGS_TCAP_BEGIN,
                             .otid = d->otid,
                             .dialogue = RGS_DIALOGUE_REQUEST,
                             .context = context};
}

static struct rgs_tcap end(const struct rgs_sim_dialogue *d, enum rgs_map_context context,
                           bool first)
{
    return (struct rgs_tcap){.type = RGS_TCAP_END,
                             .dtid = d->otid,
                             .context = context,
                             .dialogue = first ? RGS_DIALOGUE_RESPONSE : RGS_DIALOGUE_NONE};
}

/* TS 29.002 19.1.1: updateLocation, insertSubscriberData inside its dialogue, and both answers. */
static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub),
                            vlr = rgs_sim_node(w, d->network, d->node);
    const struct rgs_gt node = gt(vlr, RGS_SSN_VLR), hlr = gt(w->s->hlr, RGS_SSN_HLR);
    uint8_t mem[512];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_tcap t;

    switch (d->step++) {
    case 0: {
        const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);
        const struct rgs_gt mgt = mobile_global_title(w, &imsi);
        t = begin(w, d, RGS_AC_NETWORK_LOC_UP);
        rgs_put_update_location(&m, &t, &imsi, &vlr, &imeisv);
        send_tcap(w, ts, RGS_SIM_HLR, false, &mgt, &node, d->sls, rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 15, 40);
        return true;
    }
    case 1: {
        const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
        d->dtid = transaction(w);
        t = (struct rgs_tcap){RGS_TCAP_CONTINUE, d->dtid, d->otid, RGS_DIALOGUE_RESPONSE,
                              RGS_AC_NETWORK_LOC_UP};
        rgs_put_insert_subscriber_data(&m, &t, &imsi, &msisdn);
        send_tcap(w, ts, RGS_SIM_HLR, true, &node, &hlr, answer_sls(w, d), rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 60, 200);
        return true;
    }
    case 2:
        t = (struct rgs_tcap){.type = RGS_TCAP_CONTINUE, .otid = d->otid, .dtid = d->dtid};
        rgs_put_map_result(&m, &t);
        send_tcap(w, ts, RGS_SIM_HLR, false, &hlr, &node, d->sls, rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 5, 20);
        return true;
    default:
        t = end(d, RGS_AC_NETWORK_LOC_UP, false);
        rgs_put_update_location_res(&m, &t, &w->s->hlr);
        send_tcap(w, ts, RGS_SIM_HLR, true, &node, &hlr, answer_sls(w, d), rgs_wire_bytes(&m));
        return false;
    }
}

/* The equipment register shares the HLR's place. */
static bool check_imei_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_gt node = gt(rgs_sim_node(w, d->network, d->node), RGS_SSN_VLR);
    const struct rgs_gt eir = gt(w->s->hlr, RGS_SSN_EIR);
    uint8_t mem[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_tcap t;

    if (d->step++ == 0) {
        struct rgs_digits imei = rgs_sim_imeisv(w, d->sub);
        t = begin(w, d, RGS_AC_EQUIPMENT_MNGT);
        imei.n = 15;
        imei.d[14] = '0'; /* the spare digit, TS 23.003 6.2.1 */
        rgs_put_check_imei(&m, &t, &imei);
        send_tcap(w, ts, RGS_SIM_HLR, false, &eir, &node, d->sls, rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 10, 30);
        return true;
    }
    t = end(d, RGS_AC_EQUIPMENT_MNGT, true);
    rgs_put_check_imei_res(&m, &t);
    send_tcap(w, ts, RGS_SIM_HLR, true, &node, &eir, answer_sls(w, d), rgs_wire_bytes(&m));
    return false;
}

enum {
    SRI,
    SRI_RES,
    FORWARD,
    FORWARD_CONTINUE,
    FORWARD_LATE,
    FORWARD_RES,
    REPORT,
    REPORT_RES,
    ALERT,
    ALERT_RES
};

/* Writes the forward itself; the head is that of a BEGIN, or of a CONTINUE behind an empty one. */
static void forward(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                    const struct rgs_units *u, const struct rgs_tcap *t, struct rgs_wire *m)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[256];
    struct rgs_wire tpdu = rgs_wire(mem, sizeof(mem));

    rgs_sim_put_deliver(w, d, u, &tpdu);
    rgs_put_mt_forward_sm(m, t, &imsi, &w->s->smsc, rgs_wire_bytes(&tpdu), d->part + 1u < u->parts);
}

/* In the home network the switch hands the message on to the MME (TS 23.272 8.2.4). */
static void forwarded(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    w->frames.counts.tpdus++;
    d->step = FORWARD_RES;
    rgs_sim_after(w, d, ts, d->absent ? 4000 : 700, 2500);
    if (!w->s->sgs || d->network != 0 || d->absent)
        return;
    struct rgs_sim_dialogue leg = *d;
    struct rgs_sim_dialogue *sgs = rgs_sim_dialogue_new(w, RGS_SIM_SGS_DELIVER, d->sub);
    if (!sgs)
        return;
    leg.kind = RGS_SIM_SGS_DELIVER;
    leg.step = 0;
    *sgs = leg;
    rgs_sim_dialogue_go(w, sgs, ts + RGS_SIM_SECOND / 50);
}

static void answer_sri(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_gt hlr = gt(w->s->hlr, RGS_SSN_HLR), smsc = gt(w->s->smsc, RGS_SSN_MSC);
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_tcap t = end(d, RGS_AC_GATEWAY, true);

    d->network = sub->network;
    d->node = sub->node;
    const struct rgs_digits node = rgs_sim_node(w, d->network, d->node);
    if (sub->unattached)
        rgs_put_map_error(&m, &t, RGS_MAP_UNKNOWN_SUBSCRIBER);
    else if (!sub->active)
        rgs_put_map_error(&m, &t, RGS_MAP_ABSENT_SUBSCRIBER_SM);
    else
        rgs_put_sri_sm_res(&m, &t, &imsi, &node);
    send_tcap(w, ts, RGS_SIM_HLR, true, &smsc, &hlr, answer_sls(w, d), rgs_wire_bytes(&m));
}

static bool deliver_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_digits msisdn = rgs_digits_from_u64(sub->msisdn);
    const struct rgs_gt hlr = gt(w->s->hlr, RGS_SSN_HLR), smsc = gt(w->s->smsc, RGS_SSN_MSC);
    const struct rgs_gt node = gt(rgs_sim_node(w, d->network, d->node), RGS_SSN_MSC);
    uint8_t mem[512];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_tcap t;
    struct rgs_units u;
    bool direct = false;

    switch (d->step) {
    case SRI: {
        const struct rgs_gt subscriber = gt(msisdn, RGS_SSN_HLR);
        t = begin(w, d, RGS_AC_GATEWAY);
        rgs_put_sri_sm(&m, &t, &msisdn, &w->s->smsc);
        send_tcap(w, ts, RGS_SIM_HLR, false, &subscriber, &smsc, d->sls, rgs_wire_bytes(&m));
        d->step = SRI_RES;
        rgs_sim_after(w, d, ts, 10, 40);
        return true;
    }
    case SRI_RES:
        answer_sri(w, d, ts);
        if (sub->unattached || !sub->active)
            return false;
        d->absent = d->attempt == 0 &&
                    rgs_random_chance(&w->random, rgs_sim_behaviour_of(w, sub)->failures);
        d->step = FORWARD;
        rgs_sim_after(w, d, ts, 20, 60);
        return true;
    case FORWARD:
        rgs_sim_compose(d, &u);
        t = begin(w, d, RGS_AC_MT_RELAY);
        forward(w, d, ts, &u, &t, &m);
        if (m.n > RGS_UDT_MOST && rgs_random_chance(&w->random, w->s->long_tcap)) {
            m.n = 0; /* TS 29.002 23.3: the dialogue is opened first, the message follows in a
                        CONTINUE */
            rgs_put_tcap_empty(&m, &t);
            d->step = FORWARD_CONTINUE;
            rgs_sim_after(w, d, ts, 30, 60);
        } else {
            direct = true;
        }
        send_tcap(w, ts, RGS_SIM_SMSC, true, &node, &smsc, d->sls, rgs_wire_bytes(&m));
        if (direct)
            forwarded(w, d, ts);
        return true;
    case FORWARD_CONTINUE:
        d->dtid = transaction(w);
        t = (struct rgs_tcap){RGS_TCAP_CONTINUE, d->dtid, d->otid, RGS_DIALOGUE_RESPONSE,
                              RGS_AC_MT_RELAY};
        rgs_put_tcap_empty(&m, &t);
        send_tcap(w, ts, RGS_SIM_SMSC, false, &smsc, &node, answer_sls(w, d), rgs_wire_bytes(&m));
        d->step = FORWARD_LATE;
        rgs_sim_after(w, d, ts, 5, 20);
        return true;
    case FORWARD_LATE:
        rgs_sim_compose(d, &u);
        t = (struct rgs_tcap){.type = RGS_TCAP_CONTINUE, .otid = d->otid, .dtid = d->dtid};
        forward(w, d, ts, &u, &t, &m);
        send_tcap(w, ts, RGS_SIM_SMSC, true, &node, &smsc, d->sls, rgs_wire_bytes(&m));
        forwarded(w, d, ts);
        return true;
    case FORWARD_RES:
        t = end(d, RGS_AC_MT_RELAY, d->dtid == 0);
        if (d->absent)
            rgs_put_map_error(&m, &t, RGS_MAP_ABSENT_SUBSCRIBER_SM);
        else
            rgs_put_map_result(&m, &t);
        send_tcap(w, ts, RGS_SIM_SMSC, false, &smsc, &node, answer_sls(w, d), rgs_wire_bytes(&m));
        if (d->absent) {
            d->step = REPORT;
            rgs_sim_after(w, d, ts, 20, 40);
            return true;
        }
        rgs_sim_compose(d, &u);
        d->step = FORWARD;
        if (++d->part == u.parts)
            return false;
        rgs_sim_after(w, d, ts, 30, 60);
        return true;
    case REPORT: {
        const struct rgs_gt subscriber = gt(msisdn, RGS_SSN_HLR);
        t = begin(w, d, RGS_AC_GATEWAY);
        rgs_put_report_delivery(&m, &t, &msisdn, &w->s->smsc);
        send_tcap(w, ts, RGS_SIM_HLR, false, &subscriber, &smsc, d->sls, rgs_wire_bytes(&m));
        d->step = REPORT_RES;
        rgs_sim_after(w, d, ts, 10, 40);
        return true;
    }
    case REPORT_RES:
        t = end(d, RGS_AC_GATEWAY, true);
        rgs_put_report_delivery_res(&m, &t, &msisdn);
        send_tcap(w, ts, RGS_SIM_HLR, true, &smsc, &hlr, answer_sls(w, d), rgs_wire_bytes(&m));
        d->step = ALERT;
        rgs_sim_at(w, ts + (int64_t)((double)w->s->retry * rgs_random_exp(&w->random)),
                   RGS_SIM_DIALOGUE, 0, (uint32_t)(d - w->dialogue));
        return true;
    case ALERT:
        if (!sub->active)
            return false;
        t = begin(w, d, RGS_AC_ALERT);
        rgs_put_alert_service_centre(&m, &t, &msisdn, &w->s->smsc);
        send_tcap(w, ts, RGS_SIM_HLR, true, &smsc, &hlr, d->sls, rgs_wire_bytes(&m));
        d->step = ALERT_RES;
        rgs_sim_after(w, d, ts, 10, 30);
        return true;
    default:
        t = end(d, RGS_AC_ALERT, true);
        rgs_put_map_result(&m, &t);
        send_tcap(w, ts, RGS_SIM_HLR, false, &hlr, &smsc, answer_sls(w, d), rgs_wire_bytes(&m));
        d->step = SRI;
        d->attempt++;
        rgs_sim_after(w, d, ts, 200, 800);
        return true;
    }
}

static bool send_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_gt smsc = gt(w->s->smsc, RGS_SSN_MSC);
    const struct rgs_gt node = gt(rgs_sim_node(w, d->network, d->node), RGS_SSN_MSC);
    uint8_t mem[512], tp[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem)), tpdu = rgs_wire(tp, sizeof(tp));
    struct rgs_units u;
    struct rgs_tcap t;

    rgs_sim_compose(d, &u);
    if (d->step == 0) {
        const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
        const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
        t = begin(w, d, RGS_AC_MO_RELAY);
        rgs_sim_put_submit(d, &u, &tpdu);
        rgs_put_mo_forward_sm(&m, &t, &w->s->smsc, &msisdn, &imsi, rgs_wire_bytes(&tpdu));
        w->frames.counts.tpdus++;
        send_tcap(w, ts, RGS_SIM_SMSC, false, &smsc, &node, d->sls, rgs_wire_bytes(&m));
        d->step = 1;
        rgs_sim_after(w, d, ts, 30, 80);
        return true;
    }
    t = end(d, RGS_AC_MO_RELAY, true);
    rgs_put_map_result(&m, &t);
    send_tcap(w, ts, RGS_SIM_SMSC, true, &node, &smsc, answer_sls(w, d), rgs_wire_bytes(&m));
    d->step = 0;
    if (++d->part < u.parts) {
        rgs_sim_after(w, d, ts, 900, 600);
        return true;
    }
    rgs_sim_relay(w, d, ts);
    return false;
}

bool rgs_sim_map_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    switch (d->kind) {
    case RGS_SIM_ATTACH:
        return attach_step(w, d, ts);
    case RGS_SIM_CHECK_IMEI:
        return check_imei_step(w, d, ts);
    case RGS_SIM_DELIVER:
        return deliver_step(w, d, ts);
    default:
        return send_step(w, d, ts);
    }
}
