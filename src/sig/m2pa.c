/* SPDX-License-Identifier: GPL-3.0-or-later */
/* M2PA (RFC 4165) and M2UA (RFC 3331): MTP3 messages over SCTP. */
#include "sig/adaptation.h"

enum {
    M2PA_CLASS = 11, /* RFC 4165 2.1.2 */
    M2PA_USER_DATA = 1,
    M2PA_SEQUENCE_NUMBERS = 8, /* 2.2: BSN and FSN, four octets each */
    M2UA_MAUP = 6,             /* RFC 3331 3.1.2 */
    M2UA_DATA = 1,
    M2UA_PROTOCOL_DATA = 0x0300, /* 3.3.1.1 */
    M2UA_TTC_DATA = 0x0301,      /* 3.3.1.1: with the priority octet of TTC in front */
};

enum rgs_outcome rgs_m2pa(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_reader body;
    enum rgs_outcome out = rgs_adaptation_read_only(d, payload, M2PA_CLASS, M2PA_USER_DATA, &body);

    if (out != RGS_OK)
        return out;
    rgs_skip(&body, M2PA_SEQUENCE_NUMBERS);
    if (!rgs_reader_ok(&body)) {
        rgs_anomaly(d, RGS_A_ADAPTATION_SHORT);
        return RGS_SHORT;
    }
    if (rgs_left(&body) == 0) /* acknowledges, carries nothing (2.3.1) */
        return RGS_OK;
    rgs_skip(&body, 1); /* priority in its two upper bits (2.3.1) */
    return rgs_hand_on(d, RGS_LAYER_MTP3, rgs_rest(&body));
}

enum rgs_outcome rgs_m2ua(struct rgs_dissect *d, struct rgs_bytes payload)
{
    struct rgs_adaptation_param p;
    struct rgs_reader body;
    enum rgs_outcome out = rgs_adaptation_read_only(d, payload, M2UA_MAUP, M2UA_DATA, &body);

    if (out != RGS_OK)
        return out;
    out = RGS_UNSUPPORTED;
    while (rgs_adaptation_next(d, &body, &p)) {
        if (p.tag == M2UA_PROTOCOL_DATA)
            out = rgs_hand_on(d, RGS_LAYER_MTP3, p.value);
        else if (p.tag == M2UA_TTC_DATA)
            out = rgs_hand_on(d, RGS_LAYER_MTP3, rgs_bytes_from(p.value, 1));
    }
    return out;
}
