/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SMS_UD_H
#define RGS_SMS_UD_H

#include "event/dissect.h"

/* TP-UDL when the carrier does not tell it. */
#define RGS_UDL_UNKNOWN SIZE_MAX

/*
 * TP-User-Data, TS 23.040 9.2.3.24, to text and concat_* of op. udl counts septets when the
 * alphabet is the 7-bit one, octets otherwise.
 */
void rgs_ud_read(struct rgs_dissect *d, struct rgs_op *op, uint8_t dcs, bool udhi, size_t udl,
                 struct rgs_bytes ud);

#endif
