/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/world.h"

void rgs_sim_link_open(struct rgs_sim_world *w, unsigned link, uint32_t ip, uint32_t peer_ip,
                       uint16_t port, int64_t ts)
{
    struct rgs_sctp *a = &w->link[link];

    a->end[0].ip = ip;
    a->end[1].ip = peer_ip;
    a->end[0].port = a->end[1].port = port;
    rgs_sctp_open(a, &w->frames, ts, &w->random);
    rgs_sim_at(w, ts + w->s->keep_alive, RGS_SIM_BEAT, 0, link);
}

void rgs_sim_link_send(struct rgs_sim_world *w, int64_t ts, unsigned link, unsigned from,
                       unsigned stream, uint32_t ppid, struct rgs_bytes message)
{
    if (rgs_sctp_data(&w->link[link], &w->frames, ts, from, stream, ppid, message))
        rgs_sim_at(w, ts + RGS_SIM_SECOND / 5, RGS_SIM_SACK, !from, link);
}

void rgs_sim_tcp_send(struct rgs_sim_world *w, int64_t ts, uint32_t account, unsigned from,
                      struct rgs_bytes data)
{
    if (rgs_tcp_data(&w->account[account].tcp, &w->frames, ts, from, data))
        rgs_sim_at(w, ts + RGS_SIM_SECOND / 25, RGS_SIM_TCP_ACK, !from, account);
}

void rgs_sim_link_event(struct rgs_sim_world *w, const struct rgs_sim_event *e)
{
    if ((e->what & 0xff) == RGS_SIM_SACK) {
        rgs_sctp_sack(&w->link[e->who], &w->frames, e->ts, e->what >> 8);
        return;
    }
    rgs_sctp_heartbeat(&w->link[e->who], &w->frames, e->ts, e->what >> 8 & 1);
    if (e->ts + w->s->keep_alive < w->end)
        rgs_sim_at(w, e->ts + w->s->keep_alive, RGS_SIM_BEAT, !(e->what >> 8), e->who);
}
