/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identities, places and short messages as the layers between mobile and network write them. */
#ifndef RGS_SIMULATE_L3_OUT_H
#define RGS_SIMULATE_L3_OUT_H

#include "base/value.h"
#include "simulate/wire.h"

enum { RGS_IDENTITY_IS_IMSI = 1, RGS_IDENTITY_IS_IMEISV = 3 };

/* Digits two by two, the low nibble first, filled up with 1111: TBCD of TS 29.002 17.7.8. */
void rgs_put_tbcd(struct rgs_wire *m, const struct rgs_digits *d, unsigned from);
/* Length and value of a mobile identity, TS 24.008 10.5.1.4: the first digit beside the type. */
void rgs_put_mobile_identity(struct rgs_wire *m, const struct rgs_digits *d, unsigned type);
/* MCC and MNC, TS 24.008 10.5.1.3. */
void rgs_put_plmn(struct rgs_wire *m, const struct rgs_digits *plmn);
/* RP-DATA to the mobile or (up) from it, TS 24.011 7.3.1. */
void rgs_put_rp_data(struct rgs_wire *m, bool up, const struct rgs_digits *smsc, unsigned reference,
                     struct rgs_bytes tpdu);
/* RP-ACK, 7.3.3. */
void rgs_put_rp_ack(struct rgs_wire *m, bool up, unsigned reference);
/* CP-DATA with RP-DATA to the mobile: 7.2.1. */
void rgs_put_cp_rp_data(struct rgs_wire *m, const struct rgs_digits *smsc, unsigned reference,
                        struct rgs_bytes tpdu);
/* CP-DATA with the RP-ACK of the mobile. */
void rgs_put_cp_rp_ack(struct rgs_wire *m, unsigned reference);

#endif
