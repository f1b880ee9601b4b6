/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/dissect.h"
#include "link/link.h"

enum rgs_outcome rgs_ethernet(struct rgs_dissect *d, struct rgs_bytes frame)
{
    struct rgs_reader r = rgs_reader(frame);

    rgs_skip(&r, 12); /* destination and source address */
    uint16_t type = rgs_be16(&r);
    if (!rgs_reader_ok(&r))
        return RGS_SHORT;
    return rgs_ethertype(d, type, rgs_rest(&r));
}
