/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SMPP 3.3 to 5.0 as a stream: how long a PDU is, and whether a flow speaks it. */
#ifndef RGS_SIG_SMPP_H
#define RGS_SIG_SMPP_H

#include "event/dissect.h"

enum {
    /* message_payload holds 65535 octets; the fields and TLVs around it, a full submit_multi
       included, fit in the rest. */
    RGS_SMPP_MAX_PDU = 72 * 1024,
};

long rgs_smpp_length(struct rgs_bytes head);
enum rgs_probe rgs_smpp_probe(struct rgs_bytes head);

#endif
