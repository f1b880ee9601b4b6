/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SUA, RFC 3868: SCCP's services over SCTP, its addresses as parameters. */
#include "sig/adaptation.h"
#include "sig/sccp.h"

enum {
    CLASS_CONNECTIONLESS = 7, /* RFC 3868 3.1.2 */
    CLASS_CONNECTION = 8,
    TYPE_CLDT = 1,
    TYPE_CLDR = 2,
};

/* RFC 3868 3.10. */
enum {
    PARAM_SOURCE = 0x0102,
    PARAM_DESTINATION = 0x0103,
    PARAM_CAUSE = 0x0106,
    PARAM_DATA = 0x010b,
    PARAM_SEGMENTATION = 0x0117,
    PARAM_GLOBAL_TITLE = 0x8001,
    PARAM_POINT_CODE = 0x8002,
    PARAM_SSN = 0x8003,
};

/* RFC 3868 3.10.2.3: GTI, number of digits, translation type, plan, nature, digits low nibble
 * first. */
static struct rgs_digits global_title(struct rgs_bytes b)
{
    struct rgs_reader r = rgs_reader(b);
    struct rgs_digits gt;

    rgs_skip(&r, 4);
    uint8_t count = rgs_u8(&r);
    rgs_skip(&r, 3);
    gt = rgs_tbcd(rgs_rest(&r));
    while (count && gt.n > count) /* what is behind is filler */
        gt.d[--gt.n] = 0;
    return gt;
}

static void address(struct rgs_dissect *d, struct rgs_bytes value, bool called)
{
    struct rgs_reader r = rgs_reader(rgs_bytes_from(value, 4)); /* routing and address indicators */
    struct rgs_adaptation_param p;
    struct rgs_digits gt;

    while (rgs_adaptation_next(d, &r, &p)) {
        switch (p.tag) {
        case PARAM_GLOBAL_TITLE:
            gt = global_title(p.value);
            if (gt.n && called)
                RGS_SET(&d->op, CALLED_GT, called_gt, gt);
            else if (gt.n)
                RGS_SET(&d->op, CALLING_GT, calling_gt, gt);
            break;
        case PARAM_POINT_CODE: {
            struct rgs_reader v = rgs_reader(p.value);
            uint32_t pc = rgs_be32(&v);
            if (rgs_reader_ok(&v) && called)
                RGS_SET(&d->op, DPC, dpc, pc);
            else if (rgs_reader_ok(&v))
                RGS_SET(&d->op, OPC, opc, pc);
            break;
        }
        case PARAM_SSN:
            if (p.value.n == 4 && called)
                RGS_SET(&d->op, CALLED_SSN, called_ssn, p.value.p[3]);
            else if (p.value.n == 4)
                RGS_SET(&d->op, CALLING_SSN, calling_ssn, p.value.p[3]);
            break;
        default:
            break;
        }
    }
}

enum rgs_outcome rgs_sua(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_adaptation m;
    static const uint8_t none[4] = {0};
    struct rgs_adaptation_param p;
    struct rgs_bytes source = {0}, data = {0}, segmentation = {0};
    enum rgs_outcome out = rgs_adaptation_read(d, payload, &m);

    if (out != RGS_OK)
        return out;
    bool connectionless = m.class == CLASS_CONNECTIONLESS;
    if (!connectionless && m.class != CLASS_CONNECTION)
        return RGS_UNSUPPORTED;
    while (rgs_adaptation_next(d, &m.body, &p)) {
        switch (p.tag) {
        case PARAM_SOURCE:
            source = p.value;
            address(d, p.value, false);
            break;
        case PARAM_DESTINATION:
            address(d, p.value, true);
            break;
        case PARAM_CAUSE:
            if (connectionless && m.type == TYPE_CLDR) {
                rgs_anomaly(d, RGS_A_SCCP_RETURNED);
                RGS_SET(&d->op, RESULT, result,
                        rgs_sccp_return_cause(p.value.n ? p.value.p[p.value.n - 1] : 0));
            }
            break;
        case PARAM_DATA:
            data = p.value;
            break;
        case PARAM_SEGMENTATION:
            /* Some stacks send it empty with whole messages. */
            if (p.value.n != sizeof(none) || memcmp(p.value.p, none, sizeof(none)) != 0)
                segmentation = p.value;
            break;
        default:
            break;
        }
    }
    if (connectionless && segmentation.n)
        return rgs_sccp_segment(d, source, segmentation, data);
    return rgs_sccp_user(d, data);
}
