/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SMS_TPDU_H
#define RGS_SMS_TPDU_H

#include "event/dissect.h"

/* Whether a report carries TP-Failure-Cause: RP-ACK brings none, RP-ERROR does, MAP and SIP do not
 * say. */
enum rgs_tpdu_report { RGS_REPORT_UNKNOWN, RGS_REPORT_ACK, RGS_REPORT_ERROR };

/* A TPDU of TS 23.040 9.2.2, towards the mobile or from it, into op. */
enum rgs_outcome rgs_tpdu_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes tpdu,
                               bool to_mobile, enum rgs_tpdu_report report);

#endif
