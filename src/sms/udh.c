/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/udh.h"

#include "sms/text.h"

/* Information element identifiers, TS 23.040 9.2.3.24. */
enum {
    IEI_CONCAT_8 = 0x00,      /* 9.2.3.24.1 */
    IEI_PORTS_8 = 0x04,       /* 9.2.3.24.3 */
    IEI_PORTS_16 = 0x05,      /* 9.2.3.24.4 */
    IEI_CONCAT_16 = 0x08,     /* 9.2.3.24.8 */
    IEI_SINGLE_SHIFT = 0x24,  /* 9.2.3.24.15 */
    IEI_LOCKING_SHIFT = 0x25, /* 9.2.3.24.16 */
};

struct concat {
    uint16_t ref;
    uint8_t total, seq;
    bool there, bad;
};

static void read_concat(struct concat *c, struct rgs_reader *ie, bool wide)
{
    uint16_t ref = wide ? rgs_be16(ie) : rgs_u8(ie);
    uint8_t total = rgs_u8(ie), seq = rgs_u8(ie);

    /* 9.2.3.24.1: a zero, or a part behind the last, and the receiver ignores the element. */
    if (!rgs_reader_ok(ie) || total == 0 || seq == 0 || seq > total)
        c->bad = true;
    else
        *c = (struct concat){.ref = ref, .total = total, .seq = seq, .there = true};
}

static const uint32_t *language(struct rgs_dissect *d, struct rgs_op *op, struct rgs_reader *ie,
                                const uint32_t *(*table)(uint8_t), const uint32_t *now)
{
    uint8_t id = rgs_u8(ie);
    const uint32_t *t = rgs_reader_ok(ie) ? table(id) : NULL;
    if (t)
        return t;
    rgs_sms_anomaly(d, op, RGS_A_SMS_LANGUAGE);
    return now;
}

struct rgs_udh rgs_udh_read(struct rgs_dissect *d, struct rgs_op *op, struct rgs_bytes user_data)
{
    struct rgs_udh u = {.gsm7 = rgs_gsm7_default}, none = u;
    struct rgs_reader r = rgs_reader(user_data);
    struct rgs_reader h = rgs_sub(&r, rgs_u8(&r));
    struct concat c = {0};

    if (!rgs_reader_ok(&r)) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_UDH);
        none.too_long = true;
        return none;
    }
    u.octets = none.octets = rgs_offset(&r);
    while (rgs_left(&h)) {
        uint8_t id = rgs_u8(&h);
        struct rgs_reader ie = rgs_sub(&h, rgs_u8(&h));
        if (!rgs_reader_ok(&h))
            break;
        switch (id) { /* of elements that are there twice, the last counts (9.2.3.24) */
        case IEI_CONCAT_8:
        case IEI_CONCAT_16:
            read_concat(&c, &ie, id == IEI_CONCAT_16);
            break;
        case IEI_PORTS_8:
        case IEI_PORTS_16:
            u.ports = true;
            break;
        case IEI_SINGLE_SHIFT:
            u.gsm7.single = language(d, op, &ie, rgs_gsm7_single, u.gsm7.single);
            break;
        case IEI_LOCKING_SHIFT:
            u.gsm7.locking = language(d, op, &ie, rgs_gsm7_locking, u.gsm7.locking);
            break;
        default:
            break;
        }
    }
    if (!rgs_reader_ok(&h)) {
        rgs_sms_anomaly(d, op, RGS_A_SMS_UDH);
        return none;
    }
    if (c.bad)
        rgs_sms_anomaly(d, op, RGS_A_SMS_CONCAT);
    if (c.there) {
        RGS_SET(op, CONCAT_REF, concat_ref, c.ref);
        RGS_SET(op, CONCAT_TOTAL, concat_total, c.total);
        RGS_SET(op, CONCAT_SEQ, concat_seq, c.seq);
    }
    return u;
}
