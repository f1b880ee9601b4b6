/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GSUP over IPA (OsmoHLR user manual) between the switch and the register of an Osmocom network:
 * attachments, the check of the device, and short messages, which the register passes on.
 */
#include <errno.h>
#include <stdio.h>

#include "simulate/l3_out.h"
#include "simulate/random.h"
#include "simulate/world.h"

enum { PORT = 4222 };
enum { SWITCH, REGISTER }; /* ends of the connection */
enum { IPA_CCM = 0xfe, IPA_OSMO = 0xee, EXTENSION_GSUP = 0x05 };
enum { /* message types: the request, from which its error and its result are 1 and 2 away */
       UPDATE_LOCATION = 0x04,
       SEND_AUTH_INFO = 0x08,
       INSERT_DATA = 0x10,
       MO_FORWARD_SM = 0x24,
       MT_FORWARD_SM = 0x28,
       READY_FOR_SM = 0x2c,
       CHECK_IMEI = 0x30,
       ERROR = 1,
       RESULT = 2,
};
enum { /* information elements */
       IE_IMSI = 0x01,
       IE_AUTH_TUPLE = 0x03,
       IE_MSISDN = 0x08,
       IE_RAND = 0x20,
       IE_SRES = 0x21,
       IE_KC = 0x22,
       IE_CN_DOMAIN = 0x28,
       IE_SM_RP_MR = 0x40,
       IE_SM_RP_DA = 0x41,
       IE_SM_RP_OA = 0x42,
       IE_SM_RP_UI = 0x43,
       IE_SM_RP_CAUSE = 0x44,
       IE_SM_RP_MMS = 0x45,
       IE_SM_ALERT_REASON = 0x46,
       IE_IMEI = 0x50,
       IE_IMEI_RESULT = 0x51,
       IE_SOURCE_NAME = 0x60,
};
enum { ADDRESS_IMSI = 1, ADDRESS_MSISDN = 2, ADDRESS_SMSC = 3 };
enum { INTERNATIONAL = 0x91 };
#define SWITCH_IP 0x0a140701u /* 10.20.7.1 */
#define REGISTER_IP 0x0a140702u

static void send(struct rgs_sim_world *w, int64_t ts, unsigned from, unsigned protocol,
                 const struct rgs_wire *m)
{
    uint8_t mem[512];
    struct rgs_wire out = rgs_wire(mem, sizeof(mem));

    rgs_put16(&out, (unsigned)m->n + (protocol == IPA_OSMO));
    rgs_put8(&out, protocol);
    if (protocol == IPA_OSMO)
        rgs_put8(&out, EXTENSION_GSUP);
    rgs_put_bytes(&out, rgs_wire_bytes(m));
    if (!rgs_wire_ok(m) || !rgs_wire_ok(&out))
        w->frames.error = -EMSGSIZE;
    w->frames.counts.gsup += protocol == IPA_OSMO;
    rgs_sim_tcp_send(w, ts, RGS_SIM_ACCOUNT_GSUP, from, rgs_wire_bytes(&out));
}

/* The register asks who it is that connects: IPA's CCM, identity get, response, acknowledge. */
void rgs_sim_gsup_open(struct rgs_sim_world *w)
{
    static const char get[] = "\x04\x01\x08\x01\x07\x01\x02\x01\x03\x01\x04\x01\x05\x01\x01\x01";
    static const char name[] = "MSC-00-00-00-00-00-00";
    int64_t ts = w->s->start + 3 * RGS_SIM_SECOND;
    struct rgs_tcp *c = &w->account[RGS_SIM_ACCOUNT_GSUP].tcp;
    uint8_t mem[64];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    c->end[SWITCH].ip = SWITCH_IP;
    c->end[SWITCH].port = (uint16_t)(32768 + rgs_random_below(&w->random, 28000));
    c->end[REGISTER].ip = REGISTER_IP;
    c->end[REGISTER].port = PORT;
    rgs_tcp_open(c, &w->frames, ts, &w->random);
    rgs_put_bytes(&m, rgs_bytes(get, sizeof(get)));
    send(w, ts + RGS_SIM_SECOND / 20, REGISTER, IPA_CCM, &m);
    m = rgs_wire(mem, sizeof(mem));
    rgs_put8(&m, 0x05);
    rgs_put16(&m, 1 + sizeof(name));
    rgs_put8(&m, 0x01); /* unit name */
    rgs_put_bytes(&m, rgs_bytes(name, sizeof(name)));
    send(w, ts + RGS_SIM_SECOND / 10, SWITCH, IPA_CCM, &m);
    m = rgs_wire(mem, sizeof(mem));
    rgs_put8(&m, 0x06);
    send(w, ts + RGS_SIM_SECOND / 8, REGISTER, IPA_CCM, &m);
}

