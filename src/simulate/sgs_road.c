/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SGsAP (TS 29.118) between the home network's MME and MSC, beside what MAP says of the same. */
#include <errno.h>
#include <stdio.h>

#include "simulate/l3_out.h"
#include "simulate/random.h"
#include "simulate/world.h"

enum { PORT = 29118, PPID = 0 };
enum { MME, MSC }; /* ends of the link */
enum {             /* 9.2 */
       PAGING_REQUEST = 0x01,
       SERVICE_REQUEST = 0x06,
       DOWNLINK_UNITDATA = 0x07,
       UPLINK_UNITDATA = 0x08,
       LOCATION_UPDATE_REQUEST = 0x09,
       LOCATION_UPDATE_ACCEPT = 0x0a,
       RELEASE_REQUEST = 0x1b,
};
enum { /* 9.3 */
       IMSI = 0x01,
       VLR_NAME = 0x02,
       LAI = 0x04,
       MME_NAME = 0x09,
       EPS_LU_TYPE = 0x0a,
       IMEISV = 0x15,
       NAS_CONTAINER = 0x16,
       SERVICE_INDICATOR = 0x20,
       TAI = 0x23,
       ECGI = 0x24,
};
#define MME_IP 0x0a140401u /* 10.20.4.1 */
#define MSC_IP 0x0a140402u

void rgs_sim_sgs_open(struct rgs_sim_world *w)
{
    rgs_sim_link_open(w, RGS_SIM_LINK_SGS, MME_IP, MSC_IP, PORT, w->s->start + 2 * RGS_SIM_SECOND);
}

static void put_ie(struct rgs_wire *m, unsigned tag, struct rgs_bytes value)
{
    rgs_put8(m, tag);
    rgs_put8(m, (unsigned)value.n);
    rgs_put_bytes(m, value);
}

static void put_imsi(struct rgs_wire *m, const struct rgs_digits *d)
{
    rgs_put8(m, IMSI);
    rgs_put_mobile_identity(m, d, RGS_IDENTITY_IS_IMSI);
}

/* Sixteen digits without a type, 9.4.9. */
static void put_imeisv(struct rgs_wire *m, const struct rgs_digits *d)
{
    rgs_put16(m, IMEISV << 8 | 8);
    rgs_put_tbcd(m, d, 0);
}

/* A name of labels with their lengths in front, 9.4.13 and 9.4.22. */
static void put_name(struct rgs_wire *m, unsigned tag, const char *name)
{
    size_t at;

    rgs_put8(m, tag);
    rgs_put8(m, (unsigned)strlen(name) + 1);
    for (;; name += at + 1) {
        at = strcspn(name, ".");
        rgs_put8(m, (unsigned)at);
        rgs_put_bytes(m, rgs_bytes(name, at));
        if (!name[at])
            return;
    }
}

/* Where the subscriber is: three cells belong to each switch's tracking area. */
static void put_place(struct rgs_wire *m, const struct rgs_sim_world *w,
                      const struct rgs_sim_dialogue *d)
{
    unsigned area = 1000u + d->node;

    rgs_put16(m, TAI << 8 | 5);
    rgs_put_plmn(m, &w->s->plmn);
    rgs_put16(m, area);
    rgs_put16(m, ECGI << 8 | 7);
    rgs_put_plmn(m, &w->s->plmn);
    rgs_put32(m, area << 8 | (1u + d->sub % 3u)); /* eNodeB and cell: 28 bits */
}

static void send_message(struct rgs_sim_world *w, int64_t ts, unsigned from,
                         const struct rgs_wire *m)
{
    if (!rgs_wire_ok(m))
        w->frames.error = -EMSGSIZE;
    w->frames.counts.sgsap++;
    rgs_sim_link_send(w, ts, RGS_SIM_LINK_SGS, from, 1, PPID, rgs_wire_bytes(m));
}

static const char vlr_name[] = "vlr1.core.example";

static void put_unitdata(struct rgs_wire *m, unsigned type, const struct rgs_digits *imsi,
                         struct rgs_bytes cp)
{
    rgs_put8(m, type);
    put_imsi(m, imsi);
    put_ie(m, NAS_CONTAINER, cp);
}

