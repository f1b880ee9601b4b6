/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a running simulation: subscribers, links, accounts, dialogues under way. */
#ifndef RGS_SIMULATE_WORLD_H
#define RGS_SIMULATE_WORLD_H

#include "simulate/queue.h"
#include "simulate/scenario.h"
#include "simulate/sctp_out.h"
#include "simulate/tcp_out.h"

#define RGS_SIM_SECOND INT64_C(1000000000)
#define RGS_SIM_DAY (INT64_C(86400) * RGS_SIM_SECOND)

enum rgs_sim_what {
    RGS_SIM_ACTIVATE, /* who: subscriber */
    RGS_SIM_RETIRE,   /* argument: its life */
    RGS_SIM_ACT,      /* the subscriber's next doing; argument: its life */
    RGS_SIM_CODE,     /* argument: service, and 256 when it is a repeat */
    RGS_SIM_ADVERT,
    RGS_SIM_BURST, /* who: population */
    RGS_SIM_BLAST,
    RGS_SIM_DIALOGUE, /* who: dialogue */
    RGS_SIM_SACK,     /* who: link; argument: end */
    RGS_SIM_BEAT,
    RGS_SIM_TCP_ACK, /* who: account; argument: end */
    RGS_SIM_ENQUIRE,
    RGS_SIM_ENQUIRE_RESP,
};

struct rgs_sim_sub {
    uint64_t random;
    uint64_t msisdn;
    uint32_t device;
    uint32_t services_at; /* in world.services */
    uint16_t population;
    uint16_t node;
    uint8_t network;
    uint8_t services, used;
    uint8_t language;
    uint8_t life; /* from 1; 0: not yet active */
    bool active;
    bool unattached;
    bool coded; /* took a code */
};

enum { RGS_SIM_NOBODY = UINT32_MAX };
enum { RGS_SIM_SUPPORT = 20 }; /* numbers below which nobody is named */

enum rgs_sim_dialogue_kind {
    RGS_SIM_ATTACH,
    RGS_SIM_CHECK_IMEI,
    RGS_SIM_DELIVER,
    RGS_SIM_SEND,
    RGS_SIM_SGS_ATTACH, /* what the home network's MME and MSC say to each other beside MAP */
    RGS_SIM_SGS_DELIVER,
    RGS_SIM_ACCESS_ATTACH, /* the same between radio network and core */
    RGS_SIM_ACCESS_DELIVER,
};

struct rgs_sim_dialogue {
    int64_t accepted; /* when the message centre took it, in seconds */
    uint64_t number;  /* the other party of a chat */
    uint32_t sub, to; /* to: the receiving subscriber of a sent message, or RGS_SIM_NOBODY */
    uint32_t otid, dtid;
    uint32_t next_free;
    struct rgs_sim_message message;
    uint32_t sequence;
    uint16_t node;
    uint8_t network;
    uint8_t kind, step, part, attempt, reference, sls;
    bool absent;
};

/* Links between two neighbours: those of the home network's HLR and SMSC to its STPs come first. */
enum {
    RGS_SIM_HLR,
    RGS_SIM_SMSC,
    RGS_SIM_ELEMENTS,
    RGS_SIM_STPS = 2,
    RGS_SIM_LINK_DIAMETER =
        RGS_SIM_ELEMENTS * RGS_SIM_STPS, /* HSS and message centre to the edge agent */
    RGS_SIM_LINK_SGS,                    /* MME to MSC */
    RGS_SIM_LINK_ACCESS,                 /* radio network to core */
    RGS_SIM_LINKS,
};

/* Behind the resellers' own: the connections between elements of the network. */
enum {
    RGS_SIM_ACCOUNT_IMS = RGS_SIM_RESELLERS_MOST, /* two proxies */
    RGS_SIM_ACCOUNT_GSUP,                         /* switch and register */
    RGS_SIM_ACCOUNT_AMF,                          /* the AMF as client of the SMSF */
    RGS_SIM_ACCOUNT_SMSF,                         /* the SMSF as client of the AMF */
    RGS_SIM_ACCOUNTS,
};

struct rgs_sim_account {
    struct rgs_tcp tcp; /* end 0: the account, end 1: the SMSC */
    uint32_t sequence[2];
    bool used;
};

struct rgs_sim_pop {
    uint32_t first, n; /* subscribers */
    uint64_t random;
    uint32_t coded;     /* numbers that took a code */
    int64_t support_ts; /* when the RGS_SIM_SUPPORTth of them did; 0: not yet */
    uint32_t weights;   /* sum */
    uint32_t cumulative[RGS_SIM_SERVICES];
};

struct rgs_sim_world {
    const struct rgs_sim_scenario *s;
    const struct rgs_alloc *alloc;
    struct rgs_frames frames;
    struct rgs_sim_queue queue;
    uint64_t random;
    int64_t end;
    struct rgs_sim_sub *sub;
    uint32_t subs;
    uint8_t *services;
    struct rgs_sim_pop pop[RGS_SIM_POPULATIONS_MOST];
    double hours[RGS_SIM_HOURS][25]; /* share of a day's doings before each full hour */
    struct rgs_sctp link[RGS_SIM_LINKS];
    uint32_t backhaul[RGS_SIM_LINKS][2]; /* messages sent on it, by the end that sent them */
    struct rgs_sim_account account[RGS_SIM_ACCOUNTS];
    struct rgs_sim_dialogue *dialogue;
    uint32_t dialogues, dialogue_cap, dialogue_free;
    uint32_t transaction, reference;
    bool failed; /* memory was short */
};

