/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_SMS_ADDRESS_H
#define RGS_SMS_ADDRESS_H

#include "base/reader.h"
#include "base/value.h"

struct rgs_sms_address {
    uint8_t ton; /* type of number, TS 23.040 9.1.2.5 */
    uint8_t npi;
    struct rgs_name name; /* digits, or the text of an alphanumeric address */
    bool bad;             /* the length or a digit cannot be */
};

/* Address field of a TPDU, TS 23.040 9.1.2.5: the length counts semi-octets. */
struct rgs_sms_address rgs_sms_address(struct rgs_reader *r);
/* RP-Originator and RP-Destination Address, TS 24.011 8.2.5.1: type and BCD digits up to the end.
 */
struct rgs_sms_address rgs_rp_address(struct rgs_bytes content);

#endif