static bool attach_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[256];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem));

    if (d->step++ == 0) {
        const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);
        rgs_put8(&m, LOCATION_UPDATE_REQUEST);
        put_imsi(&m, &imsi);
        char realm[40], name[64];
        rgs_sim_realm(&w->s->plmn, realm);
        snprintf(name, sizeof(name), "mmec01.mmegi8001.mme.%s", realm); /* TS 23.003 19.4.2.4 */
        put_name(&m, MME_NAME, name);
        put_ie(&m, EPS_LU_TYPE, rgs_bytes("\x01", 1)); /* IMSI attach */
        rgs_put16(&m, LAI << 8 | 5);
        rgs_put_plmn(&m, &w->s->plmn);
        rgs_put16(&m, 1000u + d->node);
        put_imeisv(&m, &imeisv);
        put_place(&m, w, d);
        send_message(w, ts, MME, &m);
        rgs_sim_after(w, d, ts, 300, 300); /* the MSC asks the HLR meanwhile */
        return true;
    }
    rgs_put8(&m, LOCATION_UPDATE_ACCEPT);
    put_imsi(&m, &imsi);
    rgs_put16(&m, LAI << 8 | 5);
    rgs_put_plmn(&m, &w->s->plmn);
    rgs_put16(&m, 1000u + d->node);
    send_message(w, ts, MSC, &m);
    return false;
}

/* TS 23.272 8.2.4: paging, service request, the message and its acknowledgements, release. */
static bool deliver_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    const struct rgs_digits imsi = rgs_sim_imsi(w, d->sub);
    uint8_t mem[400], inner[300], tp[200];
    struct rgs_wire m = rgs_wire(mem, sizeof(mem)), cp = rgs_wire(inner, sizeof(inner));
    struct rgs_wire tpdu = rgs_wire(tp, sizeof(tp));
    struct rgs_units u;
    unsigned from = MME;

    switch (d->step++) {
    case 0:
        from = MSC;
        rgs_put8(&m, PAGING_REQUEST);
        put_imsi(&m, &imsi);
        put_name(&m, VLR_NAME, vlr_name);
        put_ie(&m, SERVICE_INDICATOR, rgs_bytes("\x02", 1)); /* SMS */
        break;
    case 1: {
        const struct rgs_digits imeisv = rgs_sim_imeisv(w, d->sub);
        rgs_put8(&m, SERVICE_REQUEST);
        put_imsi(&m, &imsi);
        put_ie(&m, SERVICE_INDICATOR, rgs_bytes("\x02", 1));
        put_imeisv(&m, &imeisv);
        put_place(&m, w, d);
        break;
    }
    case 2:
        from = MSC;
        rgs_sim_compose(d, &u);
        rgs_sim_put_deliver(w, d, &u, &tpdu);
        rgs_put_cp_rp_data(&cp, &w->s->smsc, d->reference, rgs_wire_bytes(&tpdu));
        put_unitdata(&m, DOWNLINK_UNITDATA, &imsi, rgs_wire_bytes(&cp));
        break;
    case 3:
        put_unitdata(&m, UPLINK_UNITDATA, &imsi, rgs_bytes("\x89\x04", 2)); /* CP-ACK */
        break;
    case 4:
        rgs_put_cp_rp_ack(&cp, d->reference);
        put_unitdata(&m, UPLINK_UNITDATA, &imsi, rgs_wire_bytes(&cp));
        break;
    case 5:
        from = MSC;
        put_unitdata(&m, DOWNLINK_UNITDATA, &imsi, rgs_bytes("\x09\x04", 2));
        break;
    default:
        from = MSC;
        rgs_put8(&m, RELEASE_REQUEST);
        put_imsi(&m, &imsi);
    }
    send_message(w, ts, from, &m);
    if (d->step > 6)
        return false;
    rgs_sim_after(w, d, ts, 15, 60);
    return true;
}

bool rgs_sim_sgs_step(struct rgs_sim_world *w, struct rgs_sim_dialogue *d, int64_t ts)
{
    return d->kind == RGS_SIM_SGS_ATTACH ? attach_step(w, d, ts) : deliver_step(w, d, ts);
}