static size_t open_ie(struct rgs_wire *m, unsigned tag)
{
    rgs_put16(m, tag << 8);
    return m->n;
}

static void close_ie(struct rgs_wire *m, size_t at)
{
    if (rgs_wire_ok(m))
        m->p[at - 1] = (uint8_t)(m->n - at);
}

static void put_octet(struct rgs_wire *m, unsigned tag, unsigned value)
{
    rgs_put16(m, tag << 8 | 1);
    rgs_put8(m, value);
}

static void put_random(struct rgs_wire *m, unsigned tag, uint64_t seed, unsigned n)
{
    size_t at = open_ie(m, tag);

    for (unsigned i = 0; i < n; i++)
        rgs_put8(m, (unsigned)(rgs_mix64(seed + i) & 0xff));
    close_ie(m, at);
}

static void put_head(struct rgs_wire *m, const struct rgs_sim_world *w,
                     const struct rgs_sim_dialogue *d, unsigned type)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);

    rgs_put8(m, type);
    size_t at = open_ie(m, IE_IMSI);
    rgs_put_tbcd(m, &imsi, 0);
    close_ie(m, at);
}

static void put_auth_tuples(struct rgs_wire *m, uint64_t seed)
{
    for (unsigned i = 0; i < 3; i++) {
        size_t at = open_ie(m, IE_AUTH_TUPLE);
        put_random(m, IE_RAND, seed + 100 * i, 16);
        put_random(m, IE_SRES, seed + 100 * i + 20, 4);
        put_random(m, IE_KC, seed + 100 * i + 40, 8);
        close_ie(m, at);
    }
}

static void put_imei(struct rgs_wire *m, const struct rgs_digits *imeisv)
{
    struct rgs_digits imei = rgs_digits_of(imeisv->d, 14); /* without check digit */
    size_t at = open_ie(m, IE_IMEI);

    rgs_put8(m, (imei.n + 1u) / 2);
    rgs_put_tbcd(m, &imei, 0);
    close_ie(m, at);
}

/* Each row a message; the last ones only where the equipment register is asked, too. */
static const struct {
    uint8_t from, type;
} attachment[] = {
    {SWITCH, SEND_AUTH_INFO},       {REGISTER, SEND_AUTH_INFO + RESULT},
    {SWITCH, UPDATE_LOCATION},      {REGISTER, INSERT_DATA},
    {SWITCH, INSERT_DATA + RESULT}, {REGISTER, UPDATE_LOCATION + RESULT},
    {SWITCH, CHECK_IMEI},           {REGISTER, CHECK_IMEI + RESULT},
};

static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    enum { STEPS = sizeof(attachment) / sizeof(attachment[0]), CIRCUIT_SWITCHED = 2 };
    const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
    const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);
    unsigned type = attachment[d->step].type;
    uint8_t mem[400];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    char name[32];
    size_t at;

    put_head(&m, w, d, type);
    switch (type) {
    case SEND_AUTH_INFO:
        put_octet(&m, IE_CN_DOMAIN, CIRCUIT_SWITCHED);
        break;
    case SEND_AUTH_INFO + RESULT:
        put_auth_tuples(&m, rgs_random(&w->random));
        break;
    case UPDATE_LOCATION:
        put_octet(&m, IE_CN_DOMAIN, CIRCUIT_SWITCHED);
        snprintf(name, sizeof(name), "MSC-%s-%u", w->s->network[d->network].id, d->node);
        at = open_ie(&m, IE_SOURCE_NAME);
        rgs_put_bytes(&m, rgs_bytes(name, strlen(name) + 1));
        close_ie(&m, at);
        break;
    case INSERT_DATA:
        at = open_ie(&m, IE_MSISDN);
        rgs_put8(&m, INTERNATIONAL);
        rgs_put_tbcd(&m, &msisdn, 0);
        close_ie(&m, at);
        put_octet(&m, IE_CN_DOMAIN, CIRCUIT_SWITCHED);
        break;
    case CHECK_IMEI:
        put_imei(&m, &imeisv);
        break;
    case CHECK_IMEI + RESULT:
        put_octet(&m, IE_IMEI_RESULT, 0);
        break;
    default:
        break;
    }
    send(w, ts, attachment[d->step].from, IPA_OSMO, &m);
    if (++d->step == STEPS)
        return false;
    rgs_sim_after(w, d, ts, 20, 80);
    return true;
}

