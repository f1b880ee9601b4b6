/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/rp.h"

#include "sig/rp_cause.h"

#include "sms/address.h"
#include "sms/text.h"
#include "sms/tpdu.h"

/* RP message type, TS 24.011 8.2.2: bit 0 is set from network to mobile. */
enum { RP_DATA = 0, RP_ACK = 2, RP_ERROR = 4, RP_SMMA = 6, RP_TO_MOBILE = 1 };
/* CP message type, 8.1.3. */
enum { CP_DATA = 0x01, CP_ACK = 0x04, CP_ERROR = 0x10 };
/* RP-User Data as an optional element, 7.3.3. */
enum { IEI_RP_USER_DATA = 0x41 };

static struct rgs_bytes lv(struct rgs_reader *r)
{
    return rgs_take(r, rgs_u8(r));
}

static void service_centre(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes content)
{
    struct rgs_sms_address a = rgs_rp_address(content);
    if (a.bad)
        rgs_sms_anomaly(d, op, RGS_A_SMS_ADDRESS);
    if (a.name.n && !RGS_HAS(op, SMSC))
        RGS_SET(op, SMSC, smsc, a.name);
}

/* 7.3.1: the service centre is the originator towards the mobile and the destination from it. */
static enum rgs_outcome rp_data(struct rgs_dissect *d, struct rgs_op *op, struct rgs_reader *r,
                                bool to_mobile)
{
    struct rgs_bytes oa = lv(r), da = lv(r), tpdu = lv(r);

    service_centre(d, op, to_mobile ? oa : da);
    if (!rgs_reader_ok(r)) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_SHORT);
        return RGS_SHORT;
    }
    return rgs_tpdu_read(d, op, tpdu, to_mobile, RGS_REPORT_UNKNOWN);
}

/* 7.3.3 and 7.3.4: a report may follow as an optional element. */
static enum rgs_outcome rp_report(struct rgs_dissect *d, struct rgs_op *op, struct rgs_reader *r,
                                  bool to_mobile, enum rgs_tpdu_report report)
{
    if (rgs_left(r) == 0)
        return RGS_OK;
    uint8_t id = rgs_u8(r);
    struct rgs_bytes tpdu = lv(r);
    if (!rgs_reader_ok(r)) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_SHORT);
        return RGS_SHORT;
    }
    if (id != IEI_RP_USER_DATA) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_RP);
        return RGS_BAD;
    }
    return tpdu.n ? rgs_tpdu_read(d, op, tpdu, to_mobile, report) : RGS_OK;
}

static enum rgs_outcome rp_error(struct rgs_dissect *d, struct rgs_op *op, struct rgs_reader *r,
                                 bool to_mobile)
{
    struct rgs_bytes cause = lv(r); /* 8.2.5.4 */
    if (!rgs_reader_ok(r) || cause.n == 0) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_SHORT);
        return RGS_SHORT;
    }
    const char *name = rgs_rp_cause(cause.p[0] & 0x7f);
    if (name)
        RGS_SET(op, RESULT, result, name);
    else
        rgs_sms_anomaly(d, op, RGS_A_SMS_RP);
    return rp_report(d, op, r, to_mobile, RGS_REPORT_ERROR);
}

enum rgs_outcome rgs_rp_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes rp,
                             bool to_mobile)
{
    struct rgs_reader r = rgs_reader(rp);
    uint8_t type = rgs_u8(&r) & 7;

    rgs_skip(&r, 1); /* message reference, 8.2.3 */
    if (!rgs_reader_ok(&r)) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_SHORT);
        return RGS_SHORT;
    }
    if ((type & RP_TO_MOBILE) != to_mobile)
        rgs_sms_anomaly(d, op, RGS_A_SMS_RP);
    to_mobile = type & RP_TO_MOBILE;
    switch (type & ~RP_TO_MOBILE) {
    case RP_DATA:
        return rp_data(d, op, &r, to_mobile);
    case RP_ACK:
        return rp_report(d, op, &r, to_mobile, RGS_REPORT_ACK);
    case RP_ERROR:
        return rp_error(d, op, &r, to_mobile);
    default: /* RP-SMMA, from the mobile only */
        if (to_mobile)
            rgs_sms_anomaly(d, op, RGS_A_SMS_RP);
        return to_mobile ? RGS_BAD : RGS_OK;
    }
}

enum rgs_outcome rgs_cp_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes cp,
                             bool to_mobile)
{
    struct rgs_reader r = rgs_reader(cp);
    uint8_t type = rgs_u8(&r);
    struct rgs_bytes content = {0};
    uint8_t cause = 0;

    switch (type) {
    case CP_DATA:
        content = lv(&r);
        break;
    case CP_ACK:
        break;
    case CP_ERROR:
        cause = rgs_u8(&r);
        break;
    default:
        rgs_sms_anomaly(d, op, cp.n ? RGS_A_SMS_CP : RGS_A_SMS_SHORT);
        return RGS_BAD;
    }
    if (!rgs_reader_ok(&r)) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_SHORT);
        return RGS_SHORT;
    }
    if (type == CP_DATA)
        return rgs_rp_read(d, op, content, to_mobile);
    if (type == CP_ERROR && rgs_cp_cause(cause))
        RGS_SET(op, RESULT, result, rgs_cp_cause(cause));
    return RGS_OK;
}
