/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attachments, device checks and originated messages over MAP. */
#include "simulate/map_road.h"
#include "simulate/random.h"

/* TS 29.002 19.1.1: updateLocation, insertSubscriberData inside its dialogue, and both answers. */
static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub),
                            vlr = rgs_sim_node(w, d->network, d->node);
    const struct rgs_gt node = rgs_sim_gt(vlr, RGS_SSN_VLR),
                        hlr = rgs_sim_gt(w->s->hlr, RGS_SSN_HLR);
    uint8_t mem[512];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_sim_tcap t;

    switch (d->step++) {
    case 0: {
        const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);
        const struct rgs_gt mgt = rgs_sim_mobile_gt(w, &imsi);
        t = rgs_sim_tcap_begin(w, d, RGS_AC_NETWORK_LOC_UP);
        rgs_put_update_location(&m, &t, &imsi, &vlr, &imeisv);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, false, &mgt, &node, d->sls, rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 15, 40);
        return true;
    }
    case 1: {
        const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
        d->dtid = rgs_sim_transaction(w);
        t = (struct rgs_sim_tcap){RGS_TCAP_CONTINUE, d->dtid, d->otid, RGS_DIALOGUE_RESPONSE,
                                  RGS_AC_NETWORK_LOC_UP};
        rgs_put_insert_subscriber_data(&m, &t, &imsi, &msisdn);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, true, &node, &hlr, rgs_sim_answer_sls(w, d),
                          rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 60, 200);
        return true;
    }
    case 2:
        t = (struct rgs_sim_tcap){.type = RGS_TCAP_CONTINUE, .otid = d->otid, .dtid = d->dtid};
        rgs_put_map_result(&m, &t);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, false, &hlr, &node, d->sls, rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 5, 20);
        return true;
    default:
        t = rgs_sim_tcap_end(d, RGS_AC_NETWORK_LOC_UP, false);
        rgs_put_update_location_res(&m, &t, &w->s->hlr);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, true, &node, &hlr, rgs_sim_answer_sls(w, d),
                          rgs_wire_bytes(&m));
        return false;
    }
}

/* The equipment register shares the HLR's place. */
static bool check_imei_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_gt node = rgs_sim_gt(rgs_sim_node(w, d->network, d->node), RGS_SSN_VLR);
    const struct rgs_gt eir = rgs_sim_gt(w->s->hlr, RGS_SSN_EIR);
    uint8_t mem[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_sim_tcap t;

    if (d->step++ == 0) {
        struct rgs_digits imei = rgs_sim_imeisv(w, d->sub);
        t = rgs_sim_tcap_begin(w, d, RGS_AC_EQUIPMENT_MNGT);
        imei.n = 15;
        imei.d[14] = '0'; /* the spare digit, TS 23.003 6.2.1 */
        rgs_put_check_imei(&m, &t, &imei);
        rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, false, &eir, &node, d->sls, rgs_wire_bytes(&m));
        rgs_sim_after(w, d, ts, 10, 30);
        return true;
    }
    t = rgs_sim_tcap_end(d, RGS_AC_EQUIPMENT_MNGT, true);
    rgs_put_check_imei_res(&m, &t);
    rgs_sim_send_tcap(w, ts, RGS_SIM_HLR, true, &node, &eir, rgs_sim_answer_sls(w, d),
                      rgs_wire_bytes(&m));
    return false;
}

static bool send_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_gt smsc = rgs_sim_gt(w->s->smsc, RGS_SSN_MSC);
    const struct rgs_gt node = rgs_sim_gt(rgs_sim_node(w, d->network, d->node), RGS_SSN_MSC);
    uint8_t mem[512], tp[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem)), tpdu = rgs_wire(tp, sizeof(tp));
    struct rgs_units u;
    struct rgs_sim_tcap t;

    rgs_sim_compose(d, &u);
    if (d->step == 0) {
        const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
        const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
        t = rgs_sim_tcap_begin(w, d, RGS_AC_MO_RELAY);
        rgs_sim_put_submit(d, &u, &tpdu);
        rgs_put_mo_forward_sm(&m, &t, &w->s->smsc, &msisdn, &imsi, rgs_wire_bytes(&tpdu));
        w->frames.counts.tpdus++;
        rgs_sim_send_tcap(w, ts, RGS_SIM_SMSC, false, &smsc, &node, d->sls, rgs_wire_bytes(&m));
        d->step = 1;
        rgs_sim_after(w, d, ts, 30, 80);
        return true;
    }
    t = rgs_sim_tcap_end(d, RGS_AC_MO_RELAY, true);
    rgs_put_map_result(&m, &t);
    rgs_sim_send_tcap(w, ts, RGS_SIM_SMSC, true, &node, &smsc, rgs_sim_answer_sls(w, d),
                      rgs_wire_bytes(&m));
    return rgs_sim_part_sent(w, d, ts, &u);
}

bool rgs_sim_map_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    switch (d->kind) {
    case RGS_SIM_ATTACH:
        return attach_step(w, d, ts);
    case RGS_SIM_CHECK_IMEI:
        return check_imei_step(w, d, ts);
    case RGS_SIM_DELIVER:
        return rgs_sim_map_deliver(w, d, ts);
    default:
        return send_step(w, d, ts);
    }
}
