/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The home network's radio side, beside what MAP says of the same: attachments with the device's
 * identity, and messages on their last leg. */
#include <errno.h>

#include "simulate/access_out.h"
#include "simulate/l3_out.h"
#include "simulate/random.h"
#include "simulate/world.h"

#define RADIO_IP 0x0a140501u /* 10.20.5.1 */
#define CORE_IP 0x0a140502u

enum { RADIO, CORE }; /* ends of the link */

void rgs_sim_access_open(struct rgs_sim_world *w)
{
    rgs_sim_link_open(w, RGS_SIM_LINK_ACCESS, RADIO_IP, CORE_IP,
                      rgs_access_port((enum rgs_access)w->s->access),
                      w->s->start + 2 * RGS_SIM_SECOND);
}

static struct rgs_access_link link_of(const struct rgs_sim_world *w,
                                      const struct rgs_sim_dialogue *d)
{
    return (struct rgs_access_link){.access = (enum rgs_access)w->s->access,
                                    .plmn = &w->s->plmn,
                                    .area = 1000u + d->node,
                                    .cell = 1u + d->sub % 3u,
                                    .radio = d->otid & 0xffffff,
                                    .core = d->dtid & 0xffffff};
}

static void put_location(struct rgs_wire *m, const struct rgs_sim_world *w,
                         const struct rgs_sim_dialogue *d)
{
    rgs_put_plmn(m, &w->s->plmn);
    rgs_put16(m, 1000u + d->node);
}

/* SUCI of the null scheme, TS 24.501 9.11.3.4: the home network and the digits behind it. */
static void put_suci(struct rgs_wire *m, const struct rgs_sim_world *w,
                     const struct rgs_digits *imsi)
{
    unsigned digits = imsi->n - w->s->plmn.n;

    rgs_put16(m, 8 + (digits + 1) / 2);
    rgs_put8(m, 1);
    rgs_put_plmn(m, &w->s->plmn);
    rgs_put16(m, 0xf0ff); /* routing indicator 0 */
    rgs_put16(m, 0);      /* null scheme, no key */
    rgs_put_tbcd(m, imsi, w->s->plmn.n);
}

/* The first message of a mobile that comes: LOCATION UPDATING REQUEST (TS 24.008 9.2.15), ATTACH
 * REQUEST (TS 24.301 8.2.4), REGISTRATION REQUEST (TS 24.501 8.2.6). */
static void put_arrival(struct rgs_wire *m, const struct rgs_sim_world *w,
                        const struct rgs_sim_dialogue *d)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);

    switch ((enum rgs_access)w->s->access) {
    case RGS_ACCESS_S1AP:
        rgs_put16(m, 0x0741);
        rgs_put8(m, 0x71); /* EPS attach, no key */
        rgs_put_mobile_identity(m, &imsi, RGS_IDENTITY_IS_IMSI);
        rgs_put_bytes(m, rgs_bytes("\x02\xe0\x60\x00\x04\x02\x01\xd0\x11", 9)); /* abilities, PDN */
        break;
    case RGS_ACCESS_NGAP:
        rgs_put32(m, 0x7e004179);
        put_suci(m, w, &imsi);
        rgs_put32(m, 0x2e02f0f0); /* security capability */
        break;
    default:
        rgs_put16(m, 0x0508);
        rgs_put8(m, 0x70);
        put_location(m, w, d);
        rgs_put8(m, 0x33); /* classmark 1 */
        rgs_put_mobile_identity(m, &imsi, RGS_IDENTITY_IS_IMSI);
    }
}

/* IDENTITY REQUEST for the IMEISV: TS 24.008 9.2.10, TS 24.301 8.2.18, TS 24.501 8.2.21. */
static void put_question(struct rgs_wire *m, int access)
{
    if (access == RGS_ACCESS_NGAP)
        rgs_put32(m, 0x7e005b05);
    else {
        rgs_put16(m, access == RGS_ACCESS_S1AP ? 0x0755 : 0x0518);
        rgs_put8(m, RGS_IDENTITY_IS_IMEISV);
    }
}