static void put_address(struct rgs_wire *m, unsigned tag, unsigned kind,
                        const struct rgs_digits *digits)
{
    size_t at = open_ie(m, tag);

    rgs_put8(m, kind);
    if (kind != ADDRESS_IMSI)
        rgs_put8(m, INTERNATIONAL);
    rgs_put_tbcd(m, digits, 0);
    close_ie(m, at);
}

static void put_message(struct rgs_wire *m, const struct rgs_sim_world *w,
                        const struct rgs_sim_dialogue *d, const struct rgs_units *u)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    const struct rgs_digits msisdn = rgs_digits_from_u64(w->sub[d->sub].msisdn);
    uint8_t mem[200];
    struct rgs_wire tpdu = rgs_wire(mem, sizeof(mem));
    bool delivers = d->kind == RGS_SIM_DELIVER;

    if (delivers) {
        put_address(m, IE_SM_RP_DA, ADDRESS_IMSI, &imsi);
        put_address(m, IE_SM_RP_OA, ADDRESS_SMSC, &w->s->smsc);
        rgs_sim_put_deliver(w, d, u, &tpdu);
    } else {
        put_address(m, IE_SM_RP_DA, ADDRESS_SMSC, &w->s->smsc);
        put_address(m, IE_SM_RP_OA, ADDRESS_MSISDN, &msisdn);
        rgs_sim_put_submit(d, u, &tpdu);
    }
    size_t at = open_ie(m, IE_SM_RP_UI);
    rgs_put_bytes(m, rgs_wire_bytes(&tpdu));
    close_ie(m, at);
    if (!rgs_wire_ok(&tpdu))
        m->full = true;
    if (delivers && d->part + 1u < u->parts)
        put_octet(m, IE_SM_RP_MMS, 1);
}

/* An absent mobile that comes back makes the switch say so, and the message is sent again. */
enum { MESSAGE, ANSWER, READY, READY_RESULT };

static unsigned message_type(const struct rgs_sim_dialogue *d)
{
    unsigned forward = d->kind == RGS_SIM_DELIVER ? MT_FORWARD_SM : MO_FORWARD_SM;

    switch (d->step) {
    case MESSAGE:
        return forward;
    case ANSWER:
        return forward + (d->absent ? ERROR : RESULT);
    case READY:
        return READY_FOR_SM;
    default:
        return READY_FOR_SM + RESULT;
    }
}

static void send_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts,
                      const struct rgs_units *u)
{
    enum { DESTINATION_OUT_OF_ORDER = 27, MS_PRESENT = 1 }; /* TS 24.011 8.2.5.4; alert reason */
    bool delivers = d->kind == RGS_SIM_DELIVER;
    uint8_t mem[400];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));
    unsigned type = message_type(d), from = SWITCH;

    put_head(&m, w, d, type);
    if (d->step <= ANSWER) {
        put_octet(&m, IE_SM_RP_MR, (uint8_t)(d->reference + d->part));
        from = delivers == (d->step == ANSWER) ? SWITCH : REGISTER;
    }
    if (d->step == MESSAGE)
        put_message(&m, w, d, u);
    else if (d->step == ANSWER && d->absent)
        put_octet(&m, IE_SM_RP_CAUSE, DESTINATION_OUT_OF_ORDER);
    else if (d->step == READY)
        put_octet(&m, IE_SM_ALERT_REASON, MS_PRESENT);
    else if (d->step == READY_RESULT)
        from = REGISTER;
    send(w, ts, from, IPA_OSMO, &m);
}

static bool message_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_sim_sub *sub = &w->sub[d->sub];
    struct rgs_units u;

    if (d->step == MESSAGE) {
        if (sub->unattached || !sub->active)
            return false; /* the register knows of no switch to ask */
        d->absent = d->kind == RGS_SIM_DELIVER && d->attempt == 0 && d->part == 0 &&
                    rgs_random_chance(&w->random, rgs_sim_behaviour_of(w, sub)->failures);
    }
    rgs_sim_compose(d, &u);
    send_step(w, d, ts, &u);
    if (d->step == ANSWER && d->absent)
        return rgs_sim_retry(w, d, ts, READY);
    if (d->step == MESSAGE || d->step == READY) {
        d->step++;
        rgs_sim_after(w, d, ts, 200, 900);
        return true;
    }
    if (d->kind != RGS_SIM_DELIVER)
        return rgs_sim_part_sent(w, d, ts, &u);
    bool again = d->step == READY_RESULT;
    d->step = MESSAGE;
    if (!again && ++d->part == u.parts)
        return false;
    rgs_sim_after(w, d, ts, 30, 60);
    return true;
}

bool rgs_sim_gsup_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    return d->kind == RGS_SIM_ATTACH ? attach_step(w, d, ts) : message_step(w, d, ts);
}
