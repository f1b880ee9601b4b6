/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCCP called and calling party addresses (ITU-T Q.713 3.4, ANSI T1.112.3 3.4). */
#ifndef RGS_SIG_SCCP_ADDR_H
#define RGS_SIG_SCCP_ADDR_H

#include "base/reader.h"
#include "base/value.h"

struct rgs_sccp_addr {
    bool has_pc, has_ssn, has_gt;
    uint8_t ssn;
    uint32_t pc;
    struct rgs_digits gt;
};

/*
 * False when the address is broken; what could be read is in *a. point_code: one of the routing
 * label, whose size tells that of the address's, which is national; 0 when there is none.
 */
bool rgs_sccp_addr(struct rgs_bytes b, uint32_t point_code, struct rgs_sccp_addr *a);

#endif
