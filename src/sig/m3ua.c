/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M3UA, RFC 4666: the DATA message carries an MTP3 user's message; management says nothing to us.
 */
#include "sig/adaptation.h"
#include "sig/mtp.h"

enum {
    CLASS_TRANSFER = 1, /* RFC 4666 3.1.2 */
    TYPE_DATA = 1,
    PARAM_ROUTING_CONTEXT = 0x0006, /* 3.2 */
    PARAM_CORRELATION_ID = 0x0013,
    PARAM_NETWORK_APPEARANCE = 0x0200, /* 3.3.1 */
    PARAM_PROTOCOL_DATA = 0x0210,
};

/* RFC 4666 3.3.1: OPC, DPC, SI, NI, MP, SLS, then the user's message. */
static enum rgs_outcome protocol_data(struct rgs_dissect *d, struct rgs_bytes value)
{
    struct rgs_reader r = rgs_reader(value);
    struct rgs_mtp_label label = {.opc = rgs_be32(&r), .dpc = rgs_be32(&r)};

    label.si = rgs_u8(&r);
    rgs_skip(&r, 3);
    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_ADAPTATION_SHORT);
        return RGS_SHORT;
    }
    return rgs_mtp_user(d, &label, rgs_rest(&r));
}

enum rgs_outcome rgs_m3ua(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_adaptation_param p;
    struct rgs_reader body;
    enum rgs_outcome out = rgs_adaptation_read_only(d, payload, CLASS_TRANSFER, TYPE_DATA, &body);

    if (out != RGS_OK)
        return out;
    out = RGS_UNSUPPORTED;
    while (rgs_adaptation_next(d, &body, &p)) {
        switch (p.tag) {
        case PARAM_PROTOCOL_DATA:
            out = protocol_data(d, p.value);
            break;
        case PARAM_ROUTING_CONTEXT:
        case PARAM_CORRELATION_ID:
        case PARAM_NETWORK_APPEARANCE:
            if (p.value.n < 4)
                rgs_anomaly(d, RGS_A_ADAPTATION_BAD);
            break;
        default:
            break;
        }
    }
    return out;
}
