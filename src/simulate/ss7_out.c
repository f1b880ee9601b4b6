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

static void put_address(struct rgs_wire *w, const struct rgs_gt *gt)
{
    unsigned odd = gt->digits.n & 1;

    rgs_put8(w, 5 + (gt->digits.n + 1) / 2);
    rgs_put8(w, 0x12); /* route on global title, GT type 4, SSN present: Q.713 3.4.1 */
    rgs_put8(w, gt->ssn);
    rgs_put8(w, 0);                                       /* translation type */
    rgs_put8(w, (unsigned)gt->plan << 4 | (odd ? 1 : 2)); /* BCD, odd or even */
    rgs_put8(w, 4);                                       /* international number */
    for (unsigned i = 0; i < gt->digits.n; i += 2) {
        unsigned low = (unsigned)(gt->digits.d[i] - '0');
        unsigned high = i + 1 < gt->digits.n ? (unsigned)(gt->digits.d[i + 1] - '0') : 0;
        rgs_put8(w, high << 4 | low);
    }
}

static size_t address_len(const struct rgs_gt *gt)
{
    return 6u + (gt->digits.n + 1u) / 2;
}

struct rgs_m3ua_data rgs_put_m3ua_data(struct rgs_wire *w, const struct rgs_mtp *mtp)
{
    struct rgs_m3ua_data m = {.message = m3ua(w, 0x0101)};

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
    return m;
}

void rgs_end_m3ua_data(struct rgs_wire *w, struct rgs_m3ua_data m)
{
    if (rgs_wire_ok(w))
        rgs_set16(w->p + m.parameter + 2, (unsigned)(w->n - m.parameter));
    rgs_put_pad4(w, m.parameter);
    m3ua_end(w, m.message);
}

void rgs_put_udt(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                 const struct rgs_gt *calling, struct rgs_bytes tcap)
{
    struct rgs_m3ua_data m = rgs_put_m3ua_data(w, mtp);
    size_t second = 3 + address_len(called) - 1, third = second + address_len(calling) - 1;

    rgs_put16(w, 0x0980); /* UDT, class 0, return on error: Q.713 4.10 */
    rgs_put8(w, 3);
    rgs_put8(w, (unsigned)second);
    rgs_put8(w, (unsigned)third);
    put_address(w, called);
    put_address(w, calling);
    rgs_put8(w, (unsigned)tcap.n);
    rgs_put_bytes(w, tcap);
    rgs_end_m3ua_data(w, m);
}

void rgs_put_xudt(struct rgs_wire *w, const struct rgs_mtp *mtp, const struct rgs_gt *called,
                  const struct rgs_gt *calling, struct rgs_bytes segment, bool first, unsigned left,
                  uint32_t reference)
{
    struct rgs_m3ua_data m = rgs_put_m3ua_data(w, mtp);
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
    rgs_end_m3ua_data(w, m);
}
