/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mt-forwardSM and all around it, on both sides of the message centre. */
#include "simulate/map_road.h"
#include "simulate/random.h"

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
                    const struct rgs_units *u, const struct rgs_sim_tcap *t, struct rgs_wire *m)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[256];
    struct rgs_wire tpdu = rgs_wire(mem, sizeof(mem));

    rgs_sim_put_deliver(w, d, u, &tpdu);
    rgs_put_mt_forward_sm(m, t, &imsi, &w->s->smsc, rgs_wire_bytes(&tpdu), d->part + 1u < u->parts);
}

/* The same message on the way from the switch to the mobile. */
static void hand_on(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d,
                    enum rgs_sim_dialogue_kind kind, int64_t ts)
{
    struct rgs_sim_dialogue copy = *d; /* a new one may move the dialogues */
    struct rgs_sim_dialogue *leg = rgs_sim_dialogue_new(w, kind, d->sub);

    if (!leg)
        return;
    copy.kind = (uint8_t)kind;
    copy.step = 0;
    *leg = copy;
    rgs_sim_dialogue_go(w, leg, ts + RGS_SIM_SECOND / 50);
}

/* In the home network the switch hands the message on to the MME (TS 23.272 8.2.4), or to the radio
 * network. */
static void forwarded(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_dialogue leg = *d;

    w->frames.counts.tpdus++;
    d->step = FORWARD_RES;
    rgs_sim_after(w, d, ts, d->absent ? 4000 : 700, 2500);
    if (leg.network != 0 || leg.absent)
        return;
    if (w->s->sgs)
        hand_on(w, &leg, RGS_SIM_SGS_DELIVER, ts);
    if (w->s->access)
        hand_on(w, &leg, RGS_SIM_ACCESS_DELIVER, ts);
}

static void answer_sri(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_gt hlr = rgs_sim_gt(w->s->hlr, RGS_SSN_HLR),
                        smsc = rgs_sim_gt(w->s->smsc, RGS_SSN_MSC);
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_sim_tcap t = rgs_sim_tcap_end(d, RGS_AC_GATEWAY, true);

    d->network = sub->network;
    d->node = sub->node;
    const struct rgs_digits node = rgs_sim_node(w, d->network, d->node);
    if (sub->unattached)
        rgs_put_map_error(&m, &t, RGS_MAP_UNKNOWN_SUBSCRIBER);
    else if (!sub->active)
        rgs_put_map_error(&m, &t, RGS_MAP_ABSENT_SUBSCRIBER_SM);
    else
        rgs_put_sri_sm_res(&m, &t, &imsi, &node);
    rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, true, &smsc, &hlr, rgs_sim_answer_sls(w, d),
                      rgs_wire_bytes(&m));
}

/* Where the subscriber is (TS 23.040 3.3.3). */
static bool route_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_digits msisdn = rgs_digits_from_u64(sub->msisdn);
    const struct rgs_gt smsc = rgs_sim_gt(w->s->smsc, RGS_SSN_MSC);
    uint8_t mem[512];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_sim_tcap t;

    switch (d->step) {
    case SRI: {
        const struct rgs_gt subscriber = rgs_sim_gt(msisdn, RGS_SSN_HLR);
        t = rgs_sim_tcap_begin(w, d, RGS_AC_GATEWAY);
        rgs_put_sri_sm(&m, &t, &msisdn, &w->s->smsc);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, false, &subscriber, &smsc, d->sls,
                          rgs_wire_bytes(&m));
        d->step = SRI_RES;
        rgs_sim_after(w, d, ts, 10, 40);
        return true;
    }
    default:
        answer_sri(w, d, ts);
        if (sub->unattached || !sub->active)
            return false;
        d->absent = d->attempt == 0 &&
                    rgs_random_chance(&w->random, rgs_sim_behaviour_of(w, sub)->failures);
        d->step = FORWARD;
        rgs_sim_after(w, d, ts, 20, 60);
        return true;
    }
}

