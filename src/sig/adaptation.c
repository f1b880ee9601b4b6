/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/adaptation.h"

enum { HEADER = 8 };

enum rgs_outcome rgs_adaptation_read(struct rgs_dissect *d, struct rgs_bytes payload,
                                     struct rgs_adaptation *m)
{
    struct rgs_reader r = rgs_reader(payload);
    uint8_t version = rgs_u8(&r);

    rgs_skip(&r, 1);
    m->class = rgs_u8(&r);
    m->type = rgs_u8(&r);
    uint32_t length = rgs_be32(&r);
    if (!rgs_reader_ok(&r)) {
        rgs_anomaly(d, RGS_A_ADAPTATION_SHORT);
        return RGS_SHORT;
    }
    if (version != 1 || length < HEADER) {
        rgs_anomaly(d, RGS_A_ADAPTATION_BAD);
        return RGS_BAD;
    }
    if (length > payload.n)
        rgs_anomaly(d, RGS_A_ADAPTATION_SHORT);
    else
        r = rgs_reader(rgs_bytes(r.p, length - HEADER));
    m->body = r;
    return RGS_OK;
}

enum rgs_outcome rgs_adaptation_read_only(struct rgs_dissect *d, struct rgs_bytes payload,
                                          uint8_t class, uint8_t type, struct rgs_reader *body)
{
    struct rgs_adaptation m = {0};
    enum rgs_outcome out = rgs_adaptation_read(d, payload, &m);

    *body = m.body;
    return out == RGS_OK && (m.class != class || m.type != type) ? RGS_UNSUPPORTED : out;
}

bool rgs_adaptation_next(struct rgs_dissect *d, struct rgs_reader *r,
                         struct rgs_adaptation_param *p)
{
    if (rgs_left(r) < 4)
        return false;
    p->tag = rgs_be16(r);
    size_t length = rgs_be16(r), pad;
    if (length < 4) {
        rgs_anomaly(d, RGS_A_ADAPTATION_BAD);
        return false;
    }
    if (length - 4 > rgs_left(r)) {
        rgs_anomaly(d, RGS_A_ADAPTATION_SHORT);
        length = rgs_left(r) + 4;
    }
    p->value = rgs_take(r, length - 4);
    /* Padding to four octets is not counted, and may be missing at the end. */
    pad = -length & 3u;
    rgs_skip(r, pad < rgs_left(r) ? pad : rgs_left(r));
    return true;
}
