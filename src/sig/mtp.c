/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/mtp.h"

enum { SI_SCCP = 3 }; /* ITU-T Q.704 14.2.1 */

enum rgs_outcome rgs_mtp_user(struct rgs_dissect *d, const struct rgs_mtp_label *label,
                              struct rgs_bytes payload)
{
    RGS_SET(&d->op, OPC, opc, label->opc);
    RGS_SET(&d->op, DPC, dpc, label->dpc);
    if ((label->si & 0xf) != SI_SCCP)
        return RGS_UNSUPPORTED;
    return rgs_hand_on(d, RGS_LAYER_SCCP, payload);
}
