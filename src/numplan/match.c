/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numplan/match.h"

#include <arpa/inet.h>

enum {
    MAX_DIGITS = 18, /* of any identifier: what 64 bits hold */
    MAX_E164 = 15,
    IMSI_DIGITS = 15, /* E.212 4: shorter ones are filled up */
    IMEI_DIGITS = 14, /* TS 23.003 6.2.1: TAC and serial; the check digit or version is left out */
};

static const struct {
    const char *word;
    enum rgs_match match;
} matches[] = {
    {"msisdn_range", RGS_MATCH_MSISDN},
    {"imsi_range", RGS_MATCH_IMSI},
    {"gt", RGS_MATCH_GT},
    {"imei_range", RGS_MATCH_IMEI},
    {"ip_prefix", RGS_MATCH_IP},
    {"smpp_account", RGS_MATCH_ACCOUNT},
    {"smpp_system_id", RGS_MATCH_ACCOUNT},
};

bool rgs_match_of(const char *word, enum rgs_match *m)
{
    for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
        if (strcmp(word, matches[i].word) == 0) {
            *m = matches[i].match;
            return true;
        }
    }
    return false;
}

struct run {
    const char *p;
    size_t n;
};

static struct run trim(struct run r)
{
    while (r.n && (*r.p == ' ' || *r.p == '+')) {
        r.p++;
        r.n--;
    }
    while (r.n && r.p[r.n - 1] == ' ')
        r.n--;
    return r;
}

static bool number(struct run r, uint64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < r.n; i++) {
        if (r.p[i] < '0' || r.p[i] > '9')
            return false;
        *v = *v * 10 + (uint64_t)(r.p[i] - '0');
    }
    return r.n > 0;
}

/* Digits filled up to `full` with the lowest or the highest digit, so that a prefix is a range. */
static uint64_t fill(uint64_t v, size_t have, size_t full, unsigned digit)
{
    for (; have < full; have++)
        v = v * 10 + digit;
    return v;
}

/* "A-B" or "A", all digits; fills up to `full` (0: digits are a plain number). NULL, or what is
 * wrong. */
static const char *digit_range(const char *text, size_t n, size_t min, size_t max, size_t full,
                               struct rgs_span *out)
{
    const char *dash = memchr(text, '-', n);
    struct run a = trim((struct run){text, dash ? (size_t)(dash - text) : n}), b = a;
    uint64_t low, high;

    if (dash)
        b = trim((struct run){dash + 1, n - (size_t)(dash - text) - 1});
    if (!a.n || !b.n || a.n > MAX_DIGITS || b.n > MAX_DIGITS || !number(a, &low) ||
        !number(b, &high))
        return "digits are expected, or two runs of digits with '-' between them";
    if (a.n != b.n)
        return "both ends of a range have the same number of digits";
    if (a.n < min || a.n > max)
        return "not as many digits as such an identifier has";
    if (full && a.n > full) {
        for (size_t i = full; i < a.n; i++) {
            low /= 10;
            high /= 10;
        }
    }
    low = fill(low, a.n, full, 0);
    high = fill(high, a.n, full, 9);
    if (high < low)
        return "a range ends before it begins";
    out->low = low;
    out->high = high;
    return NULL;
}

static unsigned __int128 ip_key(const uint8_t b[16])
{
    unsigned __int128 v = 0;
    for (unsigned i = 0; i < 16; i++)
        v = v << 8 | b[i];
    return v;
}

/* "203.0.113.0/24", "2001:db8::/32", or one address. */
static const char *ip_prefix(const char *text, size_t n, struct rgs_span *out)
{
    uint8_t b[16] = {[10] = 0xff, [11] = 0xff};
    char address[64];
    const char *slash = memchr(text, '/', n);
    size_t len = slash ? (size_t)(slash - text) : n;
    uint64_t bits = 128;

    if (len >= sizeof(address))
        return "an address or a prefix is expected, as 203.0.113.0/24 or 2001:db8::/32";
    memcpy(address, text, len);
    address[len] = '\0';
    bool four = inet_pton(AF_INET, address, b + 12) == 1;
    if (!four && inet_pton(AF_INET6, address, b) != 1)
        return "an address or a prefix is expected, as 203.0.113.0/24 or 2001:db8::/32";
    if (slash) {
        struct run r = {slash + 1, n - len - 1};
        if (r.n > 3 || !number(r, &bits) || bits > (four ? 32 : 128))
            return "not a prefix length";
        bits += four ? 96 : 0;
    }
    unsigned __int128 host =
        bits ? ((unsigned __int128)1 << (128 - bits)) - 1 : ~(unsigned __int128)0;
    out->low = ip_key(b);
    if (out->low & host)
        return "the address has bits behind the prefix length";
    out->high = out->low | host;
    return NULL;
}

const char *rgs_match_span(enum rgs_match m, const char *text, size_t n, struct rgs_span *out)
{
    switch (m) {
    case RGS_MATCH_MSISDN:
        return digit_range(text, n, 3, MAX_E164, 0, out);
    case RGS_MATCH_GT:
        return digit_range(text, n, 1, MAX_DIGITS, 0, out);
    case RGS_MATCH_IMSI:
        return digit_range(text, n, 5, IMSI_DIGITS, IMSI_DIGITS, out);
    case RGS_MATCH_IMEI:
        return digit_range(text, n, 8, 16, IMEI_DIGITS, out);
    default:
        return ip_prefix(text, n, out);
    }
}

bool rgs_match_key(enum rgs_match m, const struct rgs_digits *d, unsigned __int128 *key)
{
    size_t full = m == RGS_MATCH_IMSI ? IMSI_DIGITS : m == RGS_MATCH_IMEI ? IMEI_DIGITS : 0;
    size_t n = full && d->n > full ? full : d->n;
    uint64_t v;
    if (n > MAX_DIGITS || !number((struct run){d->d, n}, &v))
        return false;
    *key = fill(v, n, full, 0);
    return true;
}

unsigned __int128 rgs_match_ip(const struct rgs_ip *ip)
{
    return ip_key(ip->b);
}
