/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/ss7_out.h"

static size_t m3ua(struct rgs_wire *w, unsigned class_type)
{
    size_t at = w->n;

    rgs_put16(w, 0x0100); /* version 1, RFC 4666 3.1 */
    rgs_put16(w, class_type);
    rgs_put32(w, 0);
    return at;
}

static void m3ua_end(struct rgs_wire *w, size_t at)
{
    if (rgs_wire_ok(w))
        rgs_set32(w->p + at + 4, (uint32_t)(w->n - at));
}

uint16_t rgs_carrier_port(enum rgs_carrier carrier)
{
    static const uint16_t ports[] = {2905, 3565, 2904, 14001};
    return ports[carrier];
}

uint32_t rgs_carrier_ppid(enum rgs_carrier carrier)
{
    static const uint8_t ppids[] = {3, 5, 2, 4};
    return ppids[carrier];
}

void rgs_put_m3ua_state(struct rgs_wire *w, enum rgs_m3ua_state state, uint32_t routing_context)
{
    static const uint16_t class_type[] = {0x0301, 0x0304, 0x0401, 0x0403, 0x0001};
    size_t at = m3ua(w, class_type[state]);

    if (state == RGS_M3UA_ASPAC || state == RGS_M3UA_ASPAC_ACK) {
        rgs_put32(w, 0x000b0008); /* traffic mode type: loadshare, 3.7.1 */
        rgs_put32(w, 2);
    }
    if (state == RGS_M3UA_NTFY) {
        rgs_put32(w, 0x000d0008); /* status: AS state change, AS-ACTIVE, 3.8.2 */
        rgs_put32(w, 0x00010003);
    }
    if (state >= RGS_M3UA_ASPAC) {
        rgs_put32(w, 0x00060008);
        rgs_put32(w, routing_context);
    }
    m3ua_end(w, at);
}

/* Two by two, the first low; filled up with a zero. */
static void put_digits(struct rgs_wire *w, const struct rgs_digits *d)
{
    for (unsigned i = 0; i < d->n; i += 2) {
        unsigned low = (unsigned)(d->d[i] - '0');
        unsigned high = i + 1 < d->n ? (unsigned)(d->d[i + 1] - '0') : 0;
        rgs_put8(w, high << 4 | low);
    }
}

static void put_address(struct rgs_wire *w, const struct rgs_gt *gt)
{
    unsigned odd = gt->digits.n & 1;

    rgs_put8(w, 5 + (gt->digits.n + 1) / 2);
    rgs_put8(w, 0x12); /* route on global title, GT type 4, SSN present: Q.713 3.4.1 */
    rgs_put8(w, gt->ssn);
    rgs_put8(w, 0);                                       /* translation type */
    rgs_put8(w, (unsigned)gt->plan << 4 | (odd ? 1 : 2)); /* BCD, odd or even */
    rgs_put8(w, 4);                                       /* international number */
    put_digits(w, &gt->digits);
}

static size_t address_len(const struct rgs_gt *gt)
{
    return 6u + (gt->digits.n + 1u) / 2;
}

/* Service information and routing label, Q.704 14.2.2 and 2.2: 14-bit point codes, the least octet
 * first. */
static void put_mtp3(struct rgs_wire *w, const struct rgs_mtp *mtp)
{
    uint32_t label = mtp->dpc | mtp->opc << 14 | (uint32_t)mtp->sls << 28;

    rgs_put8(w, (unsigned)mtp->ni << 6 | 3);
    rgs_put32(w, __builtin_bswap32(label));
}

struct rgs_ss7_data rgs_put_ss7_data(struct rgs_wire *w, const struct rgs_mtp *mtp)
{
    static const uint16_t class_type[] = {
        [RGS_CARRIER_M3UA] = 0x0101, [RGS_CARRIER_M2PA] = 0x0b01, [RGS_CARRIER_M2UA] = 0x0601};
    struct rgs_ss7_data m = {.message = m3ua(w, class_type[mtp->carrier])};

    switch (mtp->carrier) {
    case RGS_CARRIER_M2PA: /* RFC 4165 2.2 and 2.3.2: both sequence numbers, then priority */
        rgs_put32(w, mtp->backward);
        rgs_put32(w, mtp->forward);
        rgs_put8(w, 0);
        put_mtp3(w, mtp);
        break;
    case RGS_CARRIER_M2UA: /* RFC 3331 3.3.1.1 */
        rgs_put32(w, 0x00010008);
        rgs_put32(w, mtp->routing_context);
        m.parameter = w->n;
        rgs_put32(w, 0x03000000);
        put_mtp3(w, mtp);
        break;
    default:
        rgs_put32(w, 0x00060008);
        rgs_put32(w, mtp->routing_context);
        m.parameter = w->n;
        rgs_put32(w, 0x02100000);
        rgs_put32(w, mtp->opc);
        rgs_put32(w, mtp->dpc);
        rgs_put8(w, 3); /* SCCP */
        rgs_put8(w, mtp->ni);
        rgs_put8(w, 0);
        rgs_put8(w, mtp->sls);
    }
    return m;
}

