/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value.h"

#include "base/utf8.h"

struct rgs_digits rgs_digits_of(const char *s, size_t n)
{
    struct rgs_digits d = {0};
    for (size_t i = 0; i < n; i++) {
        if (s[i] >= '0' && s[i] <= '9')
            rgs_digits_add(&d, s[i]);
    }
    return d;
}

uint64_t rgs_digits_u64(const struct rgs_digits *d)
{
    uint64_t v = 0;
    if (d->n > 18)
        return 0;
    for (unsigned i = 0; i < d->n; i++) {
        if (d->d[i] < '0' || d->d[i] > '9')
            return 0;
        v = v * 10 + (uint64_t)(d->d[i] - '0');
    }
    return v;
}

struct rgs_digits rgs_digits_from_u64(uint64_t v)
{
    char buf[20];
    unsigned n = 0;
    struct rgs_digits d = {0};

    for (; v; v /= 10)
        buf[n++] = (char)('0' + v % 10);
    while (n)
        rgs_digits_add(&d, buf[--n]);
    return d;
}

struct rgs_digits rgs_tbcd(struct rgs_bytes b)
{
    static const char digit[16] = "0123456789*#abc";
    struct rgs_digits d = {0};

    for (size_t i = 0; i < b.n; i++) {
        unsigned low = b.p[i] & 0xf, high = b.p[i] >> 4;
        if (low == 0xf)
            break;
        rgs_digits_add(&d, digit[low]);
        if (high == 0xf)
            break;
        rgs_digits_add(&d, digit[high]);
    }
    return d;
}

struct rgs_name rgs_name_of(const void *s, size_t n)
{
    struct rgs_name name = {0};
    struct rgs_bytes in = rgs_bytes(s, n);

    while (in.n) {
        uint32_t cp;
        size_t took = rgs_utf8_get(in, &cp);
        char out[4];
        if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
            cp = RGS_UTF8_REPLACEMENT;
        size_t len = rgs_utf8_put(out, cp);
        if (name.n + len > sizeof(name.s))
            break;
        memcpy(name.s + name.n, out, len);
        name.n = (uint8_t)(name.n + len);
        in = rgs_bytes_from(in, took);
    }
    return name;
}
