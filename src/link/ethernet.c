/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/link.h"

enum rgs_outcome rgs_ethernet(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);

    rgs_skip(&r, 12); /* destination and source address */
    uint16_t type = rgs_be16(&r);
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return rgs_ethertype(d, type, rgs_rest(&r));
}

/* One tag of IEEE 802.1Q 9.6; a stack of them is one layer each. */
enum rgs_outcome rgs_vlan(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);

    rgs_skip(&r, 2); /* priority, drop eligibility, VLAN identifier */
    uint16_t type = rgs_be16(&r);
    if (!rgs_reader_ok(&r))
        return rgs_link_short(d);
    return rgs_ethertype(d, type, rgs_rest(&r));
}
