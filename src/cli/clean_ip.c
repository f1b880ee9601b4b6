/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP, TCP with SMPP, SCTP with M3UA; checksums are made anew. */
#include "base/big_endian.h"
#include "cli/clean.h"

enum { IP_SCTP = 132, IP_TCP = 6, PPID_M3UA = 3, SI_SCCP = 3 };

/* RFC 4666 3.3.1: a DATA message and the parameters that say nothing of a subscriber. */
static bool clean_m3ua(struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    bool data = false;

    if (n < 8 || p[0] != 1 || p[2] != 1 || p[3] != 1)
        return false;
    size_t whole = rgs_be_get(p + 4, 4);
    if (whole > n || whole < 8)
        return false;
    memset(p + whole, 0, n - whole);
    n = whole;
    for (size_t at = 8; at + 4 <= n;) {
        unsigned tag = rgs_be_get(p + at, 2), length = rgs_be_get(p + at + 2, 2);
        if (length < 4 || at + length > n)
            return false;
        if (tag == 0x0210) {
            uint8_t *m = p + at + 4;
            if (length < 4 + 12 || m[8] != SI_SCCP || !rgs_clean_sccp(c, m + 12, length - 16))
                return false;
            data = true;
        } else if (tag != 0x0200 && tag != 0x0006 && tag != 0x0013) {
            return false;
        }
        for (at += length; at % 4 && at < n; at++)
            p[at] = 0;
    }
    return data;
}

/* RFC 9260 3: whole user messages and what only acknowledges them. */
static bool clean_sctp(struct rgs_cleaner *c, uint8_t *p, size_t n)
{
    if (n < 16)
        return false;
    for (size_t at = 12; at < n;) {
        if (n - at < 4)
            return false;
        unsigned type = p[at], length = rgs_be_get(p + at + 2, 2);
        if (length < 4 || length > n - at)
            return false;
        if (type == 0) {
            bool one = (p[at + 1] & 3) == 3;
            if (length < 16 || !one || rgs_be_get(p + at + 12, 4) != PPID_M3UA ||
                !clean_m3ua(c, p + at + 16, length - 16))
                return false;
        } else if (type != 3 && type != 7 && type != 8 && type != 11 && type != 14) {
            return false; /* others carry addresses or bytes of nobody's knowing */
        }
        size_t padded = (length + 3u) & ~3u;
        for (size_t i = length; i < padded && at + i < n; i++)
            p[at + i] = 0;
        at += padded;
    }
    memset(p + 8, 0, 4);
    uint32_t sum = rgs_crc32c(&c->crc, rgs_bytes(p, n));
    for (int i = 0; i < 4; i++)
        p[8 + i] = (uint8_t)(sum >> 8 * i);
    return true;
}

static bool clean_tcp(struct rgs_cleaner *c, uint8_t *p, size_t n, uint32_t pseudo)
{
    size_t head = n >= 20 ? (size_t)(p[12] >> 4) * 4 : 0;

    if (head < 20 || head > n)
        return false;
    memset(p + 20, 1, head - 20); /* options as no-operation: timestamps tell of a host's uptime */
    if (n > head && !rgs_clean_smpp(c, p + head, n - head))
        return false;
    rgs_be_put(p + 16, 0, 2);
    rgs_be_put(p + 16, rgs_inet_checksum(pseudo, rgs_bytes(p, n)), 2);
    return true;
}

/* Byte by byte under the bytes before, so that networks stay together. */
static void clean_address(const struct rgs_cleaner *c, uint8_t *p, size_t n, uint8_t first)
{
    uint8_t before[17] = {RGS_CLEAN_IP};

    for (size_t i = 0; i < n; i++) {
        uint8_t was = p[i];
        p[i] = i ? (uint8_t)(was ^ rgs_hash(&c->key, before, i + 1)) : first;
        before[i + 1] = was;
    }
}

static uint32_t sum_of(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += rgs_be_get(p + i, 2);
    return sum;
}

static bool clean_transport(struct rgs_cleaner *c, unsigned proto, uint8_t *p, size_t n,
                            uint32_t addresses)
{
    if (proto == IP_SCTP)
        return clean_sctp(c, p, n);
    return proto == IP_TCP && clean_tcp(c, p, n, addresses + IP_TCP + (uint32_t)n);
}

bool rgs_clean_ip(struct rgs_cleaner *c, uint8_t *p, size_t *n)
{
    if (*n >= 20 && p[0] == 0x45) { /* no options */
        size_t total = rgs_be_get(p + 2, 2);
        if (total < 20 || total > *n || rgs_be_get(p + 6, 2) & 0x3fff)
            return false;
        *n = total;
        clean_address(c, p + 12, 4, 10);
        clean_address(c, p + 16, 4, 10);
        rgs_be_put(p + 10, 0, 2);
        rgs_be_put(p + 10, rgs_inet_checksum(0, rgs_bytes(p, 20)), 2);
        return clean_transport(c, p[9], p + 20, total - 20, sum_of(p + 12, 8));
    }
    if (*n >= 40 && p[0] >> 4 == 6) { /* no extension headers: the next one is looked at */
        size_t payload = rgs_be_get(p + 4, 2);
        if (payload == 0 || payload > *n - 40)
            return false;
        *n = 40 + payload;
        clean_address(c, p + 8, 16, 0xfd);
        clean_address(c, p + 24, 16, 0xfd);
        return clean_transport(c, p[6], p + 40, payload, sum_of(p + 8, 32));
    }
    return false;
}
