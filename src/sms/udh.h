/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SMS_UDH_H
#define RGS_SMS_UDH_H

#include "base/gsm7.h"
#include "event/dissect.h"

struct rgs_udh {
    size_t octets;        /* with the length octet */
    struct rgs_gsm7 gsm7; /* tables in force */
    bool too_long;        /* longer than the user data: where the text begins is not known */
    bool ports; /* application port addressing: the rest is not meant to be read by people */
};

/*
 * TP-User-Data-Header, TS 23.040 9.2.3.24: sets concat_* of op. A header whose elements do not add
 * up to its length is passed over as a whole, as the standard says.
 */
struct rgs_udh rgs_udh_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes user_data);

#endif
