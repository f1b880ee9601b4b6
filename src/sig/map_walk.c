/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks the parameter of a MAP or CAP operation along its table of elements. */
#include "sig/map.h"

#include "sig/plmn.h"

enum {
    MAX_DEPTH = 6,     /* of the tables' structures */
    SHORTEST_IMSI = 6, /* MCC, MNC and something that names a subscriber (TS 23.003 2.2) */
};

/* AddressString: nature and plan, then TBCD (TS 29.002 17.7.8). */
static struct rgs_digits address(struct rgs_bytes b)
{
    return rgs_tbcd(rgs_bytes_from(b, 1));
}

static void set_imsi(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_digits v = rgs_tbcd(b);

    if (v.n < SHORTEST_IMSI || v.n > 16 || !rgs_digits_decimal(&v)) {
        rgs_anomaly(d, RGS_A_MAP_IDENTITY);
        return;
    }
    RGS_SET(&d->op, IMSI, imsi, v);
}

static void set_imei(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_digits v = rgs_tbcd(b);

    if (v.n < 14 || v.n > 16 || !rgs_digits_decimal(&v)) {
        rgs_anomaly(d, RGS_A_MAP_IDENTITY);
        return;
    }
    RGS_SET(&d->op, IMEI, imei, v);
}

/* CellGlobalIdOrServiceAreaIdFixedLength (7 octets) or LAIFixedLength (5), TS 29.002 17.7.8. */
static void set_cell(struct rgs_dissect *d, struct rgs_bytes b)
{
    struct rgs_digits plmn;

    if ((b.n != 7 && b.n != 5) || !rgs_plmn(b.p, &plmn)) {
        rgs_anomaly(d, RGS_A_MAP_IDENTITY);
        return;
    }
    uint32_t lac = (uint32_t)b.p[3] << 8 | b.p[4];
    uint32_t ci = b.n == 7 ? (uint32_t)b.p[5] << 8 | b.p[6] : 0;
    RGS_SET(&d->op, SERVING_PLMN, serving_plmn, plmn);
    RGS_SET(&d->op, CELL, cell, rgs_cell_name(&plmn, lac, b.n == 7, ci));
}

static void element(struct rgs_dissect *d, uint8_t what, const struct rgs_ber *t)
{
    struct rgs_op *op = &d->op;
    struct rgs_bytes v = rgs_ber_octets(d, t);
    struct rgs_digits digits;

    /* Half of an identity is another identity; half of a message is still worth reading. */
    if (v.n == 0 || (t->cut && what != RGS_MAP_SM))
        return;
    switch (what) {
    case RGS_MAP_IMSI:
        set_imsi(d, v);
        break;
    case RGS_MAP_IMEI:
        set_imei(d, v);
        break;
    case RGS_MAP_CELL:
        set_cell(d, v);
        break;
    case RGS_MAP_SM:
        RGS_SET(op, SM, sm, v);
        break;
    case RGS_MAP_MSISDN:
        digits = address(v);
        if (digits.n)
            RGS_SET(op, MSISDN, msisdn, digits);
        break;
    case RGS_MAP_SMSC:
        digits = address(v);
        if (digits.n)
            RGS_SET(op, SMSC, smsc, rgs_name_digits(&digits));
        break;
    case RGS_MAP_NODE:
    case RGS_MAP_OTHER_NODE:
        digits = address(v);
        if (digits.n && (what == RGS_MAP_NODE || !RGS_HAS(op, SERVING_NODE)))
            RGS_SET(op, SERVING_NODE, serving_node, rgs_name_digits(&digits));
        break;
    case RGS_MAP_DA:
        digits = address(v);
        if (digits.n)
            RGS_SET(op, DA, da, rgs_name_digits(&digits));
        break;
    case RGS_MAP_OA:
        digits = address(v);
        if (digits.n)
            RGS_SET(op, OA, oa, rgs_name_digits(&digits));
        break;
    case RGS_MAP_PID:
        RGS_SET(op, PID, pid, v.p[0]);
        break;
    case RGS_MAP_DCS:
        RGS_SET(op, DCS, dcs, v.p[0]);
        break;
    default:
        break;
    }
}

static void elements(struct rgs_dissect *d, const struct rgs_map_ie *ies, struct rgs_bytes in,
                     unsigned depth)
{
    struct rgs_reader r = rgs_reader(in);
    struct rgs_ber t;
    uint32_t used = 0;

    while (rgs_ber_next(&r, &t)) {
        for (unsigned i = 0; ies[i].what != RGS_MAP_SKIP; i++) {
            if (ies[i].tag != t.tag || used >> i & 1)
                continue;
            used |= UINT32_C(1) << i;
            if (ies[i].what != RGS_MAP_INSIDE)
                element(d, ies[i].what, &t);
            else if (t.constructed && depth < MAX_DEPTH)
                elements(d, ies[i].inside, t.value, depth + 1);
            break;
        }
    }
    if (!rgs_reader_ok(&r))
        rgs_anomaly(d, RGS_A_MAP_SHORT);
}

void rgs_map_parameter(struct rgs_dissect *d, const struct rgs_map_parameter *p,
                       struct rgs_bytes in)
{
    struct rgs_reader r = rgs_reader(in);
    struct rgs_ber t;

    if (!rgs_ber_next(&r, &t))
        return;
    if (p->bare == RGS_MAP_INSIDE) {
        elements(d, p->ies, in, 0);
        return;
    }
    if (p->bare && (t.tag == RGS_BER_UNI(RGS_BER_OCTETS) || !t.constructed))
        element(d, p->bare, &t);
    else if (p->ies && t.constructed)
        elements(d, p->ies, t.value, 0);
    if (t.cut)
        rgs_anomaly(d, RGS_A_MAP_SHORT);
}
