/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mobile identity of TS 24.008 10.5.1.4, which BSSAP, SGsAP, GSUP and the mobility layers
 * share. */
#ifndef RGS_SIG_IDENTITY_H
#define RGS_SIG_IDENTITY_H

#include "event/op.h"

/* TS 24.008 table 10.5.4 */
enum rgs_identity_type {
    RGS_IDENTITY_NONE = 0,
    RGS_IDENTITY_IMSI = 1,
    RGS_IDENTITY_IMEI = 2,
    RGS_IDENTITY_IMEISV = 3,
    RGS_IDENTITY_TMSI = 4,
};

/* The value part, behind the length. Digits are empty for a TMSI or when malformed. */
enum rgs_identity_type rgs_mobile_identity(struct rgs_bytes value, struct rgs_digits *digits);

/* Sets imsi or imei of op from such a value. */
void rgs_set_identity(struct rgs_op *op, struct rgs_bytes value);

#endif
