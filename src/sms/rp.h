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

#endif
