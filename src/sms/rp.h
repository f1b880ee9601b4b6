/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TS 24.011: the relay (RP) and control (CP) protocols between mobile and network. */
#ifndef RGS_SMS_RP_H
#define RGS_SMS_RP_H

#include "event/dissect.h"

/* to_mobile is what the carrier says; the message type decides, and a difference is an anomaly. */
enum rgs_outcome rgs_rp_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes rp,
                             bool to_mobile);
enum rgs_outcome rgs_cp_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes cp,
                             bool to_mobile);

/* Names of causes, TS 24.011 8.2.5.4 and 8.1.4.2; NULL when not defined. */
const char *rgs_rp_cause(uint8_t value);
const char *rgs_cp_cause(uint8_t value);

#endif
