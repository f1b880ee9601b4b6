/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCAP messages over the links of the simulated network. */
#include <errno.h>

#include "simulate/map_road.h"
#include "simulate/random.h"

enum { NATIONAL = 2, ROUTING_CONTEXT = 100 };

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
    const enum rgs_carrier carrier = (enum rgs_carrier)w->s->carrier;
    /* M2PA has states of links, and M2UA's traffic mode belongs to interfaces. */
    const size_t last = carrier == RGS_CARRIER_M2PA   ? 0
                        : carrier == RGS_CARRIER_M2UA ? 2
                                                      : sizeof(steps) / sizeof(steps[0]);
    int64_t ts = w->s->start;

    for (unsigned l = 0; l < RGS_SIM_ELEMENTS * RGS_SIM_STPS; l++) {
        rgs_sim_link_open(w, l, element_ip[l / RGS_SIM_STPS], stp_ip[l % RGS_SIM_STPS],
                          rgs_carrier_port(carrier), ts);
        ts += RGS_SIM_SECOND / 20;
        for (size_t i = 0; i < last; i++) {
            uint8_t mem[64];
            struct rgs_wire m = rgs_wire(mem, sizeof(mem));
            rgs_put_m3ua_state(&m, steps[i].state, ROUTING_CONTEXT + l / RGS_SIM_STPS);
            rgs_sim_link_send(w, ts, l, steps[i].from, 0, rgs_carrier_ppid(carrier),
                              rgs_wire_bytes(&m));
            ts += RGS_SIM_SECOND / 50;
        }
    }
}

void rgs_sim_send_tcap(struct rgs_sim_world *w, int64_t ts, unsigned element, bool outward,
                       const struct rgs_gt *called, const struct rgs_gt *calling, unsigned sls,
                       struct rgs_bytes tcap)
{
    unsigned stp = sls % RGS_SIM_STPS, link = element * RGS_SIM_STPS + stp;
    const enum rgs_carrier carrier = (enum rgs_carrier)w->s->carrier;
    struct rgs_mtp mtp = {.carrier = carrier,
                          .opc = outward ? element_pc[element] : stp_pc[stp],
                          .dpc = outward ? stp_pc[stp] : element_pc[element],
                          .ni = NATIONAL,
                          .sls = (uint8_t)sls,
                          .routing_context = ROUTING_CONTEXT + element};
    size_t segments = tcap.n <= RGS_UDT_MOST || carrier == RGS_CARRIER_SUA
                          ? 1
                          : (tcap.n + RGS_XUDT_MOST - 1) / RGS_XUDT_MOST;
    uint32_t reference = 0;
    uint8_t mem[512];

    if (segments > 1)
        reference = (uint32_t)rgs_random(&w->random) & 0xffffff;
    for (size_t i = 0; i < segments; i++) {
        struct rgs_wire m = rgs_wire(mem, sizeof(mem));
        mtp.backward = w->backhaul[link][outward] & 0xffffff; /* RFC 4165 2.2 */
        mtp.forward = ++w->backhaul[link][!outward] & 0xffffff;
        if (carrier == RGS_CARRIER_SUA)
            rgs_put_sua(&m, &mtp, called, calling, tcap);
        else if (segments == 1)
            rgs_put_udt(&m, &mtp, called, calling, tcap);
        else
            rgs_put_xudt(&m, &mtp, called, calling,
                         rgs_bytes_upto(rgs_bytes_from(tcap, i * RGS_XUDT_MOST), RGS_XUDT_MOST),
                         i == 0, (unsigned)(segments - 1 - i), reference);
        w->frames.error = rgs_wire_ok(&m) ? w->frames.error : -EMSGSIZE;
        rgs_sim_link_send(w, ts + (int64_t)i * 200000, link, !outward,
                          1 + sls % (RGS_SCTP_STREAMS - 1), rgs_carrier_ppid(carrier),
                          rgs_wire_bytes(&m));
    }
    w->frames.counts.map++;
}

struct rgs_gt rgs_sim_gt(struct rgs_digits digits, uint8_t ssn)
{
    return (struct rgs_gt){.digits = digits, .ssn = ssn, .plan = RGS_PLAN_E164};
}

struct rgs_gt rgs_sim_mobile_gt(const struct rgs_sim_world *w, const struct rgs_digits *imsi)
{
    struct rgs_gt g = {.ssn = RGS_SSN_HLR, .plan = RGS_PLAN_E214};

    for (unsigned i = 0; i < 4; i++)
        rgs_digits_add(&g.digits, w->s->hlr.d[i]);
    for (unsigned i = w->s->plmn.n; i < imsi->n; i++)
        rgs_digits_add(&g.digits, imsi->d[i]);
    return g;
}

uint32_t rgs_sim_transaction(struct rgs_sim_world *w)
{
    return w->transaction++;
}

unsigned rgs_sim_answer_sls(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d)
{
    return rgs_random_chance(&w->random, w->s->other_link) ? rgs_random_below(&w->random, 16)
                                                           : d->sls;
}

struct rgs_sim_tcap rgs_sim_tcap_begin(struct rgs_sim_world *w, struct rgs_sim_dialogue *d,
                                       enum rgs_map_context context)
{
    d->otid = rgs_sim_transaction(w);
    d->dtid = 0;
    d->sls = (uint8_t)rgs_random_below(&w->random, 16);
    return (struct rgs_sim_tcap){.type = RGS_TCAP_BEGIN,
                                 .otid = d->otid,
                                 .dialogue = RGS_DIALOGUE_REQUEST,
                                 .context = context};
}

struct rgs_sim_tcap rgs_sim_tcap_end(const struct rgs_sim_dialogue *d, enum rgs_map_context context,
                                     bool first)
{
    return (struct rgs_sim_tcap){.type = RGS_TCAP_END,
                                 .dtid = d->otid,
                                 .context = context,
                                 .dialogue = first ? RGS_DIALOGUE_RESPONSE : RGS_DIALOGUE_NONE};
}
