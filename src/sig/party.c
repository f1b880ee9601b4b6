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

void rgs_party_subscriber(struct rgs_op *op, enum rgs_peer_role sender)
{
    struct rgs_digits oa, da;
    bool has_oa = RGS_HAS(op, OA) && rgs_party_digits(&op->oa, &oa);
    bool has_da = RGS_HAS(op, DA) && rgs_party_digits(&op->da, &da);

    if (RGS_HAS(op, OA_TON) && op->oa_ton == RGS_TON_ALPHANUMERIC)
        has_oa = false;
    if (sender == RGS_PEER_SMSC && has_oa && oa.n >= RGS_PARTY_FULL_NUMBER &&
        (!has_da || da.n < RGS_PARTY_FULL_NUMBER))
        RGS_SET(op, MSISDN, msisdn, oa);
    else if (has_da)
        RGS_SET(op, MSISDN, msisdn, da);
}