static inline const struct rgs_sim_behaviour *rgs_sim_behaviour_of(const struct rgs_sim_world *w,
                                                                   const struct rgs_sim_sub *sub)
{
    return &w->s->population[sub->population].behaviour;
}

static inline void rgs_sim_at(struct rgs_sim_world *w, int64_t ts, enum rgs_sim_what what,
                              uint32_t argument, uint32_t who)
{
    rgs_sim_queue_add(&w->queue, ts, (uint32_t)what | argument << 8, who);
}

/* people.c: who does what, when */
int rgs_sim_people_init(struct rgs_sim_world *w);
void rgs_sim_people_fini(struct rgs_sim_world *w);
void rgs_sim_people_event(struct rgs_sim_world *w, const struct rgs_sim_event *e);

/* dialogue.c: a message or an attachment on its road */
struct rgs_sim_dialogue *rgs_sim_dialogue_new(struct rgs_sim_world *w,
                                              enum rgs_sim_dialogue_kind kind, uint32_t sub);
/* Begins it at ts. */
void rgs_sim_dialogue_go(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
/* Its next step. */
void rgs_sim_dialogue_event(struct rgs_sim_world *w, const struct rgs_sim_event *e);
/* Delivers a message to a subscriber by its road. `number` is the sender of a chat. */
void rgs_sim_deliver(struct rgs_sim_world *w, int64_t ts, uint32_t sub,
                     const struct rgs_sim_message *message, uint64_t number);
void rgs_sim_compose(const struct rgs_sim_dialogue *d, struct rgs_units *u);
struct rgs_party rgs_sim_number_party(uint64_t number);
/* Who the message is from, and the TPDU of its present part. */
struct rgs_party rgs_sim_from(const struct rgs_sim_dialogue *d);
void rgs_sim_put_deliver(const struct rgs_sim_world *w, const struct rgs_sim_dialogue *d,
                         const struct rgs_units *u, struct rgs_wire *out);
void rgs_sim_put_submit(const struct rgs_sim_dialogue *d, const struct rgs_units *u,
                        struct rgs_wire *out);
/* The next step of d, least_ms and up to more_ms after ts. */
void rgs_sim_after(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                   int64_t least_ms, uint32_t more_ms);
/* The sent message has reached the message centre: to its receiver, if that is one of ours. */
void rgs_sim_relay(struct rgs_sim_world *w, const struct rgs_sim_dialogue *d, int64_t ts);
/* A part is on its way: true when there is another to be sent, else the whole goes on to whom it is
 * for. */
bool rgs_sim_part_sent(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                       const struct rgs_units *u);
/* The same for a part that was sent or delivered: true when there is another. */
bool rgs_sim_part_done(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                       const struct rgs_units *u);
/* Nobody took it: from `step` on again, when the centre tries anew. True. */
bool rgs_sim_retry(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts, uint8_t step);

/* links.c: SCTP associations and TCP connections */
void rgs_sim_link_open(struct rgs_sim_world *w, unsigned link, uint32_t ip, uint32_t peer_ip,
                       uint16_t port, int64_t ts);
void rgs_sim_link_send(struct rgs_sim_world *w, int64_t ts, unsigned link, unsigned from,
                       unsigned stream, uint32_t ppid, struct rgs_bytes message);
void rgs_sim_link_event(struct rgs_sim_world *w, const struct rgs_sim_event *e);
/* Whole PDUs on a TCP connection, and its delayed acknowledgement when one is due. */
void rgs_sim_tcp_send(struct rgs_sim_world *w, int64_t ts, uint32_t account, unsigned from,
                      struct rgs_bytes data);

/* A road: what opens it (when a population takes it), and the steps of a dialogue; false when that
 * has ended. */
void rgs_sim_map_open(struct rgs_sim_world *w);
bool rgs_sim_map_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_diameter_open(struct rgs_sim_world *w);
bool rgs_sim_diameter_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_sgs_open(struct rgs_sim_world *w);
bool rgs_sim_sgs_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_access_open(struct rgs_sim_world *w);
bool rgs_sim_access_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_sip_open(struct rgs_sim_world *w);
bool rgs_sim_sip_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_gsup_open(struct rgs_sim_world *w);
bool rgs_sim_gsup_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_sbi_open(struct rgs_sim_world *w);
bool rgs_sim_sbi_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_accounts_open(struct rgs_sim_world *w); /* of SMPP, UCP, CIMD 2 */
void rgs_sim_account_event(struct rgs_sim_world *w, const struct rgs_sim_event *e);
void rgs_sim_account_send(struct rgs_sim_world *w, int64_t ts, uint32_t reseller, unsigned from,
                          const struct rgs_wire *m);
/* The receiver took a part: true when there is another, else what was sent goes on to whom it is
 * for. */
bool rgs_sim_account_part_taken(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                                unsigned parts);
bool rgs_sim_smpp_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
bool rgs_sim_ucp_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_ucp_open(struct rgs_sim_world *w, uint32_t reseller, int64_t ts);
bool rgs_sim_cimd2_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts);
void rgs_sim_cimd2_open(struct rgs_sim_world *w, uint32_t reseller, int64_t ts);

/* The identities of a subscriber in its present life. */
struct rgs_digits rgs_sim_imsi(const struct rgs_sim_world *w, uint32_t sub);
struct rgs_digits rgs_sim_imeisv(const struct rgs_sim_world *w, uint32_t sub);
/* "epc.mnc031.mcc454.3gppnetwork.org" (TS 23.003 19.2). */
void rgs_sim_realm(const struct rgs_digits *plmn, char out[40]);
/* The global title of a switch. */
struct rgs_digits rgs_sim_node(const struct rgs_sim_world *w, unsigned network, unsigned node);

#endif
