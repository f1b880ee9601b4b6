/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/party.h"

#include "base/utf8.h"

static struct rgs_name latin1(struct rgs_bytes text)
{
    char utf8[2 * sizeof(((struct rgs_name *)0)->s)];
    size_t n = 0;

    for (size_t i = 0; i < text.n && n + 2 <= sizeof(utf8); i++)
        n += rgs_utf8_put(utf8 + n, text.p[i]);
    return rgs_name_of(utf8, n);
}

struct rgs_name rgs_party(unsigned ton, struct rgs_bytes text)
{
    if (ton != RGS_TON_ALPHANUMERIC && text.n > 1 && text.p[0] == '+') {
        struct rgs_name number = rgs_name_of(text.p + 1, text.n - 1);
        struct rgs_digits digits;
        if (rgs_party_digits(&number, &digits))
            return number;
    }
    return rgs_utf8_valid(text) ? rgs_name_of(text.p, text.n) : latin1(text);
}

bool rgs_party_digits(const struct rgs_name *party, struct rgs_digits *out)
{
    *out = rgs_digits_of(party->s, party->n);
    return out->n > 0 && out->n == party->n;
}

static bool full_number(const struct rgs_name *party, struct rgs_digits *out)
{
    return rgs_party_digits(party, out) && out->n >= RGS_PARTY_FULL_NUMBER;
}

void rgs_party_subscriber(struct rgs_op *op)
{
    bool named = RGS_HAS(op, OA_TON) && op->oa_ton == RGS_TON_ALPHANUMERIC;
    struct rgs_digits digits;

    if (RGS_HAS(op, DA) && full_number(&op->da, &digits))
        RGS_SET(op, MSISDN, msisdn, digits);
    else if (RGS_HAS(op, OA) && !named && full_number(&op->oa, &digits))
        RGS_SET(op, MSISDN, msisdn, digits);
}
