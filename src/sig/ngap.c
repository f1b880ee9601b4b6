/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NGAP between NG-RAN node and AMF, TS 38.413, in aligned PER. The identities, places and mobility
 * messages in it are read from whatever procedure carries them.
 */
#include "sig/nas.h"
#include "sig/per.h"

/* Elementary procedures, TS 38.413 9.4.7. */
enum { INITIAL_UE_MESSAGE = 15 };

struct message {
    struct rgs_nas_carrier to;
    bool has_s_tmsi;
    uint16_t amf;
    uint32_t tmsi;
    uint8_t plmn[3]; /* of the tracking area */
    bool has_plmn;
};

/* 9.3.3.2 */
static void ran_ue_id(void *message, struct rgs_per *p)
{
    struct message *m = message;

    m->to.ue = rgs_per_integer(p, 4);
    m->to.has_ue = rgs_reader_ok(&p->r);
}

/* 9.3.3.4 */
static void nas_pdu(void *message, struct rgs_per *p)
{
    struct message *m = message;

    m->to.nas = rgs_per_string(p);
}

/* 9.3.3.20 */
static void s_tmsi(void *message, struct rgs_per *p)
{
    struct message *m = message;

    rgs_per_bits(p, 2);
    m->amf = (uint16_t)rgs_per_bits(p, 16); /* set and pointer */
    struct rgs_bytes tmsi = rgs_per_octets(p, 4);
    struct rgs_reader r = rgs_reader(tmsi);

    m->tmsi = rgs_be32(&r);
    m->has_s_tmsi = rgs_reader_ok(&p->r);
}

/* 9.3.1.16: the cell, of LTE (9.3.1.9) or NR (9.3.1.7), and the tracking area (9.3.3.11). */
static void location(void *message, struct rgs_per *p)
{
    struct message *m = message;
    enum { E_UTRA = 0, NR = 1 };
    unsigned access = rgs_per_bits(p, 2);

    if (access != E_UTRA && access != NR)
        return;
    rgs_per_bits(p, 3); /* extensions; the time stamp comes last */
    bool extended = rgs_per_bits(p, 1), has_more = rgs_per_bits(p, 1);
    struct rgs_bytes plmn = rgs_per_octets(p, 3);
    uint64_t cell = rgs_per_bit_string(p, access == NR ? 36 : 28);
    if (!rgs_reader_ok(&p->r))
        return;
    rgs_l3_place(&m->to.says, plmn.p, cell, false, 0);
    if (extended || has_more)
        return; /* the tracking area lies behind them */
    rgs_per_bits(p, 2);
    plmn = rgs_per_octets(p, 3);
    if (!rgs_reader_ok(&p->r))
        return;
    memcpy(m->plmn, plmn.p, 3);
    m->has_plmn = true;
}

/* Elements by their number, TS 38.413 9.4.7. */
static const struct rgs_per_row elements[] = {
    {26, s_tmsi},
    {38, nas_pdu},
    {85, ran_ue_id},
    {121, location},
};

void *rgs_ngap_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    return rgs_l3_state_new(c, alloc);
}

void rgs_ngap_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_l3_state_del(state, alloc);
}

enum rgs_outcome rgs_ngap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_per_message in;
    struct message m = {0};

    if (!rgs_per_message(payload, &in)) {
        rgs_anomaly(d, RGS_A_NGAP_BAD);
        return RGS_BAD;
    }
    for (unsigned bad = rgs_per_walk(&in, elements, sizeof(elements) / sizeof(elements[0]), &m);
         bad; bad--)
        rgs_anomaly(d, RGS_A_NGAP_BAD);
    m.to.initial = in.procedure == INITIAL_UE_MESSAGE;
    if (m.has_s_tmsi && m.has_plmn)
        rgs_nas_temporary(&m.to.says, m.tmsi, m.plmn, 0x10000u | m.amf);
    return rgs_nas_carry(d, d->state[RGS_LAYER_NGAP], &m.to, rgs_nas_5gs);
}
