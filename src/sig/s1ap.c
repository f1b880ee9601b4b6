/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * S1AP between eNodeB and MME, TS 36.413, in aligned PER. The identities, places and mobility
 * messages in it are read from whatever procedure carries them.
 */
#include "sig/nas.h"
#include "sig/per.h"
#include "sig/plmn.h"

/* Elementary procedures, TS 36.413 9.3.7. */
enum { PAGING = 10, INITIAL_UE_MESSAGE = 12 };

struct message {
    struct rgs_nas_carrier to;
    bool has_cell;
    bool has_s_tmsi;
    uint8_t mmec;
    uint32_t m_tmsi;
    uint8_t plmn[3]; /* of the tracking area */
    bool has_plmn;
};

/* 9.2.3.4 */
static void enb_ue_id(void *message, struct rgs_per *p)
{
    struct message *m = message;

    m->to.ue = rgs_per_integer(p, 3);
    m->to.has_ue = rgs_reader_ok(&p->r);
}

/* 9.2.3.5 */
static void nas_pdu(void *message, struct rgs_per *p)
{
    struct message *m = message;

    m->to.nas = rgs_per_string(p);
}

/* 9.2.3.16: the cell, where it is told, says more. */
static void tai(void *message, struct rgs_per *p)
{
    struct message *m = message;

    rgs_per_bits(p, 2);
    struct rgs_bytes plmn = rgs_per_octets(p, 3);
    uint16_t tac = rgs_be16(&p->r);

    if (!rgs_reader_ok(&p->r))
        return;
    memcpy(m->plmn, plmn.p, 3);
    m->has_plmn = true;
    if (!m->has_cell)
        rgs_l3_place(&m->to.says, plmn.p, tac, false, 0);
}

/* 9.2.1.38 */
static void e_cgi(void *message, struct rgs_per *p)
{
    struct message *m = message;

    rgs_per_bits(p, 2);
    struct rgs_bytes plmn = rgs_per_octets(p, 3);
    uint64_t cell = rgs_per_bit_string(p, 28);

    if (!rgs_reader_ok(&p->r))
        return;
    rgs_l3_place(&m->to.says, plmn.p, cell, false, 0);
    m->has_cell = true;
}

/* 9.2.3.6 */
static void s_tmsi(void *message, struct rgs_per *p)
{
    struct message *m = message;

    rgs_per_bits(p, 2);
    m->mmec = (uint8_t)rgs_per_bits(p, 8);
    struct rgs_bytes tmsi = rgs_per_octets(p, 4);
    struct rgs_reader r = rgs_reader(tmsi);

    m->m_tmsi = rgs_be32(&r);
    m->has_s_tmsi = rgs_reader_ok(&p->r);
}

/* 9.2.3.13: S-TMSI, or the IMSI of somebody who has none (9.2.3.11). */
static void paging_identity(void *message, struct rgs_per *p)
{
    struct message *m = message;
    enum { CHOICE_IMSI = 1 };
    bool extended = rgs_per_bits(p, 1);

    if (extended || rgs_per_bits(p, 1) != CHOICE_IMSI)
        return;
    unsigned n = 3 + rgs_per_bits(p, 3);
    struct rgs_digits imsi = rgs_tbcd(rgs_per_octets(p, n));
    if (rgs_reader_ok(&p->r) && imsi.n >= 6 && imsi.n <= 15)
        m->to.says.imsi = imsi;
}

/* E-RAB level QoS parameters, 9.2.1.15. */
static void skip_qos(struct rgs_per *p)
{
    bool extended = rgs_per_bits(p, 1), has_gbr = rgs_per_bits(p, 1), has_more = rgs_per_bits(p, 1);

    rgs_per_octets(p, 1); /* QCI */
    bool arp_extended = rgs_per_bits(p, 1), arp_more = rgs_per_bits(p, 1);
    rgs_per_bits(p, 4 + 1 + 1); /* priority and pre-emption, 9.2.1.60 */
    /* Bit rates and extensions come with dedicated bearers, which nobody is attached by. */
    if (extended || has_gbr || has_more || arp_extended || arp_more)
        rgs_reader_fail(&p->r);
}

/* 9.1.4.1: what the bearer that is set up brings to the mobile, ATTACH ACCEPT above all. */
static void bearer(struct message *m, struct rgs_bytes item)
{
    struct rgs_per p = rgs_per(item);

    bool extended = rgs_per_bits(&p, 1), has_nas = rgs_per_bits(&p, 1);
    rgs_per_bits(&p, 1);     /* extensions come last */
    rgs_per_bits(&p, 1 + 4); /* E-RAB identity, 9.2.1.2 */
    skip_qos(&p);
    bool address_extended = rgs_per_bits(&p, 1);
    unsigned bits = rgs_per_bits(&p, 8) + 1; /* transport layer address, 9.2.2.1 */
    rgs_per_octets(&p, (bits + 7) / 8);
    rgs_per_octets(&p, 4); /* GTP-TEID, 9.2.2.2 */
    if (!has_nas || extended || address_extended || !rgs_reader_ok(&p.r))
        return;
    struct rgs_bytes nas = rgs_per_string(&p);
    if (nas.n && m->to.nas.n == 0)
        m->to.nas = nas;
}

/* 9.1.4.1: a list of single elements, the count (less one) in front. */
static void bearers(void *message, struct rgs_per *p)
{
    struct message *m = message;
    enum { ITEM = 52 };

    for (unsigned n = rgs_u8(&p->r) + 1u; n && rgs_left(&p->r); n--) {
        uint16_t id = rgs_be16(&p->r);
        rgs_skip(&p->r, 1); /* criticality */
        struct rgs_bytes item = rgs_take(&p->r, rgs_per_length(&p->r));
        if (id == ITEM && rgs_reader_ok(&p->r))
            bearer(m, item);
    }
}

/* Elements by their number, TS 36.413 9.3.7. */
static const struct rgs_per_row elements[] = {
    {8, enb_ue_id}, {24, bearers}, {26, nas_pdu}, {43, paging_identity},
    {67, tai},      {96, s_tmsi},  {100, e_cgi},
};

void *rgs_s1ap_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    return rgs_l3_state_new(c, alloc);
}

void rgs_s1ap_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_l3_state_del(state, alloc);
}

enum rgs_outcome rgs_s1ap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_per_message in;
    struct message m = {0};

    if (!rgs_per_message(payload, &in)) {
        rgs_anomaly(d, RGS_A_S1AP_BAD);
        return RGS_BAD;
    }
    for (unsigned bad = rgs_per_walk(&in, elements, sizeof(elements) / sizeof(elements[0]), &m);
         bad; bad--)
        rgs_anomaly(d, RGS_A_S1AP_BAD);
    if (in.procedure == PAGING && m.to.says.imsi.n) {
        RGS_SET(&d->op, PROTO, proto, "nas");
        rgs_l3_emit(d, &m.to.says, "Paging", "request");
        return RGS_OK;
    }
    m.to.initial = in.procedure == INITIAL_UE_MESSAGE;
    if (m.has_s_tmsi && m.has_plmn)
        rgs_nas_temporary(&m.to.says, m.m_tmsi, m.plmn, m.mmec);
    return rgs_nas_carry(d, d->state[RGS_LAYER_S1AP], &m.to, rgs_nas_eps);
}
