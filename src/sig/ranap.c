/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RANAP between RNC and core network, TS 25.413, in aligned PER (ITU-T X.691). All messages have
 * one shape, a list of numbered elements of open type, so that those that are not read here are
 * passed over by their length.
 */
#include "sig/gsm_l3.h"
#include "sig/per.h"

/* Elementary procedures, TS 25.413 9.3.6: those that name a subscriber or carry a message of his.
 */
enum {
    RELOCATION_RESOURCE_ALLOCATION = 3,
    PAGING = 14,
    COMMON_ID = 15,
    LOCATION_REPORT = 18,
    INITIAL_UE_MESSAGE = 19,
    DIRECT_TRANSFER = 20,
};

struct message {
    struct rgs_l3_subscriber *who;
    struct rgs_bytes nas;
};

/* 9.2.3.6: one octet of options, PLMN and LAC. */
static void lai(void *message, struct rgs_per *p)
{
    struct message *m = message;
    struct rgs_reader *r = &p->r;

    rgs_skip(r, 1);
    struct rgs_bytes plmn = rgs_take(r, 3);
    uint16_t lac = rgs_be16(r);
    /* The service area, when it is there too, says more. */
    if (rgs_reader_ok(r) && m->who->cell.n == 0)
        rgs_l3_place(m->who, plmn.p, lac, false, 0);
}

/* 9.2.3.9: the service area code stands for the cell. */
static void sai(void *message, struct rgs_per *p)
{
    struct message *m = message;
    struct rgs_reader *r = &p->r;

    rgs_skip(r, 1);
    struct rgs_bytes plmn = rgs_take(r, 3);
    uint16_t lac = rgs_be16(r), sac = rgs_be16(r);
    if (rgs_reader_ok(r))
        rgs_l3_place(m->who, plmn.p, lac, true, sac);
}

/* 9.2.3.10: a choice, whose first form is a service area; its octet of options goes with the
 * choice. */
static void area_identity(void *message, struct rgs_per *p)
{
    if ((rgs_peek_u8(&p->r) & 0xc0) == 0)
        sai(message, p);
}

/* 9.2.3.1: a choice of one, three bits of length above the least of three octets, and TBCD digits.
 */
static void permanent_identity(void *message, struct rgs_per *p)
{
    struct message *m = message;
    struct rgs_reader *r = &p->r;
    unsigned head = rgs_u8(r);
    struct rgs_bytes imsi = rgs_take(r, 3 + (head >> 4 & 7));
    struct rgs_digits digits = rgs_tbcd(imsi);

    if (!rgs_reader_ok(r) || head & 0x80 || digits.n < 6 || digits.n > 15)
        return;
    m->who->imsi = digits;
}

/* 9.2.3.2: TMSI or P-TMSI, four octets each. */
static void temporary_identity(void *message, struct rgs_per *p)
{
    struct message *m = message;
    struct rgs_reader *r = &p->r;

    rgs_skip(r, 1);
    m->who->tmsi = rgs_be32(r);
    m->who->has_tmsi = rgs_reader_ok(r);
}

/* 9.2.3.5: a string of octets with its own length. */
static void nas_pdu(void *message, struct rgs_per *p)
{
    struct message *m = message;
    struct rgs_reader *r = &p->r;

    m->nas = rgs_take(r, rgs_per_length(r));
}

/* Elements by their number, TS 25.413 9.3.6. */
static const struct rgs_per_row elements[] = {
    {0, area_identity},       {15, lai}, {16, nas_pdu},
    {23, permanent_identity}, {58, sai}, {64, temporary_identity},
};

void *rgs_ranap_new(const struct rgs_capacity *c, const struct rgs_alloc *alloc)
{
    return rgs_l3_state_new(c, alloc);
}

void rgs_ranap_del(void *state, const struct rgs_alloc *alloc)
{
    rgs_l3_state_del(state, alloc);
}

static bool is_read(uint8_t procedure)
{
    return procedure == RELOCATION_RESOURCE_ALLOCATION || procedure == PAGING ||
           procedure == COMMON_ID || procedure == LOCATION_REPORT ||
           procedure == INITIAL_UE_MESSAGE || procedure == DIRECT_TRANSFER;
}

enum rgs_outcome rgs_ranap(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_l3_state *s = d->state[RGS_LAYER_RANAP];
    struct rgs_l3_subscriber paged = {0};
    struct rgs_per_message in;

    if (!rgs_per_message(payload, &in)) {
        rgs_anomaly(d, RGS_A_RANAP_BAD);
        return RGS_BAD;
    }
    if (!is_read(in.procedure))
        return RGS_UNSUPPORTED;
    RGS_SET(&d->op, PROTO, proto, "ranap");
    struct message m = {
        .who = in.procedure == PAGING
                   ? &paged
                   : rgs_l3_of(s, d, RGS_HAS(&d->op, DIALOGUE) ? &d->op.dialogue : NULL)};
    for (unsigned bad = rgs_per_walk(&in, elements, sizeof(elements) / sizeof(elements[0]), &m);
         bad; bad--)
        rgs_anomaly(d, RGS_A_RANAP_BAD);
    if (in.procedure == PAGING)
        rgs_l3_page(s, d, &paged);
    return m.nas.n ? rgs_gsm_l3(d, m.nas, s, m.who) : RGS_OK;
}
