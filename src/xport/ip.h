/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RGS_XPORT_IP_H
#define RGS_XPORT_IP_H

#include "event/dissect.h"

/* Hands on what an IP protocol number announces, behind extension headers and AH if there are any.
 */
enum rgs_outcome rgs_ip_payload(struct rgs_dissect *d, uint8_t protocol, struct rgs_bytes payload);

#endif
