/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/tpdu_out.h"

enum { MTI_DELIVER = 0, MTI_SUBMIT = 1, NO_MORE = 0x04, VP_RELATIVE = 0x10, UDHI = 0x40 };

struct rgs_civil rgs_civil_of(int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    /* Days since 0000-03-01 in eras of 400 years, so that a leap day is the last of its year. */
    days += 719468;
    int64_t era = days / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    unsigned month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);

    return (struct rgs_civil){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = month,
        .day = (unsigned)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (unsigned)(rest / 3600),
        .minute = (unsigned)(rest / 60 % 60),
        .second = (unsigned)(rest % 60),
    };
}

static void semi_octets(struct rgs_wire *w, unsigned v)
{
    rgs_put8(w, (v % 10) << 4 | v / 10 % 10);
}

/* TP-SCTS, 9.2.3.11: local time, and its difference from GMT in quarters of an hour, bit 3 its
 * sign. */
static void timestamp(struct rgs_wire *w, int64_t seconds, int quarters)
{
    struct rgs_civil c = rgs_civil_of(seconds + quarters * 900);
    unsigned zone = (unsigned)(quarters < 0 ? -quarters : quarters);

    semi_octets(w, (unsigned)c.year % 100);
    semi_octets(w, c.month);
    semi_octets(w, c.day);
    semi_octets(w, c.hour);
    semi_octets(w, c.minute);
    semi_octets(w, c.second);
    rgs_put8(w, (zone % 10) << 4 | zone / 10 | (quarters < 0 ? 8 : 0));
}

/* 9.1.2.5: the length counts useful semi-octets. */
static void address(struct rgs_wire *w, const struct rgs_party *p)
{
    if (p->kind == RGS_PARTY_NAME) {
        uint16_t septet[11];
        size_t n = p->n < 11 ? p->n : 11;
        for (size_t i = 0; i < n; i++)
            septet[i] = (uint8_t)p->s[i];
        rgs_put8(w, (unsigned)(n * 7 + 3) / 4);
        rgs_put8(w, 0xd0);
        rgs_put_septets(w, septet, n, 0);
        return;
    }
    rgs_put8(w, p->n);
    rgs_put8(w, p->kind == RGS_PARTY_INTERNATIONAL ? 0x91 : 0x81);
    for (unsigned i = 0; i < p->n; i += 2) {
        unsigned high = i + 1u < p->n ? (unsigned)(p->s[i + 1] - '0') : 0xf;
        rgs_put8(w, high << 4 | (unsigned)(p->s[i] - '0'));
    }
}

/* TP-UDL and TP-UD, 9.2.3.16 and 9.2.3.24, with the 8-bit concatenation header in front of a part.
 */
static void user_data(struct rgs_wire *w, const struct rgs_units *u, unsigned part,
                      uint8_t reference)
{
    const uint16_t *unit = u->unit + u->part[part];
    size_t n = (size_t)(u->part[part + 1] - u->part[part]);
    bool header = u->parts > 1;

    rgs_put8(w, (unsigned)(u->ucs2 ? n * 2 + (header ? 6 : 0) : n + (header ? 7 : 0)));
    if (header) {
        rgs_put32(w, 0x05000300u | reference); /* UDHL 5, concatenated short messages, length 3 */
        rgs_put8(w, u->parts);
        rgs_put8(w, part + 1);
    }
    if (!u->ucs2) {
        rgs_put_septets(w, unit, n,
                        header ? 1 : 0); /* six octets and one fill bit are seven septets */
        return;
    }
    for (size_t i = 0; i < n; i++)
        rgs_put16(w, unit[i]);
}

void rgs_put_deliver(struct rgs_wire *w, const struct rgs_party *from, int64_t seconds,
                     int zone_quarters, const struct rgs_units *u, unsigned part, uint8_t reference,
                     bool more)
{
    rgs_put8(w, MTI_DELIVER | (more ? 0u : NO_MORE) | (u->parts > 1 ? UDHI : 0u));
    address(w, from);
    rgs_put8(w, 0);
    rgs_put8(w, u->ucs2 ? 8 : 0);
    timestamp(w, seconds, zone_quarters);
    user_data(w, u, part, reference);
}

void rgs_put_submit(struct rgs_wire *w, const struct rgs_party *to, uint8_t message_reference,
                    const struct rgs_units *u, unsigned part, uint8_t reference)
{
    rgs_put8(w, MTI_SUBMIT | VP_RELATIVE | (u->parts > 1 ? UDHI : 0u));
    rgs_put8(w, message_reference);
    address(w, to);
    rgs_put8(w, 0);
    rgs_put8(w, u->ucs2 ? 8 : 0);
    rgs_put8(w, 0xa7); /* one day, 9.2.3.12.1 */
    user_data(w, u, part, reference);
}
