/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sig/identity.h"

enum rgs_identity_type rgs_mobile_identity(struct rgs_bytes value, struct rgs_digits *digits)
{
    *digits = (struct rgs_digits){0};
    if (value.n == 0)
        return RGS_IDENTITY_NONE;
    enum rgs_identity_type type = value.p[0] & 7;
    if (type == RGS_IDENTITY_NONE || type >= RGS_IDENTITY_TMSI)
        return type;
    /* The first digit shares its octet with the type; the last nibble fills when their number is
     * even. */
    struct rgs_digits rest = rgs_tbcd(rgs_bytes_from(value, 1));
    if (value.p[0] >> 4 > 9)
        return type;
    rgs_digits_add(digits, (char)('0' + (value.p[0] >> 4)));
    for (unsigned i = 0; i < rest.n; i++) {
        if (rest.d[i] < '0' || rest.d[i] > '9') {
            *digits = (struct rgs_digits){0};
            break;
        }
        rgs_digits_add(digits, rest.d[i]);
    }
    return type;
}

void rgs_set_identity(struct rgs_op *op, struct rgs_bytes value)
{
    struct rgs_digits digits;
    enum rgs_identity_type type = rgs_mobile_identity(value, &digits);

    if (digits.n == 0)
        return;
    if (type == RGS_IDENTITY_IMSI)
        RGS_SET(op, IMSI, imsi, digits);
    else if (type == RGS_IDENTITY_IMEI || type == RGS_IDENTITY_IMEISV)
        RGS_SET(op, IMEI, imei, digits);
}
