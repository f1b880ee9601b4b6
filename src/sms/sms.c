/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/sms.h"

enum rgs_outcome rgs_sms_decode(struct rgs_dissect *d, struct rgs_op *op)
{
    return RGS_HAS(op, SM) ? RGS_UNSUPPORTED : RGS_OK;
}
