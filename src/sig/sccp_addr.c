/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/sccp_addr.h"

/* Address indicator, Q.713 3.4.1. ANSI has point code and SSN bits the other way round. */
enum {
    AI_ITU_PC = 0x01,
    AI_ITU_SSN = 0x02,
    AI_ANSI_SSN = 0x01,
    AI_ANSI_PC = 0x02,
    AI_GTI = 0x3c,
    AI_NATIONAL = 0x80, /* always set in ANSI networks (T1.112.3 3.4.1), not used by ITU networks */
};

/* Numbering plan and encoding scheme (Q.713 3.4.2.3.3): scheme 1 is BCD with an odd number of
 * digits. */
static bool plan_is_odd(uint8_t plan)
{
    return (plan & 0xf) == 1;
}

/* Q.713 3.4.2.3: the global title in its four formats. */
static void itu_title(struct rgs_reader *r, unsigned gti, struct rgs_digits *d)
{
    bool odd = false;

    switch (gti) {
    case 1: /* nature of address, its top bit tells odd from even */
        odd = rgs_u8(r) & 0x80;
        break;
    case 2: /* translation type */
        rgs_skip(r, 1);
        break;
    case 3: /* translation type, plan and scheme */
        rgs_skip(r, 1);
        odd = plan_is_odd(rgs_u8(r));
        break;
    case 4: /* translation type, plan and scheme, nature of address */
        rgs_skip(r, 1);
        odd = plan_is_odd(rgs_u8(r));
        rgs_skip(r, 1);
        break;
    default:
        rgs_reader_fail(r);
        return;
    }
    *d = rgs_bcd(rgs_rest(r), odd); /* Q.713 3.4.2.3.1 */
}

/* T1.112.3 3.4.2.3: format 1 has plan and scheme, format 2 the translation type only. */
static void ansi_title(struct rgs_reader *r, unsigned gti, struct rgs_digits *d)
{
    bool odd = false;

    rgs_skip(r, 1);
    if (gti == 1)
        odd = plan_is_odd(rgs_u8(r));
    else if (gti != 2)
        rgs_reader_fail(r);
    *d = rgs_bcd(rgs_rest(r), odd); /* Q.713 3.4.2.3.1 */
}

/*
 * Q.713 3.4.2.1: 14 bits; 16 in Japan (JT-Q713), 24 in China (YD/T 1125). An address that is
 * nothing but point code and SSN tells by its length, another one by the codes of the label in
 * front.
 */
static uint32_t itu_point_code(struct rgs_reader *r, uint8_t ai, uint32_t label)
{
    size_t ssn = ai & AI_ITU_SSN ? 1 : 0;
    bool alone = (ai & AI_GTI) == 0;

    if (alone ? rgs_left(r) == 3 + ssn : label > 0xffff)
        return rgs_le24(r);
    return rgs_le16(r) & (label > 0x3fff ? 0xffffu : 0x3fffu);
}

static bool itu_addr(struct rgs_reader r, uint8_t ai, uint32_t label, struct rgs_sccp_addr *a)
{
    unsigned gti = (ai & AI_GTI) >> 2;

    *a = (struct rgs_sccp_addr){0};
    if (ai & AI_ITU_PC) {
        a->pc = itu_point_code(&r, ai, label);
        a->has_pc = rgs_reader_ok(&r);
    }
    if (ai & AI_ITU_SSN) {
        a->ssn = rgs_u8(&r);
        a->has_ssn = rgs_reader_ok(&r);
    }
    if (gti) {
        itu_title(&r, gti, &a->gt);
        a->has_gt = rgs_reader_ok(&r) && a->gt.n;
    }
    return rgs_reader_ok(&r);
}

static bool ansi_addr(struct rgs_reader r, uint8_t ai, struct rgs_sccp_addr *a)
{
    unsigned gti = (ai & AI_GTI) >> 2;

    *a = (struct rgs_sccp_addr){0};
    if (ai & AI_ANSI_SSN) {
        a->ssn = rgs_u8(&r);
        a->has_ssn = rgs_reader_ok(&r);
    }
    if (ai & AI_ANSI_PC) {
        a->pc = rgs_le24(&r); /* member, cluster, network */
        a->has_pc = rgs_reader_ok(&r);
    }
    if (gti) {
        ansi_title(&r, gti, &a->gt);
        a->has_gt = rgs_reader_ok(&r) && a->gt.n;
    }
    return rgs_reader_ok(&r);
}

bool rgs_sccp_addr(struct rgs_bytes b, uint32_t point_code, struct rgs_sccp_addr *a)
{
    struct rgs_reader r = rgs_reader(b);
    uint8_t ai = rgs_u8(&r);

    if (!rgs_reader_ok(&r)) {
        *a = (struct rgs_sccp_addr){0};
        return false;
    }
    /* The bit is spare in ITU networks: what does not read as ANSI is ITU all the same. */
    if (ai & AI_NATIONAL && ansi_addr(r, ai, a))
        return true;
    return itu_addr(r, ai, point_code, a);
}
