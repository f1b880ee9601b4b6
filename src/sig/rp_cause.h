/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SIG_RP_CAUSE_H
#define RGS_SIG_RP_CAUSE_H

#include <stdint.h>

/* Names of causes, TS 24.011 8.2.5.4 and 8.1.4.2; NULL when not defined. */
const char *rgs_rp_cause(uint8_t value);
const char *rgs_cp_cause(uint8_t value);

#endif
