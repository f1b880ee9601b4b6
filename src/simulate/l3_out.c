/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/l3_out.h"

void rgs_put_tbcd(struct rgs_wire *m, const struct rgs_digits *d, unsigned from)
{
    for (unsigned i = from; i < d->n; i += 2) {
        unsigned high = i + 1u < d->n ? (unsigned)(d->d[i + 1] - '0') : 0xf;
        rgs_put8(m, high << 4 | (unsigned)(d->d[i] - '0'));
    }
}

void rgs_put_mobile_identity(struct rgs_wire *m, const struct rgs_digits *d, unsigned type)
{
    rgs_put8(m, 1u + d->n / 2u);
    rgs_put8(m, (unsigned)(d->d[0] - '0') << 4 | (d->n & 1 ? 8u : 0u) | type);
    rgs_put_tbcd(m, d, 1);
}

void rgs_put_plmn(struct rgs_wire *m, const struct rgs_digits *plmn)
{
    unsigned d[6];

    for (unsigned i = 0; i < 6; i++)
        d[i] = i < plmn->n ? (unsigned)(plmn->d[i] - '0') : 0xf;
    rgs_put8(m, d[1] << 4 | d[0]);
    rgs_put8(m, d[5] << 4 | d[2]);
    rgs_put8(m, d[4] << 4 | d[3]);
}

void rgs_put_rp_data(struct rgs_wire *m, bool up, const struct rgs_digits *smsc, unsigned reference,
                     struct rgs_bytes tpdu)
{
    rgs_put8(m, up ? 0x00 : 0x01);
    rgs_put8(m, reference);
    if (up)
        rgs_put8(m, 0); /* no originator address from the mobile */
    rgs_put8(m, 1 + (smsc->n + 1u) / 2);
    rgs_put8(m, 0x91);
    rgs_put_tbcd(m, smsc, 0);
    if (!up)
        rgs_put8(m, 0); /* no destination address towards the mobile */
    rgs_put8(m, (unsigned)tpdu.n);
    rgs_put_bytes(m, tpdu);
}

void rgs_put_rp_ack(struct rgs_wire *m, bool up, unsigned reference)
{
    rgs_put8(m, up ? 0x02 : 0x03);
    rgs_put8(m, reference);
}

void rgs_put_cp_rp_data(struct rgs_wire *m, const struct rgs_digits *smsc, unsigned reference,
                        struct rgs_bytes tpdu)
{
    unsigned address = 1 + (smsc->n + 1u) / 2;

    rgs_put16(m, 0x0901); /* transaction identifier 0, SMS; CP-DATA */
    rgs_put8(m, (unsigned)(5 + address + tpdu.n));
    rgs_put_rp_data(m, false, smsc, reference, tpdu);
}

void rgs_put_cp_rp_ack(struct rgs_wire *m, unsigned reference)
{
    rgs_put16(m, 0x8901); /* CP-DATA, mobile to network */
    rgs_put8(m, 2);
    rgs_put_rp_ack(m, true, reference);
}
