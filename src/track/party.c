/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "track/state.h"

enum {
    TON_INTERNATIONAL = 1, /* TS 23.040 9.1.2.5 */
    TON_NATIONAL = 2,
    TON_ALPHANUMERIC = 5,
    SHORT_CODE_MAX = 6,
    LONG_NUMBER =
        10, /* digits of an international number even where no plan knows it (test networks) */
    MAX_E164 = 15,
};

static uint64_t msisdn(const struct rgs_tracker *t, const struct rgs_digits *d)
{
    uint64_t v = rgs_e164_normalise(d, 0, t->conf.home);
    /* The network itself says that it is a subscriber's: plans have gaps, and test networks none.
     */
    if (!v && d->n > SHORT_CODE_MAX && d->n <= MAX_E164 && d->d[0] != '0')
        v = rgs_digits_u64(d);
    return v;
}

uint64_t rgs_track_msisdn(struct rgs_tracker *t, const struct rgs_digits *d)
{
    enum { BITS = 6 };
    _Static_assert(sizeof(t->msisdns) / sizeof(t->msisdns[0]) == 1 << BITS, "indexed by so many");
    uint64_t words[3];

    _Static_assert(sizeof(words) == sizeof(*d), "all of it");
    memcpy(words, d, sizeof(words));
    size_t i =
        (words[0] ^ words[1] * 3 ^ words[2] * 5) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - BITS);
    if (memcmp(&t->msisdns[i].came, d, sizeof(*d)) != 0) {
        t->msisdns[i].came = *d;
        t->msisdns[i].number = msisdn(t, d);
    }
    return t->msisdns[i].number;
}

/* "+85291234567", "85291234567", "0085291234567"; false when there is anything but a number in it.
 */
static bool digits_of(const struct rgs_name *party, struct rgs_digits *d, bool *plus)
{
    unsigned i = 0;
    *d = (struct rgs_digits){0};
    *plus = party->n && party->s[0] == '+';
    for (i = *plus; i < party->n; i++) {
        if (party->s[i] < '0' || party->s[i] > '9' || d->n == sizeof(d->d))
            return false;
        rgs_digits_add(d, party->s[i]);
    }
    return d->n > 0;
}

uint64_t rgs_track_party(const struct rgs_tracker *t, const struct rgs_name *party, uint8_t ton)
{
    struct rgs_digits d;
    bool plus;

    if (!digits_of(party, &d, &plus) || d.n <= SHORT_CODE_MAX)
        return 0;
    if (plus)
        ton = TON_INTERNATIONAL;
    else if (ton == TON_ALPHANUMERIC)
        ton = 0;
    uint64_t v = rgs_e164_normalise(&d, ton, t->conf.home);
    if (v || d.n > MAX_E164 || d.d[0] == '0')
        return v;
    uint64_t raw = rgs_digits_u64(&d);
    return d.n >= LONG_NUMBER || rgs_inventory_msisdn(t->conf.inventory, raw) ? raw : 0;
}

enum rgs_sender_type rgs_track_sender(const struct rgs_op *op)
{
    struct rgs_digits d;
    bool plus;

    if (!RGS_HAS(op, OA) || !op->oa.n)
        return RGS_SENDER_UNKNOWN;
    if (!digits_of(&op->oa, &d, &plus))
        return RGS_SENDER_ALPHANUMERIC;
    if (d.n <= SHORT_CODE_MAX)
        return RGS_SENDER_SHORT;
    uint8_t ton = RGS_HAS(op, OA_TON) ? op->oa_ton : 0;
    if (ton == TON_NATIONAL)
        return RGS_SENDER_NATIONAL;
    if (plus || ton == TON_INTERNATIONAL || rgs_e164_normalise(&d, 0, 0))
        return RGS_SENDER_INTERNATIONAL;
    return RGS_SENDER_NATIONAL;
}

uint64_t rgs_track_imei(const struct rgs_digits *imei)
{
    struct rgs_digits d = *imei;
    if (d.n < 14)
        return 0;
    d.n = 14; /* without check digit or software version, TS 23.003 6.2 */
    return rgs_digits_u64(&d);
}
