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
static void lai(struct message *m, struct rgs_reader *r)
{
    rgs_skip(r, 1);
    struct rgs_bytes plmn = rgs_take(r, 3);
    uint16_t lac = rgs_be16(r);
    /* The service area, when it is there too, says more. */
    if (rgs_reader_ok(r) && m->who->cell.n == 0)
        rgs_l3_place(m->who, plmn.p, lac, false, 0);
}

/* 9.2.3.9: the service area code stands for the cell. */
static void sai(struct message *m, struct rgs_reader *r)
{
    rgs_skip(r, 1);
    struct rgs_bytes plmn = rgs_take(r, 3);
    uint16_t lac = rgs_be16(r), sac = rgs_be16(r);
    if (rgs_reader_ok(r))
        rgs_l3_place(m->who, plmn.p, lac, true, sac);
}

/* 9.2.3.10: a choice, whose first form is a service area; its octet of options goes with the
 * choice. */
static void area_identity(struct message *m, struct rgs_reader *r)
{
    if ((rgs_peek_u8(r) & 0xc0) == 0)
        sai(m, r);
}

/* 9.2.3.1: a choice of one, three bits of length above the least of three octets, and TBCD digits.
 */
static void permanent_identity(struct message *m, struct rgs_reader *r)
{
    unsigned head = rgs_u8(r);
    struct rgs_bytes imsi = rgs_take(r, 3 + (head >> 4 & 7));
    struct rgs_digits digits = rgs_tbcd(imsi);

    if (!rgs_reader_ok(r) || head & 0x80 || digits.n < 6 || digits.n > 15)
        return;
    m->who->imsi = digits;
}

/* 9.2.3.2: TMSI or P-TMSI, four octets each. */
static void temporary_identity(struct message *m, struct rgs_reader *r)
{
    rgs_skip(r, 1);
    m->who->tmsi = rgs_be32(r);
    m->who->has_tmsi = rgs_reader_ok(r);
}

/* 9.2.3.5: a string of octets with its own length. */
static void nas_pdu(struct message *m, struct rgs_reader *r)
{
    m->nas = rgs_take(r, rgs_per_length(r));
}

/* Elements by their number, TS 25.413 9.3.6. */
static const struct {
    uint16_t id;
    void (*read)(struct message *, struct rgs_reader *);
} elements[] = {
    {0, area_identity},       {15, lai}, {16, nas_pdu},
    {23, permanent_identity}, {58, sai}, {64, temporary_identity},
};

static void element(struct rgs_dissect *d, struct message *m, uint16_t id, struct rgs_reader value)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        if (elements[i].id != id)
            continue;
        elements[i].read(m, &value);
        if (!rgs_reader_ok(&value))
            rgs_anomaly(d, RGS_A_RANAP_BAD);
    }
}

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
    struct rgs_bytes value;
    uint16_t id;

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
    while (rgs_per_element(&in, &id, &value))
        element(d, &m, id, rgs_reader(value));
    if (!rgs_reader_ok(&in.list))
        rgs_anomaly(d, RGS_A_RANAP_BAD);
    if (in.procedure == PAGING)
        rgs_l3_page(s, d, &paged);
    return m.nas.n ? rgs_gsm_l3(d, m.nas, s, m.who) : RGS_OK;
}
