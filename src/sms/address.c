/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms/address.h"

#include "base/gsm7.h"

enum {
    TON_ALPHANUMERIC = 5,
    /* TS 23.040 9.1.2.5: the address value has at most ten octets. */
    MAX_VALUE = 10,
};

/* Semi-octets, TS 23.040 9.1.2.3: '*', '#', 'a', 'b', 'c' stand for 1010 to 1110, 1111 fills. */
static struct rgs_name semi_octets(struct rgs_bytes b, size_t n, bool *bad)
{
    static const char digit[16] = "0123456789*#abc";
    struct rgs_name name = {0};

    for (size_t i = 0; i < n && name.n < sizeof(name.s); i++) {
        unsigned v = i % 2 ? b.p[i / 2] >> 4 : b.p[i / 2] & 0xf;
        if (v == 0xf) {
            *bad = true;
            break;
        }
        name.s[name.n++] = digit[v];
    }
    return name;
}

static struct rgs_name alphanumeric(struct rgs_bytes b, size_t semi)
{
    char text[3 * 160 + 8];
    size_t septets = semi * 4 / 7;

    if (septets > 160)
        septets = 160;
    /* An encoder that gives its length in whole octets leaves a zero septet behind the name. */
    if (septets && semi * 4 % 7 == 0 && rgs_gsm7_septet(b.p, (septets - 1) * 7) == 0)
        septets--;
    return rgs_name_of(text, rgs_gsm7_packed(&rgs_gsm7_default, b, 0, septets, text));
}

struct rgs_sms_address rgs_sms_address(struct rgs_reader *r)
{
    size_t semi = rgs_u8(r);
    uint8_t type = rgs_u8(r);
    struct rgs_bytes value = rgs_take(r, (semi + 1) / 2);
    struct rgs_sms_address a = {.ton = type >> 4 & 7, .npi = type & 0xf};

    if (!rgs_reader_ok(r))
        return a;
    a.bad = value.n > MAX_VALUE || !(type & 0x80);
    a.name =
        a.ton == TON_ALPHANUMERIC ? alphanumeric(value, semi) : semi_octets(value, semi, &a.bad);
    return a;
}

struct rgs_sms_address rgs_rp_address(struct rgs_bytes content)
{
    struct rgs_sms_address a = {0};

    if (content.n == 0)
        return a;
    struct rgs_digits digits = rgs_tbcd(rgs_bytes_from(content, 1));
    a.ton = content.p[0] >> 4 & 7;
    a.npi = content.p[0] & 0xf;
    a.name = rgs_name_digits(&digits);
    a.bad = content.n > 11;
    return a;
}