void rgs_end_ss7_data(struct rgs_wire *w, struct rgs_ss7_data m)
{
    if (m.parameter && rgs_wire_ok(w)) {
        rgs_set16(w->p + m.parameter + 2, (unsigned)(w->n - m.parameter));
        rgs_put_pad4(w, m.parameter);
    }
    m3ua_end(w, m.message);
}

/* RFC 3868 3.10.2: a title and a subsystem number in an address that is routed on its title. */
static void put_sua_address(struct rgs_wire *w, unsigned tag, const struct rgs_gt *gt)
{
    unsigned octets = (gt->digits.n + 1u) / 2, title = 12 + octets;
    size_t from = w->n;

    rgs_put16(w, tag);
    rgs_put16(w, 8 + (title + 3) / 4 * 4 + 8);
    rgs_put32(w, 0x00010005);
    rgs_put32(w, 0x80010000 | title);
    rgs_put32(w, 4); /* indicator: all of translation, plan and nature */
    rgs_put8(w, gt->digits.n);
    rgs_put8(w, 0);
    rgs_put8(w, gt->plan);
    rgs_put8(w, 4);
    put_digits(w, &gt->digits);
    rgs_put_pad4(w, from);
    rgs_put32(w, 0x80030008);
    rgs_put32(w, gt->ssn);
}

void rgs_put_sua(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                 const struct rgs_gt *calling, struct rgs_bytes tcap)
{
    size_t at = m3ua(w, 0x0701); /* CLDT, RFC 3868 3.3.1 */

    rgs_put32(w, 0x00060008);
    rgs_put32(w, mtp->routing_context);
    rgs_put32(w, 0x01150008);
    rgs_put32(w, 0x80); /* class 0, return on error */
    put_sua_address(w, 0x0102, calling);
    put_sua_address(w, 0x0103, called);
    rgs_put32(w, 0x01160008);
    rgs_put32(w, mtp->sls);
    size_t data = w->n;
    rgs_put16(w, 0x010b);
    rgs_put16(w, (unsigned)(4 + tcap.n));
    rgs_put_bytes(w, tcap);
    rgs_put_pad4(w, data);
    m3ua_end(w, at);
}

void rgs_put_udt(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                 const struct rgs_gt *calling, struct rgs_bytes tcap)
{
    struct rgs_ss7_data m = rgs_put_ss7_data(w, mtp);
    size_t second = 3 + address_len(called) - 1, third = second + address_len(calling) - 1;

    rgs_put16(w, 0x0980); /* UDT, class 0, return on error: Q.713 4.10 */
    rgs_put8(w, 3);
    rgs_put8(w, (unsigned)second);
    rgs_put8(w, (unsigned)third);
    put_address(w, called);
    put_address(w, calling);
    rgs_put8(w, (unsigned)tcap.n);
    rgs_put_bytes(w, tcap);
    rgs_end_ss7_data(w, m);
}

void rgs_put_xudt(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                  const struct rgs_gt *calling, struct rgs_bytes segment, bool first, unsigned left,
                  uint32_t reference)
{
    struct rgs_ss7_data m = rgs_put_ss7_data(w, mtp);
    size_t second = 4 + address_len(called) - 1, third = second + address_len(calling) - 1;

    rgs_put16(w, 0x1181); /* XUDT, class 1: segments stay in sequence; Q.713 4.18 */
    rgs_put8(w, 15);      /* hop counter */
    rgs_put8(w, 4);
    rgs_put8(w, (unsigned)second);
    rgs_put8(w, (unsigned)third);
    rgs_put8(w, (unsigned)(third + segment.n)); /* to the optional part */
    put_address(w, called);
    put_address(w, calling);
    rgs_put8(w, (unsigned)segment.n);
    rgs_put_bytes(w, segment);
    rgs_put16(w, 0x1004); /* segmentation, 3.17 */
    rgs_put8(w, (first ? 0x80u : 0u) | left);
    rgs_put8(w, reference >> 16);
    rgs_put16(w, reference & 0xffff);
    rgs_put8(w, 0); /* end of optional parameters */
    rgs_end_ss7_data(w, m);
}
