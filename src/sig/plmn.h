/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network and cell identities as TS 24.008 and TS 23.003 code them. */
#ifndef RGS_SIG_PLMN_H
#define RGS_SIG_PLMN_H

#include "base/value.h"

/* MCC and MNC out of three octets (TS 24.008 10.5.1.3); false when they are no digits. */
bool rgs_plmn(const uint8_t b[3], struct rgs_digits *plmn);

/* "MCC-MNC-LAC-CI", or "MCC-MNC-LAC" without ci: also TAC, and the cell identities of LTE and NR,
 * which need no area. */
struct rgs_name rgs_cell_name(const struct rgs_digits *plmn, uint64_t lac, bool has_ci,
                              uint64_t ci);

#endif