static void put_device(struct rgs_wire *m, const struct rgs_sim_world *w,
                       const struct rgs_sim_dialogue *d)
{
    enum { FIVE_G_IMEISV = 5 };
    const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);

    if (w->s->access == RGS_ACCESS_NGAP) {
        rgs_put32(m, 0x7e005c00); /* with a length of two octets */
        rgs_put_mobile_identity(m, &imeisv, FIVE_G_IMEISV);
    } else {
        rgs_put16(m, w->s->access == RGS_ACCESS_S1AP ? 0x0756 : 0x0519);
        rgs_put_mobile_identity(m, &imeisv, RGS_IDENTITY_IS_IMEISV);
    }
}

/* A message of TS 24.011 as the mobility layer carries it: TS 24.301 8.2.12 and 8.2.30, TS 24.501
 * 8.2.10 and 8.2.11. */
static void put_carried(struct rgs_wire *m, int access, bool up, struct rgs_bytes cp)
{
    if (access == RGS_ACCESS_S1AP) {
        rgs_put16(m, up ? 0x0763 : 0x0762);
        rgs_put8(m, (unsigned)cp.n);
    } else if (access == RGS_ACCESS_NGAP) {
        rgs_put16(m, 0x7e00);
        rgs_put16(m, up ? 0x6702 : 0x6802); /* payload container: SMS */
        rgs_put16(m, (unsigned)cp.n);
    }
    rgs_put_bytes(m, cp);
}

static void send(struct rgs_sim_world *w, int64_t ts, unsigned from, const struct rgs_wire *m)
{
    if (!rgs_wire_ok(m))
        w->frames.error = -EMSGSIZE;
    w->frames.counts.access++;
    rgs_sim_link_send(w, ts, RGS_SIM_LINK_ACCESS, from, 1,
                      rgs_access_ppid((enum rgs_access)w->s->access), rgs_wire_bytes(m));
}

/* References for a new connection. */
static void connect(struct rgs_sim_world *w, struct rgs_sim_dialogue *d)
{
    d->otid = w->transaction++;
    d->dtid = w->transaction++;
}

static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    enum { ARRIVE, CONFIRM, ASK, DEVICE, ACCEPT, RELEASE, RELEASED };
    int access = w->s->access;
    bool sccp = rgs_access_is_sccp((enum rgs_access)access), up = false;
    uint8_t inner[128], mem[700];
    struct rgs_wire l3 = rgs_wire(inner, sizeof(inner)), m = rgs_wire(mem, sizeof(mem));

    if (d->step == ARRIVE)
        connect(w, d);
    const struct rgs_access_link a = link_of(w, d);
    switch (d->step) {
    case ARRIVE:
        up = true;
        put_arrival(&l3, w, d);
        rgs_put_access_initial(&m, &a, rgs_wire_bytes(&l3));
        break;
    case CONFIRM:
        rgs_put_access_confirm(&m, &a);
        break;
    case ASK:
        put_question(&l3, access);
        rgs_put_access_message(&m, &a, false, false, rgs_wire_bytes(&l3));
        break;
    case DEVICE:
        up = true;
        put_device(&l3, w, d);
        rgs_put_access_message(&m, &a, true, false, rgs_wire_bytes(&l3));
        break;
    case ACCEPT: /* of EPS and 5GS it would be ciphered */
        rgs_put16(&l3, 0x0502);
        put_location(&l3, w, d);
        rgs_put_access_message(&m, &a, false, false, rgs_wire_bytes(&l3));
        break;
    case RELEASE:
        rgs_put_access_release(&m, &a);
        break;
    default:
        up = true;
        rgs_put_access_released(&m, &a);
    }
    send(w, ts, up ? RADIO : CORE, &m);
    if (d->step == (sccp ? RELEASED : DEVICE))
        return false;
    d->step += d->step == ARRIVE && !sccp ? 2 : 1;
    rgs_sim_after(w, d, ts, 15, 60);
    return true;
}

