/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M3UA, RFC 4666: the DATA message carries an MTP3 user's message; management says nothing to us.
 */
#include "sig/mtp.h"

enum {
    HEADER = 8,                        /* RFC 4666 3.1 */
    CLASS_TRANSFER = 1,                /* 3.1.2 */
    TYPE_DATA = 1,                     /* 3.1.2 */
    PARAM_NETWORK_APPEARANCE = 0x0200, /* 3.3.1 */
    PARAM_ROUTING_CONTEXT = 0x0006,
    PARAM_PROTOCOL_DATA = 0x0210,
    PARAM_CORRELATION_ID = 0x0013,
};

/* RFC 4666 3.3.1: OPC, DPC, SI, NI, MP, SLS, then the user's message. */
static enum rgs_outcome protocol_data(struct rgs_dissect *d, struct rgs_reader r)
{
    struct rgs_mtp_label label = {.opc = rgs_be32(&r), .dpc = rgs_be32(&r)};

    label.si = rgs_u8(&r);
    label.ni = rgs_u8(&r);
    rgs_skip(&r, 2);
    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_M3UA_SHORT);
        return RGS_SHORT;
    }
    return rgs_mtp_user(d, &label, rgs_rest(&r));
}

enum rgs_outcome rgs_m3ua(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader r = rgs_reader(payload);
    uint8_t version = rgs_u8(&r);
    enum rgs_outcome out = RGS_UNSUPPORTED;

    rgs_skip(&r, 1);
    uint8_t class = rgs_u8(&r), type = rgs_u8(&r);
    uint32_t length = rgs_be32(&r);
    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_M3UA_SHORT);
        return RGS_SHORT;
    }
    if (version != 1 || length < HEADER) {
        rgs_anomaly(d, RGS_A_M3UA_BAD);
        return RGS_BAD;
    }
    if (class != CLASS_TRANSFER || type != TYPE_DATA)
        return RGS_UNSUPPORTED;
    if (length > payload.n)
        rgs_anomaly(d, RGS_A_M3UA_SHORT);
    else
        r = rgs_reader(rgs_bytes(r.p, length - HEADER));

    while (rgs_left(&r) >= 4) {
        uint16_t tag = rgs_be16(&r), len = rgs_be16(&r);
        if (len < 4) {
            rgs_anomaly(d, RGS_A_M3UA_BAD);
            return RGS_BAD;
        }
        if (len - 4u > rgs_left(&r)) {
            rgs_anomaly(d, RGS_A_M3UA_SHORT);
            len = (uint16_t)(rgs_left(&r) + 4);
        }
        struct rgs_reader value = rgs_sub(&r, len - 4u);
        switch (tag) {
        case PARAM_PROTOCOL_DATA:
            out = protocol_data(d, value);
            break;
        case PARAM_NETWORK_APPEARANCE:
        case PARAM_ROUTING_CONTEXT:
        case PARAM_CORRELATION_ID:
            if (rgs_left(&value) < 4)
                rgs_anomaly(d, RGS_A_M3UA_BAD);
            break;
        default:
            break;
        }
        /* Padding to four octets is not counted, and may be missing at the end (3.2). */
        size_t pad = (4u - (len & 3u)) & 3u;
        rgs_skip(&r, pad < rgs_left(&r) ? pad : rgs_left(&r));
    }
    return out;
}
