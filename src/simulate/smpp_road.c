/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>

#include "simulate/random.h"
#include "simulate/world.h"

enum {
    SMPP_PORT = 2775,
    UCP_PORT = 5000,
    CIMD2_PORT = 9971,
    SMSC = 1,
    STATUS_TEMPORARY = 0x64 /* ESME_RX_T_APPN, 5.1.3 */
};
#define SMSC_IP 0x0a140003u /* 10.20.0.3 */

void rgs_sim_account_send(struct rgs_sim_world *w, int64_t ts, uint32_t reseller, unsigned from,
                          const struct rgs_wire *m)
{
    if (!rgs_wire_ok(m))
        w->frames.error = -EMSGSIZE;
    switch (w->s->reseller[reseller].account_road) {
    case RGS_SIM_UCP:
        w->frames.counts.ucp++;
        break;
    case RGS_SIM_CIMD2:
        w->frames.counts.cimd2++;
        break;
    default:
        w->frames.counts.smpp++;
    }
    rgs_sim_tcp_send(w, ts, reseller, from, rgs_wire_bytes(m));
}

bool rgs_sim_account_part_taken(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                                unsigned parts)
{
    d->step = 0;
    if (++d->part < parts) {
        rgs_sim_after(w, d, ts, 20, 30);
        return true;
    }
    if (d->kind != RGS_SIM_DELIVER)
        rgs_sim_relay(w, d, ts);
    return false;
}

void rgs_sim_accounts_open(struct rgs_sim_world *w)
{
    uint8_t mem[128];

    for (unsigned i = 0; i < w->s->resellers; i++) {
        const struct rgs_sim_reseller *re = &w->s->reseller[i];
        struct rgs_sim_account *a = &w->account[i];
        int64_t ts = w->s->start + (int64_t)(i + 10) * RGS_SIM_SECOND;
        if (!re->account)
            continue;
        a->tcp.end[0].ip = re->account_ip;
        a->tcp.end[0].port = (uint16_t)(32768 + rgs_random_below(&w->random, 28000));
        a->tcp.end[1].ip = SMSC_IP;
        a->tcp.end[1].port = re->account_road == RGS_SIM_UCP     ? UCP_PORT
                             : re->account_road == RGS_SIM_CIMD2 ? CIMD2_PORT
                                                                 : SMPP_PORT;
        rgs_tcp_open(&a->tcp, &w->frames, ts, &w->random);
        if (re->account_road == RGS_SIM_UCP) {
            rgs_sim_ucp_open(w, i, ts + RGS_SIM_SECOND / 20);
            continue;
        }
        if (re->account_road == RGS_SIM_CIMD2) {
            rgs_sim_cimd2_open(w, i, ts + RGS_SIM_SECOND / 20);
            continue;
        }
        struct rgs_wire m = rgs_wire(mem, sizeof(mem));
        rgs_put_smpp_bind(&m, ++a->sequence[0], re->account);
        rgs_sim_account_send(w, ts + RGS_SIM_SECOND / 20, i, 0, &m);
        m = rgs_wire(mem, sizeof(mem));
        rgs_put_smpp_bind_resp(&m, a->sequence[0], "smsc");
        rgs_sim_account_send(w, ts + RGS_SIM_SECOND / 12, i, SMSC, &m);
        rgs_sim_at(w, ts + w->s->keep_alive, RGS_SIM_ENQUIRE, 0, i);
    }
}

void rgs_sim_account_event(struct rgs_sim_world *w, const struct rgs_sim_event *e)
{
    struct rgs_sim_account *a = &w->account[e->who];
    uint8_t mem[32];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    switch (e->what & 0xff) {
    case RGS_SIM_TCP_ACK:
        rgs_tcp_ack(&a->tcp, &w->frames, e->ts, e->what >> 8);
        break;
    case RGS_SIM_ENQUIRE:
        rgs_put_smpp_plain(&m, RGS_SIM_SMPP_ENQUIRE_LINK, ++a->sequence[0]);
        rgs_sim_account_send(w, e->ts, e->who, 0, &m);
        rgs_sim_at(w, e->ts + RGS_SIM_SECOND / 50, RGS_SIM_ENQUIRE_RESP, a->sequence[0] & 0xffffff,
                   e->who);
        break;
    default:
        rgs_put_smpp_plain(&m, RGS_SIM_SMPP_ENQUIRE_LINK | 0x80000000u, e->what >> 8);
        rgs_sim_account_send(w, e->ts, e->who, SMSC, &m);
        if (e->ts + w->s->keep_alive < w->end)
            rgs_sim_at(w, e->ts + w->s->keep_alive, RGS_SIM_ENQUIRE, 0, e->who);
    }
}

bool rgs_sim_smpp_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    const struct rgs_sim_population *p = &w->s->population[sub->population];
    const struct rgs_sim_reseller *re = &w->s->reseller[p->reseller];
    struct rgs_sim_account *a = &w->account[p->reseller];
    bool delivers = d->kind == RGS_SIM_DELIVER;
    unsigned from = delivers ? SMSC : 0;
    uint32_t command = delivers ? RGS_SIM_SMPP_DELIVER_SM : RGS_SIM_SMPP_SUBMIT_SM;
    uint8_t mem[1800];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    struct rgs_units u;

    rgs_sim_compose(d, &u);
    if (d->step == 0) {
        const struct rgs_party number = rgs_sim_number_party(sub->msisdn);
        const struct rgs_party other = !delivers || d->message.kind == RGS_TEXT_CHAT
                                           ? rgs_sim_number_party(d->number)
                                           : rgs_sim_sender(&d->message);
        const struct rgs_smpp_sm sm = {.command = command,
                                       .sequence = d->sequence = ++a->sequence[from],
                                       .from = delivers ? &other : &number,
                                       .to = delivers ? &number : &other,
                                       .units = &u,
                                       .part = d->part,
                                       .reference = d->reference,
                                       .how = re->account_long};
        rgs_put_smpp_sm(&m, &sm);
        rgs_sim_account_send(w, ts, p->reseller, from, &m);
        d->step = 1;
        rgs_sim_at(w, ts + (25 + rgs_random_below(&w->random, 80)) * (RGS_SIM_SECOND / 1000),
                   RGS_SIM_DIALOGUE, 0, (uint32_t)(d - w->dialogue));
        return true;
    }
    bool fails = delivers && d->attempt < 2 && rgs_random_chance(&w->random, p->behaviour.failures);
    char id[16] = "";
    if (!delivers)
        snprintf(id, sizeof(id), "%08x", (unsigned)rgs_random(&w->random));
    rgs_put_smpp_sm_resp(&m, command, fails ? STATUS_TEMPORARY : 0, d->sequence, id);
    rgs_sim_account_send(w, ts, p->reseller, !from, &m);
    d->step = 0;
    if (fails) {
        d->attempt++;
        rgs_sim_at(w, ts + 60 * RGS_SIM_SECOND, RGS_SIM_DIALOGUE, 0, (uint32_t)(d - w->dialogue));
        return true;
    }
    unsigned parts = re->account_long == RGS_SMPP_LONG_PAYLOAD ? 1 : u.parts;
    if (++d->part < parts) {
        rgs_sim_at(w, ts + RGS_SIM_SECOND / 50, RGS_SIM_DIALOGUE, 0, (uint32_t)(d - w->dialogue));
        return true;
    }
    if (!delivers)
        rgs_sim_relay(w, d, ts);
    return false;
}