/* A circuit switched mobile is called; one of EPS or 5GS comes back for the message. */
static void put_answer(struct rgs_wire *m, const struct rgs_sim_world *w,
                       const struct rgs_sim_dialogue *d)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);

    if (!rgs_access_is_sccp((enum rgs_access)w->s->access)) {
        put_arrival(m, w, d);
        return;
    }
    rgs_put16(m, 0x0627);     /* PAGING RESPONSE, TS 44.018 9.1.25 */
    rgs_put32(m, 0x07033358); /* no key; classmark 2 */
    rgs_put8(m, 0x86);
    rgs_put_mobile_identity(m, &imsi, RGS_IDENTITY_IS_IMSI);
}

/* TS 24.011 annex C, figure C1: the message, its acknowledgement, the report, and that one's. */
static void put_exchange(struct rgs_wire *cp, const struct rgs_sim_world *w,
                         const struct rgs_sim_dialogue *d, unsigned which)
{
    uint8_t tp[200];
    struct rgs_wire tpdu = rgs_wire(tp, sizeof(tp));
    struct rgs_units u;

    switch (which) {
    case 0:
        rgs_sim_compose(d, &u);
        rgs_sim_put_deliver(w, d, &u, &tpdu);
        rgs_put_cp_rp_data(cp, &w->s->smsc, d->reference, rgs_wire_bytes(&tpdu));
        break;
    case 1:
        rgs_put16(cp, 0x8904); /* CP-ACK */
        break;
    case 2:
        rgs_put_cp_rp_ack(cp, d->reference);
        break;
    default:
        rgs_put16(cp, 0x0904);
    }
}

static bool deliver_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    enum { PAGE, ANSWER, CONFIRM, MESSAGE, RELEASE = MESSAGE + 4, RELEASED };
    int access = w->s->access;
    bool sccp = rgs_access_is_sccp((enum rgs_access)access), up = false;
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t inner[400], mem[700], message[300];
    struct rgs_wire l3 = rgs_wire(inner, sizeof(inner)), m = rgs_wire(mem, sizeof(mem));
    struct rgs_wire cp = rgs_wire(message, sizeof(message));

    if (d->step == PAGE && !sccp)
        d->step = ANSWER;
    if (d->step == ANSWER)
        connect(w, d);
    const struct rgs_access_link a = link_of(w, d);
    switch (d->step) {
    case PAGE:
        rgs_put_access_page(&m, &a, &imsi);
        break;
    case ANSWER:
        up = true;
        put_answer(&l3, w, d);
        rgs_put_access_initial(&m, &a, rgs_wire_bytes(&l3));
        break;
    case CONFIRM:
        rgs_put_access_confirm(&m, &a);
        break;
    case RELEASE:
        rgs_put_access_release(&m, &a);
        break;
    case RELEASED:
        up = true;
        rgs_put_access_released(&m, &a);
        break;
    default:
        up = (d->step - MESSAGE) % 4 == 1 || (d->step - MESSAGE) % 4 == 2;
        put_exchange(&cp, w, d, d->step - MESSAGE);
        put_carried(&l3, access, up, rgs_wire_bytes(&cp));
        rgs_put_access_message(&m, &a, up, true, rgs_wire_bytes(&l3));
    }
    send(w, ts, up ? RADIO : CORE, &m);
    if (d->step == (sccp ? RELEASED : RELEASE - 1))
        return false;
    d->step += d->step == ANSWER && !sccp ? 2 : 1;
    rgs_sim_after(w, d, ts, 15, 60);
    return true;
}

bool rgs_sim_access_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    return d->kind == RGS_SIM_ACCESS_ATTACH ? attach_step(w, d, ts) : deliver_step(w, d, ts);
}
