/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/sms.h"

#include "sms/rp.h"
#include "sms/smpp_text.h"
#include "sms/text.h"
#include "sms/tpdu.h"
#include "sms/ud.h"

enum rgs_outcome rgs_sms_decode(struct rgs_dissect *d, struct rgs_op *op)
{
    if (!RGS_HAS(op, SM))
        return RGS_OK;
    struct rgs_bytes sm = op->sm;
    enum rgs_sm_kind kind = RGS_HAS(op, SM_KIND) ? (enum rgs_sm_kind)op->sm_kind : RGS_SM_NONE;
    uint8_t dcs = RGS_HAS(op, DCS) ? op->dcs : 0;

    switch (kind) {
    case RGS_SM_TPDU_MT:
    case RGS_SM_TPDU_MO:
        return rgs_tpdu_read(d, op, sm, kind == RGS_SM_TPDU_MT, RGS_REPORT_UNKNOWN);
    case RGS_SM_RP_MT:
    case RGS_SM_RP_MO:
        return rgs_rp_read(d, op, sm, kind == RGS_SM_RP_MT);
    case RGS_SM_CP_MT:
    case RGS_SM_CP_MO:
        return rgs_cp_read(d, op, sm, kind == RGS_SM_CP_MT);
    case RGS_SM_SMPP:
    case RGS_SM_SMPP_UDHI:
        rgs_smpp_text(d, op, dcs, kind == RGS_SM_SMPP_UDHI, sm);
        return RGS_OK;
    case RGS_SM_IRA:
        rgs_text_gsm7_octets(d, op, &rgs_gsm7_default, sm);
        return RGS_OK;
    case RGS_SM_UD:
    case RGS_SM_UD_UDHI:
        rgs_ud_read(d, op, dcs, kind == RGS_SM_UD_UDHI, RGS_UDL_UNKNOWN, sm);
        return RGS_OK;
    case RGS_SM_UTF8:
        rgs_text_utf8(d, op, sm);
        return RGS_OK;
    case RGS_SM_NONE:
        break;
    }
    return RGS_UNSUPPORTED;
}