static bool forward_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_gt smsc = rgs_sim_gt(w->s->smsc, RGS_SSN_MSC);
    const struct rgs_gt node = rgs_sim_gt(rgs_sim_node(w, d->network, d->node), RGS_SSN_MSC);
    uint8_t mem[512];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_sim_tcap t;
    struct rgs_units u;
    bool direct = false;

    switch (d->step) {
    case FORWARD:
        rgs_sim_compose(d, &u);
        t = rgs_sim_tcap_begin(w, d, RGS_AC_MT_RELAY);
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
        rgs_sim_send_tcap(w, ts, RGS_SIM_SMSC, true, &node, &smsc, d->sls, rgs_wire_bytes(&m));
        if (direct)
            forwarded(w, d, ts);
        return true;
    case FORWARD_CONTINUE:
        d->dtid = rgs_sim_transaction(w);
        t = (struct rgs_sim_tcap){RGS_TCAP_CONTINUE, d->dtid, d->otid, RGS_DIALOGUE_RESPONSE,
                                  RGS_AC_MT_RELAY};
        rgs_put_tcap_empty(&m, &t);
        rgs_sim_send_tcap(w, ts, RGS_SIM_SMSC, false, &smsc, &node, rgs_sim_answer_sls(w, d),
                          rgs_wire_bytes(&m));
        d->step = FORWARD_LATE;
        rgs_sim_after(w, d, ts, 5, 20);
        return true;
    case FORWARD_LATE:
        rgs_sim_compose(d, &u);
        t = (struct rgs_sim_tcap){.type = RGS_TCAP_CONTINUE, .otid = d->otid, .dtid = d->dtid};
        forward(w, d, ts, &u, &t, &m);
        rgs_sim_send_tcap(w, ts, RGS_SIM_SMSC, true, &node, &smsc, d->sls, rgs_wire_bytes(&m));
        forwarded(w, d, ts);
        return true;
    default:
        t = rgs_sim_tcap_end(d, RGS_AC_MT_RELAY, d->dtid == 0);
        if (d->absent)
            rgs_put_map_error(&m, &t, RGS_MAP_ABSENT_SUBSCRIBER_SM);
        else
            rgs_put_map_result(&m, &t);
        rgs_sim_send_tcap(w, ts, RGS_SIM_SMSC, false, &smsc, &node, rgs_sim_answer_sls(w, d),
                          rgs_wire_bytes(&m));
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
    }
}

/* After a failure: the report, and the alert when the subscriber is back (TS 23.040 10.3). */
static bool report_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_digits msisdn = rgs_digits_from_u64(sub->msisdn);
    const struct rgs_gt hlr = rgs_sim_gt(w->s->hlr, RGS_SSN_HLR),
                        smsc = rgs_sim_gt(w->s->smsc, RGS_SSN_MSC);
    uint8_t mem[512];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_sim_tcap t;

    switch (d->step) {
    case REPORT: {
        const struct rgs_gt subscriber = rgs_sim_gt(msisdn, RGS_SSN_HLR);
        t = rgs_sim_tcap_begin(w, d, RGS_AC_GATEWAY);
        rgs_put_report_delivery(&m, &t, &msisdn, &w->s->smsc);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, false, &subscriber, &smsc, d->sls,
                          rgs_wire_bytes(&m));
        d->step = REPORT_RES;
        rgs_sim_after(w, d, ts, 10, 40);
        return true;
    }
    case REPORT_RES:
        t = rgs_sim_tcap_end(d, RGS_AC_GATEWAY, true);
        rgs_put_report_delivery_res(&m, &t, &msisdn);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, true, &smsc, &hlr, rgs_sim_answer_sls(w, d),
                          rgs_wire_bytes(&m));
        d->step = ALERT;
        rgs_sim_at(w, ts + (int64_t)((double)w->s->retry * rgs_random_exp(&w->random)),
                   RGS_SIM_DIALOGUE, 0, (uint32_t)(d - w->dialogue));
        return true;
    case ALERT:
        if (!sub->active)
            return false;
        t = rgs_sim_tcap_begin(w, d, RGS_AC_ALERT);
        rgs_put_alert_service_centre(&m, &t, &msisdn, &w->s->smsc);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, true, &smsc, &hlr, d->sls, rgs_wire_bytes(&m));
        d->step = ALERT_RES;
        rgs_sim_after(w, d, ts, 10, 30);
        return true;
    default:
        t = rgs_sim_tcap_end(d, RGS_AC_ALERT, true);
        rgs_put_map_result(&m, &t);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, false, &hlr, &smsc, rgs_sim_answer_sls(w, d),
                          rgs_wire_bytes(&m));
        d->step = SRI;
        d->attempt++;
        rgs_sim_after(w, d, ts, 200, 800);
        return true;
    }
}

bool rgs_sim_map_deliver(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    return d->step < FORWARD  ? route_step(w, d, ts)
           : d->step < REPORT ? forward_step(w, d, ts)
                              : report_step(w, d, ts);
}
