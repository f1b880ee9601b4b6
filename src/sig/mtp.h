/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What M3UA, M2PA, M2UA and MTP3 share: the routing label, and the way to the MTP users. */
#ifndef RGS_SIG_MTP_H
#define RGS_SIG_MTP_H

#include "event/dissect.h"

struct rgs_mtp_label {
    uint32_t opc, dpc;
    uint8_t si; /* service indicator, ITU-T Q.704 14.2.1 */
};

/* Hands the message of an MTP user on to its layer. */
enum rgs_outcome rgs_mtp_user(struct rgs_dissect *d, const struct rgs_mtp_label *label,
                              struct rgs_bytes payload);

/* True when the message is SCCP as far as its type, pointers and lengths tell. */
bool rgs_sccp_sound(struct rgs_bytes m);

#endif
