/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/value.h"

#include "base/utf8.h"

#define EACH UINT64_C(0x0101010101010101)

struct rgs_digits rgs_digits_of(const char *s, size_t n)
{
    struct rgs_digits d = {0};
    for (size_t i = 0; i < n; i++) {
        if (s[i] >= '0' && s[i] <= '9')
            rgs_digits_add(&d, s[i]);
    }
    return d;
}

bool rgs_digits_decimal(const struct rgs_digits *d)
{
    for (unsigned i = 0; i < d->n; i++) {
        if (d->d[i] < '0' || d->d[i] > '9')
            return false;
    }
    return d->n != 0;
}

/* The n lowest of eight digits, the first one lowest, as a number; false when one is none. */
static bool eight(const char *p, unsigned n, uint64_t *v)
{
    uint64_t x;

    memcpy(&x, p, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    x ^= '0' * EACH; /* a digit's value, or at least ten */
    x = n < 8 ? x << 8 * (8 - n) : x;
    if (((x + 0x76 * EACH) | x) & 0x80 * EACH)
        return false;
    x = (x * 10 + (x >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x * 100 + (x >> 16)) & UINT64_C(0x0000ffff0000ffff);
    *v = (x * 10000 + (x >> 32)) & UINT32_MAX;
    return true;
}

uint64_t rgs_digits_u64(const struct rgs_digits *d)
{
    static const uint64_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    uint64_t v = 0, low = 0;
    unsigned n = d->n;

    if (n > 18 || n == 0 || !eight(d->d, n < 8 ? n : 8, &v))
        return 0;
    if (n > 8) {
        unsigned more = n < 16 ? n - 8 : 8;
        if (!eight(d->d + 8, more, &low))
            return 0;
        v = v * power[more] + low;
    }
    for (unsigned i = 16; i < n; i++) {
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

static struct rgs_digits bcd_slowly(struct rgs_bytes b, bool odd)
{
    static const char digit[16] = "0123456789*#abc";
    struct rgs_digits d = {0};

    for (size_t i = 0; i < b.n; i++) {
        unsigned low = b.p[i] & 0xf, high = b.p[i] >> 4;
        if (low == 0xf)
            break;
        rgs_digits_add(&d, digit[low]);
        if (high == 0xf || (odd && i + 1 == b.n))
            break;
        rgs_digits_add(&d, digit[high]);
    }
    return d;
}

static uint64_t four(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One to eight octets as a word, the first one lowest; loads may overlap. */
static uint64_t octets(struct rgs_bytes b)
{
    size_t n = b.n;

    if (n >= 4)
        return four(b.p) | four(b.p + n - 4) << 8 * (n - 4);
    return b.p[0] | (uint64_t)b.p[n / 2] << 8 * (n / 2) | (uint64_t)b.p[n - 1] << 8 * (n - 1);
}

/* The eight nibbles of four octets, a byte each, in the order of digits. */
static uint64_t nibbles(uint64_t x)
{
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
    return (x | x << 4) & 0x0f * EACH;
}

/* The lowest n bytes of a word. */
static uint64_t lowest(unsigned n)
{
    return n >= 8 ? UINT64_MAX : (UINT64_C(1) << 8 * n) - 1;
}

static void store(char *out, uint64_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    memcpy(out, &x, sizeof(x));
}

/* Sixteen digits at once: nearly all numbers have no more, and nothing but 0 to 9 in them. */
struct rgs_digits rgs_bcd(struct rgs_bytes b, bool odd)
{
    if (b.n > 8 || b.n == 0)
        return bcd_slowly(b, odd);
    uint64_t x = octets(b), first = nibbles(x & UINT32_MAX), second = nibbles(x >> 32);
    /* Of the nibbles only 15 reaches the top bit. */
    uint64_t fill_first = (first + 0x71 * EACH) & 0x80 * EACH;
    uint64_t fill_second = (second + 0x71 * EACH) & 0x80 * EACH;
    unsigned n = (unsigned)b.n * 2 - odd;
    unsigned end = fill_first    ? (unsigned)__builtin_ctzll(fill_first) / 8
                   : fill_second ? 8 + (unsigned)__builtin_ctzll(fill_second) / 8
                                 : n;
    n = end < n ? end : n;
    uint64_t in_first = lowest(n), in_second = n > 8 ? lowest(n - 8) : 0;
    if (((first + 0x76 * EACH) & in_first & 0x80 * EACH) |
        ((second + 0x76 * EACH) & in_second & 0x80 * EACH))
        return bcd_slowly(b, odd);
    struct rgs_digits d = {.n = (uint8_t)n};
    store(d.d, (first + '0' * EACH) & in_first);
    store(d.d + 8, (second + '0' * EACH) & in_second);
    return d;
}

/* Copies whole words of printable bytes, which nearly all names are made of. */
static void copy_printable(struct rgs_name *name, struct rgs_bytes *in)
{
    uint64_t x;

    while (in->n >= sizeof(x) && name->n + sizeof(x) <= sizeof(name->s)) {
        memcpy(&x, in->p, sizeof(x));
        if (!rgs_printable_eight(x))
            return;
        memcpy(name->s + name->n, &x, sizeof(x));
        name->n = (uint8_t)(name->n + sizeof(x));
        *in = rgs_bytes_from(*in, sizeof(x));
    }
}

struct rgs_name rgs_name_of(const void *s, size_t n)
{
    struct rgs_name name = {0};
    struct rgs_bytes in = rgs_bytes(s, n);

    copy_printable(&name, &in);
    while (in.n) {
        uint32_t cp;
        if (*in.p >= 0x20 && *in.p < 0x7f && name.n < sizeof(name.s)) { /* nearly all */
            name.s[name.n++] = (char)*in.p;
            in = rgs_bytes_from(in, 1);
            continue;
        }
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
